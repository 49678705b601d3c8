"""Refunds of a shop, from WooCommerce's JSON to our values."""

from decimal import Decimal

import pytest

from kvitt.domain.money import Money
from kvitt.domain.store_order import StoreRefund
from unit.adapters import samples
from unit.adapters.woocommerce.orders import meta, one, parse


def refund_of(name: str) -> StoreRefund:
    """Return a recorded refund, as part of the order."""
    (refund,) = parse(one(), [samples.body_of(f"refunds/{name}")]).refunds
    return refund


def test_a_refund_by_line_says_what_is_given_back() -> None:
    """Quantities and amounts are positive, and point at the line of the order."""
    refund = refund_of("04_line_items")
    (line,) = refund.lines

    assert (refund.id, refund.amount) == (91, Money(12500, "SEK"))
    assert (line.quantity, line.total, line.total_tax) == (1, Decimal(100), Decimal(25))
    assert (line.refunds_line, line.rates) == (180, (Decimal(25),))
    assert not refund.refunded_payment


@pytest.mark.parametrize(
    ("name", "minor", "lines"),
    [
        ("01_amount_only_api_false", None, 0),
        ("06_shipping", None, 1),
        ("09_zero", 0, 0),
        ("11_line_qty_only", 0, 1),
        ("12_amount_not_equal_lines", 500, 1),
    ],
)
def test_odd_refunds_are_read(name: str, minor: int | None, lines: int) -> None:
    """Amounts without lines, lines without amounts, and both that disagree."""
    recorded = samples.body_of(f"refunds/{name}")["amount"]
    refund = refund_of(name)

    wanted = Money.parse(recorded, "SEK").minor if minor is None else minor
    assert refund.amount.minor == wanted
    assert len(refund.lines) == lines


def test_a_list_of_refunds_is_sorted_as_they_were_made() -> None:
    """Within a second the shop has no order, so the ids give it."""
    order = parse(one(), samples.load("refunds/14_list")["body"])

    ids = [refund.id for refund in order.refunds]
    assert ids == sorted(ids)
    assert len(ids) == 8


@pytest.mark.parametrize(
    ("fees", "gross", "taxes"),
    [
        ({"amount": "50.00", "tax_amount": "12.50", "tax_rate_id": "1"}, 6250, 1250),
        ({"amount": "50", "tax_amount": ""}, 5000, 0),
        ({"amount": "", "tax_amount": "12.50"}, None, None),
        ({"amount": "0", "tax_amount": "0"}, None, None),
        ([], None, None),
        ("", None, None),
    ],
)
def test_a_return_fee_is_read_gross(fees: object, gross: int | None, taxes: int | None) -> None:
    """A fee withheld is read from the refund's meta; one of tax alone is none."""
    document = {**samples.body_of("refunds/04_line_items"), "amount": "62.50"}
    document["meta_data"] = meta(_klarna_return_fees=fees)
    (refund,) = parse(one(), [document]).refunds

    found = [
        money.minor for money in (refund.return_fee, refund.return_fee_tax) if money is not None
    ]
    assert found == ([] if gross is None else [gross, taxes])
