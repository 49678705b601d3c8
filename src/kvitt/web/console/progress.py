"""What kvitt is doing with an order: its calls, its writes, and what comes next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kvitt.adapters.database.models import IntentRow, Order, WriteBackRow
from kvitt.domain.intents import State
from kvitt.domain.money import Money
from kvitt.web.console import words
from kvitt.web.console.words import Badge

#: Nothing more happens to these by itself.
_AT_REST = frozenset({State.DONE, State.REFUSED, State.PARKED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One call to Klarna, or one write to the shop."""

    order: Order
    what: Any
    amount: Money | None
    state: Badge
    attempts: int
    at: datetime
    actor: str
    reason: str
    #: What the other side answered where it refused; empty when it did not.
    answer: str = ""
    #: The status that a write gives the shop's order.
    becomes: Badge | None = None
    reference: str = ""
    remote_id: str = ""
    correlation_id: str = ""
    key: str = ""
    #: A call's identity, which its own page is found by; None for a write.
    uid: UUID | None = None
    #: Nobody knows what became of it, and a person has to say.
    parked: bool = False
    #: When kvitt tries again by itself; None where it does not, or is at it.
    next_try: datetime | None = None


def operation_of_call(row: IntentRow) -> Operation:
    """Return a call to Klarna as an operation."""
    answer = [row.error_code, *(str(each) for each in row.error_messages)]
    return Operation(
        order=row.order,
        what=words.CALLS.get(row.kind, row.kind),
        amount=row.amount,
        state=words.CALL_STATES.get(row.state, Badge(text=row.state)),
        attempts=row.attempts,
        at=row.last_sent_at or row.created_at,
        actor=row.actor,
        reason=row.reason,
        answer=" ".join(part for part in answer if part),
        reference=row.reference,
        remote_id=row.remote_id,
        correlation_id=row.correlation_id,
        key=str(row.key),
        uid=row.uid,
        parked=row.state == State.PARKED.value,
        next_try=None if State(row.state) in _AT_REST else row.order.due_at,
    )


def operation_of_write(row: WriteBackRow) -> Operation:
    """Return a write to the shop as an operation."""
    return Operation(
        order=row.order,
        what=words.WRITES.get(row.kind, row.kind),
        amount=row.amount,
        state=words.WRITE_STATES.get(row.outcome, Badge(text=row.outcome)),
        attempts=row.attempts,
        at=row.settled_at or row.attempted_at or row.owed_since,
        actor="kvitt",
        reason=row.note or row.reason,
        becomes=words.store_status(row.status) if row.status else None,
        remote_id=row.remote_id,
        next_try=None if row.outcome else row.order.due_at,
    )


def under_way(order: Order, *, now: datetime) -> bool:
    """Say whether something will have happened in a few seconds."""
    held = order.lease_until is not None and order.lease_until > now
    due = order.due_at is not None and order.due_at <= now
    return held or due


def doing(order: Order, *, now: datetime) -> Any:
    """Say what is going on, for the status line."""
    if under_way(order, now=now):
        return _("Reading the shop and Klarna…")
    return words.standing(order)
