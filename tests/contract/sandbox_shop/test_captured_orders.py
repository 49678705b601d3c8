from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from contract.sandbox_shop.stage import Stage, inputs, same
from kvitt.sandbox.shop.catalogue import Product

PLAIN = (
    "company",
    "custom_price",
    "fee",
    "fee_notax",
    "finland_notax",
    "fixed_cart",
    "fixed_product",
    "free_ship",
    "free_ship_coupon",
    "legacy_posts_qty_ship",
    "many",
    "neg_fee",
    "no_sku",
    "norway",
    "one",
    "pct_coupon",
    "qty_ship",
    "same_twice",
    "two_coupons",
    "two_ship",
    "us_two_rates",
    "variations",
    "virtual",
    "zero_line",
)


@pytest.mark.parametrize("name", PLAIN)
def test_an_order_made_of_the_same_inputs_comes_out_the_same(
    name: str, stage: Stage, sample: Callable[[str], Any]
) -> None:
    """Totals, taxes, coupons and every field of a captured order follow from its inputs."""
    theirs = sample(f"get_order/{name}")["body"]
    stage.books.change_settings(hpos=not name.startswith("legacy"))

    order_id = stage.order(theirs)["id"]
    ours = stage.call("GET", f"orders/{order_id}").get_json()

    same(ours, theirs)


def test_a_product_deleted_for_good_leaves_its_line_without_id_and_sku(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """A deleted product leaves id 0 and a null SKU; name, quantity and amounts remain."""
    theirs = sample("get_order/deleted")["body"]
    gone = stage.books.put(Product(id=47, name="Borttagen", sku="X", price=Decimal(80)))
    lines = theirs["line_items"]
    lines[0] = {**lines[0], "product_id": gone.id}
    order_id = stage.order(theirs)["id"]
    stage.books.remove(gone)

    ours = stage.call("GET", f"orders/{order_id}").get_json()

    ours["line_items"][0]["name"] = lines[0]["name"]
    lines[0]["product_id"] = 0
    same(ours, theirs)


def test_a_trashed_product_keeps_its_line_whole(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """A product in the trash still gives its id and SKU to the line."""
    theirs = sample("get_order/product_trashed")["body"]
    line = theirs["line_items"][0]
    stage.books.put(Product(id=70, name=line["name"], sku=line["sku"], price=Decimal(80)))
    order_id = stage.order(theirs)["id"]
    stage.call("DELETE", "products/70")

    ours = stage.call("GET", f"orders/{order_id}").get_json()

    same(ours, theirs)


@pytest.mark.parametrize("name", ["decimals0_existing", "decimals0_new"])
def test_a_shop_without_decimals_cuts_every_amount(
    name: str, stage: Stage, sample: Callable[[str], Any]
) -> None:
    """With 0 decimals amounts are whole, for orders made before and after the change."""
    theirs = sample(f"get_order/{name}")["body"]
    if name == "decimals0_new":
        stage.books.change_settings(decimals=0)
    order_id = stage.order(theirs)["id"]
    stage.books.change_settings(decimals=0)

    ours = stage.call("GET", f"orders/{order_id}").get_json()

    same(ours, theirs)


def test_dp_gives_decimals_back(stage: Stage) -> None:
    """Lines keep more decimals than the shop shows, and `dp` asks for them."""
    stage.books.change_settings(decimals=0)
    order = stage.mug(line_items=[{"product_id": 26, "quantity": 3}])

    seen = stage.call("GET", f"orders/{order['id']}?dp=4").get_json()

    assert seen["line_items"][0]["total"] == "239.9760"
    assert (seen["total"], order["total"]) == ("300.0000", "300")


def test_half_an_ore_rounds_by_the_present_setting(stage: Stage) -> None:
    """56.625 of an old order reads 56.62 or 56.63 by what the shop's setting is today."""
    line = {"product_id": 15, "quantity": 1, "subtotal": "226.50", "total": "226.50"}
    order_id = stage.mug(line_items=[line])["id"]
    path = f"orders/{order_id}"
    including = stage.call("GET", path).get_json()["line_items"][0]["total_tax"]
    stage.books.change_settings(prices_include_tax=False)
    excluding = stage.call("GET", path).get_json()["line_items"][0]["total_tax"]

    assert (including, excluding) == ("56.62", "56.63")


def test_a_block_checkout_differs_only_in_where_it_came_from(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """An order of the block checkout has the same amounts, its own hashes and `store-api`."""
    theirs = sample("get_order/store_api_checkout")["body"]
    order = stage.desk.create_order(inputs(theirs), created_via="store-api")

    ours = stage.call("GET", f"orders/{order.id}").get_json()

    same(ours, theirs, sample="get_order/store_api_checkout")
