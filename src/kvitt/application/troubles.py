"""When a service does not answer, or refuses us: what people are told, and of which orders."""

from kvitt.domain import render
from kvitt.domain.decide import decide
from kvitt.domain.decide.held import outcome_unknown
from kvitt.domain.errors import (
    KvittError,
    RecordBehind,
    RemoteError,
    Unauthorized,
    UnreadableOrder,
)
from kvitt.domain.journal import Lease
from kvitt.domain.plan import Agree, Hold, HoldCode, Situation

#: Failures in a row after which an outage is worth a word: some seconds.
WORTH_A_WORD = 2


def is_worth_a_word(error: KvittError, lease: Lease) -> bool:
    """Say whether an error has lasted long enough, or time will not cure it."""
    return isinstance(error, Unauthorized) or lease.failures + 1 >= WORTH_A_WORD


def wanted_of(situation: Situation) -> str:
    """Return what the order wants of Klarna, as far as can be told; empty for nothing."""
    if situation.klarna is not None:
        plan = decide(situation)
        steps = (step for step in plan.steps if not isinstance(step, Agree))
        return next((render.title_of(step) for step in steps), "")
    store, policy = situation.store, situation.policy
    if store.status in policy.capture_statuses:
        return f"Capture {store.total}"
    if store.status in policy.cancel_statuses:
        return f"Cancel {store.total}"
    return ""


def hold_while(error: KvittError, situation: Situation) -> Hold | None:
    """Return what people are told of an order while an error lasts; None if it wants nothing.

    A call that nobody has answered comes first: an order is not in step while it may be done.
    """
    unknown = outcome_unknown(situation)
    if unknown is not None:
        return unknown.hold
    wanted = wanted_of(situation)
    return hold_of(error, wanted) if wanted else None


def hold_of(error: KvittError, wanted: str) -> Hold:
    """Return what people are told of an error that keeps an order waiting."""
    service = error.service if isinstance(error, RemoteError) else ""
    if isinstance(error, Unauthorized):
        return Hold(
            code=HoldCode.CREDENTIALS_REFUSED,
            wanted=wanted,
            why=f"{service or 'A service'} refuses our credentials.",
            next_step="Put in working credentials; the order then goes on by itself.",
        )
    if isinstance(error, RecordBehind):
        # What the order wants would be reckoned from that very record.
        return Hold(
            code=HoldCode.SERVICE_DOWN,
            wanted="Keep this order in step",
            why="Klarna's record does not show yet what Klarna itself has confirmed.",
            next_step="kvitt reads it again by itself until it does. Nothing is lost, and "
            "nothing needs to be done.",
        )
    return Hold(
        code=HoldCode.SERVICE_DOWN,
        wanted=wanted,
        why=f"{service or 'A service'} does not answer as it should.",
        next_step="kvitt tries again by itself until it does. Nothing is lost, and nothing "
        "needs to be done; do not repeat it in Klarna's portal.",
    )


def unreadable(error: UnreadableOrder) -> Hold:
    """Return what people are told of an order whose figures cannot be understood."""
    return Hold(
        code=HoldCode.UNREADABLE,
        wanted="Keep this order in step",
        why=str(error),
        next_step="Correct the order in the shop and save it; kvitt looks again then.",
    )
