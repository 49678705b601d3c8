"""Refunds: what may be given back, and which capture's invoice it lowers.

Law: as in `lifecycle.py`, values in and a changed order or `KlarnaError` out. A refund
never changes the status and never gives authorization back (klarna-api.md §7, §7.2, §8.2).
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from kvitt.sandbox.klarna import amounts, errors, sums
from kvitt.sandbox.klarna.lifecycle import Act
from kvitt.sandbox.klarna.orders import Capture, Json, Order, Refund, Status

#: Where a return fee may be kept from a refund (§8.2).
_FEE_COUNTRIES = frozenset("AT DE DK FI FR NL NO SE IT ES IE PT CZ AU GR".split())


@dataclass(frozen=True, kw_only=True, slots=True)
class GiveBack:
    """What a refund asks for."""

    amount: int
    description: str = ""
    reference: str | None = None
    order_lines: tuple[Json, ...] = ()


def refund(order: Order, act: Act, *, give: GiveBack, refund_id: str) -> Order:
    """Give back captured money, and book it against a capture where that can be told."""
    _check_refundable(order, act, amount=give.amount)
    _check_return_fee(order, act, give=give)
    taken = _allocate(order, act, give=give)
    made = Refund(
        refund_id=refund_id,
        refunded_amount=give.amount,
        refunded_at=act.at,
        description=give.description,
        reference=give.reference,
        order_lines=give.order_lines,
        allocated=bool(taken),
    )
    captures = tuple(
        replace(item, refunded_amount=item.refunded_amount + taken.get(item.capture_id, 0))
        for item in order.captures
    )
    changed = replace(order, captures=captures, refunds=(*order.refunds, made))
    given = amounts.render(give.amount, order.purchase_currency)
    return changed.told(f"Refunded {given}", at=act.at, by=act.by)


def _check_refundable(order: Order, act: Act, *, amount: int) -> None:
    if not order.captures:
        raise errors.refund_not_allowed("Order has no captures. Refund not possible")
    if amount > order.captured_amount - order.refunded_amount:
        text = "Over refund is not allowed. Refund not possible."
        raise errors.refund_not_allowed(text)
    if amount == 0 and act.settings.zero_amount == "refuse":
        raise errors.refund_not_allowed("Refund of nothing. Refund not possible.")
    window = timedelta(days=act.settings.refund_window_days)
    last = max(item.captured_at for item in order.captures)
    if window and act.at > last + window:
        raise errors.refund_not_allowed("Refund period is over. Refund not possible.")


def _check_return_fee(order: Order, act: Act, *, give: GiveBack) -> None:
    """Refuse a return fee outside its conditions (§8.2); sums are hard only here."""
    fees = [line for line in give.order_lines if line.get("type") == "return_fee"]
    if not fees or act.merchant.sums == "lenient":
        return
    whole = len(order.captures) == 1 and order.status is Status.CAPTURED
    fits = (
        whole
        and order.captured_amount == order.order_amount
        and order.purchase_country in _FEE_COUNTRIES
        and sums.total(give.order_lines) == give.amount
        and all(line["total_amount"] < 0 for line in fees)
    )
    if not fits:
        text = "Conditions of a return fee are not met. Refund not possible."
        raise errors.refund_not_allowed(text)


def _allocate(order: Order, act: Act, *, give: GiveBack) -> dict[str, int]:
    """Return what each capture's refunded amount grows by; nothing if it cannot be told."""
    match = _matching_capture(order, give)
    if match:
        return {match.capture_id: give.amount}
    if act.settings.allocation == "fifo":
        return _oldest_first(order, give.amount)
    return {}


def _matching_capture(order: Order, give: GiveBack) -> Capture | None:
    """Return the capture whose line references the refund repeats (§8.2)."""
    wanted = {
        line.get("reference", "")
        for line in give.order_lines
        if line.get("type") != "return_fee"
    }
    told = bool(wanted) and "" not in wanted and all(r.allocated for r in order.refunds)
    if not told or sums.total(give.order_lines) != give.amount:
        return None
    for item in order.captures:
        there = {line.get("reference") for line in item.order_lines}
        if wanted <= there and give.amount <= item.captured_amount - item.refunded_amount:
            return item
    return None


def _oldest_first(order: Order, amount: int) -> dict[str, int]:
    taken: dict[str, int] = {}
    for item in order.captures:
        share = min(amount, item.captured_amount - item.refunded_amount)
        if share:
            taken[item.capture_id] = share
            amount -= share
    return taken
