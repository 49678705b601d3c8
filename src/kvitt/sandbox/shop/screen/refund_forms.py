"""Reading the refund form: an amount, or quantities and amounts of lines, or both agreeing.

A line with a quantity and no amounts gets its share, so that the form works without a script.
Nothing here refunds: what is read is shown for confirmation, then handed to the desk.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from kvitt.sandbox.shop.desk import RefundLine, RefundRequest
from kvitt.sandbox.shop.records import ZERO, Item, LineItem, Order, TaxLine
from kvitt.sandbox.shop.returnfees import ReturnFee
from kvitt.sandbox.shop.screen import item_rows, money
from kvitt.sandbox.shop.screen.line_forms import scaled
from kvitt.sandbox.shop.screen.money import Mistyped
from kvitt.sandbox.shop.screen.pages import Visit

Fields = Mapping[str, str]
_REASON_LENGTH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """The fields of one item in the form."""

    quantity: str
    total: str
    taxes: dict[int, str]

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed for the item."""
        return not (self.quantity or self.total or any(self.taxes.values()))


def read(visit: Visit, order: Order, *, through_gateway: bool) -> RefundRequest:
    """Return the refund that was typed, or raise with what cannot be."""
    form = visit.request.form
    lines = tuple(line for item in order.items() if (line := _line(visit, order, item)))
    decimals = visit.desk.books.settings.decimals
    of_lines = money.rounded(sum((_sum(line) for line in lines), ZERO), decimals)
    text = form.get("refund_amount", "").strip()
    amount = money.parse(text, field="Refund amount", decimals=decimals) if text else of_lines
    _check(visit, order, amount, of_lines)
    return RefundRequest(
        amount=amount,
        reason=form.get("refund_reason", "").strip()[:_REASON_LENGTH],
        lines=lines,
        through_gateway=through_gateway,
        restock=bool(form.get("restock")),
        fee=_fee(visit, order, amount),
    )


def fee_rate(order: Order) -> TaxLine | None:
    """Return the order's first tax line with a percentage: what the fee's tax is of."""
    return next((line for line in order.tax_lines if line.rate_percent), None)


def _fee(visit: Visit, order: Order, amount: Decimal) -> ReturnFee | None:
    """Return what is kept of the refund, if the form has a place for it."""
    if not visit.desk.gateway.takes_return_fee(order):
        return None
    form, line = visit.request.form, fee_rate(order)
    texts = [form.get(name, "").strip() for name in ("return_fee", "return_fee_tax")]
    kept, tax = (money.parse(text or "0", field="Return fee") for text in texts)
    if kept < 0 or tax < 0:
        raise Mistyped("Return fee: type an amount that is kept, without a minus sign.")
    fee = ReturnFee(amount=kept, tax=tax if line else ZERO, rate_id=line.rate_id if line else 0)
    # The real form checks this in the browser only; the words are its own.
    if amount < fee.total:
        raise Mistyped("Refund amount is less than the return fee.")
    return fee if fee.amount else None


def _sum(line: RefundLine) -> Decimal:
    return line.total + sum(line.taxes.values(), ZERO)


def _check(visit: Visit, order: Order, amount: Decimal, of_lines: Decimal) -> None:
    left = visit.desk.remaining_refundable(order.id)
    if amount <= 0:
        raise Mistyped(
            "Refund amount: type an amount, or a quantity or amount on the lines to refund."
        )
    if amount > left:
        available = visit.shown(left, order.currency)
        raise Mistyped(f"Refund amount: at most {available} is available to refund.")
    if of_lines and amount != of_lines:
        typed, lines = (visit.shown(x, order.currency) for x in (amount, of_lines))
        raise Mistyped(
            f"Refund amount: {typed} is not the sum of the lines, {lines}. "
            "Change the lines, or clear them to refund an amount alone."
        )


def _line(visit: Visit, order: Order, item: Item) -> RefundLine | None:
    typed = _typed(visit.request.form, order, item)
    if typed.is_blank:
        return None
    name = getattr(item, "name", "") or getattr(item, "method_title", "")
    left = item_rows.left_of(visit, order, item)
    quantity = 0
    if typed.quantity and isinstance(item, LineItem):
        quantity = money.parse_quantity(typed.quantity, field=f"Refund quantity of {name}")
        _limit(quantity <= left.quantity, f"Refund quantity of {name}", str(left.quantity))
    if not (typed.total or any(typed.taxes.values())):
        return _share(item, quantity, left)
    total = _amount(typed.total, f"Refund total of {name}", left.total, order)
    taxes = {
        line.rate_id: _amount(
            typed.taxes[line.rate_id],
            f"Refund of {line.label} of {name}",
            left.taxes[line.rate_id],
            order,
        )
        for line in order.tax_lines
    }
    made = RefundLine(item_id=item.id, quantity=quantity, total=total, taxes=_nonzero(taxes))
    return made if quantity or _sum(made) else None


def _typed(form: Fields, order: Order, item: Item) -> _Typed:
    def field(name: str) -> str:
        return form.get(name, "").strip()

    quantity = field(f"refund_qty_{item.id}")
    return _Typed(
        quantity="" if quantity == "0" else quantity,
        total=field(f"refund_total_{item.id}"),
        taxes={
            line.rate_id: field(f"refund_tax_{item.id}_{line.rate_id}")
            for line in order.tax_lines
        },
    )


def _share(item: Item, quantity: int, left: item_rows.Left) -> RefundLine | None:
    """Return a quantity's part of an item; the last ones take all that is left of it."""
    bought = item_rows.quantity_of(item)
    if not quantity:
        return None
    if quantity == left.quantity:
        total, taxes = left.total, left.taxes
    else:
        total = min(scaled(item.total, by=quantity, of=bought), left.total)
        taxes = {
            rate: min(scaled(item_rows.tax_amount(item, rate), by=quantity, of=bought), most)
            for rate, most in left.taxes.items()
        }
    return RefundLine(item_id=item.id, quantity=quantity, total=total, taxes=_nonzero(taxes))


def _nonzero(taxes: Mapping[int, Decimal]) -> dict[int, Decimal]:
    return {rate: tax for rate, tax in taxes.items() if tax}


def _amount(text: str, field: str, most: Decimal, order: Order) -> Decimal:
    if not text:
        return ZERO
    amount = money.parse(text, field=field)
    # The field shows six decimals of what is left, so that is what may be typed.
    most = money.rounded(most, money.PRECISION)
    # A negative fee is given back by a negative amount, so the limit has a sign.
    fits = most <= amount <= 0 if most < 0 else 0 <= amount <= most
    _limit(fits, field, money.typed(most, order.currency))
    return amount


def _limit(fits: bool, field: str, most: str) -> None:
    if not fits:
        raise Mistyped(f"{field}: at most {most} is left to refund.")
