"""What the two halves were when they were last read, and what they have agreed on."""

import json

from kvitt.adapters.database import comparing, figures, movements, shapes
from kvitt.adapters.database.ledger.book import Book, context_of_store
from kvitt.adapters.database.models import Order
from kvitt.adapters.database.vault import Vault
from kvitt.domain.ids import StoreRefundId
from kvitt.domain.journal import Lease, Snapshot
from kvitt.domain.klarna_order import KlarnaOrder
from kvitt.domain.money import Money
from kvitt.domain.plan import Agree
from kvitt.domain.store_order import StoreOrder

_KNOWN = ("refunds_seen", *figures.COLUMNS)
_SNAPSHOT = ("store_sealed", "klarna", "klarna_read_at", *_KNOWN, *comparing.COLUMNS)


def read_snapshot(order: Order, vault: Vault) -> Snapshot:
    """Return both halves of an order as they were stored."""
    store = None
    if order.store_sealed:
        text = vault.open(order.store_sealed, context=context_of_store(order.pk))
        store = shapes.unpack(StoreOrder, json.loads(text))
    klarna = None if order.klarna is None else shapes.unpack(KlarnaOrder, order.klarna)
    return Snapshot(store=store, klarna=klarna, klarna_read_at=order.klarna_read_at)


def refunds_seen(order: Order) -> dict[int, Money]:
    """Return the refunds of the shop that were ever seen."""
    return {
        int(refund): shapes.unpack(Money, amount)
        for refund, amount in (order.refunds_seen or {}).items()
    }


def put_agreement(order: Order, fingerprint: str, amount: Money) -> None:
    """Remember what both halves agreed on, in the caller's transaction."""
    order.agreed_fingerprint = fingerprint
    order.agreed_amount = shapes.pack(Money, amount)
    order.save(update_fields=("agreed_fingerprint", "agreed_amount"))


class Snapshots(Book):
    """The part of the journal that remembers what was read."""

    def save_snapshot(self, lease: Lease, snapshot: Snapshot) -> None:
        """Remember both halves as they were just read."""
        with self._writing(lease, *_KNOWN, *comparing.FROM) as order:
            before = figures.told(order)
            store = snapshot.store
            order.store_sealed = self._sealed(order, store) if store else ""
            order.klarna = (
                None if snapshot.klarna is None else shapes.pack(KlarnaOrder, snapshot.klarna)
            )
            order.klarna_read_at = snapshot.klarna_read_at
            if store is not None and store.refunds:
                seen = {
                    str(refund.id): shapes.pack(Money, refund.amount)
                    for refund in store.refunds
                }
                order.refunds_seen = {**(order.refunds_seen or {}), **seen}
            figures.put(order, snapshot)
            comparing.put(order)
            order.save(update_fields=_SNAPSHOT)
            figures.index(order, figures.terms_of(snapshot, self._vault))
            after = figures.told(order)
            if after != before:
                movements.keep(order, snapshot.klarna)
                changed = {name: after[name] for name in after if after[name] != before[name]}
                self._note(order, "seen", facts={"currency": order.currency, **changed})

    def record_booked(self, lease: Lease, refund: StoreRefundId, amount: Money) -> None:
        """Remember a refund that we have booked in the shop, as one that was seen there."""
        with self._writing(lease, "refunds_seen") as order:
            seen = {str(refund): shapes.pack(Money, amount)}
            order.refunds_seen = {**(order.refunds_seen or {}), **seen}
            order.save(update_fields=("refunds_seen",))

    def save_agreement(self, lease: Lease, agree: Agree) -> None:
        """Remember the shop's lines as the ones Klarna has agreed to."""
        with self._writing(lease) as order:
            put_agreement(order, agree.fingerprint, agree.amount)
            self._note(
                order,
                "agreed",
                facts={"minor": agree.amount.minor, "currency": agree.amount.currency},
            )

    def _sealed(self, order: Order, store: StoreOrder) -> str:
        text = json.dumps(shapes.pack(StoreOrder, store), ensure_ascii=False)
        return self._vault.seal(text, context=context_of_store(order.pk))
