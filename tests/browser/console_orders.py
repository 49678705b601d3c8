"""Orders for the console's tests, put into the database through the journal's own doors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from uuid import UUID, uuid5

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from kvitt.adapters.database.ledger import OrderLedger
from kvitt.adapters.database.models import Order, Shop
from kvitt.adapters.database.queue import OrderQueue
from kvitt.adapters.database.repositories import (
    AccountRepository,
    NewAccount,
    NewShop,
    ShopRepository,
)
from kvitt.adapters.database.vault import Vault
from kvitt.domain.decide import refusals
from kvitt.domain.errors import Rejected
from kvitt.domain.ids import (
    CaptureId,
    KlarnaOrderId,
    RefundId,
    ShopId,
    StoreOrderId,
    StoreRefundId,
)
from kvitt.domain.intents import Intent, Scope
from kvitt.domain.journal import Call, Receipt, Snapshot, WriteBack, WriteKind, call_of
from kvitt.domain.klarna_order import (
    FraudStatus,
    KlarnaCapture,
    KlarnaOrder,
    KlarnaRefund,
    KlarnaStatus,
)
from kvitt.domain.lines import LineType, OrderLine
from kvitt.domain.money import Money
from kvitt.domain.plan import Hold, HoldCode, Plan
from kvitt.domain.steps import Capture, Kind
from kvitt.domain.store_order import LineKind, StoreLine, StoreOrder, StoreRefund
from kvitt.web.accounts import roles
from kvitt.web.accounts.roles import Role

NAMES = UUID("4a1f9a54-0d2c-5b0e-8a58-3c5d0a1b2c3d")
PASSWORD = "a long enough password"
#: Sweater 2 × 499, mug 129, shipping 49: with tax.
TOTAL = 117600


def sek(minor: int) -> Money:
    return Money(minor, "SEK")


def person(role: Role | None, *, name: str = "", shop: int | None = None) -> User:
    """Make an account in a role, or in none; in one shop, or in every."""
    user = User.objects.create(username=name or (role or "nobody"), password=_hashed())
    if role is not None:
        roles.give(user, role, shop=shop)
    return user


@cache
def _hashed() -> str:
    """Return the password as it is kept; hashed once, for that is slow on purpose."""
    return make_password(PASSWORD)


def klarna_id(number: int) -> KlarnaOrderId:
    return KlarnaOrderId(str(uuid5(NAMES, f"klarna {number}")))


def line(nth: int, name: str, sku: str, quantity: int, each: str) -> StoreLine:
    """Return a line whose price holds 25 % tax."""
    gross = Decimal(each) * quantity
    net = gross * 4 / 5
    return StoreLine(
        id=nth,
        kind=LineKind.SHIPPING if sku.startswith("flat") else LineKind.PRODUCT,
        name=name,
        reference=sku,
        quantity=quantity,
        subtotal=net,
        subtotal_tax=gross - net,
        total=net,
        total_tax=gross - net,
        rates=(Decimal(25),),
    )


LINES = (
    line(1, "Merino wool sweater", "SW-101", 2, "499.00"),
    line(2, "Enamel mug", "MUG-1", 1, "129.00"),
    line(3, "Shipping: PostNord", "flat_rate:1", 1, "49.00"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stall:
    """A shop with its account, and the doors to the journal."""

    shop: Shop
    account: int
    queue: OrderQueue
    ledger: OrderLedger
    now: datetime

    def order(
        self,
        number: int,
        *,
        store: StoreOrder,
        klarna: KlarnaOrder | None,
        hold: Hold | None = None,
        calls: Sequence[Call] = (),
        refused: Sequence[Call] = (),
        ago: timedelta = timedelta(hours=1),
        under_way: bool = False,
    ) -> Order:
        """Put an order through one look, as a worker would."""
        self.queue.want(ShopId(self.shop.pk), store.id, why="webhook")
        lease = self.queue.claim(worker="test", lease=timedelta(minutes=5))
        assert lease is not None
        Order.objects.filter(pk=lease.order).update(account=self.account)
        snapshot = Snapshot(store=store, klarna=klarna, klarna_read_at=self.now)
        self.ledger.save_snapshot(lease, snapshot)
        for call in (*calls, *refused):
            self.ledger.record_planned(lease, call)
            self.ledger.record_sent(lease, call)
            if call in refused:
                self.ledger.record_refused(lease, call, REFUSAL)
            else:
                receipt = Receipt(remote_id=f"cap-{number}", correlation_id="c0-1", status=201)
                self.ledger.record_done(lease, call, receipt, [note_of(call)])
        reason = "All that is due, 1176.00 SEK, is captured."
        self.ledger.save_plan(lease, Plan(reason=reason, hold=hold))
        self.queue.settle(lease, due=self.now if under_way else None)
        received = self.now - ago
        Order.objects.filter(pk=lease.order).update(created_at=received, looked_at=self.now)
        if hold is not None:
            Order.objects.filter(pk=lease.order).update(hold_since=received)
        return Order.objects.get(pk=lease.order)


def open_stall(now: datetime, *, url: str = "https://shop.example.se") -> Stall:
    """Connect a shop."""
    vault = Vault.of(settings.KVITT)
    new = NewShop(
        uid=uuid5(NAMES, url),
        name="demo.shop",
        url=url,
        consumer_key="ck_1",
        consumer_secret="cs_1",
        hook_token=uuid5(NAMES, f"hook {url}").hex,
        hook_secret="secret",
    )
    shop = ShopRepository(vault, lambda: now).add_shop(new)
    account = AccountRepository(vault, lambda: now).add_account(
        NewAccount(
            uid=uuid5(NAMES, f"account {url}"),
            shop=ShopId(shop.pk),
            label="Main account",
            region="eu",
            environment="playground",
            username="PK1",
            password="secret",
        )
    )
    return Stall(
        shop=shop,
        account=account.pk,
        queue=OrderQueue(lambda: now),
        ledger=OrderLedger(vault, lambda: now),
        now=now,
    )


def store_order(number: int, now: datetime, /, **changes: object) -> StoreOrder:
    """Return the shop's half of a processing order."""
    order = StoreOrder(
        id=StoreOrderId(number),
        number=str(number),
        status="processing",
        total=sek(TOTAL),
        lines=LINES,
        payment_method="klarna_payments",
        klarna_order_id=klarna_id(number),
        paid=True,
        modified_at=now,
        customer="Astrid Lind",
    )
    return replace(order, **changes)  # type: ignore[arg-type]


