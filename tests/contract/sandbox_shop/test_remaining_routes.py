from decimal import Decimal

import pytest

from contract.sandbox_shop.stage import Json, Stage
from kvitt.sandbox.shop import addresses, seeding
from kvitt.sandbox.shop.catalogue import Product, Settings


def test_webhooks_are_listed_changed_and_deleted(stage: Stage) -> None:
    """A change neither pings nor forgets failures; deleting has to be forced."""
    stage.listen("order.updated", "order.deleted")
    first = stage.call("GET", "webhooks").get_json()[-1]
    path = f"webhooks/{first['id']}"
    changed = stage.call("PUT", path, {"delivery_url": "http://127.0.0.1:9/other"}).get_json()
    soft = stage.call("DELETE", path)
    hard = stage.call("DELETE", f"{path}?force=true")

    assert changed["delivery_url"] == "http://127.0.0.1:9/other"
    assert changed["date_modified"] is not None
    assert stage.world.posts == []
    assert (soft.status_code, hard.status_code) == (501, 200)
    assert stage.call("GET", path).status_code == 404
    assert len(stage.call("GET", "webhooks?status=active").get_json()) == 1


def test_a_paused_webhook_hears_nothing(stage: Stage) -> None:
    """Paused before the event or before its delivery, nothing arrives."""
    order_id = stage.mug()["id"]
    stage.listen("order.updated")
    path = f"webhooks/{stage.books.webhooks()[0].id}"
    stage.call("PUT", f"orders/{order_id}", {})
    stage.call("PUT", path, {"status": "paused"})
    stage.call("PUT", f"orders/{order_id}", {})

    assert stage.delivered() == []


@pytest.mark.parametrize("body", [{"topic": "x"}, {"delivery_url": "x"}, {"status": "x"}])
def test_a_webhook_cannot_be_changed_to_nonsense(body: Json, stage: Stage) -> None:
    """Topic, address and status are checked on changes, too."""
    stage.listen("order.updated")
    path = f"webhooks/{stage.books.webhooks()[0].id}"

    assert stage.call("PUT", path, body).status_code == 400


def test_a_note_can_be_read_and_deleted_by_force(stage: Stage) -> None:
    """Without force the refusal speaks of webhooks, as WooCommerce's does."""
    order_id = stage.mug()["id"]
    note = stage.call("POST", f"orders/{order_id}/notes", {"note": "hej"}).get_json()
    path = f"orders/{order_id}/notes/{note['id']}"
    soft = stage.call("DELETE", path)
    seen = stage.call("GET", path).get_json()
    hard = stage.call("DELETE", f"{path}?force=true")

    assert (soft.status_code, soft.get_json()["message"]) == (
        501,
        "Webhooks do not support trashing.",
    )
    assert (seen["note"], hard.status_code) == ("hej", 200)
    assert stage.call("GET", path).status_code == 404


def test_notes_can_be_asked_for_by_kind(stage: Stage) -> None:
    """`type=customer` gives those the customer got."""
    order_id = stage.mug()["id"]
    stage.call("POST", f"orders/{order_id}/notes", {"note": "a", "customer_note": True})

    found = stage.call("GET", f"orders/{order_id}/notes?type=customer").get_json()

    assert [note["note"] for note in found] == ["a"]


def test_one_refund_is_read_where_it_belongs(stage: Stage) -> None:
    """A refund is found under its own order only."""
    first, second = stage.mug()["id"], stage.mug()["id"]
    body = {"amount": "1.00", "api_refund": False}
    refund = stage.call("POST", f"orders/{first}/refunds", body).get_json()

    assert stage.call("GET", f"orders/{first}/refunds/{refund['id']}").get_json() == refund
    assert stage.call("GET", f"orders/{second}/refunds/{refund['id']}").status_code == 404


