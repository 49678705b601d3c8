"""A witness for the practice shop: WooCommerce's own Python client, over plain HTTP.

It signs every call with OAuth 1.0a and knows nothing of us, so what it gets done here it
would get done at a real shop.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from secrets import token_hex
from typing import Any

import pytest
from woocommerce import API

from contract.hosting import new_server, running
from kvitt.sandbox.shop import seeding
from kvitt.sandbox.shop.app import ShopApp
from kvitt.sandbox.shop.books import ShopBooks
from kvitt.sandbox.shop.desk import OrderDesk
from kvitt.sandbox.shop.gateway import HandedOver
from kvitt.sandbox.shop.records import Order
from kvitt.sandbox.shop.seeding import Bought, Purchase


@dataclass(frozen=True, kw_only=True, slots=True)
class Shop:
    """A served shop that takes no password over plain HTTP, and a client with a key to it."""

    desk: OrderDesk
    url: str
    api: Any

    def buy(self) -> Order:
        """Place an order of two mugs and a shirt."""
        bought = (Bought(product="MUG-1", quantity=2), Bought(product="TS-BLUE"))
        purchase = Purchase(
            klarna_order_id="kl-1", bought=bought, shipping_total=Decimal("39.20")
        )
        return seeding.place_order(self.desk, purchase)


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A stocked shop in memory."""
    books = ShopBooks.open(
        None,
        clock=lambda: datetime.now(UTC),
        tokens=lambda length: token_hex(length)[:length],
    )
    seeding.stock_the_shelves(books)
    books.change_settings(basic_over_http=False)
    key = seeding.issue_key(books)
    desk = OrderDesk(books, gateway=HandedOver())
    server = new_server()
    with running(server) as url:
        server.set_app(ShopApp(desk, base_url=url))
        api = API(url, key.consumer_key, key.consumer_secret, version="wc/v3", timeout=30)
        yield Shop(desk=desk, url=url, api=api)
    books.close()


def test_its_signature_is_accepted_and_a_wrong_secret_is_not(shop: Shop) -> None:
    """The same call is answered, or refused, by its signature alone."""
    known = shop.desk.books.api_keys()[0]
    forged = API(shop.url, known.consumer_key, "cs_of_somebody_else", timeout=30)

    answered = shop.api.get("orders")
    refused = forged.get("orders")

    assert (answered.status_code, answered.json()) == (200, [])
    assert refused.status_code == 401
    assert refused.json()["code"] == "woocommerce_rest_authentication_error"


def test_it_lists_orders_by_page_and_status(shop: Shop) -> None:
    """Parameters are part of what is signed, and the totals are in the headers."""
    first, second, third = shop.buy(), shop.buy(), shop.buy()
    shop.desk.set_status(second.id, "completed")

    page = shop.api.get("orders", params={"status": "processing", "per_page": 1, "page": 2})

    assert page.status_code == 200
    assert [order["id"] for order in page.json()] == [first.id]
    assert (page.headers["X-WP-Total"], page.headers["X-WP-TotalPages"]) == ("2", "2")
    assert third.id != first.id


def test_it_reads_and_changes_an_order(shop: Shop) -> None:
    """A status, a name with foreign letters and a meta arrive as they were sent."""
    order = shop.buy()

    body = {
        "status": "completed",
        "billing": {"first_name": "Åsa"},
        "meta_data": [{"key": "_packed_by", "value": "Örjan"}],
    }
    changed = shop.api.put(f"orders/{order.id}", body)
    read = shop.api.get(f"orders/{order.id}").json()

    assert changed.status_code == 200
    assert (read["status"], read["billing"]["first_name"]) == ("completed", "Åsa")
    assert ("_packed_by", "Örjan") in [
        (meta["key"], meta["value"]) for meta in read["meta_data"]
    ]
    assert read["total"] == str(order.total)


