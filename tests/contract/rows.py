"""Rows and values that the contract suites of the database begin with."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Thread
from uuid import UUID, uuid5

from django.db import connections

from kvitt.adapters.database.models import Shop
from kvitt.adapters.database.repositories import NewShop, ShopRepository
from kvitt.adapters.database.vault import Vault
from kvitt.domain.ids import KlarnaOrderId, ShopId, StoreOrderId, StoreRefundId
from kvitt.domain.journal import Call, Receipt, Snapshot, WriteBack, WriteKind
from kvitt.domain.klarna_order import FraudStatus, KlarnaOrder, KlarnaStatus
from kvitt.domain.lines import Json
from kvitt.domain.money import Money
from kvitt.domain.steps import Kind, digest_of
from kvitt.domain.store_order import Address, LineKind, StoreLine, StoreOrder, StoreRefund

NAMESPACE = UUID("5d6f0c8a-3f8b-4b52-9d5a-6b1d2f0e7a31")
KLARNA_ID = KlarnaOrderId("6a4f1f0e-8b1c-4f1a-9d2e-0c1b2a3d4e5f")
LEASE = timedelta(minutes=5)
SEK_100 = Money(10000, "SEK")


def add_shop(vault: Vault, now: Callable[[], datetime], *, nth: int = 1) -> Shop:
    """Connect a shop whose webhook address is ``door-<nth>``."""
    return ShopRepository(vault, now).add_shop(
        NewShop(
            uid=uuid5(NAMESPACE, f"shop {nth}"),
            name=f"Shop {nth}",
            url=f"https://shop-{nth}.example",
            consumer_key="ck_1",
            consumer_secret="cs_1",
            hook_token=f"door-{nth}",
            hook_secret="enkel-hemlighet-123",
        )
    )


def shop_id(shop: Shop) -> ShopId:
    """Return the id of a shop's row, as its own type."""
    return ShopId(shop.pk)


def store_order(order_id: int = 1042, **changes: object) -> StoreOrder:
    """Return a paid order of 100 SEK."""
    line = StoreLine(
        id=1,
        kind=LineKind.PRODUCT,
        name="Mössa",
        reference="MOSSA-1",
        quantity=1,
        subtotal=Decimal("80.00"),
        subtotal_tax=Decimal("20.000000"),
        total=Decimal("80.00"),
        total_tax=Decimal("20.000000"),
        rates=(Decimal("25.0000"),),
    )
    fields: dict[str, object] = {
        "id": StoreOrderId(order_id),
        "number": str(order_id),
        "status": "processing",
        "total": SEK_100,
        "lines": (line,),
        "payment_method": "klarna_payments",
        "klarna_order_id": KLARNA_ID,
        "paid": True,
        "modified_at": datetime(2026, 3, 1, 12, tzinfo=UTC),
        "customer": "Östen Ek",
        "shipping_address": Address(given_name="Östen", street_address="Storgatan 1"),
    }
    return StoreOrder(**{**fields, **changes})  # type: ignore[arg-type]


def store_refund(refund_id: int, minor: int) -> StoreRefund:
    """Return a refund that the shop has booked."""
    return StoreRefund(
        id=StoreRefundId(refund_id),
        amount=Money(minor, "SEK"),
        reason="Too small",
        created_at=datetime(2026, 3, 1, 13, tzinfo=UTC),
    )


def klarna_order(**changes: object) -> KlarnaOrder:
    """Return an authorized order of 100 SEK."""
    fields: dict[str, object] = {
        "id": KLARNA_ID,
        "status": KlarnaStatus.AUTHORIZED,
        "fraud_status": FraudStatus.ACCEPTED,
        "order_amount": SEK_100,
        "original_order_amount": SEK_100,
        "captured": Money.zero("SEK"),
        "refunded": Money.zero("SEK"),
        "remaining": SEK_100,
        "klarna_reference": "K4MADNY5",
        "expires_at": datetime(2026, 3, 29, tzinfo=UTC),
    }
    return KlarnaOrder(**{**fields, **changes})  # type: ignore[arg-type]


def snapshot(**changes: object) -> Snapshot:
    """Return both halves of an order, with the shop's changed."""
    return Snapshot(
        store=store_order(**changes),  # type: ignore[arg-type]
        klarna=klarna_order(),
        klarna_read_at=datetime(2026, 3, 2, 8, 59, tzinfo=UTC),
    )


def capture(name: str = "capture", *, epoch: int = 0, fingerprint: str = "") -> Call:
    """Return a call that captures 100 SEK."""
    intent = uuid5(NAMESPACE, name)
    body: dict[str, Json] = {"captured_amount": 10000, "reference": "1042|å"}
    return Call(
        id=intent,
        kind=Kind.CAPTURE,
        klarna_order_id=KLARNA_ID,
        key=uuid5(intent, str(epoch)),
        epoch=epoch,
        reference="1042|å",
        amount=SEK_100,
        body=body,
        body_digest=digest_of(body),
        reason="The order is completed.",
        fingerprint=fingerprint,
        quantities={"MOSSA-1": 1},
    )


def receipt(remote_id: str = "cap-1") -> Receipt:
    """Return Klarna's word that a call was carried out."""
    return Receipt(remote_id=remote_id, correlation_id="corr-1", status=201)


def note(name: str = "note") -> WriteBack:
    """Return an order note that is owed."""
    return WriteBack(
        id=uuid5(NAMESPACE, name), kind=WriteKind.NOTE, note="Klarna order captured."
    )


def in_threads(*works: Callable[[], object]) -> None:
    """Run all at once, each with connections of its own, and wait for all of them."""
    failures: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        # Whatever it is, the test has to know of it.
        except BaseException as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