def klarna_order(number: int, now: datetime, /, **changes: object) -> KlarnaOrder:
    """Return Klarna's half of an authorized order."""
    order = KlarnaOrder(
        id=klarna_id(number),
        status=KlarnaStatus.AUTHORIZED,
        fraud_status=FraudStatus.ACCEPTED,
        order_amount=sek(TOTAL),
        original_order_amount=sek(TOTAL),
        captured=sek(0),
        refunded=sek(0),
        remaining=sek(TOTAL),
        merchant_reference1=str(number),
        klarna_reference=f"K4MADNY{number}",
        created_at=now,
        expires_at=now + timedelta(days=27),
        purchase_country="SE",
        payment_method="INVOICE",
        payment_method_name="Pay later",
    )
    return replace(order, **changes)  # type: ignore[arg-type]


def capture_call(number: int, minor: int, *, quantities: dict[str, int]) -> Call:
    """Return a capture of these quantities."""
    lines = tuple(
        OrderLine(
            type=LineType.PHYSICAL,
            reference=reference,
            name=reference,
            quantity=quantity,
            unit_price=0,
            tax_rate=2500,
            total_amount=0,
        )
        for reference, quantity in quantities.items()
    )
    step = Capture(
        amount=sek(minor),
        lines=lines,
        captured_before=sek(0),
        reason="The shop's order is completed, so 1176.00 SEK is captured.",
    )
    scope = Scope(
        environment="playground",
        account="account",
        shop="shop",
        store_order_id=StoreOrderId(number),
        order_number=str(number),
        klarna_order_id=klarna_id(number),
    )
    return call_of(Intent(scope=scope, step=step))


def note_of(call: Call) -> WriteBack:
    """Return the note that reports a capture."""
    return WriteBack(
        id=uuid5(call.id, "note"),
        kind=WriteKind.NOTE,
        note=f"Klarna order captured. Amount: {call.amount}. Capture ID: cap-1.",
    )


