"""What the control interface and the pages share: the state they steer, and the door.

Law: a request that changes something must come from this site or from no browser at all,
so that a page elsewhere cannot press the desk's buttons.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from werkzeug.wrappers import Request

from kvitt.sandbox.klarna.books import Books
from kvitt.sandbox.klarna.faults import Faults

#: All of the sandbox's own paths, except the page at the root, begin with it.
ROOT = "/__sim"

_HARMLESS = frozenset({"GET", "HEAD"})
_SPAN = re.compile(r"(\d+)\s*([dhms])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Everything the desk may move."""

    books: Books
    faults: Faults
    #: Lets due things happen and sends due notices.
    tick: Callable[[], int]

    def advance(self, text: str) -> None:
        """Move the clock by a span such as `29d` or `1h 30m`; ValueError if unreadable."""
        span = parse_span(text)
        with self.books.writing():
            self.books.clock.advance(span)
        self.tick()

    def reset(self) -> None:
        """Forget orders, journal and faults, and let the clock run by itself again."""
        self.books.reset()
        self.faults.clear()


def parse_span(text: str) -> timedelta:
    """Read a span of time such as `29d` or `1h 30m`."""
    parts = _SPAN.findall(text)
    if not parts or _SPAN.sub("", text).strip():
        raise ValueError(f"{text!r} is not a span of time such as 29d or 1h 30m")
    try:
        return sum((timedelta(**{_UNITS[unit]: int(n)}) for n, unit in parts), timedelta())
    except OverflowError:
        raise ValueError(f"{text!r} is further than any calendar reaches") from None


def is_own_site(request: Request) -> bool:
    """Say whether a request may change something: it is ours, or not a browser's."""
    if request.method in _HARMLESS:
        return True
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    return origin is None or urlsplit(origin).netloc == request.host
