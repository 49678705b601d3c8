"""How an order comes to be: what was bought, and what the risk check says at once.

Used by the Payments API, the control API and the demo's seeding alike, so that an
order looks the same wherever it came from.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kvitt.sandbox.klarna import clock
from kvitt.sandbox.klarna.orders import FraudStatus, Json, Order
from kvitt.sandbox.klarna.settings import Merchant

#: Playground e-mail suffixes that decide the review (klarna-api.md §9.4).
_PENDING = re.compile(r"\+pend-(accept|reject)-(\d+)@")
_DENIED = re.compile(r"\+red@")

#: What the customer is shown for a payment method.
_DESCRIPTIONS = {
    "INVOICE": "Pay later",
    "INVOICE_BUSINESS": "Pay later",
    "ACCOUNT": "Financing",
    "FIXED_AMOUNT": "Financing",
    "PAY_IN_X": "Pay in instalments",
    "PAY_BY_CARD": "Pay now",
    "CARD": "Pay now",
    "DIRECT_DEBIT": "Pay now",
    "BANK_TRANSFER": "Pay now",
    "SWISH": "Swish",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Purchase:
    """What a customer bought: everything about an order that Klarna does not add."""

    merchant_id: str
    order_amount: int
    currency: str = "SEK"
    country: str = "SE"
    locale: str = "sv-SE"
    order_lines: tuple[Json, ...] = ()
    billing_address: Json | None = None
    shipping_address: Json | None = None
    customer: Json | None = None
    merchant_reference1: str | None = None
    merchant_reference2: str | None = None
    merchant_data: str | None = None
    payment_method: str = "INVOICE"
    notification_url: str | None = None
    #: Told that the order is placed, until it is acknowledged (§10).
    push_url: str | None = None
    auto_capture: bool = False
    #: None lets the customer's e-mail decide, and accepts without a suffix.
    fraud_status: FraudStatus | None = None
    #: None is now. An order of the past ages as if it had been there all along.
    created_at: datetime | None = None
    #: None is the merchant's period after creation, cut to midnight.
    expires_at: datetime | None = None


def of_payment(body: Json, *, merchant_id: str, session_id: str = "") -> Purchase:
    """Return what a body of the Payments API buys (§9.1)."""
    urls = {
        name: url.replace("{session.id}", session_id)
        for name, url in body.get("merchant_urls", {}).items()
    }
    return Purchase(
        merchant_id=merchant_id,
        order_amount=body["order_amount"],
        currency=body["purchase_currency"],
        country=body["purchase_country"],
        locale=body.get("locale", "en-GB"),
        order_lines=tuple(body["order_lines"]),
        billing_address=body.get("billing_address"),
        shipping_address=body.get("shipping_address"),
        customer=body.get("customer"),
        merchant_reference1=body.get("merchant_reference1"),
        merchant_reference2=body.get("merchant_reference2"),
        merchant_data=body.get("merchant_data"),
        notification_url=urls.get("notification"),
        push_url=urls.get("push"),
        auto_capture=body.get("auto_capture", False),
    )


def is_denied(email: str) -> bool:
    """Say whether the risk check refuses this customer outright."""
    return bool(_DENIED.search(email))


def email_of(purchase: Purchase) -> str:
    """Return the customer's e-mail address, empty if there is none."""
    for address in (purchase.billing_address, purchase.shipping_address):
        if address and address.get("email"):
            return str(address["email"])
    return ""


def build(
    purchase: Purchase, *, merchant: Merchant, order_id: str, reference: str, now: datetime
) -> Order:
    """Return the order a purchase becomes, before any time passes for it."""
    created = purchase.created_at or now
    period = timedelta(days=merchant.authorization_days)
    order = Order(
        order_id=order_id,
        merchant_id=merchant.merchant_id,
        klarna_reference=reference,
        order_amount=purchase.order_amount,
        original_order_amount=purchase.order_amount,
        purchase_currency=purchase.currency.upper(),
        purchase_country=purchase.country.upper(),
        locale=purchase.locale,
        created_at=created,
        expires_at=purchase.expires_at or clock.midnight(created + period),
        order_lines=purchase.order_lines,
        merchant_reference1=purchase.merchant_reference1 or None,
        merchant_reference2=purchase.merchant_reference2 or None,
        customer=purchase.customer,
        billing_address=purchase.billing_address,
        shipping_address=purchase.shipping_address,
        merchant_data=purchase.merchant_data,
        payment_method=_payment_method(purchase.payment_method),
        notification_url=purchase.notification_url,
    )
    return _reviewed(order, purchase).told("Order placed", at=created, by="customer")


def _payment_method(kind: str) -> Json:
    return {
        "type": kind,
        "description": _DESCRIPTIONS.get(kind, kind.replace("_", " ").title()),
    }


def _reviewed(order: Order, purchase: Purchase) -> Order:
    told = purchase.fraud_status
    if told:
        rejected = told in {FraudStatus.REJECTED, FraudStatus.STOPPED}
        since = order.created_at if rejected else None
        return replace(order, fraud_status=told, rejected_at=since)
    trigger = _PENDING.search(email_of(purchase))
    if not trigger:
        return order
    accepted = trigger[1] == "accept"
    return replace(
        order,
        fraud_status=FraudStatus.PENDING,
        review_ends_at=order.created_at + timedelta(minutes=int(trigger[2])),
        review_outcome=FraudStatus.ACCEPTED if accepted else FraudStatus.REJECTED,
    )


def is_capturable_at_once(order: Order, purchase: Purchase) -> bool:
    """Say whether `auto_capture` takes effect: not while a review is going on."""
    return purchase.auto_capture and order.fraud_status is FraudStatus.ACCEPTED


#: Payments API names of what orders call by other names (§8.3, §9.1).
AUTHORIZED_METHODS = {
    "ACCOUNT": "base_account",
    "INVOICE_BUSINESS": "b2b_invoice",
    "BANK_TRANSFER": "direct_bank_transfer",
}
