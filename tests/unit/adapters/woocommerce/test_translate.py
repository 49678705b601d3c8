"""A shop's order, from WooCommerce's JSON to our value."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from kvitt.adapters.woocommerce import balance, translate
from kvitt.adapters.woocommerce.products import ProductFacts
from kvitt.domain.errors import UnreadableOrder
from kvitt.domain.money import Money
from kvitt.domain.store_order import LineKind
from unit.adapters import samples
from unit.adapters.samples import fields_of
from unit.adapters.woocommerce.orders import meta, one, parse


@pytest.mark.parametrize("name", samples.names("get_order"))
def test_the_lines_of_every_recorded_order_come_to_its_total(name: str) -> None:
    """Nothing is lost or counted twice: products, shipping and fees are the total."""
    order = parse(samples.body_of(f"get_order/{name}"))

    assert sum(balance.gross(line) for line in order.lines) == order.total.major()
    assert order.klarna_order_id
    assert order.paid


def test_an_order_is_read_whole() -> None:
    """Number, status, total, gateway, place and time arrive as the shop has them."""
    order = parse(samples.body_of("get_order/partially_refunded_kom_on"))

    assert (order.id, order.number, order.status) == (121, "121", "processing")
    assert order.total == Money(148893, "SEK")
    assert order.klarna_order_id == "8d116ece-1738-47d9-bd9c-172411e20b8f"
    assert (order.country, order.environment) == ("SE", "test")
    assert order.modified_at == datetime(2026, 11, 23, 0, 47, 40, tzinfo=UTC)
    assert (order.customer, order.shipping_address.city) == ("O'Brien von Essen", "Malmö")


def test_a_line_is_read_with_its_stored_rate() -> None:
    """Figures exclude tax, and the percentage is the order's own."""
    lamp, odd, shipping = parse(samples.body_of("get_order/pct_coupon")).lines

    assert (lamp.reference, lamp.quantity, lamp.rates) == ("LAMP-ÅÄÖ", 1, (Decimal(25),))
    assert (lamp.subtotal, lamp.total) == (Decimal("1039.96"), Decimal("935.96"))
    assert (odd.quantity, odd.total_tax) == (3, Decimal("54.00"))
    assert (shipping.kind, shipping.reference) == (LineKind.SHIPPING, "flat_rate:1")


@pytest.mark.parametrize(
    ("name", "reference"),
    [("no_sku", None), ("deleted", ""), ("variations", "HOOD-S"), ("product_trashed", None)],
)
def test_a_line_without_sku_is_called_by_its_product(name: str, reference: str | None) -> None:
    """The SKU, else the product's id; a product deleted for good leaves nothing."""
    document = samples.body_of(f"get_order/{name}")
    item = document["line_items"][0]
    line = parse(document).lines[0]

    wanted = reference if reference is not None else item["sku"] or str(item["product_id"])
    assert line.reference == wanted


@pytest.mark.parametrize("name", ["fee", "neg_fee", "fee_notax"])
def test_fees_keep_their_name_and_sign(name: str) -> None:
    """A fee is called by its name, and one below zero stays below zero."""
    document = samples.body_of(f"get_order/{name}")
    fee = next(line for line in parse(document).lines if line.kind is LineKind.FEE)

    assert fee.reference == fee.name == document["fee_lines"][0]["name"]
    assert fee.total == Decimal(document["fee_lines"][0]["total"])


def test_two_rates_on_a_line_are_both_told() -> None:
    """A line in Los Angeles bears the state's rate and the city's."""
    order = parse(samples.body_of("get_order/us_two_rates"))

    assert order.lines[0].rates == (Decimal("7.25"), Decimal(1))
    assert order.sales_tax_apart


def test_a_compound_rate_is_told_as_what_it_comes_to() -> None:
    """7 % on top of 5 % is 7.35 % of the price, so the two together are what was charged."""
    document = samples.body_of("get_order/us_two_rates")
    simple, compound = document["tax_lines"]
    simple["rate_percent"], compound["rate_percent"] = 5, 7
    compound["compound"] = True

    assert parse(document).lines[0].rates == (Decimal(5), Decimal("7.35"))


def test_products_tell_what_the_order_does_not() -> None:
    """Virtual products and their pages come from the catalogue; unknown ones stay unknown."""
    document = samples.body_of("get_order/virtual")
    known, _ = document["line_items"]
    facts = {known["product_id"]: ProductFacts(virtual=True, url="https://shop.example/pdf")}
    order = translate.parse_order(fields_of(document), products=facts)

    assert (order.lines[0].virtual, order.lines[1].virtual) == (True, None)
    assert order.lines[0].product_url == "https://shop.example/pdf"


