"""The reference plugin in a shop whose base is in the US, where tax is a line of its own."""

from decimal import Decimal

import pytest

from contract.sandbox_shop.plugin_stage import Klarna, with_plugin
from contract.sandbox_shop.stage import Json, Stage
from kvitt.sandbox.shop.catalogue import Product, TaxRate
from kvitt.sandbox.shop.desk import ScreenForm
from kvitt.sandbox.shop.records import Item

CAPTURED = [{"key": "_wc_klarna_capture_id", "value": "c"}]
US_ORDER = [{"key": "_wc_klarna_country", "value": "US"}]
BUYER = {"country": "US", "state": "NY", "email": "ann@example.com"}


@pytest.fixture
def us(stage: Stage) -> Stage:
    """A shop in New York with one rate of 8.5 %, prices without tax, and a thing for 100."""
    stage.books.change_settings(
        country="US", state="NY", currency="USD", prices_include_tax=False
    )
    stage.books.put(TaxRate(id=9, rate=Decimal("8.5"), name="Tax", country="US", state="NY"))
    stage.books.put(Product(id=90, name="Kettle", sku="KET-1", price=Decimal(100)))
    return stage


def _order(stage: Stage, klarna: Klarna, **fields: object) -> int:
    return with_plugin(
        stage,
        klarna,
        line_items=[{"product_id": 90, "quantity": 2}],
        billing=BUYER,
        shipping=BUYER,
        **fields,
    )


def _figures(line: Json) -> tuple[object, ...]:
    names = ("type", "unit_price", "quantity", "total_discount_amount", "total_amount")
    return (*(line[name] for name in names), line["tax_rate"], line["total_tax_amount"])


def test_tax_is_a_line_of_its_own(us: Stage) -> None:
    """§3.5 E10: the lines make up the total, and the amount has the tax twice."""
    klarna = Klarna()
    order_id = _order(us, klarna)
    us.desk.set_status(order_id, "completed")

    body = klarna.calls[1].body or {}
    assert [_figures(line) for line in body["order_lines"]] == [
        ("physical", 10000, 2, 0, 20000, 850, 0),
        ("sales_tax", 1700, 1, 0, 1700, 0, 0),
    ]
    assert (body["captured_amount"], body["order_amount"]) == (21700, 23400)
    assert body["order_tax_amount"] == 1700


def test_a_discount_is_told_and_not_taken_off(us: Stage) -> None:
    """§3.5 E9: with a coupon and shipping the lines come to more than the amount."""
    klarna = Klarna()
    shipping = {"method_id": "flat_rate", "method_title": "Post", "total": "10.00"}
    order_id = _order(
        us,
        klarna,
        shipping_lines=[shipping],
        coupon_lines=[{"code": "tio"}],
        meta_data=US_ORDER,
    )
    us.desk.set_status(order_id, "on-hold")
    us.desk.save_screen(order_id, ScreenForm())

    body = klarna.calls[1].body or {}
    assert [_figures(line) for line in body["order_lines"]] == [
        ("physical", 10000, 2, 2000, 20000, 850, 0),
        ("shipping_fee", 1000, 1, 0, 1000, 850, 0),
        ("discount", 0, 1, 0, 0, 0, 0),
        ("sales_tax", 1615, 1, 0, 1615, 0, 0),
    ]
    assert body["order_lines"][2]["reference"] == "Cart discount (amount: 20, tax amount: 1.7)"
    assert (body["order_amount"], body["order_tax_amount"]) == (22230, 1615)


def test_a_refund_bears_its_tax_apart(us: Stage) -> None:
    """§3.6 R10: the product bears the rate and no tax, the tax is a line."""
    klarna = Klarna(status="CAPTURED")
    order_id = _order(us, klarna, meta_data=CAPTURED)
    line = us.desk.bench.order(order_id).lines[0]
    entry = {
        "id": line.id,
        "quantity": 1,
        "refund_total": 100,
        "refund_tax": [{"id": 9, "refund_total": 8.5}],
    }
    us.call("POST", f"orders/{order_id}/refunds", {"line_items": [entry]})

    body = klarna.calls[-1].body or {}
    assert body["refunded_amount"] == 10850
    assert [_figures(sent) for sent in body["order_lines"]] == [
        ("physical", 10000, 1, 0, 10000, 850, 0),
        ("sales_tax", 850, 1, 0, 850, 0, 0),
    ]


def test_what_is_refunded_of_nothing_is_left_out(us: Stage) -> None:
    """Product and shipping lines without an amount are not sent in the US."""
    klarna = Klarna(status="CAPTURED")
    shipping = {"method_id": "flat_rate", "method_title": "Post", "total": "10.00"}
    order_id = _order(us, klarna, shipping_lines=[shipping], meta_data=CAPTURED)
    order = us.desk.bench.order(order_id)
    items: list[Item] = [*order.lines, *order.shipping_lines]
    entries = [{"id": item.id, "quantity": 1, "refund_total": 0} for item in items]
    body = {"amount": "5.00", "line_items": entries}
    us.call("POST", f"orders/{order_id}/refunds", body)

    assert "order_lines" not in (klarna.calls[-1].body or {})


@pytest.mark.parametrize(
    ("code", "word"), [("prod20", "Product discount"), ("gone", "Discount")]
)
def test_coupons_are_named_by_their_kind(us: Stage, code: str, word: str) -> None:
    """What a coupon was is told in words; of one that is deleted nothing is known."""
    klarna = Klarna()
    used = "prod20" if code == "gone" else code
    order_id = _order(us, klarna, coupon_lines=[{"code": used}], meta_data=US_ORDER)
    if code == "gone":
        found = us.books.coupon(used)
        assert found is not None
        us.books.remove(found)
    us.desk.set_status(order_id, "completed")

    coupons = [
        line
        for line in (klarna.calls[1].body or {})["order_lines"]
        if line["type"] == "discount"
    ]
    assert [line["reference"].partition(" (")[0] for line in coupons] == [word]
