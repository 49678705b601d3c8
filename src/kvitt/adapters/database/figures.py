"""The columns that lists show and search, taken from what was last read."""

from kvitt.adapters.database.models import Order, OrderTerm
from kvitt.adapters.database.vault import Vault
from kvitt.domain.journal import Snapshot
from kvitt.domain.klarna_order import KlarnaOrder
from kvitt.domain.store_order import StoreOrder

STORE_COLUMNS = (
    "number",
    "customer",
    "store_status",
    "store_status_since",
    "currency",
    "total_minor",
    "store_refunded_minor",
)
KLARNA_COLUMNS = (
    "placed_at",
    "klarna_order_id",
    "klarna_status",
    "fraud_status",
    "authorized_minor",
    "captured_minor",
    "refunded_minor",
    "remaining_minor",
    "expires_at",
)
COLUMNS = (*STORE_COLUMNS, *KLARNA_COLUMNS)

#: What moves them is worth a row of the timeline.
TOLD = (
    "store_status",
    "klarna_status",
    "fraud_status",
    "total_minor",
    "authorized_minor",
    "captured_minor",
    "refunded_minor",
    "remaining_minor",
)
_LONGEST_TERM = 100


def put(order: Order, snapshot: Snapshot) -> None:
    """Set the columns of an order; the caller saves them."""
    if snapshot.store is not None:
        _put_store(order, snapshot.store)
    _put_klarna(order, snapshot.klarna)
    if not order.klarna_order_id and snapshot.store is not None:
        order.klarna_order_id = (snapshot.store.klarna_order_id or "")[:64]


def told(order: Order) -> dict[str, int | str | None]:
    """Return the figures whose change is told."""
    return {name: getattr(order, name) for name in TOLD}


def terms_of(snapshot: Snapshot, vault: Vault) -> frozenset[str]:
    """Return the words the order is found by.

    The customer's e-mail address is not among them, only a keyed mark of it: an order is
    found by an address that somebody knows, and no list of addresses lies in the table.
    """
    words: list[str] = []
    if snapshot.store is not None:
        store = snapshot.store
        words += [str(store.id), store.number, *store.customer.split()]
        words += [store.klarna_order_id or ""]
        email = store.shipping_address.email.strip().casefold()
        words += [vault.marks(email)[0]] if email else []
    if snapshot.klarna is not None:
        klarna = snapshot.klarna
        words += [klarna.id, klarna.klarna_reference, klarna.merchant_reference1]
        words += [made.klarna_reference for made in klarna.captures]
    return frozenset(word.casefold()[:_LONGEST_TERM] for word in words if word)


def index(order: Order, terms: frozenset[str]) -> None:
    """Make the order findable by these words and no others."""
    known = set(OrderTerm.objects.filter(order=order).values_list("term", flat=True))
    if gone := known - terms:
        OrderTerm.objects.filter(order=order, term__in=gone).delete()
    OrderTerm.objects.bulk_create(OrderTerm(order=order, term=term) for term in terms - known)


def _put_store(order: Order, store: StoreOrder) -> None:
    order.number = store.number[:100]
    order.customer = store.customer[:200]
    if order.store_status != store.status[:50]:
        order.store_status = store.status[:50]
        order.store_status_since = store.modified_at
    order.currency = store.currency
    order.total_minor = store.total.minor
    order.store_refunded_minor = sum(refund.amount.minor for refund in store.refunds)


def _put_klarna(order: Order, klarna: KlarnaOrder | None) -> None:
    order.klarna_order_id = klarna.id[:64] if klarna else ""
    order.klarna_status = klarna.status.value if klarna else ""
    order.fraud_status = klarna.fraud_status.value if klarna else ""
    order.authorized_minor = klarna.order_amount.minor if klarna else None
    order.captured_minor = klarna.captured.minor if klarna else None
    order.refunded_minor = klarna.refunded.minor if klarna else None
    order.remaining_minor = klarna.remaining.minor if klarna else None
    order.expires_at = klarna.expires_at if klarna else None
    if klarna is not None and klarna.created_at is not None:
        order.placed_at = klarna.created_at
