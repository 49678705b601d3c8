"""The journal in memory: ``application/ports.Ledger`` as one worker has it.

The same law as in the database (``adapters/database/ledger``): a write first checks the
lease's token, a call moves only along the drawn transitions, and nothing is written
where either fails. ``test_memory.py`` holds the two against each other, write by write.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kvitt.domain.asks import Answer, Ask
from kvitt.domain.errors import KvittError, LeaseLost, UnsafePlan
from kvitt.domain.ids import StoreRefundId
from kvitt.domain.intents import State
from kvitt.domain.journal import Call, Case, Lease, Receipt, Snapshot, WriteBack
from kvitt.domain.money import Money
from kvitt.domain.plan import Agree, Hold, Journal, Plan, Wish
from simulation.memory.queue import nothing
from simulation.memory.rows import IntentRow, Now, OrderRow, OwedRow, Rows

#: From which states each may be reached.
FROM = {
    State.PLANNED: frozenset({State.SENT, State.PARKED}),
    State.SENT: frozenset({State.PLANNED, State.SENT, State.UNKNOWN}),
    State.DONE: frozenset({State.SENT, State.UNKNOWN, State.PARKED}),
    State.REFUSED: frozenset({State.SENT}),
    State.UNKNOWN: frozenset({State.SENT}),
    State.PARKED: frozenset({State.SENT, State.UNKNOWN}),
}
ROTATES = frozenset({State.PLANNED, State.SENT, State.UNKNOWN, State.REFUSED})


def check_transition(row: IntentRow, state: State) -> None:
    """Refuse what no evidence allows. Raises UnsafePlan."""
    if row.state not in FROM[state]:
        raise UnsafePlan(f"this {row.call.kind} is {row.state} and cannot become {state}")


class MemoryLedger:
    """Everything that is remembered of orders.

    ``crossing`` is told of every write before and after it takes effect.
    """

    def __init__(
        self, rows: Rows, now: Now, *, crossing: Callable[[str], None] = nothing
    ) -> None:
        self.rows = rows
        self._now = now
        self._crossing = crossing

    def load(self, lease: Lease) -> Case:
        """Read everything we remember of the order. Raises LeaseLost."""
        self._crossing("load")
        row = self._held(lease)
        intents = row.intents.values()
        return Case(
            journal=journal_of(row),
            policy=self.rows.policy,
            snapshot=row.snapshot,
            unsettled=tuple(each.stored() for each in intents if not each.state.settled),
            owed=tuple(each.owed for each in row.owed.values() if not each.outcome),
            asks=tuple(each.ask for each in row.asks.values() if each.answer is None),
            hold=row.hold,
            account=row.account,
            rests=rests(row),
            must_match=row.must_match,
        )

    def save_snapshot(self, lease: Lease, snapshot: Snapshot) -> None:
        """Remember both halves as they were just read."""
        row = self._open("save_snapshot", lease)
        row.snapshot = snapshot
        if snapshot.store is not None and snapshot.store.refunds:
            seen = {int(refund.id): refund.amount for refund in snapshot.store.refunds}
            row.refunds_seen = {**row.refunds_seen, **seen}
        self._crossing("saved")

    def record_booked(self, lease: Lease, refund: StoreRefundId, amount: Money) -> None:
        """Remember a refund that we have booked in the shop, as one that was seen there."""
        row = self._open("record_booked", lease)
        row.refunds_seen = {**row.refunds_seen, int(refund): amount}
        self._crossing("booked")

    def save_agreement(self, lease: Lease, agree: Agree) -> None:
        """Remember the shop's lines as the ones Klarna has agreed to."""
        row = self._open("save_agreement", lease)
        row.agreed_fingerprint, row.agreed_amount = agree.fingerprint, agree.amount
        self._crossing("saved")

    def save_plan(self, lease: Lease, plan: Plan) -> None:
        """Remember the latest plan; a hold parks the order."""
        row = self._open("save_plan", lease)
        row.state = state_of(plan)
        row.guard = plan.guard.value if plan.guard else ""
        row.plan_text = (
            f"{plan.wanted}: not done. {plan.reason}" if plan.wanted else plan.reason
        )
        row.would = plan.would is not None
        row.last_error = ""
        row.hold = plan.hold
        if plan.hold is None:
            row.open_hold = None
        elif plan.hold.store_status:
            row.open_hold = plan.hold
        self._crossing("saved")

    def save_wish(self, lease: Lease, wish: Wish, *, wanted: bool) -> None:
        """Remember, or forget, what is still wanted."""
        row = self._open("save_wish", lease)
        row.wishes = row.wishes | {wish} if wanted else row.wishes - {wish}
        self._crossing("saved")

    def record_planned(self, lease: Lease, call: Call, *, ask: Ask | None = None) -> None:
        """Store a call before it is sent, for an ask where there is one; each once."""
        row = self._open("record_planned", lease)
        actor = "kvitt"
        if ask is not None:
            actor = ask.actor
            _bind(row, ask, call)
        if call.id not in row.intents:
            self._give_key(call.key, call.id)
            row.intents[call.id] = IntentRow(order=row.id, call=call, actor=actor)
            self._tell(row, "planned", call)
            self.stored(row, call, ask)
        self._crossing("planned")

    def record_sent(self, lease: Lease, call: Call) -> None:
        """Note that the call is about to be sent, durably, and count the attempt."""
        row = self._open("record_sent", lease)
        intent = _intent_of(row, call)
        check_transition(intent, State.SENT)
        known = intent.call
        if (known.key, known.epoch, known.body_digest) != (
            call.key,
            call.epoch,
            call.body_digest,
        ):
            raise UnsafePlan(f"this {call.kind} is stored under another key: look again")
        if intent.state is State.SENT:
            intent.doubtful, intent.quiet_until = True, None
        intent.state = State.SENT
        intent.attempts += 1
        intent.last_sent_at = self._now()
        intent.first_sent_at = intent.first_sent_at or intent.last_sent_at
        self._tell(row, "sent", call)
        self._crossing("sent")

    def record_done(
        self, lease: Lease, call: Call, receipt: Receipt, owed: Sequence[WriteBack]
    ) -> None:
        """Settle a call as carried out, and owe the shop the report of it, together."""
        row = self._open("record_done", lease)
        intent = self._settle(row, call, State.DONE)
        intent.remote_id = receipt.remote_id
        intent.doubtful = False
        if call.fingerprint:
            row.agreed_fingerprint, row.agreed_amount = call.fingerprint, call.amount
        self._owe(row, owed)
        self.settled_done(call, receipt)
        self._crossing("done")

    def record_refused(self, lease: Lease, call: Call, error: KvittError) -> None:
        """Settle a call as certainly not carried out."""
        row = self._open("record_refused", lease)
        intent = self._settle(row, call, State.REFUSED)
        intent.fail(error)
        intent.doubtful = False
        row.approved -= {str(call.id)}
        self.settled_refused(call, error)
        self._crossing("refused")

    def record_refused_in_doubt(
        self, lease: Lease, call: Call, error: KvittError, *, until: datetime
    ) -> None:
        """Note a refusal that proves nothing yet: an earlier attempt may still arrive."""
        row = self._open("record_refused_in_doubt", lease)
        intent = self._settle(row, call, State.UNKNOWN)
        intent.fail(error)
        intent.doubtful = True
        intent.quiet_until = until
        put_working(row)
        self._crossing("refused in doubt")

    def record_unsent(self, lease: Lease, call: Call, error: KvittError) -> None:
        """Note that an attempt certainly did nothing, and that the same call goes again."""
        row = self._open("record_unsent", lease)
        intent = _intent_of(row, call)
        check_transition(intent, State.PLANNED)
        intent.state = State.UNKNOWN if intent.doubtful else State.PLANNED
        intent.fail(error)
        self._tell(row, "unsent", call)
        self._crossing("unsent")

    def record_unknown(self, lease: Lease, call: Call, error: KvittError) -> None:
        """Note that nobody knows what became of a call."""
        row = self._open("record_unknown", lease)
        intent = self._settle(row, call, State.UNKNOWN)
        intent.fail(error)
        intent.doubtful = True
        intent.quiet_until = None
        put_working(row)
        self._crossing("unknown")

    def record_parked(self, lease: Lease, call: Call, hold: Hold) -> None:
        """Stop asking what became of a call: a person has to."""
        del hold
        row = self._open("record_parked", lease)
        self._settle(row, call, State.PARKED)
        self._crossing("parked")

    def rotate_key(self, lease: Lease, call: Call, *, key: UUID, epoch: int) -> bool:
        """Give a forgotten call a new key, if its epoch is still the one given before."""
        row = self._open("rotate_key", lease)
        intent = row.intents.get(call.id)
        if intent is None or intent.call.epoch != call.epoch or intent.state not in ROTATES:
            return False
        self._give_key(key, call.id)
        intent.call = replace(intent.call, key=key, epoch=epoch)
        intent.state = State.PLANNED
        intent.first_sent_at = None
        intent.quiet_until = None
        intent.doubtful = False
        self._tell(row, "new_key", call)
        self._crossing("rotated")
        return True

    def owe(self, lease: Lease, owed: Sequence[WriteBack]) -> None:
        """Owe the shop something; what is owed or written already is not owed again."""
        row = self._open("owe", lease)
        self._owe(row, owed)
        self._crossing("owed")

    def record_write_attempt(self, lease: Lease, write_back: WriteBack) -> None:
        """Note that a write to the shop is about to be sent."""
        row = self._open("record_write_attempt", lease)
        owed = self._owed_row(row, write_back)
        owed.owed = replace(owed.owed, attempts=owed.owed.attempts + 1)
        self._crossing("attempted")

    def record_written(self, lease: Lease, write_back: WriteBack, *, outcome: str) -> None:
        """Settle what was owed to the shop: ``written``, ``found`` or ``overtaken``."""
        row = self._open("record_written", lease)
        owed = self._owed_row(row, write_back)
        owed.outcome = owed.outcome or outcome
        self._crossing("written")

    def record_adopted(self, lease: Lease, remote_id: str, owed: Sequence[WriteBack]) -> None:
        """Remember what was done elsewhere at Klarna, and owe the shop the report of it."""
        row = self._open("record_adopted", lease)
        row.adopted |= {remote_id}
        self._owe(row, owed)
        self._crossing("adopted")

    def settle_ask(self, lease: Lease, ask: Ask, answer: Answer) -> None:
        """Give an ask its final answer. One that has an answer keeps it."""
        row = self._open("settle_ask", lease)
        known = row.asks.get(ask.id)
        if known is not None and known.answer is None:
            known.answer = answer
        self._crossing("answered")

    def record_matched(self, lease: Lease) -> None:
        """Note that the order was read anew since a backup was put back."""
        row = self._open("record_matched", lease)
        row.must_match = False
        for each in row.owed.values():
            if not each.outcome:
                each.owed = replace(each.owed, attempts=each.owed.attempts + 1)
        self._crossing("matched")

    def record_event(self, lease: Lease, what: str, text: str) -> None:
        """Add a row to the order's timeline."""
        row = self._open("record_event", lease)
        if what == "failed":
            row.last_error = text
        row.timeline.append((what, text))
        self._crossing("told")

    def stored(self, row: OrderRow, call: Call, ask: Ask | None) -> None:
        """A call is in the journal now; whoever watches says so here."""

    def settled_done(self, call: Call, receipt: Receipt) -> None:
        """A call is settled as carried out."""

    def settled_refused(self, call: Call, error: KvittError) -> None:
        """A call is settled as certainly not carried out."""

    def _held(self, lease: Lease) -> OrderRow:
        row = self.rows.orders.get(lease.order)
        if row is None or row.lease_token != lease.token:
            raise LeaseLost
        return row

    def _open(self, what: str, lease: Lease) -> OrderRow:
        """Give the order's row for one write. Raises LeaseLost."""
        self._crossing(what)
        return self._held(lease)

    def _settle(self, row: OrderRow, call: Call, state: State) -> IntentRow:
        intent = _intent_of(row, call)
        check_transition(intent, state)
        intent.state = state
        self._tell(row, state.value, call)
        return intent

    def _owe(self, row: OrderRow, owed: Sequence[WriteBack]) -> None:
        for one in owed:
            if one.id not in row.owed:
                since = one.owed_since or self._now()
                row.owed[one.id] = OwedRow(
                    order=row.id, owed=replace(one, owed_since=since, attempts=0)
                )

    def _owed_row(self, row: OrderRow, write_back: WriteBack) -> OwedRow:
        if write_back.id not in row.owed:
            self._owe(row, (write_back,))
        return row.owed[write_back.id]

    def _give_key(self, key: UUID, call: UUID) -> None:
        if self.rows.keys.setdefault(key, call) != call:
            raise UnsafePlan("this key belongs to another call")

    def _tell(self, row: OrderRow, what: str, call: Call) -> None:
        row.timeline.append((what, f"{call.kind} {call.amount.minor} epoch {call.epoch}"))