def test_names_are_read_as_people_see_them() -> None:
    """HTML of a product's name does not reach the customer's invoice."""
    document = one()
    document["line_items"][0]["name"] = "<b>Kopp</b> &amp; fat &lt;3"

    assert parse(document).lines[0].name == "Kopp & fat <3"


def test_a_quantity_with_a_fraction_becomes_one_piece() -> None:
    """Klarna counts in whole pieces: 1.50 metres are one of them, named so."""
    document = one()
    document["line_items"][0]["quantity"] = 1.50

    line = parse(document).lines[0]
    assert (line.quantity, line.name) == (1, "1.5 × Kaffekopp")


@pytest.mark.parametrize(
    ("transaction", "stored", "found"),
    [("a", "b", "a"), ("", "b", "b"), (" ", "", None), ("", None, None)],
)
def test_the_transaction_id_wins_over_the_meta(
    transaction: str, stored: str | None, found: str | None
) -> None:
    """Klarna's order id is the transaction's, else the meta's, else unknown."""
    order = one(transaction_id=transaction, meta_data=meta(_wc_klarna_order_id=stored))

    assert parse(order).klarna_order_id == found


@pytest.mark.parametrize(
    ("value", "off"),
    [("1", True), (1, True), ("yes", True), ("0", False), ("", False), (None, False)],
)
def test_the_switch_of_an_order_is_read_as_php_reads_it(value: object, off: bool) -> None:
    """Whatever PHP takes for true switches synchronisation off."""
    order = parse(one(meta_data=meta(_kom_disconnect=value, _wc_klarna_cancelled=value)))

    assert (order.sync_off, order.cancelled_mark) == (off, off)


def test_an_order_without_a_payment_date_is_not_paid() -> None:
    """Orders made by hand may be processing without anybody having paid."""
    assert not parse(one(date_paid=None, date_paid_gmt=None)).paid


@pytest.mark.parametrize("total", ["239.9760", "125.001", "", "-", "lots", None, "NaN", "1e99"])
def test_a_total_that_is_not_exact_is_unreadable(total: str | None) -> None:
    """More decimals than the currency has, or no number at all, is for a person to see."""
    with pytest.raises(UnreadableOrder):
        parse(one(total=total))


@pytest.mark.parametrize(
    ("currency", "total", "minor"),
    [("SEK", "125.000000", 12500), ("JPY", "125.000000", 125), ("KWD", "125.125000", 125125)],
)
def test_six_decimals_are_exact_where_the_currency_allows(
    currency: str, total: str, minor: int
) -> None:
    """Zeros beyond the currency's decimals are nothing."""
    assert parse(one(currency=currency, total=total)).total.minor == minor


@pytest.mark.parametrize(
    "change",
    [
        {"currency": "KRONOR"},
        {"currency": None},
        {"line_items": {}},
        {"line_items": [{"name": "x"}]},
        {"tax_lines": [{"rate_percent": "much"}]},
        {"date_modified_gmt": None},
        {"date_modified_gmt": "0000-00-00T00:00:00"},
        {"meta_data": "none"},
        {"billing": "somewhere"},
    ],
)
def test_an_order_that_cannot_be_understood_is_unreadable(change: dict[str, Any]) -> None:
    """What an order lacks is named, with the order's id and no value of it."""
    with pytest.raises(UnreadableOrder) as caught:
        parse(one(**change))

    assert "order " in str(caught.value)


def test_without_a_delivery_address_the_customers_is_taken() -> None:
    """An order that ships nothing goes where its customer is."""
    empty = dict.fromkeys(one()["shipping"], "")
    order = parse(one(shipping=empty))

    assert order.shipping_address.postal_code == one()["billing"]["postcode"]
    assert order.shipping_address.email == one()["billing"]["email"]


@pytest.mark.parametrize(
    ("values", "number", "company"),
    [
        (
            {
                "_wc_shipment_tracking_items": [
                    {"tracking_number": "SE1", "tracking_provider": "postnord"},
                    {"tracking_number": "SE2", "custom_tracking_provider": "Bring"},
                ]
            },
            "SE2",
            "Bring",
        ),
        ({"_kss_tracking_id": "SE3"}, "SE3", ""),
        ({"_wc_shipment_tracking_items": "none"}, "", ""),
        ({}, "", ""),
    ],
)
def test_the_latest_parcel_is_told(values: dict[str, Any], number: str, company: str) -> None:
    """Tracking numbers come from the plugins that store them."""
    order = parse(one(meta_data=meta(**values)))

    assert (order.tracking_number, order.tracking_company) == (number, company)