def test_it_makes_an_order_and_deletes_it_for_good(shop: Shop) -> None:
    """What is deleted by force is unknown afterwards."""
    mug = next(one for one in shop.desk.books.products() if one.sku == "MUG-1")

    made = shop.api.post("orders", {"line_items": [{"product_id": mug.id, "quantity": 2}]})
    number = made.json()["id"]
    gone = shop.api.delete(f"orders/{number}", params={"force": True})
    after = shop.api.get(f"orders/{number}")

    assert (made.status_code, made.json()["total"]) == (201, "250.00")
    assert (gone.status_code, gone.json()["id"]) == (200, number)
    assert (after.status_code, after.json()["code"]) == (
        404,
        "woocommerce_rest_shop_order_invalid_id",
    )


def test_it_books_a_refund_and_is_refused_too_large_a_one(shop: Shop) -> None:
    """A refund of a line is booked with its tax; more than is left is not."""
    order = shop.buy()
    shirt = order.lines[1]
    body = {
        "amount": "249.00",
        "reason": "Too small",
        "line_items": [
            {
                "id": shirt.id,
                "quantity": 1,
                "refund_total": "199.20",
                "refund_tax": [{"id": shirt.taxes[0].rate_id, "refund_total": "49.80"}],
            }
        ],
        "api_refund": False,
    }

    booked = shop.api.post(f"orders/{order.id}/refunds", body)
    too_much = shop.api.post(f"orders/{order.id}/refunds", {"amount": "9999.00"})
    listed = shop.api.get(f"orders/{order.id}/refunds").json()

    assert (booked.status_code, booked.json()["amount"]) == (201, "249.00")
    assert booked.json()["line_items"][0]["quantity"] == -1
    assert (too_much.status_code, too_much.json()["message"]) == (500, "Invalid refund amount.")
    assert [refund["id"] for refund in listed] == [booked.json()["id"]]


def test_it_writes_reads_and_deletes_a_note(shop: Shop) -> None:
    """A private note is on the order until it is deleted."""
    order = shop.buy()

    made = shop.api.post(f"orders/{order.id}/notes", {"note": "Packad 🎁"})
    path = f"orders/{order.id}/notes/{made.json()['id']}"
    read = shop.api.get(path).json()
    gone = shop.api.delete(path, params={"force": True})

    assert (made.status_code, read["note"], read["customer_note"]) == (201, "Packad 🎁", False)
    assert (gone.status_code, shop.api.get(path).status_code) == (200, 404)


def test_it_keeps_a_webhook(shop: Shop) -> None:
    """A webhook can be made, paused, listed and removed."""
    made = shop.api.post(
        "webhooks",
        {"name": "w", "topic": "order.updated", "delivery_url": f"{shop.url}/nobody"},
    )
    path = f"webhooks/{made.json()['id']}"

    paused = shop.api.put(path, {"status": "paused"})
    listed = shop.api.get("webhooks", params={"status": "paused"}).json()
    gone = shop.api.delete(path, params={"force": True})

    assert (made.status_code, made.json()["status"]) == (201, "active")
    assert (paused.status_code, [hook["id"] for hook in listed]) == (200, [made.json()["id"]])
    assert (gone.status_code, shop.api.get("webhooks").json()) == (200, [])


def test_it_changes_several_orders_in_one_call(shop: Shop) -> None:
    """A batch answers each of its parts; one that fails does not hinder the others."""
    first, second = shop.buy(), shop.buy()
    body = {
        "update": [
            {"id": first.id, "status": "completed"},
            {"id": 999_999, "status": "completed"},
            {"id": second.id, "status": "on-hold"},
        ]
    }

    answer = shop.api.post("orders/batch", body)

    updated = answer.json()["update"]
    assert answer.status_code == 200
    assert (updated[0]["status"], updated[2]["status"]) == ("completed", "on-hold")
    assert updated[1]["error"]["code"] == "woocommerce_rest_shop_order_invalid_id"