def test_the_smaller_facts_have_addresses(stage: Stage) -> None:
    """One tax rate, all currencies, other settings, all gateways."""
    rate = stage.call("GET", "taxes/2").get_json()
    decimals = stage.call("GET", "settings/general/woocommerce_price_num_decimals").get_json()
    gateways = stage.call("GET", "payment_gateways").get_json()

    assert (rate["rate"], rate["class"]) == ("12.0000", "reduced-rate")
    assert decimals["value"] == "2"
    assert [gateway["id"] for gateway in gateways] == ["klarna_payments", "bacs"]
    assert len(stage.call("GET", "data/currencies").get_json()) > 100


@pytest.mark.parametrize(
    "path",
    ["taxes/99", "settings/general/x", "payment_gateways/x", "products/99999", "webhooks/99"],
)
def test_what_a_shop_does_not_have_is_a_404(path: str, stage: Stage) -> None:
    """Unknown records answer 404 with a code."""
    response = stage.call("GET", path)

    assert response.status_code == 404
    assert response.get_json()["data"] == {"status": 404}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"customer_id": "x"}, "rest_invalid_type"),
        ({"customer_note": True}, "rest_invalid_type"),
        ({"set_paid": "x"}, "rest_invalid_type"),
        ({"shipping": "x"}, "rest_invalid_type"),
        ({"line_items": "x"}, "rest_invalid_type"),
    ],
)
def test_wrong_types_are_told_apart(body: Json, code: str, stage: Stage) -> None:
    """Each parameter of the wrong type is named with WordPress's code."""
    answer = stage.call("PUT", f"orders/{stage.mug()['id']}", body).get_json()

    assert [detail["code"] for detail in answer["data"]["details"].values()] == [code]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"fee_lines": [{"total": "1"}]}, "woocommerce_rest_invalid_fee_item"),
        ({"shipping_lines": [{"total": "1"}]}, "woocommerce_rest_invalid_shipping_item"),
        (
            {"coupon_lines": [{"id": 1, "code": "tio"}]},
            "woocommerce_rest_coupon_item_id_readonly",
        ),
        ({"coupon_lines": [{}]}, "woocommerce_rest_invalid_coupon"),
    ],
)
def test_lines_without_what_they_need_are_refused(entry: Json, code: str, stage: Stage) -> None:
    """Fees need a name, shipping a method, coupons a code and no id."""
    answer = stage.call("PUT", f"orders/{stage.mug()['id']}", entry)

    assert (answer.status_code, answer.get_json()["code"]) == (400, code)


def test_a_line_can_be_made_by_sku_and_given_another_product(stage: Stage) -> None:
    """A SKU names a product, and another product id turns a line into that product."""
    order = stage.mug(line_items=[{"sku": "HOOD-M", "quantity": 1}])
    line = order["line_items"][0]
    body = {"line_items": [{"id": line["id"], "product_id": 16}]}
    changed = stage.call("PUT", f"orders/{order['id']}", body).get_json()["line_items"][0]

    assert (line["product_id"], line["variation_id"], line["parent_name"]) == (27, 29, "Hoodie")
    assert (changed["product_id"], changed["sku"]) == (16, "TS-BLUE")
    assert changed["total"] == line["total"]


def test_a_bad_email_in_a_batch_has_another_code(stage: Stage) -> None:
    """A batch skips the schema, so the order itself refuses."""
    body = {"update": [{"id": stage.mug()["id"], "billing": {"email": "nej"}}]}

    error = stage.call("POST", "orders/batch", body).get_json()["update"][0]["error"]

    assert (error["code"], error["data"]) == ("order_invalid_billing_email", {"status": 400})


def test_a_manual_update_bears_the_users_name(stage: Stage) -> None:
    """`manual_update` beside a status makes the note the user's."""
    order_id = stage.mug()["id"]
    body = {"status": "on-hold", "manual_update": True}
    stage.call("PUT", f"orders/{order_id}", body)

    authors = {n.author for n in stage.books.notes(order_id) if "to On hold" in n.text}
    assert authors == {"admin"}


def test_set_paid_moves_on_from_on_hold(stage: Stage) -> None:
    """An order created on hold and paid ends in processing, or in completed for downloads."""
    pdf = Product(id=40, name="PDF", virtual=True, downloadable=True, price=Decimal(10))
    stage.books.put(pdf)

    held = stage.mug(status="on-hold")
    download = stage.mug(status="pending", line_items=[{"product_id": 40, "quantity": 1}])

    assert (held["status"], held["needs_processing"]) == ("processing", True)
    assert (download["status"], download["needs_processing"]) == ("completed", False)


