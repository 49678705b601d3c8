"""A practice shop and a practice Klarna that kvitt does not know yet, on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from contract.hosting import new_server, running
from integration.worlds import ASTRID
from kvitt import bootstrap
from kvitt.adapters.database.models import Order as OrderRow
from kvitt.adapters.database.models import Shop
from kvitt.bootstrap import Parts
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.newcomer import Attempt, GivenAccount, StoreKey
from kvitt.sandbox import checkout, plugin_line
from kvitt.sandbox.checkout import Basket
from kvitt.sandbox.klarna import Clock
from kvitt.sandbox.shop import kom, seeding
from kvitt.sandbox.shop.records import Order
from kvitt.sandbox.shop.seeding import Bought
from kvitt.sandbox.town import DEMO_PASSWORD, Town
from kvitt.settings import Environment, Settings
from kvitt.web.console.shops.desk import ShopDesk


@dataclass(kw_only=True, slots=True)
class Street:
    """The town, kvitt, and nothing between them yet."""

    parts: Parts
    town: Town
    base_url: str
    desk: ShopDesk

    @property
    def shop_url(self) -> str:
        return f"{self.base_url}/shop"

    def key(self, permissions: str = "read_write") -> StoreKey:
        """Return a REST key of the shop."""
        issued = seeding.issue_key(
            self.town.desk.books, description="kvitt", permissions=permissions
        )
        return StoreKey(
            consumer_key=issued.consumer_key, consumer_secret=issued.consumer_secret
        )

    def account(self, **said: Any) -> GivenAccount:
        """Return the Klarna account of the town, or with something else said of it."""
        known = {"username": self.town.merchant_id, "password": DEMO_PASSWORD}
        return GivenAccount(**{**known, **said})

    def begun(self) -> Attempt:
        """Begin to connect the shop."""
        return self.desk.connecting.begin(self.shop_url, actor="anna")

    def connect(self) -> ShopId:
        """Connect the shop with a key made by hand."""
        attempt = self.begun()
        self.desk.connecting.give_key(attempt.uid, self.key())
        return self.desk.connecting.finish(attempt.uid, self.account())

    def buy(self) -> Order:
        """Place an order of 299.00 SEK."""
        basket = Basket(
            buyer=ASTRID,
            bought=(Bought(product="MUG-1", quantity=2),),
            shipping_total=Decimal("39.20"),
        )
        return checkout.buy(self.town.desk, self.town.books, self.town.merchant_id, basket)

    def look(self, shop: ShopId, order: Order) -> None:
        """Look at an order because of a hint."""
        self.parts.queue.want(shop, StoreOrderId(order.id), why="test")
        self.work()

    def work(self) -> int:
        """Look at every order that is due, and say how many looks that took."""
        looks = 0
        while (
            lease := self.parts.queue.claim(worker="test", lease=timedelta(minutes=5))
        ) is not None:
            self.parts.reconcile(lease)
            looks += 1
            assert looks < 100, "an order is due again and again"
        return looks

    def captured(self, order: Order) -> int:
        """Return what Klarna has captured of an order, in minor units."""
        record = self.town.books.order(order.transaction_id)
        assert record is not None
        return sum(capture.captured_amount for capture in record.captures)

    def row(self, order: Order) -> OrderRow:
        return OrderRow.objects.get(store_order_id=order.id)

    def shop(self, shop: ShopId) -> Shop:
        return Shop.objects.select_related("standing").get(pk=shop)

    def activate_plugin(self) -> None:
        """Let the shop's own order management act."""
        line = plugin_line.to(self.town.klarna, self.town.merchant_id)
        kom.activate(self.town.desk, line)


@contextmanager
def street_of(settings: Settings) -> Iterator[Street]:
    """Run the town, and put kvitt together beside it."""
    server = new_server()
    with running(server) as base_url:
        clock = Clock.running()
        town = Town.open(None, base_url=base_url, clock=clock, pause=lambda _seconds: None)
        seeding.stock_the_shelves(town.desk.books)
        # Pings and callbacks go to a front that takes everything.
        server.set_app(DispatcherMiddleware(Response("", 200), dict(town.mounts)))
        given = settings.model_copy(
            update={
                "environment": Environment.DEMO,
                "public_url": base_url,
                "klarna_url": f"{base_url}/klarna",
            }
        )
        parts = bootstrap.assemble(given, clock=clock)
        yield Street(parts=parts, town=town, base_url=base_url, desk=bootstrap.shops_of(parts))
        parts.connections.close()
        town.close()
