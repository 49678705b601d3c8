"""What became of a call that nobody answered.

The law (reliability.md §2): an unknown outcome is resolved before anything else
is done to that order. While the key lives, the same call goes again under the
same key: Klarna carries it out once and answers twice. When the key may have been
forgotten, only reading decides: after a quiet period, and by the reference that
the call would have left. A timer alone never settles anything.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid5

from kvitt.application import pacing
from kvitt.domain.effects import lines_sent
from kvitt.domain.intents import State
from kvitt.domain.journal import Call, Receipt, StoredCall
from kvitt.domain.klarna_order import KlarnaOrder, KlarnaStatus
from kvitt.domain.steps import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class AskAgain:
    """Send the same call under the same key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadFirst:
    """The key may have been forgotten: look for what the call would have left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """A request may still be on its way: do nothing before then."""

    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class GiveUp:
    """Nobody could tell for too long: a person has to."""


Resolution = AskAgain | ReadFirst | Wait | GiveUp


def way_out_of(stored: StoredCall, *, now: datetime) -> Resolution:
    """Return how to find out what became of a call."""
    if stored.attempts >= pacing.UNKNOWN_ATTEMPTS:
        return GiveUp()
    if stored.first_sent_at is None or stored.last_sent_at is None:
        return AskAgain()
    if stored.quiet_until is not None and now < stored.quiet_until:
        return Wait(until=stored.quiet_until)
    if now - stored.first_sent_at < pacing.KEY_LIFE:
        return AskAgain()
    quiet = stored.last_sent_at + pacing.QUIET_PERIOD
    return ReadFirst() if now >= quiet else Wait(until=quiet)


def is_in_doubt(stored: StoredCall) -> bool:
    """Say whether an earlier attempt may still be on its way, whatever is answered now.

    A refusal of one attempt is no word about another: a request that timed out can reach
    Klarna minutes later, and nothing says that Klarna keeps refusals under a key
    (klarna-api.md §17). Only a refusal after a quiet period settles the call.
    """
    return stored.state is not State.UNKNOWN or stored.quiet_until is None


def find_effect(call: Call, order: KlarnaOrder) -> Receipt | None:
    """Return Klarna's record of the call, if the order shows that it was carried out."""
    if call.kind is Kind.CAPTURE:
        return _receipt(
            next((made.id for made in order.captures if made.reference == call.reference), None)
        )
    if call.kind is Kind.REFUND:
        return _receipt(
            next((made.id for made in order.refunds if made.reference == call.reference), None)
        )
    shown = _STATES.get(call.kind)
    return _receipt("" if shown is not None and shown(call, order) else None)


def under_next_key(call: Call) -> Call:
    """Return the same call under the key of the next epoch."""
    epoch = call.epoch + 1
    return replace(call, epoch=epoch, key=uuid5(call.id, str(epoch)))


def _receipt(remote_id: str | None) -> Receipt | None:
    if remote_id is None:
        return None
    return Receipt(remote_id=remote_id, correlation_id="", status=200)


def _is_cancelled(call: Call, order: KlarnaOrder) -> bool:
    del call
    return order.status is KlarnaStatus.CANCELLED


def _is_updated(call: Call, order: KlarnaOrder) -> bool:
    """Say whether the order shows the call's amount and its lines.

    The same amount alone proves nothing: lines change at a total that stays. Should Klarna
    show a line in another way than it was sent, the same update goes again, to no effect.
    """
    return order.order_amount == call.amount and order.lines == lines_sent(call.body)


def _is_released(call: Call, order: KlarnaOrder) -> bool:
    del call
    return not order.remaining


#: What an order looks like once a call without a reference was carried out. Asking a
#: second time for what is missing here does no harm: it moves no money.
_STATES = {
    Kind.CANCEL: _is_cancelled,
    Kind.UPDATE: _is_updated,
    Kind.RELEASE: _is_released,
}
