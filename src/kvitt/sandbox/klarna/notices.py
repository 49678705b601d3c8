"""Notices: who has to be told of a fraud decision or a payment page, again until they listen.

Law: nothing here opens a connection. A `Sender` is passed in and answers with an HTTP
status; without one, notices are only kept for the control pages (klarna-api.md §10).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from kvitt.sandbox.klarna import clock, orders
from kvitt.sandbox.klarna.orders import FraudStatus, Json

#: Posts a JSON body to a URL and returns the status; OSError if nobody answered.
Sender = Callable[[str, Json], int]

HEARD = HTTPStatus.OK

#: Repeated every 10 minutes for 24 hours until answered 200 (§10).
EVERY = timedelta(minutes=10)
FOR = timedelta(hours=24)

_EVENTS = {
    FraudStatus.ACCEPTED: "FRAUD_RISK_ACCEPTED",
    FraudStatus.REJECTED: "FRAUD_RISK_REJECTED",
    FraudStatus.STOPPED: "FRAUD_RISK_STOPPED",
}
EVENT_TYPES = tuple(_EVENTS.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One decision of the risk check, or status of a payment page, to be told to one URL."""

    notice_id: str
    url: str
    body: Json
    created_at: datetime
    next_at: datetime
    attempts: int = 0
    last_status: int = 0
    done: bool = False


def event_of(status: FraudStatus) -> str:
    """Return the `event_type` that tells of a decision."""
    return _EVENTS[status]


def after_attempt(notice: Notice, *, status: int, now: datetime) -> Notice:
    """Return the notice after an attempt: done, given up, or due again."""
    given_up = now + EVERY > notice.created_at + FOR
    return replace(
        notice,
        attempts=notice.attempts + 1,
        last_status=status,
        next_at=now + EVERY,
        done=status == HEARD or given_up,
    )


def to_record(notice: Notice) -> Json:
    """Write a notice as JSON."""
    moments = {name: clock.render(getattr(notice, name)) for name in ("created_at", "next_at")}
    return {**orders.shallow(notice), **moments}


def from_record(record: Json) -> Notice:
    """Read back what `to_record` wrote."""
    moments = {name: clock.parse(record[name]) for name in ("created_at", "next_at")}
    return Notice(**{**record, **moments})
