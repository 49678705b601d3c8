"""One HTTP request and its reply, as values.

The pure halves (``wire.py``) build a ``Request`` and read a ``Reply``; ``http.py``
carries one to the other. Neither value shows its headers, its query or its body when
printed: they hold credentials and customers' names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Self

_SUCCESS = range(200, 300)

#: Longer waits than this are not believed.
LONGEST_WAIT = timedelta(hours=6)


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadlines:
    """How long each part of a call may take, in seconds; ``total`` bounds them together."""

    connect: float
    read: float
    write: float
    total: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A request, complete but for the address of the service and the credentials."""

    method: str
    #: From the service's root, with a leading slash and without a query.
    path: str
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    def with_headers(self, **headers: str) -> Self:
        """Return the request with more headers; an underscore stands for a hyphen."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **more})


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service answered. Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def header(self, name: str) -> str:
        """Return a header by its name in any case, or nothing."""
        return self.headers.get(name.lower(), "")

    @property
    def ok(self) -> bool:
        """Say whether the status is one of success."""
        return self.status in _SUCCESS

    @property
    def retry_after(self) -> timedelta | None:
        """Return how long the service asks us to wait.

        Klarna's ``x-ratelimit-reset`` counts seconds (klarna-api.md §3.2). A date in
        ``Retry-After`` is left unread: it would need a clock.
        """
        for name in ("retry-after", "x-ratelimit-reset"):
            text = self.header(name).strip()
            if text.isascii() and text.isdigit():
                # Cut before it is converted: the header is the service's to write.
                return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
        return None
