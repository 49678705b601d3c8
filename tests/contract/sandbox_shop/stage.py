"""The shop that was captured, built again: its shelves, its taxes, its coupons, its orders.

`Stage` is a sandbox shop with a clock one can set, a client, and everything it sent into the
world. `samples` reads what a real WooCommerce answered, and `bare` takes away what differs from
shop to shop: ids, dates, keys and addresses.
"""

import base64
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from werkzeug.test import Client, TestResponse

from kvitt.sandbox.shop import seeding
from kvitt.sandbox.shop.app import ShopApp
from kvitt.sandbox.shop.books import ShopBooks
from kvitt.sandbox.shop.catalogue import ApiKey, Coupon, Product, TaxRate
from kvitt.sandbox.shop.desk import OrderDesk
from kvitt.sandbox.shop.gateway import Refusing
from kvitt.sandbox.shop.webhooks import OutgoingPost

SAMPLES = Path(__file__).parents[2] / "samples" / "woocommerce"
API = "/wp-json/wc/v3/"
HOME = "https://127.0.0.1:18443"
START = datetime(2026, 11, 23, 0, 42, 42, tzinfo=UTC)

Json = dict[str, Any]

PRODUCTS = (
    Product(id=15, name="Kaffekopp", sku="MUG-1", price=Decimal(125)),
    Product(id=16, name="T-shirt blå", sku="TS-BLUE", price=Decimal(249), stock=978),
    Product(id=17, name='Lampa "Sol" & måne', sku="LAMP-ÅÄÖ", price=Decimal("1299.95")),
    Product(
        id=18, name="Bok: PHP för alla", sku="BOK-6", price=Decimal(199), tax_class="books-6"
    ),
    Product(
        id=19,
        name="Choklad 100 g",
        sku="CHOK-12",
        price=Decimal("33.33"),
        tax_class="reduced-rate",
    ),
    Product(id=20, name="Presentkort PDF", sku="PDF-1", price=Decimal(500), virtual=True),
    Product(id=21, name="Konsulttimme", sku="TIM-1", price=Decimal(1250), virtual=True),
    Product(id=22, name="Skruv", sku="SKRUV", price=Decimal("0.99")),
    Product(id=23, name="Gratisprov", sku="FREE-0"),
    Product(id=24, name="Utan artikelnr", price=Decimal("75.50")),
    Product(id=26, name="Udda pris", sku="ODD-3", price=Decimal("99.99")),
    Product(id=27, name="Hoodie", type="variable", sku="HOOD"),
    *(
        Product(
            id=number,
            name=f"Hoodie - {size}",
            type="variation",
            sku=sku,
            price=Decimal(599),
            parent_id=27,
            attributes={"Storlek": size},
        )
        for number, size, sku in ((28, "S", "HOOD-S"), (29, "M", "HOOD-M"), (30, "L", ""))
    ),
)
RATES = (
    TaxRate(id=1, rate=Decimal(25), name="Moms 25%", country="SE"),
    TaxRate(id=2, rate=Decimal(12), name="Moms 12%", country="SE", tax_class="reduced-rate"),
    TaxRate(id=3, rate=Decimal(6), name="Moms 6%", country="SE", tax_class="books-6"),
    TaxRate(id=4, rate=Decimal(25), name="MVA", country="NO"),
    TaxRate(id=5, rate=Decimal("7.25"), name="CA State", country="US", state="CA"),
    TaxRate(id=6, rate=Decimal(1), name="LA City", country="US", state="CA", priority=2),
)
COUPONS = (
    Coupon(id=11, code="tio", type="percent", amount=Decimal(10)),
    Coupon(id=12, code="fast50", type="fixed_cart", amount=Decimal(50)),
    Coupon(id=13, code="prod20", type="fixed_product", amount=Decimal(20)),
    Coupon(id=14, code="fri-frakt", type="percent", amount=Decimal(0), free_shipping=True),
)


_NO_BROWSER = "an order placed here has no browser behind it"
_BY_PLUGIN = "the reference plugin made these; test_reference_plugin_refunds makes its own"

#: What of a captured answer is not compared, and why.
ON_PURPOSE: dict[str, dict[str, str]] = {
    "get_order/store_api_checkout": {
        "customer_ip_address": _NO_BROWSER,
        "customer_user_agent": _NO_BROWSER,
    },
    **{
        f"get_order/{name}_refunded_kom_on": dict.fromkeys(
            ("refunds", "status", "date_completed", "date_completed_gmt"), _BY_PLUGIN
        )
        for name in ("fully", "partially")
    },
    "misc/system_status": {
        "wp_cron": "the captured shop ran its queue from the system's cron",
        "pages": "a tool that connects reads none of theme, pages, templates, logs",
    },
    "misc/settings_tax_prices_include": {"tip": "the tip is told in our own words"},
    "misc/payment_gateway_klarna": {"settings": "labels are told in our own words"},
    "wcauth/authorize_page.html": {"html": "pages carry the sentences, not WordPress's markup"},
    "wcauth/login_page.html": {"html": "pages carry the sentences, not WordPress's markup"},
}


def read(name: str) -> Any:
    """Return a captured exchange, deliveries, or a page; a few files hold a body alone."""
    if name.endswith(".html"):
        return (SAMPLES / name).read_text()
    found = json.loads((SAMPLES / f"{name}.json").read_text())
    if isinstance(found, list) or ("status" in found and "id" not in found):
        return found
    return {"status": 200, "body": found}


