"""The worked refunds R1 to R16 of plugin-behaviour.md §3.6; where marked ⚠ we are right."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from kvitt.domain.lines import OrderLine, sum_of
from kvitt.domain.refund_lines import build_refund_lines
from kvitt.domain.store_order import LineKind, StoreLine, StoreOrder, StoreRefund
from unit.domain.orders import MUGS, line, order, refund, sek, shipping

#: type, reference, quantity, unit price, total, tax, rate.
Row = tuple[str, str, int, int, int, int, int]

MUG = ("physical", "MUG-1", 1, 9_999, 9_999, 2_000, 2_500)
FEE = line("10", "2.50", line_id=3, kind=LineKind.FEE, reference="Gift wrap", name="Gift wrap")


def row_of(built: OrderLine) -> Row:
    return (
        built.type.value,
        built.reference,
        built.quantity,
        built.unit_price,
        built.total_amount,
        built.total_tax_amount,
        built.tax_rate,
    )


def back(net: str, vat: str, *, of: int = 1, quantity: int = 1, **fields: Any) -> StoreLine:
    """Return a refunded line: the rates are those of the order's line."""
    made = line(net, vat, line_id=90 + of, quantity=quantity, rates=(), refunds_line=of)
    return replace(made, **fields)


def back_of(amount: int, *lines: StoreLine) -> StoreRefund:
    return refund(amount, lines=lines)


def with_fee(amount: int, fee: int, taxes: int, *lines: StoreLine) -> StoreRefund:
    return replace(refund(amount, lines=lines), return_fee=sek(fee), return_fee_tax=sek(taxes))


def american(*lines: StoreLine, total: int) -> StoreOrder:
    return replace(order(total=total, lines=lines), sales_tax_apart=True)


@pytest.mark.parametrize(
    ("placed", "booked", "rows"),
    [
        pytest.param(order(), back_of(9_999, back("79.99", "20")), [MUG], id="R1: one of two"),
        pytest.param(order(), back_of(2_500), [], id="R2: an amount alone has no lines"),
        pytest.param(
            order(),
            back_of(2_500, back("20", "5", quantity=0)),
            [("physical", "MUG-1", 1, 2_500, 2_500, 500, 2_500)],
            id="R3: an amount on a line, quantity 0",
        ),
        pytest.param(
            order(total=10_000, lines=(line("80", "20", quantity=3),)),
            back_of(10_000, back("80", "20", quantity=3)),
            [("physical", "MUG-1", 3, 3_334, 10_000, 2_000, 2_500)],
            id="R4: three for 100.00, and no öre lost",
        ),
        pytest.param(
            order(total=26_148, lines=(*order().lines, FEE)),
            back_of(1_250, back("10", "2.50", of=3, kind=LineKind.FEE)),
            [("surcharge", "Gift wrap", 1, 1_250, 1_250, 250, 2_500)],
            id="R5: a fee is a line too",
        ),
        pytest.param(
            order(),
            back_of(
                14_899,
                back("79.99", "20"),
                back("39.20", "9.80", of=2, kind=LineKind.SHIPPING),
            ),
            [MUG, ("shipping_fee", "flat_rate:3", 1, 4_900, 4_900, 980, 2_500)],
            id="R6: an item and the shipping",
        ),
        pytest.param(
            order(),
            back_of(
                9_999,
                back("79.99", "20"),
                back("0", "0", of=2, kind=LineKind.SHIPPING),
            ),
            [MUG],
            id="R7: free shipping on the refund is no division by zero",
        ),
        pytest.param(
            order(total=12_500, lines=(line("100", "25"),)),
            with_fee(6_250, 6_250, 1_250, back("100", "25")),
            [
                ("physical", "MUG-1", 1, 12_500, 12_500, 2_500, 2_500),
                ("return_fee", "return_fee", 1, -6_250, -6_250, -1_250, 2_500),
            ],
            id="R8: a return fee",
        ),
        pytest.param(
            order(total=12_550, lines=(line("100", "25.50", rates=("25.5",)),)),
            back_of(12_550, back("100", "25.50")),
            [("physical", "MUG-1", 1, 12_550, 12_550, 2_550, 2_550)],
            id="R9: the customer's rate, not the shop's",
        ),
        pytest.param(
            american(line("200", "17", quantity=2, rates=("8.5",)), total=21_700),
            back_of(10_850, back("100", "8.50")),
            [
                ("physical", "MUG-1", 1, 10_000, 10_000, 0, 0),
                ("sales_tax", "Sales Tax", 1, 850, 850, 0, 0),
            ],
            id="R10: US sales tax is a line, and the product has no rate",
        ),
        pytest.param(
            order(total=9_000, lines=(line("72", "18", before=("80", "20")),)),
            back_of(9_000, back("72", "18")),
            [("physical", "MUG-1", 1, 9_000, 9_000, 1_800, 2_500)],
            id="R11: a discounted item at what was paid for it",
        ),
        pytest.param(
            order(total=8_000, lines=(line("80", "0"),)),
            back_of(8_000, back("80", "0")),
            [("physical", "MUG-1", 1, 8_000, 8_000, 0, 0)],
            id="R12: a buyer exempt from tax",
        ),
        pytest.param(
            order(total=10_888, lines=(line("100", "8.88", rates=("8.875",)),)),
            back_of(10_888, back("100", "8.88")),
            [("physical", "MUG-1", 1, 10_888, 10_888, 888, 888)],
            id="R13: a rate is a whole number",
        ),
        pytest.param(
            order(),
            back_of(9_999, back("79.99", "20", of=555)),
            [MUG],
            id="R14: a line that is no longer on the order",
        ),
        pytest.param(
            order(),
            back_of(9_999, back("79.99", "20"), back("0", "0", quantity=1)),
            [MUG],
            id="R15: a line of nothing",
        ),
        pytest.param(
            order(total=999, lines=(replace(shipping("8.39", "1.60"), rates=(Decimal(19),)),)),
            back_of(
                999,
                replace(back("8.39", "1.60", of=2), kind=LineKind.SHIPPING),
            ),
            [("shipping_fee", "flat_rate:3", 1, 999, 999, 160, 1_900)],
            id="R16: shipping at its rate",
        ),
    ],
)
def test_worked_refund(placed: StoreOrder, booked: StoreRefund, rows: list[Row]) -> None:
    """The lines of a worked refund are those of its table, lawful, and come to its amount."""
    built = build_refund_lines(placed, booked)

    assert [row_of(each) for each in built] == rows
    assert all(each.lawful for each in built)
    assert not built or sum_of(built) == booked.amount.minor


