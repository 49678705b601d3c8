"""What the shop asks for and Klarna has not yet done, in words, for a guard to say.

A guard leaves an order alone, and a note about it is worth writing only where something
is really left undone: an order that was captured long ago asks for nothing.
"""

from kvitt.domain.decide.view import OPEN, Aim, View, aim_of
from kvitt.domain.intents import State
from kvitt.domain.klarna_order import KlarnaOrder
from kvitt.domain.money import Money
from kvitt.domain.plan import Situation
from kvitt.domain.steps import Kind
from kvitt.domain.store_order import StoreRefund


def wish_in_words(situation: Situation) -> str:
    """Return what the shop asks for now and has not got, or nothing."""
    order = situation.store
    aim = aim_of(situation)
    if aim is Aim.CAPTURE and (due := _uncaptured(situation)).minor > 0:
        return f"Capture {due}"
    if aim is Aim.CANCEL and _is_open(situation):
        return f"Cancel {order.total}"
    total = Money.total((refund.amount for refund in _unsent(situation)), order.currency)
    return f"Refund {total}" if total else ""


def _comparable(situation: Situation) -> KlarnaOrder | None:
    """Return Klarna's half, where it is there and in the same currency."""
    klarna = situation.klarna
    if klarna is None or klarna.currency != situation.store.currency:
        return None
    return klarna


def _uncaptured(situation: Situation) -> Money:
    klarna, order = _comparable(situation), situation.store
    if klarna is not None:
        return View(situation=situation, klarna=klarna).due
    return Money.zero(order.currency) if order.capture_id else order.total


def _is_open(situation: Situation) -> bool:
    if situation.klarna is None:
        return not situation.store.cancelled_mark
    return situation.klarna.status in OPEN


def _unsent(situation: Situation) -> tuple[StoreRefund, ...]:
    klarna, order, journal = _comparable(situation), situation.store, situation.journal
    if klarna is not None:
        return View(situation=situation, klarna=klarna).open_refunds
    sent = {
        record.store_refund_id
        for record in journal.records
        if record.kind is Kind.REFUND and record.state is State.DONE
    }
    return tuple(
        refund
        for refund in order.refunds
        if refund.id not in sent and not refund.refunded_payment
    )
