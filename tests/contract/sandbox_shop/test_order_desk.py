from collections.abc import Callable
from decimal import Decimal

import pytest

from contract.sandbox_shop.stage import Stage
from kvitt.sandbox.shop.catalogue import TaxRate
from kvitt.sandbox.shop.desk import (
    LineEdit,
    OrderDesk,
    RefundLine,
    RefundRequest,
    ScreenForm,
    ShopError,
    UnknownOrder,
)
from kvitt.sandbox.shop.records import Item


def decimals(*values: int | str) -> list[Decimal]:
    """Return figures as decimals."""
    return [Decimal(value) for value in values]


def test_typed_amounts_stay_until_recalculated(stage: Stage) -> None:
    """Save keeps the tax that was typed; Recalculate taxes by the present rates."""
    order = stage.desk.bench.order(stage.mug(status="on-hold")["id"])
    edit = LineEdit(
        item_id=order.lines[0].id, quantity=2, total=Decimal(200), taxes={1: Decimal(10)}
    )

    saved = stage.desk.edit_lines(order.id, [edit])
    anew = stage.desk.calculate(order.id)

    assert [saved.lines[0].subtotal, saved.total, saved.total_tax] == decimals(200, 210, 10)
    assert [anew.total, anew.total_tax] == decimals(250, 50)


def test_items_come_and_go_on_the_screen(stage: Stage) -> None:
    """Products, fees and shipping can be added and removed, and totals follow."""
    desk = stage.desk
    order_id = stage.mug()["id"]
    desk.add_line(order_id, 16, quantity=2)
    desk.add_fee(order_id, name="Rabatt", amount=Decimal(-40))
    with_all = desk.add_shipping(order_id, title="Postnord", total=Decimal("39.20"))
    extra: list[Item] = [*with_all.fees, *with_all.shipping_lines, with_all.lines[1]]
    for item in extra:
        after = desk.remove_item(order_id, item.id)

    assert with_all.total == Decimal(125) + 498 - 50 + 49
    assert after.total == 125
    assert desk.item(order_id, after.lines[0].id).total == 100


def test_stock_follows_the_order(stage: Stage) -> None:
    """Goods are taken once, moved by edits, and put back once by a refund or by cancelling."""
    line = {"product_id": 16, "quantity": 8}
    order_id = stage.mug(line_items=[line])["id"]
    item_id = stage.desk.bench.order(order_id).lines[0].id

    def stock() -> int | None:
        shirt = stage.books.product(16)
        return shirt.stock if shirt else None

    seen = [stock()]
    stage.desk.edit_lines(order_id, [LineEdit(item_id=item_id, quantity=3)])
    seen.append(stock())
    lines = (RefundLine(item_id=item_id, quantity=1, total=Decimal("199.20")),)
    stage.desk.create_refund(order_id, RefundRequest(amount=Decimal(249), lines=lines))
    seen.append(stock())
    stage.desk.set_status(order_id, "cancelled")
    seen.append(stock())

    assert seen == [970, 975, 976, 978]


def test_coupons_are_put_on_and_taken_off(stage: Stage) -> None:
    """A coupon changes line totals and not subtotals, once."""
    order_id = stage.mug()["id"]

    on = stage.desk.apply_coupon(order_id, "TIO")
    off = stage.desk.remove_coupon(order_id, "tio")

    assert [on.total, on.discount_total, on.lines[0].subtotal] == decimals("112.50", 10, 100)
    assert off.total == Decimal(125)
    assert off.coupons == ()
    stage.desk.apply_coupon(order_id, "tio")
    with pytest.raises(ShopError, match="already applied"):
        stage.desk.apply_coupon(order_id, "tio")


def test_what_is_left_to_refund_is_counted_by_item(stage: Stage) -> None:
    """Quantities, amounts and tax given back are summed over all refunds of an item."""
    order_id = stage.mug(line_items=[{"product_id": 15, "quantity": 3}])["id"]
    item_id = stage.desk.bench.order(order_id).lines[0].id
    line = RefundLine(item_id=item_id, quantity=1, total=Decimal(100), taxes={1: Decimal(25)})
    for _ in range(2):
        stage.desk.create_refund(order_id, RefundRequest(amount=Decimal(125), lines=(line,)))

    desk = stage.desk
    assert desk.refunded_quantity(order_id, item_id) == 2
    assert desk.refunded_total(order_id, item_id) == 200
    assert desk.refunded_tax(order_id, item_id, 1) == 50
    left = [desk.refunded_amount(order_id), desk.remaining_refundable(order_id)]
    assert left == decimals(250, 125)


