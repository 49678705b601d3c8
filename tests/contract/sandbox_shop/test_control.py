import itertools
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from werkzeug.test import Client

from contract.sandbox_shop.stage import Stage
from kvitt.sandbox.shop import codec, seeding
from kvitt.sandbox.shop.app import ShopApp
from kvitt.sandbox.shop.books import ShopBooks
from kvitt.sandbox.shop.desk import OrderDesk, RefundRequest
from kvitt.sandbox.shop.gateway import HandedOver
from kvitt.sandbox.shop.komcalls import KlarnaReply

THEN = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)


def lever(stage: Stage, method: str, path: str, body: Any = None) -> Any:
    """Pull a hidden lever and return what it answers."""
    response = stage.client.open(f"/__sim{path}", method=method, json=body)
    assert response.status_code == 200, response.text
    return response.get_json()


def test_an_order_is_seeded_as_a_checkout_leaves_it(stage: Stage) -> None:
    """A seeded order is paid, bears its Klarna order id, and may lie in the past."""
    order = lever(
        stage,
        "POST",
        "/orders",
        {
            "klarna_order_id": "k-1",
            "bought": [{"product": "TS-BLUE", "quantity": 2}],
            "billing": {"first_name": "Maja", "country": "SE"},
            "shipping_total": "39.20",
            "fees": {"Rabatt": "-40.00"},
            "coupons": ["tio"],
            "placed": THEN.isoformat(),
        },
    )

    seen = stage.call("GET", f"orders/{order['id']}").get_json()
    metas = {meta["key"]: meta["value"] for meta in seen["meta_data"]}
    assert (seen["status"], seen["transaction_id"]) == ("processing", "k-1")
    assert (metas["_wc_klarna_order_id"], metas["_wc_klarna_environment"]) == ("k-1", "test")
    assert seen["date_created_gmt"] == seen["date_paid_gmt"] == "2026-10-01T08:30:00"
    assert seen["total"] == "447.20"


def test_the_button_hands_the_refund_over(stage: Stage) -> None:
    """With the default gateway a refund is booked, unpaid, and told once."""
    stage.desk.change_gateway(HandedOver())
    order_id = stage.mug(status="completed")["id"]
    stage.listen("order.updated")

    refund = stage.desk.create_refund(
        order_id, RefundRequest(amount=Decimal(25), through_gateway=True)
    )

    assert not refund.refunded_payment
    assert stage.delivered() == ["order.updated"]
    assert stage.desk.remaining_refundable(order_id) == 100


def test_a_shop_that_is_down_answers_html(stage: Stage) -> None:
    """A broken shop answers every path with a page, except its levers."""
    lever(stage, "PATCH", "/settings", {"broken_with": 503})
    down = stage.call("GET", "orders")
    lever(stage, "PATCH", "/settings", {"broken_with": 0})

    assert (down.status_code, down.content_type) == (503, "text/html; charset=utf-8")
    assert stage.call("GET", "orders").status_code == 200


def test_a_revoked_key_opens_nothing(stage: Stage) -> None:
    """After its key is taken away a tool gets 401."""
    lever(stage, "DELETE", f"/keys/{stage.key.id}")

    assert stage.call("GET", "orders").status_code == 401


def test_the_clock_moves_forward(stage: Stage) -> None:
    """Moved time is what new orders are dated with."""
    lever(stage, "POST", "/clock", {"forward_seconds": 3600})

    assert stage.mug()["date_created_gmt"] == "2026-11-23T01:42:42"


def test_levers_refuse_what_they_do_not_know(stage: Stage) -> None:
    """Unknown paths are 404, unknown settings and records 400."""
    answers = [
        stage.client.get("/__sim/nothing").status_code,
        stage.client.patch("/__sim/settings", json={"colour": 1}).status_code,
        stage.client.get("/__sim/records/order/999").status_code,
    ]

    assert answers == [404, 400, 400]


def test_a_record_can_be_read_and_changed_raw(stage: Stage) -> None:
    """A raw order is everything the books hold, and a change of it is told to nobody."""
    order_id = stage.mug()["id"]
    stage.listen("order.updated")
    lever(stage, "PATCH", f"/orders/{order_id}", {"currency": "EUR", "paid": None})

    raw = lever(stage, "GET", f"/records/order/{order_id}")

    assert (raw["currency"], raw["paid"]) == ("EUR", None)
    assert stage.delivered() == []


def test_faults_keys_gateway_and_delivery_have_levers(stage: Stage) -> None:
    """Everything a story needs can be reached by path."""
    order_id = stage.mug()["id"]
    stage.listen("order.updated")
    stage.call("PUT", f"orders/{order_id}", {})
    lever(stage, "PATCH", "/faults", {"double": 1})
    delivered = lever(stage, "POST", "/deliver")
    lever(stage, "POST", "/gateway", {"refunds": "accept"})
    booked = stage.call("POST", f"orders/{order_id}/refunds", {"amount": "1.00"})
    lever(stage, "POST", "/gateway", {"refunds": "refuse", "text": "Nej."})
    refused = stage.call("POST", f"orders/{order_id}/refunds", {"amount": "1.00"})
    key = lever(stage, "POST", "/keys", {"permissions": "read"})
    stage.call("DELETE", f"orders/{order_id}")
    restored = lever(stage, "POST", f"/orders/{order_id}/restore")

    assert (delivered, len(stage.world.posts)) == ({"delivered": 1}, 2)
    assert (booked.status_code, refused.get_json()["message"]) == (201, "Nej.")
    assert key["permissions"] == "read"
    assert restored["status"] == "processing"


