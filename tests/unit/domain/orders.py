"""Orders to decide about: one order of 248.98 SEK, told in a merchant's words.

Two mugs of 99.99 and 49.00 shipping, 25 % VAT: example E1 of plugin-behaviour.md §3.5.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from kvitt.domain.agreement import Agreement
from kvitt.domain.ids import (
    CaptureId,
    KlarnaOrderId,
    RefundId,
    StoreOrderId,
    StoreRefundId,
)
from kvitt.domain.intents import Intent, IntentRecord, Scope, State
from kvitt.domain.klarna_order import (
    FraudStatus,
    KlarnaCapture,
    KlarnaOrder,
    KlarnaRefund,
    KlarnaStatus,
)
from kvitt.domain.money import Money
from kvitt.domain.part_lines import amounts_of, quantities_of
from kvitt.domain.plan import Adopt, Agree, Gone, Hold, Journal, Plan, Situation, Wish
from kvitt.domain.policy import Policy
from kvitt.domain.render import title_of
from kvitt.domain.steps import Capture, Kind, Refund, Step
from kvitt.domain.store_order import LineKind, StoreLine, StoreOrder, StoreRefund

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
KLARNA_ID = KlarnaOrderId("f81d4fae-7dec-11d0-a765-00a0c91e6bf6")
SCOPE = Scope(
    environment="playground",
    account="K1",
    shop="https://shop.example",
    store_order_id=StoreOrderId(1042),
    order_number="1042",
    klarna_order_id=KLARNA_ID,
)
TOTAL = 24_898


def sek(minor: int) -> Money:
    return Money(minor, "SEK")


def line(
    net: str,
    vat: str,
    *,
    line_id: int = 1,
    kind: LineKind = LineKind.PRODUCT,
    quantity: int = 1,
    before: tuple[str, str] | None = None,
    rates: Iterable[str] = ("25",),
    reference: str = "MUG-1",
    name: str = "Mug",
    virtual: bool | None = None,
    refunds_line: int | None = None,
) -> StoreLine:
    """Return a line of the shop; ``before`` is what it cost before a discount."""
    subtotal, subtotal_tax = before or (net, vat)
    return StoreLine(
        id=line_id,
        kind=kind,
        name=name,
        reference=reference,
        quantity=quantity,
        subtotal=Decimal(subtotal),
        subtotal_tax=Decimal(subtotal_tax),
        total=Decimal(net),
        total_tax=Decimal(vat),
        rates=tuple(Decimal(rate) for rate in rates),
        virtual=virtual,
        refunds_line=refunds_line,
    )


def shipping(net: str = "39.20", vat: str = "9.80", *, line_id: int = 2) -> StoreLine:
    return line(
        net,
        vat,
        line_id=line_id,
        kind=LineKind.SHIPPING,
        reference="flat_rate:3",
        name="Postnord",
    )


MUGS = line("159.984", "39.996", quantity=2)


def order(
    status: str = "processing",
    *,
    total: int = TOTAL,
    lines: tuple[StoreLine, ...] | None = None,
    refunds: tuple[StoreRefund, ...] = (),
    capture_id: str = "",
    currency: str = "SEK",
    paid: bool = True,
) -> StoreOrder:
    return StoreOrder(
        id=StoreOrderId(1042),
        number="1042",
        status=status,
        total=Money(total, currency),
        lines=(MUGS, shipping()) if lines is None else lines,
        payment_method="klarna_payments",
        klarna_order_id=KLARNA_ID,
        paid=paid,
        modified_at=NOW,
        refunds=refunds,
        capture_id=capture_id,
        environment="test",
        country="SE",
    )


def one_mug(status: str = "on-hold", **fields: Any) -> StoreOrder:
    """Return the order after a merchant has taken one mug and the shipping off it."""
    edited = order(status, total=9_999, lines=(line("79.992", "19.998"),))
    return replace(edited, **fields)


def authorized(amount: int = TOTAL, **fields: Any) -> KlarnaOrder:
    made = KlarnaOrder(
        id=KLARNA_ID,
        status=KlarnaStatus.AUTHORIZED,
        fraud_status=FraudStatus.ACCEPTED,
        order_amount=sek(amount),
        original_order_amount=sek(TOTAL),
        captured=sek(0),
        refunded=sek(0),
        remaining=sek(amount),
        merchant_reference1="1042",
        merchant_reference2="1042",
        klarna_reference="K4MADNY",
        created_at=NOW - 2 * DAY,
        expires_at=NOW + 26 * DAY,
        purchase_country="SE",
        payment_method="INVOICE",
    )
    return replace(made, **fields)


def captured(
    amount: int = TOTAL,
    *,
    of: int = TOTAL,
    refunds: tuple[KlarnaRefund, ...] = (),
    released: bool = False,
) -> KlarnaOrder:
    """Return Klarna's order with one capture of the amount, made a day ago."""
    capture = KlarnaCapture(
        id=CaptureId("CAP-1"),
        klarna_reference="K4MADNY-1",
        amount=sek(amount),
        captured_at=NOW - DAY,
        refunded=sek(0),
    )
    left = 0 if released else of - amount
    status = KlarnaStatus.PART_CAPTURED if left else KlarnaStatus.CAPTURED
    return authorized(
        of,
        status=status,
        captured=sek(amount),
        remaining=sek(left),
        captures=(capture,),
        refunds=refunds,
        refunded=Money.total((refund.amount for refund in refunds), "SEK"),
    )