def test_a_note_by_somebody_bears_the_name(stage: Stage) -> None:
    """A status changed by a person has the person's name on its note; notes can go."""
    order_id = stage.mug()["id"]
    stage.desk.bulk_status([order_id], "on-hold", by="admin")
    written = stage.desk.add_note(order_id, "hej", by="admin")
    stage.desk.delete_note(written.id)

    status_notes = [n for n in stage.books.notes(order_id) if "to On hold" in n.text]
    assert [note.author for note in status_notes] == ["admin"]
    assert written.id not in {note.id for note in stage.books.notes(order_id)}


def test_the_screen_saves_addresses_and_dates(stage: Stage) -> None:
    """What the form posts is stored; what it leaves out stays."""
    order_id = stage.mug(billing={"first_name": "Maja", "city": "Malmö"})["id"]

    saved = stage.desk.save_screen(
        order_id, ScreenForm(billing={"first_name": "Åsa"}, customer_note="ring")
    )

    assert (saved.billing.first_name, saved.billing.city) == ("Åsa", "Malmö")
    assert saved.customer_note == "ring"


@pytest.mark.parametrize(
    ("action", "refusal"),
    [
        (lambda d, i: d.edit_lines(i, [LineEdit(item_id=999)]), ShopError),
        (lambda d, i: d.remove_item(i, 999), ShopError),
        (lambda d, i: d.item(i, 999), ShopError),
        (lambda d, i: d.add_line(i, 999), ShopError),
        (lambda d, i: d.apply_coupon(i, "finnsinte"), ShopError),
        (lambda d, i: d.delete_refund(i), ShopError),
        (lambda d, i: d.add_note(i + 999, "x"), UnknownOrder),
        (lambda d, i: d.set_status(i + 999, "completed"), UnknownOrder),
    ],
    ids=["edit", "remove", "item", "add", "coupon", "refund", "note", "status"],
)
def test_what_is_not_there_is_refused(
    action: Callable[[OrderDesk, int], object], refusal: type[ShopError], stage: Stage
) -> None:
    """Unknown items, products, coupons and orders raise what the screen can show."""
    order_id = stage.mug()["id"]

    with pytest.raises(refusal):
        action(stage.desk, order_id)


def test_prices_without_tax_have_tax_added(stage: Stage) -> None:
    """In a shop whose prices bear no tax a line is the price, and tax comes on top."""
    stage.books.change_settings(prices_include_tax=False)
    order = stage.mug(coupon_lines=[{"code": "tio"}])

    assert (order["line_items"][0]["subtotal"], order["total"]) == ("125.00", "140.63")
    assert (order["coupon_lines"][0]["discount"], order["discount_tax"]) == ("12.5", "3.13")


def test_a_compound_rate_stands_on_the_others(stage: Stage) -> None:
    """10 % compound on top of 5 % makes 15.5 %, also when taken out of a price."""
    for number, rate, priority, compound in ((7, 5, 1, False), (8, 10, 2, True)):
        stage.books.put(
            TaxRate(
                id=number,
                rate=Decimal(rate),
                name=f"T{rate}",
                country="CA",
                priority=priority,
                compound=compound,
            )
        )
    stage.books.change_settings(country="CA")
    order = stage.mug(billing={"country": "CA"})

    line = order["line_items"][0]
    assert (line["total"], line["total_tax"], order["total"]) == ("108.23", "16.77", "125.00")
    assert [tax["compound"] for tax in order["tax_lines"]] == [False, True]


def test_shipping_inherits_the_class_of_the_products(stage: Stage) -> None:
    """With only books on the order, shipping is taxed as books are."""
    ship = [{"method_id": "flat_rate", "method_title": "Postnord", "total": "100"}]
    lines = [{"product_id": 18, "quantity": 1}]
    order = stage.mug(line_items=lines, shipping_lines=ship)

    assert order["shipping_tax"] == "6.00"


def test_tax_rounded_at_subtotal_is_not_rounded_by_line(stage: Stage) -> None:
    """With rounding at the subtotal, line taxes keep their decimals until the sum."""
    stage.books.change_settings(tax_round_at_subtotal=True)
    order = stage.mug(line_items=[{"product_id": 22, "quantity": 1} for _ in range(3)])

    seen = stage.call("GET", f"orders/{order['id']}?dp=4").get_json()
    assert seen["line_items"][0]["total_tax"] == "0.1980"
    assert seen["total_tax"] == "0.5940"


def test_a_fee_never_takes_more_than_there_is(stage: Stage) -> None:
    """A negative fee larger than the order is cut to it."""
    order = stage.mug(fee_lines=[{"name": "Rabatt", "total": "-500"}])

    assert (order["fee_lines"][0]["total"], order["total"]) == ("-100.00", "0.00")
