from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.sandbox_shop.stage import Stage
from kvitt.sandbox.shop import taxes
from kvitt.sandbox.shop.catalogue import Coupon, Product
from kvitt.sandbox.shop.desk import RefundRequest
from kvitt.sandbox.shop.records import Order
from kvitt.sandbox.shop.rounding import to_places

PRICES = st.integers(1, 500_000).map(lambda ore: Decimal(ore) / 100)
LINES = st.lists(
    st.tuples(PRICES, st.integers(1, 9), st.sampled_from(["", "reduced-rate", "books-6"])),
    min_size=1,
    max_size=6,
)
COUPON = st.sampled_from([None, ("percent", 13), ("fixed_cart", 77), ("fixed_product", 7)])
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def placed(
    lines: list[tuple[Decimal, int, str]], coupon: tuple[str, int] | None, *, included: bool
) -> tuple[Stage, Order]:
    """Return a shop and an order of some lines in it."""
    stage = Stage()
    stage.books.change_settings(prices_include_tax=included)
    entries = []
    for number, (price, quantity, tax_class) in enumerate(lines, start=100):
        product = Product(id=number, name=f"P{number}", price=price, tax_class=tax_class)
        stage.books.put(product)
        entries.append({"product_id": number, "quantity": quantity})
    codes = []
    if coupon:
        stage.books.put(
            Coupon(id=200, code="kupong", type=coupon[0], amount=Decimal(coupon[1]))
        )
        codes = [{"code": "kupong"}]
    order = stage.mug(line_items=entries, coupon_lines=codes)
    return stage, stage.desk.bench.order(order["id"])


@SLOW
@given(lines=LINES, coupon=COUPON, included=st.booleans())
def test_the_total_is_the_sum_of_its_lines_to_the_ore(
    lines: list[tuple[Decimal, int, str]], coupon: tuple[str, int] | None, included: bool
) -> None:
    """Rounded lines and their shown taxes come to the order's total, coupon or not."""
    stage, order = placed(lines, coupon, included=included)
    shop = stage.books.settings

    nets = sum(to_places(line.total, 2) for line in order.lines)
    shown = sum(taxes.tax_of(line, shop) for line in order.lines)
    assert order.total == nets + shown
    assert order.total_tax == sum(line.tax_total for line in order.tax_lines)


@SLOW
@given(lines=LINES, coupon=COUPON, included=st.booleans())
def test_a_discount_never_makes_a_line_negative_or_dearer(
    lines: list[tuple[Decimal, int, str]], coupon: tuple[str, int] | None, included: bool
) -> None:
    """A coupon leaves a line between nothing and what it was, and removing it is exact."""
    stage, order = placed(lines, coupon, included=included)

    assert all(0 <= line.total <= line.subtotal for line in order.lines)
    without = stage.desk.remove_coupon(order.id, "kupong")
    assert all(line.total == line.subtotal for line in without.lines)


@SLOW
@given(lines=LINES, shares=st.lists(st.integers(1, 60), max_size=4))
def test_refunds_never_exceed_the_order(
    lines: list[tuple[Decimal, int, str]], shares: list[int]
) -> None:
    """Whatever is refunded in parts, what is left goes down by it and ends at nothing."""
    stage, order = placed(lines, None, included=True)
    for share in shares:
        part = to_places(stage.desk.remaining_refundable(order.id) * share / 100, 2)
        stage.desk.create_refund(order.id, RefundRequest(amount=part))
    stage.desk.set_status(order.id, "refunded")

    assert stage.desk.remaining_refundable(order.id) == 0
    assert stage.desk.refunded_amount(order.id) == order.total
