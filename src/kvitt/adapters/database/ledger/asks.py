"""Operators' asks: the calls that carry them out, and their answers."""

from kvitt.adapters.database import shapes
from kvitt.adapters.database.ledger.book import Book
from kvitt.adapters.database.models import AskRow, IntentRow, Order
from kvitt.domain.asks import Answer, Ask, AskState, Request
from kvitt.domain.errors import UnsafePlan
from kvitt.domain.intents import State
from kvitt.domain.journal import Call, Lease
from kvitt.domain.klarna_order import DueDateOption

_OPEN = AskState.WAITING.value


class Asks(Book):
    """The part of the journal that remembers what people wait for."""

    def settle_ask(self, lease: Lease, ask: Ask, answer: Answer) -> None:
        """Give an ask its final answer. One that has an answer keeps it."""
        with self._writing(lease) as order:
            row = AskRow.objects.filter(uid=ask.id, order=order, state=_OPEN).first()
            if row is None:
                return
            row.state = answer.state.value
            row.answer = answer.text
            row.offers = [shapes.pack(DueDateOption, offer) for offer in answer.offers]
            row.settled_at = self._now()
            row.save(update_fields=("state", "answer", "offers", "settled_at"))
            self._note(
                order,
                f"ask_{answer.state}",
                answer.text,
                facts={"ask": str(ask.id), "command": row.command},
            )


def read_asks(order: Order) -> tuple[Ask, ...]:
    """Return what waits for an answer, oldest first."""
    return tuple(read_ask(row) for row in AskRow.objects.filter(order=order, state=_OPEN))


def read_ask(row: AskRow) -> Ask:
    """Return an ask as the use cases know it."""
    return Ask(
        id=row.uid,
        request=shapes.unpack(Request, row.request),
        actor=row.actor,
        asked_at=row.asked_at,
        intent=row.intent,
    )


def bind(order: Order, ask: Ask, call: Call) -> None:
    """Say which call carries an ask out, in the caller's transaction.

    Raises UnsafePlan where the ask has an answer, or a call that may have been carried out.
    """
    row = AskRow.objects.filter(uid=ask.id, order=order, state=_OPEN).first()
    if row is None:
        raise UnsafePlan("this request has been answered already: nothing is sent for it")
    if row.intent is not None and row.intent != call.id:
        before = IntentRow.objects.filter(uid=row.intent).first()
        prepared = before is not None and before.state in {State.PLANNED, State.DONE}
        if not prepared:
            raise UnsafePlan("the call that was sent for this request is not settled")
    row.intent = call.id
    row.save(update_fields=("intent",))