def processing(stall: Stall, number: int = 1042, **changes: object) -> Order:
    """An order that is paid and waits to be sent."""
    store = store_order(number, stall.now, **changes)
    return stall.order(number, store=store, klarna=klarna_order(number, stall.now))


def part_refunded(stall: Stall, number: int = 1041) -> Order:
    """An order captured in part, of which a part went back."""
    now = stall.now
    refund = StoreRefund(
        id=StoreRefundId(7312),
        amount=sek(12900),
        reason="Damaged",
        created_at=now,
        lines=(replace(LINES[1], id=9, refunds_line=2),),
    )
    capture = KlarnaCapture(
        id=CaptureId("cap-1041"),
        klarna_reference="K4MADNY-1",
        amount=sek(67700),
        captured_at=now - timedelta(hours=3),
        reference=f"{number}|5f2c",
        refunded=sek(12900),
    )
    back = KlarnaRefund(
        id=RefundId("ref-1"),
        amount=sek(12900),
        refunded_at=now - timedelta(hours=1),
        reference=f"{number}|7312",
        description="Damaged",
    )
    return stall.order(
        number,
        store=store_order(number, now, customer="Jürgen Weiß", refunds=(refund,)),
        klarna=klarna_order(
            number,
            now,
            status=KlarnaStatus.PART_CAPTURED,
            captured=sek(67700),
            refunded=sek(12900),
            remaining=sek(49900),
            captures=(capture,),
            refunds=(back,),
        ),
        calls=[
            capture_call(number, 67700, quantities={"SW-101": 1, "MUG-1": 1, "flat_rate:1": 1})
        ],
        ago=timedelta(days=1),
    )


REFUSAL = Rejected(
    "Klarna answered 403 CAPTURE_NOT_ALLOWED",
    status=403,
    code="CAPTURE_NOT_ALLOWED",
    correlation_id="6a3d1f5e-1b1c-4a62-9b1e-0d8a5c6f7e21",
    messages=("Captured amount is higher than the remaining authorized amount.",),
)


def held(
    stall: Stall, number: int = 1029, *, ends: timedelta = timedelta(days=2), **changes: object
) -> Order:
    """An order whose capture Klarna has refused, and whose authorization ends soon."""
    why, next_step = refusals.meaning_of("CAPTURE_NOT_ALLOWED", kind=Kind.CAPTURE)
    hold = Hold(
        code=HoldCode.REFUSED_BY_KLARNA,
        wanted="Capture 1176.00 SEK",
        why=why,
        next_step=next_step,
        amount=sek(TOTAL),
    )
    return stall.order(
        number,
        store=store_order(
            number, stall.now, status="completed", **{"customer": "Óscar Núñez", **changes}
        ),
        klarna=klarna_order(number, stall.now, expires_at=stall.now + ends),
        hold=hold,
        refused=[capture_call(number, TOTAL, quantities={})],
        ago=timedelta(days=3),
    )


def street(stall: Stall) -> None:
    """An order of every kind a list shows."""
    now = stall.now
    done = {
        "status": KlarnaStatus.CAPTURED,
        "captured": sek(TOTAL),
        "remaining": sek(0),
    }
    stall.order(
        1035,
        store=store_order(1035, now, status="completed", customer="Élodie Martin"),
        klarna=klarna_order(1035, now, **done),
        ago=timedelta(days=5),
    )
    stall.order(
        1034,
        store=store_order(1034, now, status="cancelled", customer="Mikael Öberg"),
        klarna=klarna_order(1034, now, status=KlarnaStatus.CANCELLED, remaining=sek(0)),
        ago=timedelta(days=6),
    )
    stall.order(
        1033,
        store=store_order(1033, now, status="on-hold", customer="Sofia Berg"),
        klarna=klarna_order(1033, now, fraud_status=FraudStatus.PENDING),
        ago=timedelta(days=7),
    )
    stall.order(
        1032,
        store=store_order(1032, now, status="awaiting-parts", customer="Bo Åkesson AB"),
        klarna=klarna_order(1032, now, expires_at=now + timedelta(days=4)),
        ago=timedelta(days=24),
    )
