"""kvitt, a practice shop and a practice Klarna in one process, on one clock that tests move.

Nothing is faked between them: the use cases, the journal on a database, both clients over
loopback, and both sandboxes. What lives in threads otherwise is called by the test.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from contract.hosting import new_server, running
from kvitt import bootstrap
from kvitt.adapters.database.models import IntentRow
from kvitt.adapters.database.models import Order as OrderRow
from kvitt.adapters.database.repositories import NewAccount, NewShop
from kvitt.bootstrap import Parts
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.sandbox import checkout
from kvitt.sandbox.checkout import Basket
from kvitt.sandbox.klarna import Clock
from kvitt.sandbox.klarna import Order as KlarnaRecord
from kvitt.sandbox.shop import seeding
from kvitt.sandbox.shop.records import Address, Order
from kvitt.sandbox.shop.refunding import RefundRequest
from kvitt.sandbox.shop.seeding import Bought
from kvitt.sandbox.town import DEMO_PASSWORD, Town
from kvitt.settings import Environment, Settings

ASTRID = Address(
    first_name="Astrid",
    last_name="Lind",
    address_1="Storgatan 14",
    city="Malmö",
    postcode="21142",
    country="SE",
    email="astrid.lind@example.test",
)


class Pause:
    """Stands in for the time a slow Klarna takes: nothing waits, something may happen."""

    def __init__(self) -> None:
        self.then: Callable[[], object] = lambda: None

    def __call__(self, _seconds: float) -> None:
        self.then()


@dataclass(kw_only=True, slots=True)
class World:
    """Both halves, kvitt between them, and one clock over all three."""

    parts: Parts
    town: Town
    shop: ShopId
    pause: Pause
    #: More looks than this at a time mean that an order is due again and again.
    most_looks: int = 100

    def buy(self, *bought: Bought) -> Order:
        """Place an order of 299.00 SEK, unless told what is bought."""
        basket = Basket(
            buyer=ASTRID,
            bought=bought or (Bought(product="MUG-1", quantity=2),),
            shipping_total=Decimal("39.20"),
        )
        return checkout.buy(self.town.desk, self.town.books, self.town.merchant_id, basket)

    def hint(self, order: Order) -> None:
        """Say that an order may have changed, as a webhook would."""
        self.parts.queue.want(self.shop, StoreOrderId(order.id), why="test")

    def look(self, order: Order) -> None:
        """Look at an order once, because of a hint."""
        self.hint(order)
        assert self.work() >= 1

    def work(self) -> int:
        """Look at every order that is due, and say how many looks that took."""
        looks = 0
        while (
            lease := self.parts.queue.claim(worker="test", lease=timedelta(minutes=5))
        ) is not None:
            self.parts.reconcile(lease)
            looks += 1
            assert looks < self.most_looks, "an order is due again and again"
        return looks

    def pass_time(self, span: timedelta) -> None:
        """Let time pass for all three, and do the work that comes due."""
        self.town.books.clock.advance(span)
        self.town.klarna.tick()
        self.work()

    def set_status(self, order: Order, status: str) -> None:
        """Change the order's status as the merchant does, and look."""
        self.town.desk.set_status(order.id, status)
        self.look(order)

    def book_refund(self, order: Order, amount: str) -> None:
        """Refund through the order screen's Klarna button, without a look yet."""
        request = RefundRequest(amount=Decimal(amount), through_gateway=True)
        self.town.desk.create_refund(order.id, request)

    def klarna(self, order: Order) -> KlarnaRecord:
        """Return the practice Klarna's own record."""
        record = self.town.books.order(self.store(order).transaction_id)
        assert record is not None
        return record

    def store(self, order: Order) -> Order:
        """Return the practice shop's own record."""
        record = self.town.desk.books.order(order.id)
        assert record is not None
        return record

    def notes(self, order: Order) -> list[str]:
        """Return what kvitt has written on the order, oldest first."""
        notes = reversed(self.town.desk.books.notes(order.id))
        return [note.text for note in notes if "Klarna" in note.text]

    def row(self, order: Order) -> OrderRow:
        return OrderRow.objects.get(store_order_id=order.id)

    def intents(self, order: Order) -> list[tuple[str, str]]:
        """Return kind and state of every call in the journal."""
        rows = IntentRow.objects.filter(order__store_order_id=order.id).order_by("pk")
        return [(row.kind, row.state) for row in rows]

    def calls(self) -> list[str]:
        """Return what Klarna was asked, oldest first: operations."""
        return [entry.operation for entry in self.town.books.requests]


@contextmanager
def opened(settings: Settings, *, most_looks: int = 100) -> Iterator[World]:
    """Give a connected shop with stocked shelves, and nothing sold."""
    server = new_server()
    with running(server) as base_url:
        clock, pause = Clock.running(), Pause()
        town = Town.open(None, base_url=base_url, clock=clock, pause=pause)
        seeding.stock_the_shelves(town.desk.books)
        server.set_app(DispatcherMiddleware(Response("", 404), dict(town.mounts)))
        demo = settings.model_copy(update={"environment": Environment.DEMO})
        parts = bootstrap.assemble(demo, clock=clock)
        shop = connect(parts, town, base_url)
        yield World(parts=parts, town=town, shop=shop, pause=pause, most_looks=most_looks)
        parts.connections.close()
        town.close()


def connect(parts: Parts, town: Town, base_url: str) -> ShopId:
    """Make kvitt know the town's shop and its Klarna account."""
    key = town.rest_key()
    shop = parts.shops.add_shop(
        NewShop(
            uid=uuid4(),
            name="Practice shop",
            url=f"{base_url}/shop",
            consumer_key=key.consumer_key,
            consumer_secret=key.consumer_secret,
            hook_token="of-this-test",
            hook_secret="of-this-test",
        )
    )
    parts.accounts.add_account(
        NewAccount(
            uid=uuid4(),
            shop=ShopId(shop.pk),
            label="Practice Klarna",
            region="custom",
            environment="playground",
            username=town.merchant_id,
            password=DEMO_PASSWORD,
            base_url=f"{base_url}/klarna",
        )
    )
    return ShopId(shop.pk)
