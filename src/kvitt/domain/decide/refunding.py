"""The lines of a refund that an operator asks for, with a return fee where one is withheld."""

from collections.abc import Mapping

from kvitt.domain import part_lines, tax
from kvitt.domain.decide.capture import taken
from kvitt.domain.decide.portion import chosen
from kvitt.domain.decide.view import View
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.line_builder import build_lines, build_rows, reference_of
from kvitt.domain.lines import OrderLine, sum_of
from kvitt.domain.money import Money
from kvitt.domain.part_lines import Taken
from kvitt.domain.refund_lines import return_fee_line
from kvitt.domain.steps import Kind

#: Where Klarna knows return fees (klarna-api.md §8.2).
RETURN_FEE_COUNTRIES = frozenset("AT DE DK FI FR NL NO SE IT ES IE PT CZ AU GR".split())


def lines_of(
    view: View,
    *,
    lines: Mapping[int, int] | None,
    amount: Money | None,
    return_fee: Money | None,
) -> tuple[OrderLine, ...]:
    """Return the lines of the refund; none for an amount alone."""
    if return_fee is None or not return_fee:
        return () if lines is None else chosen(view, lines, returned(view))
    _check_fee(view, return_fee)
    if lines is not None:
        goods = chosen(view, lines, returned(view))
    else:
        whole = view.klarna.refundable if amount is None else amount
        check_amount(whole, refundable=view.klarna.refundable)
        goods = part_lines.spread(build_lines(view.order), whole.minor)
    return (*goods, _fee_line(view, goods, return_fee))


def check_amount(asked: Money, *, refundable: Money) -> None:
    """Raise NotAllowedNow for an amount that cannot be refunded."""
    if asked.minor <= 0:
        raise NotAllowedNow("amount", "What the customer gets back must be more than nothing.")
    if asked > refundable:
        raise NotAllowedNow(
            "refund_too_large",
            f"{asked} was asked for; at most {refundable} can still be refunded.",
        )


def _fee_line(view: View, goods: tuple[OrderLine, ...], fee: Money) -> OrderLine:
    """Return the fee, taxed like the goods it is withheld from."""
    if fee.minor >= sum_of(goods):
        raise NotAllowedNow("return_fee", f"The return fee of {fee} leaves nothing to refund.")
    rate = max(line.tax_rate for line in goods)
    taxes = Money(tax.contained(fee.minor, rate=rate), view.order.currency)
    line = return_fee_line(fee, taxes=taxes)
    return part_lines.taxed(line, rate=rate)


def _check_fee(view: View, fee: Money) -> None:
    klarna = view.klarna
    if fee.minor < 0:
        raise NotAllowedNow("return_fee", "A return fee is more than nothing.")
    if len(klarna.captures) != 1 or klarna.status is not KlarnaStatus.CAPTURED:
        raise NotAllowedNow(
            "return_fee",
            "Klarna knows return fees only for orders that were captured in one piece.",
        )
    country = klarna.purchase_country.upper()
    if country not in RETURN_FEE_COUNTRIES:
        raise NotAllowedNow(
            "return_fee", f"Klarna knows no return fees for orders from {country or 'there'}."
        )


def returned(view: View) -> Taken:
    """Return what refunds have had of each line: the shop's, and those asked for here."""
    own = taken(view, Kind.REFUND)
    quantities, amounts = dict(own.quantities), dict(own.amounts)
    recorded = {record.store_refund_id for record in view.situation.journal.records}
    names = {
        row.source.id: reference_of(row.source)
        for row in build_rows(view.order)
        if row.source is not None
    }
    for refund in view.order.refunds:
        if refund.id in recorded:
            continue
        for line in refund.lines:
            if line.refunds_line in names:
                name = names[line.refunds_line]
                quantities[name] = quantities.get(name, 0) + line.quantity
    return Taken(quantities=quantities, amounts=amounts)
