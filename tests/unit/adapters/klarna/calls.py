"""Calls and orders of Klarna, as the tests need them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kvitt.domain.ids import CaptureId, KlarnaOrderId, StoreOrderId, StoreRefundId
from kvitt.domain.intents import Intent, Scope
from kvitt.domain.journal import Call, call_of
from kvitt.domain.lines import LineType, OrderLine
from kvitt.domain.money import Money
from kvitt.domain.steps import (
    AddTracking,
    Cancel,
    Capture,
    Extend,
    ExtendDueDate,
    Kind,
    Refund,
    Release,
    Resend,
    SetCustomer,
    SetReferences,
    Step,
    Update,
)
from kvitt.domain.store_order import Address

ORDER_ID = KlarnaOrderId("48ab3d6b-e3b5-1f2b-8544-0469e87e9e1e")
CAPTURE_ID = CaptureId("5b2b3c74-7a4e-4d2c-9c3a-1d1f2a3b4c5d")
KEY = UUID("11111111-2222-5333-8444-555555555555")
_AMOUNT = Money(24898, "SEK")
_NONE = Money.zero("SEK")
_LINE = OrderLine(
    type=LineType.PHYSICAL,
    reference="MUG-1",
    name="Kaffekopp “Måne”",
    quantity=1,
    unit_price=24898,
    tax_rate=2500,
    total_amount=24898,
    total_tax_amount=4980,
)
STEPS: dict[Kind, Step] = {
    Kind.CANCEL: Cancel(authorized=_AMOUNT, reason="cancelled"),
    Kind.CAPTURE: Capture(
        amount=_AMOUNT, lines=(_LINE,), captured_before=_NONE, reason="completed"
    ),
    Kind.UPDATE: Update(
        amount=_AMOUNT,
        lines=(_LINE,),
        amount_before=_NONE,
        nth=0,
        fingerprint="f",
        reason="changed",
    ),
    Kind.REFUND: Refund(
        amount=_AMOUNT, lines=(_LINE,), store_refund_id=StoreRefundId(91), reason="refunded"
    ),
    Kind.RELEASE: Release(amount=_AMOUNT, captured=_NONE, reason="rest"),
    Kind.EXTEND: Extend(
        amount=_AMOUNT, expires_at=datetime(2026, 12, 1, tzinfo=UTC), reason="time"
    ),
    Kind.REFERENCES: SetReferences(
        amount=_AMOUNT, merchant_reference1="1042", merchant_reference2="", nth=0, reason="no"
    ),
    Kind.CUSTOMER: SetCustomer(
        amount=_AMOUNT, address=Address(city="Malmö"), nth=0, reason="moved"
    ),
    Kind.TRACKING: AddTracking(
        amount=_AMOUNT,
        capture_id=CAPTURE_ID,
        tracking_number="SE1",
        tracking_company="postnord",
        reason="sent",
    ),
    Kind.RESEND: Resend(
        amount=_AMOUNT, capture_id=CAPTURE_ID, request="ask-1", reason="not arrived"
    ),
    Kind.DUE_DATE: ExtendDueDate(
        amount=_AMOUNT,
        capture_id=CAPTURE_ID,
        number_of_days=10,
        fee=_NONE,
        request="ask-2",
        reason="asked for time",
    ),
}


def call_for(kind: Kind) -> Call:
    """Return a call of the kind, as the journal would hold it."""
    scope = Scope(
        environment="playground",
        account="account",
        shop="shop",
        store_order_id=StoreOrderId(1042),
        order_number="1042",
        klarna_order_id=ORDER_ID,
    )
    return call_of(Intent(scope=scope, step=STEPS[kind]))


def order(**changes: Any) -> dict[str, Any]:
    """Return a part captured order as klarna-api.md §5.4 and §11 describe it."""
    return {
        "order_id": ORDER_ID,
        "status": "PART_CAPTURED",
        "fraud_status": "ACCEPTED",
        "order_amount": 24898,
        "original_order_amount": 30000,
        "captured_amount": 10000,
        "refunded_amount": 2500,
        "remaining_authorized_amount": 14898,
        "purchase_currency": "SEK",
        "locale": "sv-SE",
        "order_lines": [],
        "merchant_reference1": "1042",
        "klarna_reference": "20S0XXXX",
        "created_at": "2026-11-20T09:48:16.680Z",
        "purchase_country": "SE",
        "expires_at": "2026-12-18T00:00:00.000Z",
        "captures": [
            {
                "capture_id": CAPTURE_ID,
                "klarna_reference": "20S0XXXX-1",
                "captured_amount": 10000,
                "captured_at": "2026-11-21T10:00:00+00:00",
                "description": "",
                "reference": "1042|abc",
                "order_lines": [{"reference": "MUG-1"}, {"reference": ""}, {"name": "x"}],
                "refunded_amount": 2500,
                "billing_address": {"given_name": "Maja"},
            }
        ],
        "refunds": [
            {
                "refund_id": "9c3a1d1f-7a4e-4d2c-9c3a-1d1f2a3b4c5d",
                "refunded_amount": 2500,
                "refunded_at": "2026-11-22T10:00:00Z",
                "description": "fel färg",
                "reference": "1042|91",
                "order_lines": [],
            }
        ],
        "initial_payment_method": {"type": "INVOICE", "description": "Pay later"},
        **changes,
    }