@pytest.mark.parametrize(
    ("url", "goes"),
    [
        ("https://kvitt.example/hook", True),
        ("http://kvitt.example:8080/hook", True),
        ("http://kvitt.example:9000/hook", False),
        ("https://me:secret@kvitt.example/hook", False),
        ("http://127.0.0.1/hook", False),
        ("http://localhost/hook", False),
        ("http://10.0.0.1/hook", False),
        ("http://8.8.8.8/hook", True),
        ("ftp://kvitt.example/hook", False),
        ("http://kvitt.example:port/hook", False),
        ("http://127.0.0.1:8000/hook", True),
    ],
)
def test_a_real_shop_chooses_where_it_delivers(url: str, goes: bool) -> None:
    """Only public addresses on web ports without a password, or the shop's own address."""
    settings = Settings(allow_private_delivery=False, home_url="http://127.0.0.1:8000/shop")

    assert addresses.may_deliver(url, settings) is goes


def test_what_nothing_can_make_sense_of_is_a_critical_error(stage: Stage) -> None:
    """A value the schema lets through may still end in WordPress's own 500."""
    order_id = stage.mug()["id"]

    answer = stage.call("PUT", f"orders/{order_id}", {"line_items": [{"id": "ett"}]})

    assert (answer.status_code, answer.get_json()["code"]) == (500, "internal_server_error")


def test_ids_to_include_are_whole_numbers(stage: Stage) -> None:
    """A word among the ids is refused by its place."""
    answer = stage.call("GET", "orders?include=1,ett").get_json()

    assert answer["data"]["params"] == {"include": "include[1] is not of type integer."}


def test_a_block_checkout_is_told_as_updated_before_created(stage: Stage) -> None:
    """Orders from the checkout have their webhooks in the odd order."""
    stage.listen("order.created", "order.updated")
    bought = (seeding.Bought(product="MUG-1"),)
    seeding.place_order(stage.desk, seeding.Purchase(klarna_order_id="k", bought=bought))

    assert stage.delivered() == ["order.updated", "order.created"]


def test_amounts_that_are_no_numbers_count_as_nothing(stage: Stage) -> None:
    """A total that is a word, or no finite number, is zero."""
    order = stage.mug()
    line = order["line_items"][0]["id"]
    for word in ("gratis", "NaN"):
        body = {"line_items": [{"id": line, "total": word}]}
        answer = stage.call("PUT", f"orders/{order['id']}", body).get_json()
        assert answer["total"] == "0.00"


def test_null_takes_away_what_has_no_id_yet(stage: Stage) -> None:
    """A new entry that is null adds nothing."""
    order = stage.mug()
    body = {"fee_lines": [{"name": None, "total": "1"}]}

    assert stage.call("PUT", f"orders/{order['id']}", body).get_json()["fee_lines"] == []


def test_an_unknown_method_of_a_known_path_has_no_route(stage: Stage) -> None:
    """DELETE on the list of orders is answered like an unknown path."""
    answer = stage.call("DELETE", "orders")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "rest_no_route")


def test_an_order_of_a_customer_links_to_the_customer(stage: Stage) -> None:
    """Orders of guests have no such link."""
    assert "customer" in stage.mug(customer_id=7)["_links"]
    assert "customer" not in stage.mug()["_links"]


def test_an_address_takes_its_own_fields_and_null_empties_one(stage: Stage) -> None:
    """What is no field of an address is ignored, whatever it is called."""
    billing = {"first_name": None, "city": 7, "__class__": "x", "colour": "blue"}
    order = stage.mug(billing={"first_name": "Maja"})

    body = {"billing": billing}
    changed = stage.call("PUT", f"orders/{order['id']}", body).get_json()["billing"]

    assert (changed["first_name"], changed["city"]) == ("", "7")
    assert list(changed) == list(order["billing"])
