"""Return fees: what a shop keeps of a refund, as the reference plugin lets it be typed.

Typed in the refund form and nowhere else: the fee is added to the refund as an item, the
refund's amount is lower by what was typed, and a mark on the refund holds the figures
(plugin-behaviour.md §2.5). A refund made over REST never has one.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from kvitt.sandbox.shop import taxes
from kvitt.sandbox.shop.bench import Bench
from kvitt.sandbox.shop.records import ZERO, FeeLine, Meta, Order, Refund, meta_value

META = "_klarna_return_fees"
ITEM_NAME = "Return Fee"
#: Billing countries in which the form asks for a fee.
COUNTRIES = frozenset("AT DE DK FI FR NL NO SE".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnFee:
    """A fee as typed: an amount without tax, its tax, and the rate the tax is of."""

    amount: Decimal
    tax: Decimal = ZERO
    rate_id: int = 0

    @property
    def total(self) -> Decimal:
        """What the refund is lower by."""
        return self.amount + self.tax


def with_fee(bench: Bench, order: Order, refund: Refund, fee: ReturnFee | None) -> Refund:
    """Return a refund that keeps a fee; one of tax alone, or of nothing, is dropped."""
    if fee is None or fee.amount <= 0:
        return refund
    books = bench.books
    item = FeeLine(id=books.next_id("item"), name=ITEM_NAME, total=fee.amount)
    item = replace(item, taxes=taxes.fee_taxes(item, order, bench.rules(order)))
    told = {
        "amount": str(fee.amount),
        "tax_amount": str(fee.tax),
        "tax_rate_id": fee.rate_id,
    }
    mark = Meta(id=books.next_id("meta"), key=META, value=told)
    return replace(
        refund,
        amount=(refund.amount or ZERO) - fee.total,
        fees=(*refund.fees, item),
        meta=(*refund.meta, mark),
    )


def of(refund: Refund) -> ReturnFee | None:
    """Return the fee a refund's mark holds."""
    told = meta_value(refund.meta, META)
    if not told:
        return None
    return ReturnFee(
        amount=Decimal(told["amount"]),
        tax=Decimal(told["tax_amount"]),
        rate_id=int(told["tax_rate_id"]),
    )


def kept(refund: Refund) -> Decimal:
    """Return what a refund kept, tax included."""
    fee = of(refund)
    return fee.total if fee else ZERO
