"""The places at which a worker is killed: before and after every call that leaves a trace."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from typing import Any

BEFORE, AFTER = "before", "after"

#: Class → methods that write to the database, to Klarna or to the shop, or read from them.
PLACES: dict[str, tuple[str, ...]] = {
    "kvitt.adapters.database.ledger.OrderLedger": (
        "save_snapshot",
        "save_agreement",
        "save_plan",
        "record_planned",
        "record_sent",
        "record_done",
        "settle_ask",
        "owe",
        "record_write_attempt",
        "record_booked",
        "record_written",
        "load",
    ),
    "kvitt.adapters.database.queue.OrderQueue": ("claim", "settle"),
    "kvitt.adapters.klarna.client.KlarnaClient": ("send", "fetch_order"),
    "kvitt.adapters.woocommerce.client.StoreClient": (
        "fetch_order",
        "add_note",
        "set_marks",
        "book_refund",
    ),
    "kvitt.adapters.database.inbox.Inbox": ("store",),
}


@dataclass(frozen=True, slots=True)
class Point:
    """One place, and whether the worker dies before or after it."""

    place: str
    side: str

    def __str__(self) -> str:
        return f"{self.side} {self.place}"


def every_point() -> tuple[Point, ...]:
    """Return every place, on both sides."""
    return tuple(
        Point(f"{cls.rpartition('.')[2]}.{method}", side)
        for cls, methods in PLACES.items()
        for method in methods
        for side in (BEFORE, AFTER)
    )


def arm(point: Point, *, nth: int) -> None:
    """Have this process die at the nth time it comes to a point."""
    owner, _, method = point.place.partition(".")
    path = next(path for path in PLACES if path.endswith(f".{owner}"))
    module, _, name = path.rpartition(".")
    cls = getattr(__import__(module, fromlist=[name]), name)
    setattr(cls, method, _deadly(getattr(cls, method), side=point.side, nth=nth))


def die() -> None:
    """End this process as a power cut would: nothing is flushed, closed or said."""
    os.kill(os.getpid(), signal.SIGKILL)


def _deadly(call: Callable[..., Any], *, side: str, nth: int) -> Callable[..., Any]:
    lock, times = Lock(), 0

    @wraps(call)
    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal times
        with lock:
            times += 1
            is_this = times == nth
        if is_this and side == BEFORE:
            die()
        result = call(*args, **kwargs)
        if is_this:
            die()
        return result

    return deadly