@dataclass(slots=True)
class Answers:
    """A receiver of webhooks: keeps what arrives and answers what it is told to."""

    posts: list[OutgoingPost] = field(default_factory=list)
    status: int = 200

    def send(self, post: OutgoingPost) -> int:
        """Keep a post and answer it."""
        self.posts.append(post)
        return self.status

    def topics(self) -> list[str]:
        """Return the topics of what arrived."""
        return [post.headers.get("X-WC-Webhook-Topic", "ping") for post in self.posts]


class Stage:
    """A sandbox shop set up like the captured one."""

    def __init__(self) -> None:
        self.now = START
        numbers = itertools.count(1)
        self.books = ShopBooks.open(
            None, clock=lambda: self.now, tokens=lambda n: f"{next(numbers):0{n}d}"
        )
        self.books.change_settings(home_url=HOME)
        for product in PRODUCTS:
            self.books.put(product)
        for rate in RATES:
            self.books.put(rate)
        for coupon in COUPONS:
            self.books.put(coupon)
        self.desk = OrderDesk(self.books, gateway=Refusing())
        self.world = Answers()
        self.app = ShopApp(self.desk, send=self.world.send)
        self.key = seeding.issue_key(self.books)
        self.client = Client(self.app)

    def call(
        self, method: str, path: str, body: Any = None, *, key: ApiKey | None = None
    ) -> TestResponse:
        """Call the API with a key and a JSON body."""
        used = key or self.key
        pair = f"{used.consumer_key}:{used.consumer_secret}"
        headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        return self.client.open(API + path, method=method, json=body, headers=headers)

    def later(self, seconds: float = 1) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def listen(self, *topics: str) -> None:
        """Create a webhook for each topic and forget the pings."""
        for topic in topics:
            hook = {"topic": topic, "delivery_url": "http://127.0.0.1:9/h", "secret": "hemlig"}
            assert self.call("POST", "webhooks", hook).status_code == 201
        self.world.posts.clear()

    def delivered(self) -> list[str]:
        """Let the queue run and return the topics of what arrived."""
        self.world.posts.clear()
        self.app.deliverer.deliver_due()
        return self.world.topics()

    def order(self, sample: Mapping[str, Any], **fields: Any) -> Json:
        """Create the order a captured answer shows, from its inputs."""
        response = self.call("POST", "orders", {**inputs(sample), **fields})
        assert response.status_code == 201, response.text
        created: Json = response.get_json()
        return created

    def mug(self, **fields: Any) -> Json:
        """Create an order of one cup, paid."""
        lines = [{"product_id": 15, "quantity": 1}]
        body = {"line_items": lines, "set_paid": True, "status": "processing", **fields}
        created: Json = self.call("POST", "orders", body).get_json()
        return created


def inputs(body: Mapping[str, Any]) -> Json:
    """Return what has to be posted to get an order like a captured one."""
    copied = ("billing", "shipping", "payment_method", "payment_method_title")
    metas = sorted(body["meta_data"], key=lambda meta: meta["id"])
    return {
        **{name: body[name] for name in (*copied, "transaction_id", "currency")},
        "customer_note": body["customer_note"],
        "set_paid": body["date_paid"] is not None,
        "status": "processing",
        "meta_data": [{"key": m["key"], "value": m["value"]} for m in metas],
        "line_items": [_line(line) for line in body["line_items"]],
        "shipping_lines": [_shipping(line) for line in body["shipping_lines"]],
        "fee_lines": [
            {name: fee[name] for name in ("name", "total", "tax_status")}
            for fee in body["fee_lines"]
        ],
        "coupon_lines": [{"code": coupon["code"]} for coupon in body["coupon_lines"]],
    }


def bare(value: Any, *, within: str = "") -> Any:
    """Return an answer without ids, dates, keys, links and addresses of one shop.

    Ids in `taxes` stay, because they are rate ids; dates only keep whether there is one.
    """
    if isinstance(value, list):
        return [bare(entry, within=within) for entry in value]
    if not isinstance(value, dict):
        return value
    if value.get("key") == "_refunded_item_id":
        return {"key": value["key"]}
    return {
        name: _dated(name, bare(entry, within=name))
        for name, entry in value.items()
        if name not in _DROPPED and not (name == "id" and within != "taxes")
    }


_DROPPED = frozenset({"number", "order_key", "payment_url", "_links", "cart_hash"})


def same(ours: Json, theirs: Json, *, sample: str = "") -> None:
    """Compare two answers field by field, but for what differs on purpose."""
    mine, captured = bare(ours), bare(theirs)
    for name in ON_PURPOSE.get(sample, {}):
        mine.pop(name)
        captured.pop(name)
    if list(mine) != list(captured):
        raise AssertionError(f"keys {list(mine)} where {list(captured)} was captured")
    for name, value in captured.items():
        if mine[name] != value:
            raise AssertionError(f"{name} is {mine[name]!r} where {value!r} was captured")


def _dated(name: str, value: Any) -> Any:
    return value is not None if name.startswith("date_") else value


def _line(line: Mapping[str, Any]) -> Json:
    entry = {name: line[name] for name in ("product_id", "variation_id", "quantity")}
    discounted_by_hand = line["name"] == "T-shirt blå" and line["total"] == "300.00"
    return {**entry, "total": "300.00"} if discounted_by_hand else entry


def _shipping(line: Mapping[str, Any]) -> Json:
    names = ("method_title", "method_id", "instance_id", "total", "meta_data")
    entry = {name: line[name] for name in names}
    entry["meta_data"] = [{"key": m["key"], "value": m["value"]} for m in line["meta_data"]]
    return entry
