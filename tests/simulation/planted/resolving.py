"""Bugs of finding out what became of a call (reliability.md §2, K1 to K4, K15)."""

from datetime import timedelta
from typing import Any

from kvitt.application import pacing, resolve
from kvitt.application.look import Reader
from kvitt.application.send import LookLater, Sender
from kvitt.domain import decide
from kvitt.domain.decide import held
from kvitt.domain.intents import IntentRecord, State
from kvitt.domain.journal import Receipt, StoredCall
from kvitt.domain.klarna_order import KlarnaOrder
from kvitt.domain.steps import Kind
from simulation.planted.bug import Bug, always, bug, calm

_find_out = Sender.find_out
_way_out_of = resolve.way_out_of


def _by_timer(sender: Sender, look: Any, stored: StoredCall) -> None:
    """Take for done what nobody has complained about for a while."""
    first = stored.first_sent_at
    if first is not None and sender.clock.now() - first > timedelta(minutes=1):
        made = Receipt(remote_id="made-up", correlation_id="", status=200)
        sender.ledger.record_done(look.lease, stored.call, made, ())
        sender.reader.reload(look)
        return
    _find_out(sender, look, stored)


def _dropped(sender: Sender, look: Any, stored: StoredCall) -> None:
    """Take for refused what nobody has answered for a while."""
    from kvitt.domain.errors import Rejected

    if stored.attempts > 1 and stored.state is State.UNKNOWN:
        sender.ledger.record_sent(look.lease, stored.call)
        sender.ledger.record_refused(look.lease, stored.call, Rejected("given up"))
        sender.reader.reload(look)
        return
    _find_out(sender, look, stored)


def _by_amount(call: Any, order: KlarnaOrder) -> Receipt | None:
    """Take whatever has the amount of the call for what the call has made."""
    made: Any = {Kind.CAPTURE: order.captures, Kind.REFUND: order.refunds}.get(call.kind, ())
    for one in made:
        if one.amount == call.amount:
            return Receipt(remote_id=str(one.id), correlation_id="", status=200)
    return None


def _anything(call: Any, order: KlarnaOrder) -> Receipt | None:
    """Take the first capture or refund for what the call has made."""
    made: Any = {Kind.CAPTURE: order.captures, Kind.REFUND: order.refunds}.get(call.kind, ())
    for one in made:
        return Receipt(remote_id=str(one.id), correlation_id="", status=200)
    return None


def _always_anew(stored: StoredCall, *, now: Any) -> resolve.Resolution:
    """Take every key for forgotten at once."""
    way = _way_out_of(stored, now=now)
    return resolve.ReadFirst() if isinstance(way, resolve.AskAgain) else way


def _no_waiting(stored: StoredCall, *, now: Any) -> resolve.Resolution:
    way = _way_out_of(stored, now=now)
    return resolve.ReadFirst() if isinstance(way, resolve.Wait) else way


def _later_for_ever(sender: Sender, look: Any, stored: StoredCall) -> None:
    del look, stored
    raise LookLater(sender.clock.now() + timedelta(hours=3))


def _unresolved(sender: Sender, look: Any, stored: StoredCall) -> None:
    del sender, look, stored


BUGS: tuple[Bug, ...] = (
    bug(
        "no reference check",
        "a forgotten key is changed without looking for what the call has left",
        (Sender, "_found", lambda *_: False),
        within=6_000,
    ),
    bug(
        "no quiet period",
        "a key is changed while the last request may still be on its way",
        (pacing, "QUIET_PERIOD", timedelta(0)),
        (pacing, "KEY_LIFE", timedelta(seconds=30)),
        within=4_000,
    ),
    bug(
        "key thought forgotten at once",
        "after the first silence the call goes again under a new key",
        (resolve, "way_out_of", _always_anew),
        within=1_500,
    ),
    bug(
        "resolved by a timer",
        "what had no answer for a minute is settled as done",
        (Sender, "find_out", _by_timer),
    ),
    bug(
        "given up by a timer",
        "what had no answer twice is settled as not carried out",
        (Sender, "find_out", _dropped),
    ),
    bug(
        "found by amount",
        "a capture in the portal of the same amount is taken for ours",
        (resolve, "find_effect", _by_amount),
        within=6_000,
    ),
    bug(
        "found by kind",
        "any capture or refund is taken for ours",
        (resolve, "find_effect", _anything),
        within=3_000,
    ),
    bug(
        "unknown not first",
        "the order goes on while nobody knows what became of a call",
        (Sender, "find_out", _unresolved),
        (held, "outcome_unknown", always(None)),
        (decide, "_decide_freely", decide._decide_freely),
        within=1_500,
    ),
    bug(
        "asked for ever",
        "what nobody answers is put off and never shown",
        (Sender, "find_out", _later_for_ever),
        within=1_500,
    ),
    bug(
        "refusal believed at once",
        "a refusal settles a call of which an earlier attempt may still arrive",
        (resolve, "is_in_doubt", always(False)),
        within=50_000,
    ),
    bug(
        "record believed that is behind",
        "what is due is reckoned from a record without a capture that Klarna has confirmed",
        (Reader, "catch_up", calm),
        within=20_000,
    ),
    bug(
        "asked of the order that is named now",
        "a call is looked for where the shop's order points now, not where it was sent",
        (Reader, "elsewhere", lambda _self, look, _order_id: look),
        within=6_000,
    ),
    bug(
        "confirmed of an earlier payment",
        "what Klarna confirmed of an order that came to nothing is missed in the next one",
        (IntentRecord, "was_sent_to", always(True)),
        within=8_000,
    ),
    bug(
        "refusal repeated",
        "a refusal does not use up the one more try that a person has allowed",
        (held, "refusal_of", always(None)),
        within=1_500,
    ),
    bug(
        "wait means now",
        "the wait for a request on its way is skipped",
        (resolve, "way_out_of", _no_waiting),
        (pacing, "KEY_LIFE", timedelta(seconds=30)),
        within=4_000,
    ),
)
