"""The order rows as people act on them, in memory: ``application/commands.Orders``."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from kvitt.domain.asks import Answer, Ask, AskState
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.intents import Scope, State
from kvitt.domain.plan import Gone, Hold, Situation, Wish
from kvitt.domain.store_order import StoreOrder
from simulation.memory.ledger import check_transition, journal_of
from simulation.memory.rows import AskRow, Now, OrderRow, Rows


class MemoryDesk:
    """What people may ask of an order row."""

    def __init__(self, rows: Rows, now: Now) -> None:
        self.rows = rows
        self._now = now

    def hold_of(self, order: int) -> Hold | None:
        """Return what the order waits for."""
        return self._row(order).hold

    def look_again(self, order: int, *, actor: str) -> None:
        """Make the order due now, with Klarna's half to be read anew."""
        del actor
        row = self._row(order)
        row.snapshot = replace(row.snapshot, klarna_read_at=None)
        self._due(row)

    def approve_refused(self, order: int, *, actor: str) -> None:
        """Allow the calls that Klarna refused to be asked once more, under new keys."""
        del actor
        row = self._row(order)
        row.approved |= {
            str(intent.call.id)
            for intent in row.intents.values()
            if intent.state is State.REFUSED
        }
        self._due(row)

    def approve(self, order: int, codes: frozenset[str], *, actor: str) -> None:
        """Allow, or leave out, what a hold waits for, by codes such as ``refund_ask:17``."""
        del actor
        row = self._row(order)
        row.approved |= codes
        self._due(row)

    def wish(self, order: int, wish: Wish, *, actor: str) -> None:
        """Remember what a person wants of the order."""
        del actor
        row = self._row(order)
        row.wishes |= {wish}
        self._due(row)

    def store_ask(self, order: int, ask: Ask) -> None:
        """Store an ask, once by its id. Raises NotAllowedNow where the id asked for else."""
        row = self._row(order)
        if ask.id in self.rows.asks:
            known = row.asks.get(ask.id)
            if known is None or known.ask.request != ask.request:
                raise NotAllowedNow("key_reused", "This key was used for another request.")
        else:
            self.rows.asks[ask.id] = row.id
            row.asks[ask.id] = AskRow(ask=ask)
            row.snapshot = replace(row.snapshot, klarna_read_at=None)
        self._due(row)

    def withdraw(self, order: int, ask: UUID, *, actor: str) -> None:
        """Take an ask back. Raises NotAllowedNow once it may have been sent."""
        del actor
        row = self._row(order)
        found = self._ask(row, ask)
        call = row.intents.get(found.ask.intent) if found.ask.intent is not None else None
        sent = call is not None and (call.state, call.attempts) != (State.PLANNED, 0)
        if found.answer is not None or sent:
            raise NotAllowedNow("too_late", "This cannot be taken back: it was sent.")
        found.answer = Answer(state=AskState.WITHDRAWN, text="Taken back before it was sent.")
        self._due(row)

    def ask_of(self, order: int, ask: UUID) -> Ask | None:
        """Return what was asked under an id, or None where nothing was."""
        if self.rows.asks.get(ask, order) != order:
            raise NotAllowedNow("key_reused", "This key was used for another order.")
        found = self._row(order).asks.get(ask)
        return None if found is None else found.ask

    def answer_of(self, order: int, ask: UUID) -> Answer:
        """Return where an ask stands. Raises NotAllowedNow where there is none."""
        found = self._ask(self._row(order), ask)
        return found.answer or Answer(state=AskState.WAITING, text="")

    def switch(self, order: int, *, off: bool, actor: str, reason: str) -> None:
        """Leave an order alone from now on, or take it up again."""
        del actor, reason
        row = self._row(order)
        row.switched_off = off
        self._due(row)

    def settle_parked(
        self, order: int, intent: UUID, *, done: bool, actor: str, reason: str
    ) -> None:
        """Settle a call nobody answered by what a person has seen in Klarna's portal."""
        del actor, reason
        row = self._row(order)
        call = row.intents.get(intent)
        if call is None or call.state is not State.PARKED:
            raise NotAllowedNow("not_parked", "This call does not wait for a person.")
        state = State.DONE if done else State.PLANNED
        check_transition(call, state)
        call.state = state
        call.doubtful = False
        self._due(row)

    def _due(self, row: OrderRow) -> None:
        self.rows.want(row.shop, row.store_order_id, now=self._now())

    def _ask(self, row: OrderRow, ask: UUID) -> AskRow:
        found = row.asks.get(ask)
        if found is None:
            raise NotAllowedNow("no_ask", "There is no such request on this order.")
        return found

    def _row(self, order: int) -> OrderRow:
        row = self.rows.orders.get(order)
        if row is None:
            raise NotAllowedNow("no_order", "There is no such order.")
        return row


class MemorySituations:
    """Both halves as last read, for a review: ``application/commands.Situations``."""

    def __init__(
        self, rows: Rows, now: Now, *, scope_of: Callable[[StoreOrder], Scope]
    ) -> None:
        self.rows = rows
        self._now = now
        self._scope_of = scope_of

    def of(self, order: int) -> Situation:
        """Return what a decision may look at. Raises NotAllowedNow before the first look."""
        row = self.rows.orders[order]
        store = row.snapshot.store
        if store is None:
            raise NotAllowedNow("not_read", "This order could not be read from the shop yet.")
        return Situation(
            store=store,
            klarna=row.snapshot.klarna,
            journal=journal_of(row),
            policy=self.rows.policy,
            environment="playground",
            now=self._now(),
            gone=Gone.TRASHED if store.status == "trash" else None,
            scope=self._scope_of(store),
        )
