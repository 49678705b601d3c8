"""Notices: what a shop is told unasked, and how often until it listens.

A fraud decision, the status of a payment page, a placed order (push), an authorization.

Law: nothing here opens a connection. A `Sender` is passed in and answers with an HTTP
status; without one, notices are only kept for the control pages (klarna-api.md §10).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from kvitt.sandbox.klarna import clock, orders
from kvitt.sandbox.klarna.orders import FraudStatus, Json

#: Posts a JSON body, or none, to a URL and returns the status; OSError if nobody answered.
Sender = Callable[[str, Json | None], int]

HEARD = HTTPStatus.OK

DECISION, PUSH, AUTHORIZATION = "decision", "push", "authorization"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pace:
    """How often a kind of notice is repeated, and for how long."""

    every: timedelta
    lasting: timedelta
    #: Whether each wait is twice the one before.
    doubling: bool = False

    def wait(self, attempts: int) -> timedelta:
        """Return the time from this attempt to the next."""
        return self.every * 2 ** (attempts - 1) if self.doubling else self.every


#: A decision is repeated every 10 minutes for 24 hours until answered 200, a push every 2
#: hours for 48 hours until the order is acknowledged, an authorization a few times within
#: seconds (§10). That a payment page's status goes at a decision's pace is chosen here.
_PACES = {
    DECISION: _Pace(every=timedelta(minutes=10), lasting=timedelta(hours=24)),
    PUSH: _Pace(every=timedelta(hours=2), lasting=timedelta(hours=48)),
    AUTHORIZATION: _Pace(
        every=timedelta(seconds=1), lasting=timedelta(seconds=16), doubling=True
    ),
}

_EVENTS = {
    FraudStatus.ACCEPTED: "FRAUD_RISK_ACCEPTED",
    FraudStatus.REJECTED: "FRAUD_RISK_REJECTED",
    FraudStatus.STOPPED: "FRAUD_RISK_STOPPED",
}
EVENT_TYPES = tuple(_EVENTS.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """Something to be told to one URL."""

    notice_id: str
    url: str
    #: None is a POST without a body, as a push is.
    body: Json | None
    created_at: datetime
    next_at: datetime
    attempts: int = 0
    last_status: int = 0
    done: bool = False
    pace: str = DECISION
    #: The order a push tells of.
    order_id: str = ""

    @property
    def waits_for_acknowledgement(self) -> bool:
        """Whether being answered is not enough."""
        return self.pace == PUSH

    @property
    def given_up(self) -> bool:
        """Whether it ended without having been heard."""
        return self.done and self.next_at > self.created_at + _PACES[self.pace].lasting

    @property
    def subject(self) -> str:
        """What it tells of, in a few words."""
        if self.waits_for_acknowledgement:
            return "Order placed"
        body = self.body or {}
        if "authorization_token" in body:
            return "Authorized"
        if "session" in body:
            return f"Payment page {body['session']['status'].replace('_', ' ').lower()}"
        return str(body.get("event_type", "")).replace("_", " ").capitalize()


def event_of(status: FraudStatus) -> str:
    """Return the `event_type` that tells of a decision."""
    return _EVENTS[status]


def after_attempt(notice: Notice, *, status: int, now: datetime) -> Notice:
    """Return the notice after an attempt: done, given up, or due again."""
    pace, attempts = _PACES[notice.pace], notice.attempts + 1
    next_at = now + pace.wait(attempts)
    heard = status == HEARD and not notice.waits_for_acknowledgement
    return replace(
        notice,
        attempts=attempts,
        last_status=status,
        next_at=next_at,
        done=heard or next_at > notice.created_at + pace.lasting,
    )


def to_record(notice: Notice) -> Json:
    """Write a notice as JSON."""
    moments = {name: clock.render(getattr(notice, name)) for name in ("created_at", "next_at")}
    return {**orders.shallow(notice), **moments}


def from_record(record: Json) -> Notice:
    """Read back what `to_record` wrote."""
    moments = {name: clock.parse(record[name]) for name in ("created_at", "next_at")}
    return Notice(**{**record, **moments})
