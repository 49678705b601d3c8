"""The life of an authorization: what changes it, and what it then refuses.

Law: everything that changes an order's status without moving money is decided in this
file, from values alone; `capturing.py` and `refunding.py` hold what moves money. Each
function returns the changed order or raises `KlarnaError`. The table they implement is
klarna-api.md §7.1.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kvitt.sandbox.klarna import amounts, clock, errors
from kvitt.sandbox.klarna.orders import OPEN, FraudStatus, Json, Order, Status
from kvitt.sandbox.klarna.settings import Merchant, Settings

API = "shop"
PORTAL = "portal"
KLARNA = "Klarna"

#: Klarna cancels a rejected order that was not captured within this time (§10).
REJECTION_GRACE = timedelta(hours=4)
#: Methods whose authorization may be raised anywhere but in Switzerland, and those that
#: may only in some countries (§8.3). Names as `initial_payment_method.type` has them.
_RAISABLE = frozenset(
    "INVOICE ACCOUNT INVOICE_BUSINESS DIRECT_DEBIT BASE_ACCOUNT B2B_INVOICE".split()
)
_RAISABLE_BY_COUNTRY = {"FIXED_AMOUNT": frozenset("AT DE DK FI FR NL NO SE".split())}
#: Methods that never get more time (§7.3): "Pay now by card", and US fixed-sum credit.
_NEVER_EXTENDED = frozenset({("PAY_BY_CARD", ""), ("FIXED_SUM_CREDIT", "US")})


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """Who acts on an order, when, and under which switches."""

    at: datetime
    settings: Settings
    merchant: Merchant
    by: str = API
    #: A risk decision that goes against the customer, injected as a fault.
    risk_rejects: bool = False


def acknowledge(order: Order, act: Act) -> Order:
    """Note that the shop knows of the order; the status stays (§7, note 2)."""
    if order.status in {Status.CANCELLED, Status.EXPIRED, Status.CLOSED}:
        text = f"Order is {order.status.lower()}. Acknowledgement not possible."
        raise errors.not_allowed(text)
    return replace(order, acknowledged=True).told("Acknowledged", at=act.at, by=act.by)


def update_authorization(
    order: Order, act: Act, *, amount: int, lines: tuple[Json, ...]
) -> Order:
    """Replace amount and lines; no lines sent means no lines kept (§8, row 3)."""
    if order.status not in OPEN:
        raise errors.not_allowed("Update not allowed.")
    if amount < order.captured_amount:
        raise errors.not_allowed(
            f"Resulting authorization amount {amount} cannot be less than the captured amount "
            f"{order.captured_amount} for order. Order authorization cannot be updated"
        )
    if amount > order.order_amount and (act.risk_rejects or not may_be_raised(order)):
        raise errors.not_allowed("Update not allowed.")
    all_taken = order.status is Status.PART_CAPTURED and amount == order.captured_amount
    changed = replace(
        order,
        order_amount=amount,
        order_lines=lines,
        status=Status.CAPTURED if all_taken else order.status,
    )
    before = amounts.render(order.order_amount)
    after = amounts.render(amount, order.purchase_currency)
    text = f"Authorization changed from {before} to {after}"
    return changed.told(text, at=act.at, by=act.by)


def may_be_raised(order: Order) -> bool:
    """Say whether the payment method lets the authorization grow (§8.3)."""
    if order.payment_type in _RAISABLE:
        return order.purchase_country != "CH"
    countries = _RAISABLE_BY_COUNTRY.get(order.payment_type, frozenset())
    return order.purchase_country in countries


def set_references(order: Order, act: Act, *, references: Json) -> Order:
    """Change the merchant references that were sent; an empty one clears (§8, row 4)."""
    if order.status is Status.CANCELLED:
        text = "Order is cancelled. Merchant references cannot be updated."
        raise errors.not_allowed(text)
    now = {
        "merchant_reference1": order.merchant_reference1,
        "merchant_reference2": order.merchant_reference2,
        **references,
    }
    changed = replace(
        order,
        merchant_reference1=now["merchant_reference1"] or None,
        merchant_reference2=now["merchant_reference2"] or None,
    )
    return changed.told("Merchant references set", at=act.at, by=act.by)


def set_shipping_address(order: Order, act: Act, *, address: Json) -> Order:
    """Put a new shipping address on an order nothing final has happened to."""
    if order.status not in OPEN or act.risk_rejects:
        raise errors.not_allowed("Customer details cannot be updated.")
    changed = replace(order, shipping_address=address)
    return changed.told("Shipping address changed", at=act.at, by=act.by)


def add_shipping_info(order: Order, act: Act, *, shipments: tuple[Json, ...]) -> Order:
    """Append shipments to the order; the same ones twice are kept twice (§8, row 6)."""
    over = order.status not in {*OPEN, Status.CAPTURED}
    if over and act.settings.shipping_info_when_over == "refuse":
        text = f"Order is {order.status.lower()}. Shipping info cannot be added."
        raise errors.not_allowed(text)
    changed = replace(order, shipping_info=(*order.shipping_info, *shipments))
    return changed.told("Shipping info added", at=act.at, by=act.by)


def extend(order: Order, act: Act) -> Order:
    """Move the expiry to the account's period from now, within its longest (§7.3)."""
    if order.status not in OPEN:
        text = f"Order is {_word(order.status)}. Authorization time cannot be extended."
        raise errors.not_allowed(text)
    kind = order.payment_type
    if _NEVER_EXTENDED & {(kind, ""), (kind, order.purchase_country)}:
        raise errors.not_allowed("Authorization time cannot be extended.")
    wanted = clock.midnight(act.at + timedelta(days=act.merchant.authorization_days))
    furthest = order.created_at + timedelta(days=act.merchant.longest_authorization_days)
    until = max(order.expires_at, min(wanted, clock.midnight(furthest)))
    text = f"Authorization extended until {until:%Y-%m-%d}"
    return replace(order, expires_at=until).told(text, at=act.at, by=act.by)


