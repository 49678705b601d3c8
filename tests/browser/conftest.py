"""A real browser, a real server on a free port, and a shop with orders, for browser tests."""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from wsgiref.types import WSGIApplication

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from kvitt.sandbox.shop import seeding
from kvitt.sandbox.shop.books import ShopBooks
from kvitt.sandbox.shop.desk import OrderDesk
from kvitt.sandbox.shop.gateway import HandedOver
from kvitt.sandbox.shop.records import Address, Order
from kvitt.sandbox.shop.screen import Asides, ScreenApp
from kvitt.sandbox.shop.seeding import Bought, Purchase

PageFactory = Callable[..., Page]
Serve = Callable[[WSGIApplication], str]

#: The browser keeps to itself: a test machine may have no network at all.
CLOSED_NETWORK = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PREFIX = "/shop"
ASTRID = Address(
    first_name="Astrid",
    last_name="Lind",
    address_1="Storgatan 1",
    postcode="111 22",
    city="Stockholm",
    country="SE",
    email="astrid@example.com",
    phone="0701234567",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=CLOSED_NETWORK
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page_factory(browser: Browser) -> Iterator[PageFactory]:
    """Open pages in contexts of their own; a script error or a blocked resource fails the test."""
    complaints: list[str] = []
    with ExitStack() as closing:

        def open_page(
            *,
            scheme: str = "light",
            width: int = 1280,
            javascript: bool = True,
            locale: str = "en-GB",
        ) -> Page:
            context = browser.new_context(
                color_scheme="dark" if scheme == "dark" else "light",
                viewport=ViewportSize(width=width, height=900),
                java_script_enabled=javascript,
                locale=locale,
                timezone_id="Europe/Stockholm",
                reduced_motion="reduce",
            )
            closing.callback(context.close)
            context.set_default_timeout(10_000)
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda line: _note_blocked(line.text, complaints))
            return page

        yield open_page
    assert complaints == []


def _note_blocked(text: str, complaints: list[str]) -> None:
    if "Content Security Policy" in text:
        complaints.append(text)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve WSGI applications on free ports of this machine until the test ends."""
    with ExitStack() as closing:

        def start(app: WSGIApplication) -> str:
            server = make_server("127.0.0.1", 0, app, threaded=True)
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            closing.callback(thread.join)
            closing.callback(server.server_close)
            closing.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}"

        yield start


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenShop:
    """A shop that is being served, and the desk behind it."""

    desk: OrderDesk
    url: str

    def buy(
        self,
        *bought: Bought,
        status: str = "processing",
        klarna_order_id: str = "kl-0001",
        coupons: tuple[str, ...] = (),
    ) -> Order:
        """Place an order paid with Klarna; of two mugs, a shirt and shipping unless said."""
        purchase = Purchase(
            klarna_order_id=klarna_order_id,
            bought=bought or (Bought(product="MUG-1", quantity=2), Bought(product="TS-BLUE")),
            billing=ASTRID,
            shipping_total=Decimal("39.20"),
            status=status,
            coupons=coupons,
        )
        return seeding.place_order(self.desk, purchase)

    def order_url(self, order: Order) -> str:
        return f"{self.url}/wp-admin/admin.php?page=wc-orders&action=edit&id={order.id}"

    @property
    def orders_url(self) -> str:
        return f"{self.url}/wp-admin/admin.php?page=wc-orders"

    def order(self, order: Order) -> Order:
        """Read an order anew."""
        found = self.desk.books.order(order.id)
        assert found is not None
        return found


@pytest.fixture
def shop(serve: Serve) -> OpenShop:
    """A stocked shop under a prefix, as the demo mounts it."""
    books = ShopBooks.open(
        None,
        clock=lambda: datetime.now(UTC),
        tokens=lambda length: secrets.token_hex(length)[:length],
    )
    seeding.stock_the_shelves(books)
    desk = OrderDesk(books, gateway=HandedOver())
    asides = Asides(
        secret="of this test",
        console_url="/console/",
        console_order_url="/console/orders/{order_id}",
        klarna_url="/klarna/",
        klarna_order_url="/klarna/orders/{klarna_order_id}",
        notes_pace=0.2,
    )
    screen = ScreenApp(desk, asides=asides)
    mounted = DispatcherMiddleware(Response("Nothing here.", 404), {PREFIX: screen})
    return OpenShop(desk=desk, url=serve(mounted) + PREFIX)
