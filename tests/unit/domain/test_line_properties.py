"""Order lines against an exact oracle, for any order."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kvitt.domain import part_lines, tax
from kvitt.domain.fingerprint import fingerprint_of
from kvitt.domain.ids import StoreRefundId
from kvitt.domain.line_builder import build_lines
from kvitt.domain.lines import OrderLine, sum_of
from kvitt.domain.money import Money, exponent_of
from kvitt.domain.part_lines import Taken, amounts_of, quantities_of
from kvitt.domain.refund_lines import build_refund_lines
from kvitt.domain.store_order import StoreOrder, StoreRefund
from unit.domain.orders import NOW
from unit.domain.strategies import store_orders

FAST = settings(max_examples=60, deadline=timedelta(seconds=5))


def is_lawful(line: OrderLine) -> bool:
    """Say so by the rule as Klarna writes it, in exact fractions (klarna-api.md §6.1)."""
    formula = Fraction(line.total_amount) - Fraction(
        line.total_amount * 10_000, 10_000 + line.tax_rate
    )
    return (
        line.total_amount == line.quantity * line.unit_price - line.total_discount_amount
        and abs(line.total_tax_amount - formula) <= 1
        and line.quantity >= 1
        and line.total_discount_amount >= 0
        and 0 <= line.tax_rate <= 10_000
    )


@FAST
@given(store_orders())
def test_lines_are_lawful_and_come_to_the_total(order: StoreOrder) -> None:
    """Every line keeps Klarna's law, and together they are the shop's total."""
    lines = build_lines(order)

    assert all(is_lawful(line) and line.lawful for line in lines)
    assert sum_of(lines) == order.total.minor


@FAST
@given(store_orders())
def test_no_line_is_off_by_more_than_rounding(order: StoreOrder) -> None:
    """A line is what the shop's decimals say, within two halves of a minor unit."""
    scale = 10 ** exponent_of(order.currency)
    for source, line in zip(order.lines, build_lines(order), strict=False):
        exact = Fraction(source.total) + (
            0 if order.sales_tax_apart else Fraction(source.total_tax)
        )
        assert abs(line.total_amount - exact * scale) <= 1


@FAST
@given(store_orders())
def test_the_same_order_has_the_same_fingerprint(order: StoreOrder) -> None:
    """Status, payment date, refunds and product pages are not what Klarna agrees to."""
    later = replace(
        order,
        status="completed",
        modified_at=NOW + timedelta(days=1),
        capture_id="CAP-1",
        lines=tuple(replace(line, product_url="https://shop.example") for line in order.lines),
    )
    asked = replace(
        order, lines=tuple(replace(line, virtual=not line.virtual) for line in order.lines)
    )

    assert fingerprint_of(order) == fingerprint_of(later) == fingerprint_of(asked)


@FAST
@given(store_orders(), st.integers(1, 10_000))
def test_another_total_has_another_fingerprint(order: StoreOrder, more: int) -> None:
    """Whatever Klarna has to be told changes the fingerprint."""
    raised = replace(order, total=order.total + Money(more, order.currency))

    assert fingerprint_of(order) != fingerprint_of(raised)


@FAST
@given(store_orders(), st.data())
def test_pieces_add_up_in_any_order(order: StoreOrder, data: st.DataObject) -> None:
    """A line taken in random pieces is the line exactly, and each piece is lawful."""
    line = data.draw(st.sampled_from(build_lines(order)))
    before = total = 0
    while before < line.quantity:
        count = data.draw(st.integers(1, line.quantity - before))
        piece = part_lines.pieces(line, count, before=before)
        assert is_lawful(piece)
        before += count
        total += piece.total_amount

    assert total == line.total_amount


@FAST
@given(store_orders(), st.data())
def test_a_spread_amount_is_the_amount(order: StoreOrder, data: st.DataObject) -> None:
    """An amount spread over lines is that amount, and each share is lawful."""
    lines = build_lines(order)
    assume(sum_of(lines) > 0)
    amount = data.draw(st.integers(1, sum_of(lines)))

    shares = part_lines.spread(lines, amount)

    assert sum_of(shares) == amount
    assert all(is_lawful(share) for share in shares)


@FAST
@given(store_orders(), st.data())
def test_what_is_left_and_what_was_taken_is_the_whole(
    order: StoreOrder, data: st.DataObject
) -> None:
    """After any part by amount, the rest of the lines is the rest of the total."""
    lines = build_lines(order)
    assume(sum_of(lines) > 0)
    amount = data.draw(st.integers(1, sum_of(lines)))
    part = part_lines.spread(lines, amount)
    taken = Taken(quantities=quantities_of(part), amounts=amounts_of(part))

    left = part_lines.rest(lines, taken)

    assert all(is_lawful(line) for line in left)
    if len({line.reference for line in lines}) == len(lines):
        assert sum_of(left) == sum_of(lines) - amount


@FAST
@given(store_orders(), st.data())
def test_a_deduction_is_the_amount(order: StoreOrder, data: st.DataObject) -> None:
    """Discount lines for what was refunded early come to it, one for each tax rate."""
    lines = build_lines(order)
    assume(sum_of(lines) > 0)
    amount = data.draw(st.integers(1, sum_of(lines)))

    less = part_lines.deduction(lines, amount, reference="refund-1", name="Refunded")

    assert sum_of(less) == -amount
    assert all(is_lawful(line) for line in less)
    assert len(less) <= len({line.tax_rate for line in lines})


@FAST
@given(store_orders(), st.data())
def test_refund_lines_come_to_the_refund(order: StoreOrder, data: st.DataObject) -> None:
    """A refund of any lines, of any amount, has lawful lines that come to it, or none."""
    chosen = data.draw(st.lists(st.sampled_from(order.lines), unique_by=lambda row: row.id))
    worth = sum((line.total + line.total_tax for line in chosen), start=Decimal(0)).scaleb(
        exponent_of(order.currency)
    )
    off = data.draw(st.sampled_from((0, 0, 1, -1, 400)))
    booked = StoreRefund(
        id=StoreRefundId(77),
        amount=Money(max(round(worth) + off, 0), order.currency),
        reason="",
        created_at=NOW,
        lines=tuple(replace(line, id=line.id + 90, refunds_line=line.id) for line in chosen),
    )

    lines = build_refund_lines(order, booked)

    assert all(is_lawful(line) for line in lines)
    assert not lines or sum_of(lines) == booked.amount.minor


@FAST
@given(
    st.integers(-20_000_000, 20_000_000),
    st.integers(-2_000_000, 2_000_000),
    st.lists(st.decimals(0, 40, places=3), max_size=3),
)
def test_any_tax_finds_a_lawful_rate(
    total: int, taxes: int, percentages: list[Decimal]
) -> None:
    """Whatever a shop stores, the rate and tax that are sent agree."""
    rate = tax.choose_rate(total, tax=taxes, percentages=percentages)
    settled = tax.settle(total, rate=rate, tax=taxes)

    assert 0 <= rate <= 10_000
    assert abs(settled - Fraction(total * rate, 10_000 + rate)) <= 1


@FAST
@given(st.integers(-10_000_000, 10_000_000), st.integers(0, 10_000))
def test_contained_tax_is_the_nearest(total: int, rate: int) -> None:
    """The tax found in a total is Klarna's formula, halves away from zero."""
    exact = Fraction(total * rate, 10_000 + rate)
    found = tax.contained(total, rate=rate)

    assert abs(found - exact) <= Fraction(1, 2)
    assert found == -tax.contained(-total, rate=rate)
