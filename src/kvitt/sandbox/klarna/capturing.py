"""Captures: claiming the authorization, and what may be done to a claim afterwards.

Law: as in `lifecycle.py`, values in and a changed order or `KlarnaError` out.
Rules are those of klarna-api.md §7.1, §8.1 and rows 13 to 19 of §8.
"""

from dataclasses import dataclass, replace

from kvitt.sandbox.klarna import amounts, errors
from kvitt.sandbox.klarna.lifecycle import Act
from kvitt.sandbox.klarna.orders import OPEN, Capture, FraudStatus, Json, Order, Status

#: What the customer's later due date costs the merchant, in minor units by days. The
#: real fees are a contract's; these are invented so that a trainer sees one.
DUE_DATE_FEES = {10: 1000, 14: 1500, 30: 3000}
#: Methods that have an invoice with a due date (§8, row 16: pay later only).
_PAY_LATER = frozenset(
    "INVOICE INVOICE_BUSINESS B2B_INVOICE PAY_LATER_IN_PARTS PAY_IN_X".split()
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What a capture asks for."""

    amount: int
    description: str = ""
    reference: str | None = None
    order_lines: tuple[Json, ...] = ()
    shipping_info: tuple[Json, ...] = ()


def capture(order: Order, act: Act, *, claim: Claim, capture_id: str) -> Order:
    """Claim part or all of what remains; a capture also acknowledges (§8, row 2)."""
    _check_capturable(order, act)
    _check_amount(order, act, amount=claim.amount)
    made = Capture(
        capture_id=capture_id,
        klarna_reference=f"{order.klarna_reference}-{len(order.captures) + 1}",
        captured_amount=claim.amount,
        captured_at=act.at,
        description=claim.description,
        reference=claim.reference,
        order_lines=claim.order_lines,
        billing_address=order.billing_address,
        shipping_address=order.shipping_address,
        shipping_info=claim.shipping_info,
    )
    whole = claim.amount == order.remaining_authorized_amount
    changed = replace(
        order,
        status=Status.CAPTURED if whole else Status.PART_CAPTURED,
        captures=(*order.captures, made),
        acknowledged=True,
        rejected_at=None,
    )
    taken = amounts.render(claim.amount, order.purchase_currency)
    text = f"Captured {taken} as {made.klarna_reference}"
    return changed.told(text, at=act.at, by=act.by)


def _check_capturable(order: Order, act: Act) -> None:
    # A rejected order may be captured in its hours of grace; the merchant bears
    # the risk (§7.1). A stopped one may not.
    if order.fraud_status in {FraudStatus.PENDING, FraudStatus.STOPPED}:
        code = act.settings.pending_capture_code
        raise errors.capture_not_allowed("Capture not allowed", code=code)
    if order.status not in {*OPEN, Status.CAPTURED}:
        raise errors.capture_not_allowed("Capture not allowed")


def _check_amount(order: Order, act: Act, *, amount: int) -> None:
    remaining = order.remaining_authorized_amount
    if amount > remaining or order.status is Status.CAPTURED:
        if act.settings.message_style == "old":
            text = f"Captured amount {amount} is higher than the remaining {remaining}."
        else:
            text = "Captured amount is higher than the remaining authorized amount. "
            text += "Capture not possible."
        raise errors.capture_not_allowed(text)
    if amount == 0 and act.settings.zero_amount == "refuse":
        raise errors.capture_not_allowed("Capture not allowed")


def find(order: Order, *, capture_id: str, operation: str) -> Capture:
    """Return a capture to act on; an order without any is refused, not unknown (§7.1)."""
    found = order.capture(capture_id)
    if found:
        return found
    reads = {"get_capture", "get_due_date_options"}
    if not order.captures and operation not in reads:
        raise errors.not_allowed("Order has no captures.")
    raise errors.no_such_capture(operation, cid=capture_id)


def add_shipping_info(
    order: Order, act: Act, *, made: Capture, shipments: tuple[Json, ...]
) -> Order:
    """Append shipments to a capture."""
    changed = replace(made, shipping_info=(*made.shipping_info, *shipments))
    text = f"Shipping info added to {made.klarna_reference}"
    return order.with_capture(changed).told(text, at=act.at, by=act.by)


def send_out(order: Order, act: Act, *, made: Capture) -> Order:
    """Send the customer's communication again."""
    changed = replace(made, send_outs=made.send_outs + 1)
    text = f"Customer communication sent again for {made.klarna_reference}"
    return order.with_capture(changed).told(text, at=act.at, by=act.by)


def due_date_fees(order: Order) -> dict[int, int]:
    """Return the fee for each number of days the due date can be moved by."""
    return DUE_DATE_FEES if order.payment_type in _PAY_LATER else {}


def extend_due_date(order: Order, act: Act, *, made: Capture, days: int) -> Order:
    """Give the customer more time to pay."""
    if days not in due_date_fees(order):
        raise errors.not_allowed("Due date cannot be extended.")
    changed = replace(made, extended_days=made.extended_days + days)
    text = f"Due date of {made.klarna_reference} moved by {days} days"
    return order.with_capture(changed).told(text, at=act.at, by=act.by)


def set_billing_address(order: Order, act: Act, *, made: Capture, address: Json) -> Order:
    """Change the billing address of one capture, a call of older versions (§8, row 19)."""
    changed = replace(made, billing_address={**(made.billing_address or {}), **address})
    text = f"Billing address of {made.klarna_reference} changed"
    return order.with_capture(changed).told(text, at=act.at, by=act.by)
