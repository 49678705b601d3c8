"""A sandbox shop that is being served, and orders in it, for tests in a browser."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from kvitt.sandbox.shop import seeding
from kvitt.sandbox.shop.books import ShopBooks
from kvitt.sandbox.shop.desk import OrderDesk
from kvitt.sandbox.shop.gateway import HandedOver
from kvitt.sandbox.shop.records import Address, Order
from kvitt.sandbox.shop.seeding import Bought, Purchase

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
MUGS_AND_SHIRT = (Bought(product="MUG-1", quantity=2), Bought(product="TS-BLUE"))


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
            bought=bought or MUGS_AND_SHIRT,
            billing=ASTRID,
            shipping_total=Decimal("39.20"),
            status=status,
            coupons=coupons,
        )
        return seeding.place_order(self.desk, purchase)

    def order_url(self, order: Order, *, items: str = "") -> str:
        """Return the order's page, with the items box in a state."""
        state = f"&items={items}" if items else ""
        return f"{self.orders_url}&action=edit&id={order.id}{state}"

    @property
    def orders_url(self) -> str:
        """The list of orders."""
        return f"{self.url}/wp-admin/admin.php?page=wc-orders"

    def order(self, order: Order) -> Order:
        """Read an order anew."""
        found = self.desk.books.order(order.id)
        assert found is not None
        return found


def stocked_desk() -> OrderDesk:
    """Return the desk of a shop with the demo's shelves and no orders, kept in memory."""
    books = ShopBooks.open(
        None,
        clock=lambda: datetime.now(UTC),
        tokens=lambda length: secrets.token_hex(length)[:length],
    )
    seeding.stock_the_shelves(books)
    return OrderDesk(books, gateway=HandedOver())