def release(order: Order, act: Act) -> Order:
    """Give up what was not captured; only a part-captured order has such a rest."""
    if order.status is not Status.PART_CAPTURED:
        reason = {
            Status.AUTHORIZED: "Order has no captures",
            Status.CAPTURED: "Order is fully captured",
        }.get(order.status, f"Order is {_word(order.status)}")
        raise errors.not_allowed(f"{reason}. Remaining authorization cannot be released.")
    changed = _closed_at(order, Status.CAPTURED, act.settings)
    rest = amounts.render(order.remaining_authorized_amount, order.purchase_currency)
    text = f"Remaining authorization of {rest} released"
    return changed.told(text, at=act.at, by=act.by)


def cancel(order: Order, act: Act) -> Order:
    """Give up the whole authorization; refused once anything was captured."""
    if order.captures:
        raise errors.cancel_not_allowed("Order has previous captures. Cancel not possible.")
    if order.status is Status.CANCELLED and act.settings.cancel_cancelled == "accept":
        return order
    if order.status is not Status.AUTHORIZED:
        text = f"Order is {_word(order.status)}. Cancel not possible."
        raise errors.cancel_not_allowed(text)
    changed = _closed_at(order, Status.CANCELLED, act.settings)
    return changed.told("Cancelled", at=act.at, by=act.by)


def judge(order: Order, act: Act, *, outcome: FraudStatus) -> Order:
    """End a fraud review; a rejected order starts its hours of grace (§10)."""
    rejected = outcome in {FraudStatus.REJECTED, FraudStatus.STOPPED}
    changed = replace(
        order,
        fraud_status=outcome,
        review_ends_at=None,
        rejected_at=act.at if rejected else None,
    )
    return changed.told(f"Fraud status is {outcome.value}", at=act.at, by=act.by)


def next_change_at(order: Order, settings: Settings) -> datetime | None:
    """Return when the order next changes by the mere passing of time."""
    moments = [order.review_ends_at]
    if order.status in OPEN:
        moments.append(order.expires_at)
    if order.status is Status.AUTHORIZED and order.rejected_at:
        moments.append(order.rejected_at + REJECTION_GRACE)
    if order.status is Status.EXPIRED and settings.expired_closes_after_days:
        moments.append(order.expires_at + timedelta(days=settings.expired_closes_after_days))
    return min((moment for moment in moments if moment), default=None)


def pass_time(order: Order, act: Act) -> Order:
    """Return the order after what the clock does at `act.at`, its next moment of change."""
    if order.review_ends_at and order.review_ends_at <= act.at:
        return judge(order, act, outcome=order.review_outcome)
    if order.status is Status.EXPIRED:
        closed = replace(order, status=Status.CLOSED)
        return closed.told("Closed", at=act.at, by=act.by)
    if order.expires_at <= act.at:
        return _expire(order, act)
    return _closed_at(order, Status.CANCELLED, act.settings).told(
        "Cancelled: rejected by the risk review and not captured", at=act.at, by=act.by
    )


def _expire(order: Order, act: Act) -> Order:
    """Let an authorization run out; a part-captured one keeps what it has (§7, note 3)."""
    outcome = Status.EXPIRED
    if order.status is Status.PART_CAPTURED:
        outcome = Status(act.settings.part_captured_expiry)
    return replace(order, status=outcome).told("Authorization expired", at=act.at, by=act.by)


def _closed_at(order: Order, status: Status, settings: Settings) -> Order:
    lowered = settings.release_lowers_order_amount
    amount = order.captured_amount if lowered else order.order_amount
    return replace(order, status=status, order_amount=amount)


def _word(status: Status) -> str:
    return "fully captured" if status is Status.CAPTURED else status.lower()
