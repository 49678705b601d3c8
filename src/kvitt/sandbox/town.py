"""A town with one shop and one Klarna: what ``kvitt demo`` starts beside kvitt.

Both live in SQLite files of their own, so that what was done stays done. The town hands
out the WSGI applications to be mounted; ``start`` sets its shop's cron and Klarna's
clock going, ``stop`` ends them.
"""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kvitt.sandbox import plugin_line
from kvitt.sandbox.klarna import (
    Books,
    Clock,
    Ids,
    KlarnaApp,
    Settings,
    demo_merchant,
    posting,
)
from kvitt.sandbox.shop import seeding
from kvitt.sandbox.shop.app import ShopApp
from kvitt.sandbox.shop.books import ShopBooks
from kvitt.sandbox.shop.catalogue import ApiKey, Webhook
from kvitt.sandbox.shop.desk import OrderDesk
from kvitt.sandbox.shop.gateway import HandedOver
from kvitt.sandbox.shop.screen import ScreenApp
from kvitt.sandbox.shop.screen.asides import Asides
from kvitt.sandbox.stories.app import StoriesApp
from kvitt.sandbox.stories.player import Player

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

#: How often Klarna's books are told that time has passed.
TICK_SECONDS = 1.0
SHOP_FILE = "shop.sqlite3"
KLARNA_FILE = "klarna.sqlite3"
#: Opens nothing but the practice Klarna, and is printed when it starts.
DEMO_PASSWORD = "practice"  # noqa: S105


@dataclass(kw_only=True, slots=True)
class Town:
    """The shop, the Klarna, and what stands between them."""

    shop: ShopApp
    klarna: KlarnaApp
    desk: OrderDesk
    books: Books
    merchant_id: str
    player: Player = field(init=False)
    _stop: threading.Event = field(default_factory=threading.Event)
    _ticker: threading.Thread | None = None

    def __post_init__(self) -> None:
        self.player = Player(self)

    @classmethod
    def open(
        cls,
        folder: Path | None,
        *,
        base_url: str,
        clock: Clock | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> "Town":
        """Open the books in a folder, or in memory; both services share one clock."""
        clock = clock or Clock.running()
        merchant = demo_merchant(DEMO_PASSWORD)
        books = Books.open(
            folder / KLARNA_FILE if folder else None,
            clock=clock,
            ids=Ids(),
            settings=Settings(merchants=(merchant,)),
        )
        shop_books = ShopBooks.open(
            folder / SHOP_FILE if folder else None,
            clock=clock.now,
            tokens=lambda length: secrets.token_hex(length)[:length],
        )
        desk = OrderDesk(shop_books, gateway=HandedOver())
        klarna = KlarnaApp(books, sender=posting.post, pause=pause)
        line = plugin_line.to(klarna, merchant.merchant_id)
        # The plugin lives in the process: whoever left it on finds it off.
        shop_books.change_settings(kom_active=False)
        return cls(
            shop=ShopApp(
                desk,
                screen=ScreenApp(desk, asides=_asides(), klarna=line),
                klarna=line,
                base_url=f"{base_url}/shop",
            ),
            klarna=klarna,
            desk=desk,
            books=books,
            merchant_id=merchant.merchant_id,
        )

    @property
    def mounts(self) -> "Mapping[str, WSGIApplication]":
        """Path prefix → application."""
        return {
            "/shop": self.shop,
            "/klarna": self.klarna,
            "/stories": StoriesApp(self.player),
        }

    @property
    def is_new(self) -> bool:
        """Say whether nothing has been sold here yet."""
        return not self.desk.books.orders()

    def rest_key(self) -> ApiKey:
        """Return the shop's REST key, made at the first call."""
        keys = self.desk.books.api_keys()
        return keys[0] if keys else seeding.issue_key(self.desk.books, description="kvitt")

    def subscribe(self, url: str, secret: str, *, topics: tuple[str, ...]) -> None:
        """Have the shop tell this address of changed orders, from now on and only it."""
        books = self.desk.books
        with books.locked():
            known = {hook.topic: hook for hook in books.webhooks()}
            for topic in topics:
                old = known.get(topic)
                books.put(
                    Webhook(
                        id=old.id if old else books.next_id_of(Webhook),
                        name=f"kvitt: {topic}",
                        topic=topic,
                        delivery_url=url,
                        secret=secret,
                        created=old.created if old else books.now(),
                    )
                )

    def start(self) -> None:
        """Set the shop's cron and Klarna's clock going."""
        self.shop.deliverer.start()
        self._ticker = threading.Thread(target=self._tick, name="klarna-clock", daemon=True)
        self._ticker.start()

    def stop(self) -> None:
        """Stop both, and close the books."""
        self.player.stop()
        self._stop.set()
        if self._ticker is not None:
            self._ticker.join()
        self.shop.deliverer.stop()
        self.close()

    def close(self) -> None:
        """Close the books."""
        self.books.close()
        self.desk.books.close()

    def _tick(self) -> None:
        while not self._stop.wait(TICK_SECONDS):
            self.klarna.tick()


def _asides() -> Asides:
    """Return what the order screen says beside an order: where its other pages are."""
    return Asides(
        secret=secrets.token_hex(32),
        console_url="/",
        console_order_url="/shop-orders/{order_id}",
        klarna_url="/klarna/",
        klarna_order_url="/klarna/__sim/order/{klarna_order_id}",
        stories_url="/stories/",
    )
