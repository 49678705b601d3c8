"""Calls to Klarna: stored before they are sent, settled by evidence and by nothing else.

    planned ──► sent ──► done        Klarna said so, or its record bears the reference
       ▲          │ ├──► refused     Klarna said so, and no earlier attempt is in doubt
       └──────────┤ └──► unknown     nobody answered: the same key goes again
      certainly   │         └──► parked   a person finds out: done, or planned again
     did nothing  └─► unknown, where an earlier attempt is in doubt

A transition that is not drawn is refused with ``UnsafePlan``: a call that is done
cannot be sent again, whoever asks.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from kvitt.adapters.database.ledger.asks import bind
from kvitt.adapters.database.ledger.book import KVITT, NO_FACTS, Book, context_of_body
from kvitt.adapters.database.ledger.snapshots import put_agreement
from kvitt.adapters.database.ledger.standing import STANDS, put_working
from kvitt.adapters.database.ledger.write_backs import store_owed
from kvitt.adapters.database.models import IntentRow, Order
from kvitt.domain.asks import Ask
from kvitt.domain.errors import KvittError, RemoteError, UnsafePlan
from kvitt.domain.intents import State
from kvitt.domain.journal import Call, Lease, Receipt, WriteBack
from kvitt.domain.lines import Json
from kvitt.domain.plan import Hold

#: From which states each may be reached.
_FROM = {
    State.PLANNED: frozenset({State.SENT, State.PARKED}),
    State.SENT: frozenset({State.PLANNED, State.SENT, State.UNKNOWN}),
    State.DONE: frozenset({State.SENT, State.UNKNOWN, State.PARKED}),
    State.REFUSED: frozenset({State.SENT}),
    State.UNKNOWN: frozenset({State.SENT}),
    State.PARKED: frozenset({State.SENT, State.UNKNOWN}),
}
#: What a call's row learns after it is stored. Never its body: another process may seal that
#: anew at the same moment (``sealed.py``), and what was read before must not come back.
_CHANGING = (
    *("state", "attempts", "first_sent_at", "last_sent_at", "doubtful", "quiet_until"),
    *("remote_id", "http_status", "correlation_id", "settled_at"),
    *("error_class", "error_code", "error_messages"),
)
#: In which a call may get a new key: it was refused, or the old one may be forgotten, or
#: have been used after the backup that was put back.
_ROTATES = (
    *(State.PLANNED.value, State.SENT.value),
    *(State.UNKNOWN.value, State.REFUSED.value),
)


def check_transition(row: IntentRow, state: State) -> None:
    """Refuse what no evidence allows. Raises UnsafePlan."""
    if State(row.state) not in _FROM[state]:
        raise UnsafePlan(
            f"this {row.kind} is {row.state} and cannot become {state}: look at the order again"
        )


class Calls(Book):
    """The part of the journal that money depends on."""

    def record_planned(self, lease: Lease, call: Call, *, ask: Ask | None = None) -> None:
        """Store a call before it is sent, for an ask where there is one.

        A call of the same id is stored once. Raises UnsafePlan where the ask has been
        answered, or has another call that may have been carried out.
        """
        actor = ask.actor if ask is not None else KVITT
        with self._writing(lease) as order:
            if ask is not None:
                bind(order, ask, call)
            if IntentRow.objects.filter(uid=call.id).exists():
                return
            IntentRow.objects.create(
                uid=call.id,
                order=order,
                klarna_order_id=call.klarna_order_id,
                kind=call.kind.value,
                state=State.PLANNED.value,
                amount_minor=call.amount.minor,
                currency=call.amount.currency,
                key=call.key,
                epoch=call.epoch,
                reference=call.reference,
                body_sealed=self._vault.seal(
                    json.dumps(call.body, ensure_ascii=False), context=context_of_body(call.id)
                ),
                body_digest=call.body_digest,
                reason=call.reason,
                actor=actor,
                store_refund_id=call.store_refund_id,
                capture_id=call.capture_id or "",
                fingerprint=call.fingerprint,
                quantities=dict(call.quantities),
                amounts=dict(call.amounts),
                created_at=self._now(),
            )
            self._tell(order, "planned", call, call.reason, actor=actor)

    def record_sent(self, lease: Lease, call: Call) -> None:
        """Note that the call is about to be sent, durably, and count the attempt."""
        with self._writing(lease) as order:
            row = _row_of(order, call)
            check_transition(row, State.SENT)
            if (row.key, row.epoch, row.body_digest) != (
                call.key,
                call.epoch,
                call.body_digest,
            ):
                raise UnsafePlan(f"this {row.kind} is stored under another key: look again")
            if row.state == State.SENT:
                # The worker died before it could say what became of the attempt.
                row.doubtful, row.quiet_until = True, None
            row.state = State.SENT.value
            row.attempts += 1
            row.last_sent_at = self._now()
            row.first_sent_at = row.first_sent_at or row.last_sent_at
            row.save(update_fields=_CHANGING)
            self._tell(order, "sent", call, facts={"attempt": row.attempts})

    def record_done(
        self, lease: Lease, call: Call, receipt: Receipt, owed: Sequence[WriteBack]
    ) -> None:
        """Settle a call as carried out, and owe the shop the report of it, together."""
        with self._writing(lease) as order:
            row = _row_of(order, call)
            check_transition(row, State.DONE)
            row.state = State.DONE.value
            row.remote_id = receipt.remote_id
            row.correlation_id = receipt.correlation_id
            row.http_status = receipt.status
            row.settled_at = self._now()
            row.doubtful = False
            row.save(update_fields=_CHANGING)
            if call.fingerprint:
                put_agreement(order, call.fingerprint, call.amount)
            store_owed(order, owed, now=self._now())
            facts: dict[str, Json] = {"remote_id": receipt.remote_id}
            self._tell(order, "done", call, call.reason, facts=facts)

    def record_refused(self, lease: Lease, call: Call, error: KvittError) -> None:
        """Settle a call as certainly not carried out."""
        with self._writing(lease) as order:
            row = self._settle(order, call, State.REFUSED, error)
            row.settled_at = self._now()
            row.doubtful = False
            row.save(update_fields=_CHANGING)
            # The one more try that a person allowed is used up.
            order.approvals = [code for code in order.approvals or () if code != str(call.id)]
            order.save(update_fields=("approvals",))
            self._tell(order, "refused", call, str(error), facts=_facts(error))

    def record_refused_in_doubt(
        self, lease: Lease, call: Call, error: KvittError, *, until: datetime
    ) -> None:
        """Note a refusal that proves nothing yet: an earlier attempt may still arrive."""
        with self._writing(lease, *STANDS) as order:
            row = self._settle(order, call, State.UNKNOWN, error)
            row.doubtful = True
            row.quiet_until = until
            row.save(update_fields=_CHANGING)
            put_working(order, now=self._now())
            self._tell(order, "refused_in_doubt", call, str(error), facts=_facts(error))

    def record_unsent(self, lease: Lease, call: Call, error: KvittError) -> None:
        """Note that an attempt certainly did nothing, and that the same call goes again."""
        with self._writing(lease) as order:
            row = _row_of(order, call)
            check_transition(row, State.PLANNED)
            row.state = State.UNKNOWN.value if row.doubtful else State.PLANNED.value
            _note_error(row, error)
            row.save(update_fields=_CHANGING)
            self._tell(order, "unsent", call, str(error), facts=_facts(error))

    def record_unknown(self, lease: Lease, call: Call, error: KvittError) -> None:
        """Note that nobody knows what became of a call."""
        with self._writing(lease, *STANDS) as order:
            row = self._settle(order, call, State.UNKNOWN, error)
            row.doubtful = True
            row.quiet_until = None
            row.save(update_fields=_CHANGING)
            put_working(order, now=self._now())
            self._tell(order, "unknown", call, str(error), facts=_facts(error))

    def record_parked(self, lease: Lease, call: Call, hold: Hold) -> None:
        """Stop asking what became of a call: a person has to."""
        with self._writing(lease) as order:
            row = _row_of(order, call)
            check_transition(row, State.PARKED)
            row.state = State.PARKED.value
            row.save(update_fields=_CHANGING)
            self._tell(order, "parked", call, hold.sentence)

    def rotate_key(self, lease: Lease, call: Call, *, key: UUID, epoch: int) -> bool:
        """Give a forgotten call a new key, if its epoch is still the one given before."""
        with self._writing(lease) as order:
            same = IntentRow.objects.filter(uid=call.id, order=order, epoch=call.epoch)
            rotated = same.filter(state__in=_ROTATES).update(
                key=key,
                epoch=epoch,
                state=State.PLANNED.value,
                first_sent_at=None,
                settled_at=None,
                quiet_until=None,
                doubtful=False,
            )
            if rotated:
                self._tell(order, "new_key", call, facts={"epoch": epoch})
            return bool(rotated)

    def _settle(self, order: Order, call: Call, state: State, error: KvittError) -> IntentRow:
        row = _row_of(order, call)
        check_transition(row, state)
        row.state = state.value
        _note_error(row, error)
        return row

    def _tell(
        self,
        order: Order,
        what: str,
        call: Call,
        text: str = "",
        *,
        facts: Mapping[str, Json] = NO_FACTS,
        actor: str = KVITT,
    ) -> None:
        about: dict[str, Json] = {
            "intent": str(call.id),
            "kind": call.kind.value,
            "minor": call.amount.minor,
            "currency": call.amount.currency,
            "epoch": call.epoch,
            "body_digest": call.body_digest,
        }
        self._note(order, what, text, facts={**about, **facts}, actor=actor)


def _row_of(order: Order, call: Call) -> IntentRow:
    row = IntentRow.objects.filter(uid=call.id, order=order).first()
    if row is None:
        raise UnsafePlan("this call is not in the journal of this order: it may not be sent")
    return row


def _note_error(row: IntentRow, error: KvittError) -> None:
    row.error_class = type(error).__name__
    if isinstance(error, RemoteError):
        row.error_code = (error.code or "")[:100]
        row.error_messages = list(error.messages)
        row.correlation_id = (error.correlation_id or "")[:100]
        row.http_status = error.status


def _facts(error: KvittError) -> dict[str, Json]:
    if not isinstance(error, RemoteError):
        return {"error": type(error).__name__}
    return {
        "error": type(error).__name__,
        "code": error.code or "",
        "correlation_id": error.correlation_id or "",
    }