def journal_of(row: OrderRow) -> Journal:
    """Return what we have done to an order, as the decision needs it."""
    return Journal(
        records=tuple(intent.record() for intent in row.intents.values()),
        agreed_fingerprint=row.agreed_fingerprint,
        agreed_amount=row.agreed_amount,
        adopted=row.adopted,
        refunds_seen=dict(row.refunds_seen),
        wishes=row.wishes,
        open_hold=row.open_hold,
        approved=row.approved,
        switched_off=row.switched_off,
    )


def rests(row: OrderRow) -> str | None:
    """Return why there was nothing to do; None where anything else is shown of the order."""
    shown = (row.hold, row.open_hold, row.would, row.last_error)
    return row.plan_text if row.state == "in_step" and not any(shown) else None


def put_working(row: OrderRow) -> None:
    """Show an order as worked on while a call of it is unknown, unless it is held."""
    if row.state in {"in_step", "guarded"}:
        row.state, row.plan_text = "working", ""


def state_of(plan: Plan) -> str:
    """Return where an order with this plan stands."""
    if plan.hold is not None:
        return "held"
    if plan.steps:
        return "working"
    return "guarded" if plan.guard is not None else "in_step"


def _intent_of(row: OrderRow, call: Call) -> IntentRow:
    intent = row.intents.get(call.id)
    if intent is None:
        raise UnsafePlan("this call is not in the journal of this order: it may not be sent")
    return intent


def _bind(row: OrderRow, ask: Ask, call: Call) -> None:
    """Say which call carries an ask out (``adapters/database/ledger/asks.py``)."""
    known = row.asks.get(ask.id)
    if known is None or known.answer is not None:
        raise UnsafePlan("this request has been answered already: nothing is sent for it")
    bound = known.ask.intent
    if bound is not None and bound != call.id:
        before = row.intents.get(bound)
        if before is None or before.state not in {State.PLANNED, State.DONE}:
            raise UnsafePlan("the call that was sent for this request is not settled")
    known.ask = replace(known.ask, intent=call.id)