def ended(status: KlarnaStatus) -> KlarnaOrder:
    """Return Klarna's order that can no longer be captured."""
    return authorized(status=status, remaining=sek(0))


def klarna_refund(amount: int, *, name: str = "REF-1", reference: str = "") -> KlarnaRefund:
    return KlarnaRefund(
        id=RefundId(name), amount=sek(amount), refunded_at=NOW, reference=reference
    )


def refund(
    amount: int,
    *,
    refund_id: int = 77,
    lines: tuple[StoreLine, ...] = (),
    days_ago: float = 0,
    reason: str = "",
    by_gateway: bool = False,
) -> StoreRefund:
    return StoreRefund(
        id=StoreRefundId(refund_id),
        amount=sek(amount),
        reason=reason,
        created_at=NOW - days_ago * DAY,
        lines=lines,
        refunded_payment=by_gateway,
    )


def record(
    step: Step, state: State = State.DONE, *, remote_id: str = "", error_code: str = ""
) -> IntentRecord:
    """Return the journal's row of a step."""
    intent = Intent(scope=SCOPE, step=step)
    lines = step.lines if isinstance(step, Capture | Refund) else ()
    return IntentRecord(
        id=intent.id,
        kind=step.kind,
        state=state,
        amount=step.amount,
        reference=intent.reference,
        store_refund_id=step.store_refund_id if isinstance(step, Refund) else None,
        remote_id=CaptureId(remote_id) if remote_id else None,
        quantities=quantities_of(lines),
        amounts=amounts_of(lines),
        error_code=error_code,
    )


OUR_CAPTURE = IntentRecord(
    id=Intent(
        scope=SCOPE,
        step=Capture(amount=sek(TOTAL), lines=(), captured_before=sek(0), reason=""),
    ).id,
    kind=Kind.CAPTURE,
    state=State.DONE,
    amount=sek(TOTAL),
    reference="1042|x",
    remote_id=CaptureId("CAP-1"),
)


def agreed(
    on: StoreOrder | None = None,
    *,
    amount: int | None = None,
    records: tuple[IntentRecord, ...] = (OUR_CAPTURE,),
    absorbed: Iterable[int] = (),
    **fields: Any,
) -> Journal:
    """Return a journal in which the order, as it was placed, is agreed with Klarna."""
    placed = on or order()
    journal = Journal(
        records=records,
        agreed_fingerprint=Agreement.on(placed, absorbed).render(),
        agreed_amount=placed.total if amount is None else sek(amount),
    )
    return replace(journal, **fields)


def situation(
    store: StoreOrder | None = None,
    klarna: KlarnaOrder | None = None,
    journal: Journal | None = None,
    *,
    policy: Policy | None = None,
    gone: Gone | None = None,
    now: datetime = NOW,
) -> Situation:
    return Situation(
        store=store or order(),
        klarna=klarna,
        journal=agreed() if journal is None else journal,
        policy=policy or Policy(),
        environment="playground",
        now=now,
        gone=gone,
        scope=SCOPE,
    )


def steps_of(plan: Plan) -> tuple[str, ...]:
    """Return a plan's steps as a person reads them: "Capture 248.98 SEK"."""
    return tuple(title_of(action) for action in plan.steps)


def first_call(plan: Plan) -> Step:
    """Return the first step of a plan that is a call to Klarna."""
    return next(step for step in plan.steps if not isinstance(step, Adopt | Agree))


def with_wish(journal: Journal, *wishes: Wish) -> Journal:
    return replace(journal, wishes=frozenset(wishes))


def with_hold(journal: Journal, hold: Hold | None) -> Journal:
    return replace(journal, open_hold=hold)