def test_a_rounded_refund_says_so() -> None:
    """What the lines of a refund lack by rounding is one line."""
    built = build_refund_lines(order(), back_of(10_000, back("79.99", "20")))

    assert [(each.reference, each.total_amount) for each in built] == [
        ("MUG-1", 9_999),
        ("rounding", 1),
    ]


def test_lines_that_do_not_add_up_are_not_sent() -> None:
    """WooCommerce accepts 5.00 with lines of 199.00; Klarna is told the amount alone."""
    assert build_refund_lines(order(), back_of(500, back("159.20", "39.80"))) == ()


def test_a_refund_of_an_order_paid_in_part_by_gift_card() -> None:
    """What the gift card paid does not come from Klarna, and the lines say so."""
    paid_by_card = order(total=8_000, lines=(line("80", "20"),))

    built = build_refund_lines(paid_by_card, back_of(8_000, back("80", "20")))

    assert [(each.reference, each.total_amount) for each in built] == [
        ("MUG-1", 10_000),
        ("gift_card", -2_000),
    ]


def test_a_negative_fee_on_a_refund_is_a_return_fee() -> None:
    """The plugin books a return fee as a fee line that lowers the refund."""
    withheld = line("-50", "-12.50", line_id=98, kind=LineKind.FEE, name="Return Fee")

    built = build_refund_lines(order(), back_of(3_749, back("79.99", "20"), withheld))

    assert [(each.type, each.total_amount) for each in built] == [
        ("physical", 9_999),
        ("return_fee", -6_250),
    ]


def test_a_return_fee_counts_once() -> None:
    """A fee that the refund tells of twice, as a line and by itself, is withheld once."""
    withheld = line("-50", "-12.50", line_id=98, kind=LineKind.FEE, name="Return Fee")
    booked = with_fee(3_749, 6_250, 1_250, back("79.99", "20"), withheld)

    assert [each.total_amount for each in build_refund_lines(order(), booked)] == [
        9_999,
        -6_250,
    ]


def test_a_return_fee_without_tax() -> None:
    """A fee whose tax is not told contains none."""
    booked = replace(
        back_of(9_499, back("79.99", "20")), return_fee=sek(500), return_fee_tax=None
    )

    assert build_refund_lines(order(), booked)[-1].tax_rate == 0


def test_a_refund_misses_its_lines_by_rounding_only() -> None:
    """Three öre on an order of two lines are rounding; four are not, and no line is sent."""
    mug = back("79.99", "20")

    assert build_refund_lines(order(), back_of(10_002, mug))[-1].total_amount == 3
    assert build_refund_lines(order(), back_of(10_003, mug)) == ()


def test_the_rounding_that_fits_the_refund_is_taken() -> None:
    """Of the ways to round a line, the one that comes to the refund is taken."""
    halves = back("79.995", "20.005")

    for amount in (9_999, 10_000, 10_001):
        built = build_refund_lines(order(), back_of(amount, halves))
        assert [(each.reference, each.total_amount) for each in built] == [("MUG-1", amount)]


def test_a_fee_given_back_is_not_the_fee_withheld() -> None:
    """The gift wrapping is refunded, and a return fee is withheld: both are told."""
    placed = order(total=26_148, lines=(*order().lines, FEE))
    wrapping = back("10", "2.50", of=3, kind=LineKind.FEE)

    built = build_refund_lines(
        placed, with_fee(4_999, 6_250, 1_250, back("79.99", "20"), wrapping)
    )

    assert [each.total_amount for each in built] == [9_999, 1_250, -6_250]


def test_a_small_return_fee_has_the_rate_of_the_goods() -> None:
    """Of a fee of 0.09 with 0.02 of tax, the rate is the order's 25 %, not what öre give."""
    built = build_refund_lines(order(), with_fee(9_990, 9, 2, back("79.99", "20")))

    assert (built[-1].total_amount, built[-1].tax_rate) == (-9, 2_500)


@pytest.mark.parametrize(
    ("given", "bought", "name"),
    [("Cup", "Mug", "Cup"), ("", "Mug", "Mug"), ("", "", "MUG-1")],
)
def test_a_refunded_line_is_called_as_the_shop_calls_it(
    given: str, bought: str, name: str
) -> None:
    """By its own name, or the one it was bought under, or its reference."""
    placed = order(lines=(replace(MUGS, name=bought), shipping()))
    booked = refund(9_999, lines=(replace(back("79.992", "19.998"), name=given),))
    (built,) = build_refund_lines(placed, booked)

    assert built.name == name