def test_a_dump_loads_into_an_empty_shop(stage: Stage) -> None:
    """What was dumped reads the same after a reset and a load."""
    order_id = stage.mug()["id"]
    before = stage.call("GET", f"orders/{order_id}").get_json()
    dump = lever(stage, "GET", "/dump")
    lever(stage, "POST", "/reset")
    empty = lever(stage, "GET", "/")
    lever(stage, "POST", "/load", dump)

    assert empty["order"] == 0
    assert stage.call("GET", f"orders/{order_id}").get_json() == before
    assert stage.mug()["id"] == order_id + 1


def test_books_in_a_file_outlive_the_process(tmp_path: Path) -> None:
    """Orders, settings, counters and waiting deliveries are there when opened again."""
    path = tmp_path / "shop.sqlite"
    numbers = itertools.count(1)

    def opened() -> ShopBooks:
        return ShopBooks.open(
            path, clock=lambda: THEN, tokens=lambda n: f"{next(numbers):0{n}d}"
        )

    books = opened()
    seeding.stock_the_shelves(books)
    desk = OrderDesk(books, gateway=HandedOver())
    bought = (seeding.Bought(product="MUG-1"),)
    order = seeding.place_order(desk, seeding.Purchase(klarna_order_id="k", bought=bought))
    desk.add_note(order.id, "hej", by="admin")
    books.change_settings(decimals=0)
    dump = books.dump()
    books.close()

    again = opened()

    assert again.dump() == dump
    assert again.order(order.id) == order
    assert again.notes(order.id) == books.notes(order.id)
    again.close()


def test_a_record_reads_back_equal(stage: Stage) -> None:
    """Written as JSON and read again, an order is the same order."""
    order_id = stage.mug(coupon_lines=[{"code": "tio"}])["id"]
    order = stage.desk.bench.order(order_id)

    assert codec.loads(type(order), codec.dumps(order)) == order


def test_other_paths_are_the_order_screens(stage: Stage) -> None:
    """What is neither API nor key flow nor lever goes to the screen, or is a 404."""

    def screen(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [environ["PATH_INFO"].encode()]

    app = ShopApp(stage.desk, screen=screen, base_url="http://shop.test/shop")

    assert Client(app).get("/wp-admin/x").get_data() == b"/wp-admin/x"
    assert Client(app).get("/wp-json/").get_json()["home"] == "http://shop.test/shop"
    assert stage.client.get("/wp-admin/").status_code == 404


def test_mounted_under_a_prefix_it_answers_there(stage: Stage) -> None:
    """With a SCRIPT_NAME the same paths work below it."""
    path = "/wp-json/wc/v3/orders"
    auth = (stage.key.consumer_key, stage.key.consumer_secret)

    response = stage.client.get(path, base_url="http://127.0.0.1:8000/shop", auth=auth)

    assert response.status_code == 200


def test_the_reference_plugin_has_a_lever(stage: Stage) -> None:
    """The plugin is switched on and off by path, where the shop knows a way to Klarna."""
    app = ShopApp(
        stage.desk, send=stage.world.send, klarna=lambda _call: KlarnaReply(status=404)
    )
    client = Client(app)
    path = f"orders/{stage.mug(payment_method='klarna_payments', transaction_id='k')['id']}"

    on = client.post("/__sim/plugin", json={"active": True}).get_json()
    plugins = stage.call("GET", "system_status").get_json()["active_plugins"]
    held = stage.call("PUT", path, {"status": "completed"}).get_json()["status"]
    client.post("/__sim/plugin", json={"active": False})
    left = stage.call("PUT", path, {"status": "completed"}).get_json()["status"]
    nowhere = stage.client.post("/__sim/plugin", json={"active": True}).status_code

    assert (on, len(plugins)) == ({"active": True}, 2)
    assert (held, left, nowhere) == ("on-hold", "completed", 400)


def test_a_reset_keeps_settings_and_what_it_is_told_to(stage: Stage) -> None:
    """Orders go, the key and the catalogue stay, and numbers go on after them."""
    stage.mug()
    stage.listen("order.updated")
    lever(stage, "POST", "/reset", {"keep": ["api_key", "product", "tax_rate", "webhook"]})

    again = stage.mug()
    assert (again["id"], again["total"]) == (31, "125.00")
    assert again["payment_url"].startswith("https://127.0.0.1:18443/")
    assert stage.delivered() == ["order.updated"]


def test_shelves_can_be_stocked_and_everything_counted(stage: Stage) -> None:
    """The demo's products and taxes come with one lever, and the state counts them."""
    lever(stage, "POST", "/reset")
    lever(stage, "POST", "/shelves")
    state = lever(stage, "GET", "/")

    assert (state["tax_rate"], state["coupon"], state["order"]) == (3, 3, 0)
    assert state["product"] == 8


def test_a_seeded_order_may_be_completed_unpaid_or_priced_by_hand(stage: Stage) -> None:
    """Status, payment and a line's amount are the seeder's choice."""
    done = lever(
        stage,
        "POST",
        "/orders",
        {
            "klarna_order_id": "k-1",
            "bought": [{"product": "MUG-1", "total": "80.00"}],
            "status": "completed",
            "billing": {"country": "SE"},
            "shipping": {"country": "NO"},
        },
    )
    open_ = lever(
        stage,
        "POST",
        "/orders",
        {
            "klarna_order_id": "k-2",
            "bought": [{"product": 15}],
            "paid": False,
            "status": "pending",
        },
    )

    assert (done["status"], done["total"], done["shipping"]["country"]) == (
        "completed",
        "100.00",
        "NO",
    )
    assert (open_["status"], open_["paid"]) == ("pending", None)
