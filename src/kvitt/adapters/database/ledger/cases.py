"""Reading everything that is remembered of one order, as a decision needs it."""

import json

from kvitt.adapters.database import shapes
from kvitt.adapters.database.ledger.asks import read_asks
from kvitt.adapters.database.ledger.book import Book, context_of_body
from kvitt.adapters.database.ledger.snapshots import read_snapshot, refunds_seen
from kvitt.adapters.database.ledger.write_backs import read_owed
from kvitt.adapters.database.models import Adoption, IntentRow, Order, OrderState, WriteBackRow
from kvitt.adapters.database.vault import Vault
from kvitt.domain.errors import LeaseLost
from kvitt.domain.ids import CaptureId, KlarnaOrderId, StoreRefundId
from kvitt.domain.intents import IntentRecord, State
from kvitt.domain.journal import Call, Case, Lease, StoredCall
from kvitt.domain.money import Money
from kvitt.domain.plan import Hold, Journal, Wish
from kvitt.domain.policy import Policy
from kvitt.domain.steps import Kind


class Cases(Book):
    """The part of the journal that is read."""

    def load(self, lease: Lease) -> Case:
        """Read everything we remember of the order. Raises LeaseLost."""
        held = Order.objects.filter(pk=lease.order, lease_token=lease.token)
        order = held.select_related("shop").first()
        if order is None:
            raise LeaseLost
        intents = list(IntentRow.objects.filter(order=order).order_by("pk"))
        owed = WriteBackRow.objects.filter(order=order, outcome="").order_by("pk")
        return Case(
            journal=journal_of(order, intents),
            policy=shapes.unpack(Policy, order.shop.policy),
            snapshot=read_snapshot(order, self._vault),
            unsettled=tuple(
                read_call(row, self._vault) for row in intents if not State(row.state).settled
            ),
            owed=tuple(read_owed(row) for row in owed),
            asks=read_asks(order),
            hold=read_hold(order),
            account=order.account_id,
            must_match=order.must_match,
            rests=_rests(order),
        )


def journal_of(order: Order, intents: "list[IntentRow]") -> Journal:
    """Return what we have done to an order, as the decision needs it."""
    agreed = order.agreed_amount
    adopted = Adoption.objects.filter(order=order).values_list("remote_id", flat=True)
    return Journal(
        records=tuple(read_record(row) for row in intents),
        agreed_fingerprint=order.agreed_fingerprint or None,
        agreed_amount=None if agreed is None else shapes.unpack(Money, agreed),
        adopted=frozenset(adopted),
        refunds_seen=refunds_seen(order),
        imported=order.observed,
        wishes=frozenset(Wish(wish) for wish in order.wishes or ()),
        open_hold=None if order.open_hold is None else shapes.unpack(Hold, order.open_hold),
        approved=frozenset(order.approvals or ()),
        switched_off=order.switched_off,
    )


def _rests(order: Order) -> str | None:
    """Return why there was nothing to do; None where anything else is shown of the order."""
    shown = (order.hold, order.open_hold, order.would)
    resting = order.state == OrderState.IN_STEP and order.state_since is not None
    return order.plan_text if resting and not any(shown) and not order.last_error else None


def read_hold(order: Order) -> Hold | None:
    """Return what an order waits for."""
    return None if order.hold is None else shapes.unpack(Hold, order.hold)


def read_record(row: IntentRow) -> IntentRecord:
    """Return a row of the journal, as the decision sees it."""
    return IntentRecord(
        id=row.uid,
        kind=Kind(row.kind),
        state=State(row.state),
        amount=row.amount,
        reference=row.reference,
        klarna_order_id=KlarnaOrderId(row.klarna_order_id),
        epoch=row.epoch,
        attempts=row.attempts,
        store_refund_id=_refund_id(row),
        remote_id=CaptureId(row.remote_id) if row.remote_id else None,
        quantities=row.quantities,
        amounts=row.amounts,
        error_code=row.error_code,
        first_sent_at=row.first_sent_at,
        last_sent_at=row.last_sent_at,
    )


def read_call(row: IntentRow, vault: Vault) -> StoredCall:
    """Return a call with all that is needed to send it again, byte for byte."""
    call = Call(
        id=row.uid,
        kind=Kind(row.kind),
        klarna_order_id=KlarnaOrderId(row.klarna_order_id),
        key=row.key,
        epoch=row.epoch,
        reference=row.reference,
        amount=row.amount,
        body=json.loads(vault.open(row.body_sealed, context=context_of_body(row.uid))),
        body_digest=row.body_digest,
        reason=row.reason,
        capture_id=CaptureId(row.capture_id) if row.capture_id else None,
        store_refund_id=_refund_id(row),
        fingerprint=row.fingerprint,
        quantities=row.quantities,
        amounts=row.amounts,
    )
    return StoredCall(
        call=call,
        state=State(row.state),
        attempts=row.attempts,
        first_sent_at=row.first_sent_at,
        last_sent_at=row.last_sent_at,
        quiet_until=row.quiet_until,
    )


def _refund_id(row: IntentRow) -> StoreRefundId | None:
    return None if row.store_refund_id is None else StoreRefundId(row.store_refund_id)
