"""Filling a shop: the demo's shelves, and orders as a customer's checkout leaves them.

An order placed here has been paid with Klarna Payments: its transaction id and its meta name
the Klarna order, as the checkout plugin writes them (woocommerce-facts.md §2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from kvitt.sandbox.shop.books import ShopBooks
from kvitt.sandbox.shop.catalogue import ApiKey, Coupon, Product, TaxRate
from kvitt.sandbox.shop.desk import OrderDesk
from kvitt.sandbox.shop.records import Address, Order

REDUCED = "reduced-rate"
BOOKS_6 = "books-6"
SOMEWHERE_IN_SWEDEN = Address(country="SE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """A product in somebody's basket; `product` is an id or a SKU."""

    product: int | str
    quantity: int = 1
    #: What the line comes to without tax, when it is not the catalogue's price.
    total: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """A checkout that has been paid with Klarna."""

    klarna_order_id: str
    bought: tuple[Bought, ...]
    billing: Address = SOMEWHERE_IN_SWEDEN
    shipping: Address | None = None
    #: Shipping without tax, or None when nothing is sent.
    shipping_total: Decimal | None = None
    shipping_title: str = "Postnord"
    #: Name to amount without tax.
    fees: Mapping[str, Decimal] = field(default_factory=dict)
    coupons: tuple[str, ...] = ()
    currency: str = "SEK"
    country: str = "SE"
    environment: str = "test"
    status: str = "processing"
    placed: datetime | None = None
    paid: bool = True
    customer_note: str = ""
    payment_method: str = "klarna_payments"
    payment_method_title: str = "Klarna"


def place_order(desk: OrderDesk, purchase: Purchase) -> Order:
    """Put an order into the shop as its checkout would, and return it."""
    with desk.books.locked():
        order = desk.create_order(_posted(desk.books, purchase), created_via="store-api")
        if order.status != purchase.status:
            order = desk.set_status(order.id, purchase.status)
        if purchase.placed:
            order = _moved_to(desk.books, order, purchase.placed.replace(microsecond=0))
        return order


def stock_the_shelves(books: ShopBooks) -> None:
    """Give the shop Swedish taxes, a few products and three coupons."""
    with books.locked():
        for percent, tax_class in ((25, ""), (12, REDUCED), (6, BOOKS_6)):
            rate_id = books.next_id_of(TaxRate)
            books.put(
                TaxRate(
                    id=rate_id,
                    rate=Decimal(percent),
                    name=f"Moms {percent}%",
                    country="SE",
                    tax_class=tax_class,
                )
            )
        for product in _SHELF:
            books.put(replace(product, id=books.next_id_of(Product)))
        for code, kind, amount in (
            ("tio", "percent", 10),
            ("fast50", "fixed_cart", 50),
            ("prod20", "fixed_product", 20),
        ):
            coupon_id = books.next_id_of(Coupon)
            books.put(Coupon(id=coupon_id, code=code, type=kind, amount=Decimal(amount)))


def issue_key(
    books: ShopBooks, *, permissions: str = "read_write", description: str = ""
) -> ApiKey:
    """Make a REST key and return it with its secret."""
    return books.put(
        ApiKey(
            id=books.next_id_of(ApiKey),
            consumer_key=f"ck_{books.tokens(40)}",
            consumer_secret=f"cs_{books.tokens(40)}",
            permissions=permissions,
            user_name=books.settings.admin_user,
            description=description,
        )
    )


_SHELF = (
    Product(id=0, name="Kaffekopp", sku="MUG-1", price=Decimal(125)),
    Product(id=0, name="T-shirt blå", sku="TS-BLUE", price=Decimal(249), stock=1000),
    Product(id=0, name='Lampa "Sol" & måne', sku="LAMP-ÅÄÖ", price=Decimal("1299.95")),
    Product(id=0, name="Novell", sku="BOK-6", price=Decimal(199), tax_class=BOOKS_6),
    Product(
        id=0, name="Choklad 100 g", sku="CHOK-12", price=Decimal("33.33"), tax_class=REDUCED
    ),
    Product(
        id=0,
        name="Mönster (PDF)",
        sku="PDF-1",
        price=Decimal(500),
        virtual=True,
        downloadable=True,
    ),
    Product(id=0, name="Konsulttimme", sku="TIM-1", price=Decimal(1250), virtual=True),
    Product(id=0, name="Skruv", sku="SKRUV", price=Decimal("0.99")),
)


def _posted(books: ShopBooks, purchase: Purchase) -> dict[str, Any]:
    shipping_lines = []
    if purchase.shipping_total is not None:
        shipping_lines.append(
            {
                "method_id": "flat_rate",
                "instance_id": "1",
                "method_title": purchase.shipping_title,
                "total": str(purchase.shipping_total),
            }
        )
    return {
        "billing": _fields(purchase.billing),
        "shipping": _fields(purchase.shipping or replace(purchase.billing, email="")),
        "currency": purchase.currency,
        "customer_note": purchase.customer_note,
        "payment_method": purchase.payment_method,
        "payment_method_title": purchase.payment_method_title,
        "transaction_id": purchase.klarna_order_id,
        "line_items": [_entry(books, bought) for bought in purchase.bought],
        "shipping_lines": shipping_lines,
        "fee_lines": [
            {"name": name, "total": str(total), "tax_status": "taxable"}
            for name, total in purchase.fees.items()
        ],
        "coupon_lines": [{"code": code} for code in purchase.coupons],
        "meta_data": [
            {"key": "_wc_klarna_order_id", "value": purchase.klarna_order_id},
            {"key": "_wc_klarna_country", "value": purchase.country},
            {"key": "_wc_klarna_environment", "value": purchase.environment},
        ],
        "set_paid": purchase.paid,
    }


def _fields(address: Address) -> dict[str, str]:
    return {name: getattr(address, name) for name in Address.__dataclass_fields__}


def _entry(books: ShopBooks, bought: Bought) -> dict[str, Any]:
    product = next(p for p in books.products() if bought.product in {p.id, p.sku})
    entry: dict[str, Any] = {"product_id": product.id, "quantity": bought.quantity}
    if bought.total is not None:
        # What it costs in that currency: the catalogue's price would make it a discount.
        entry["total"] = entry["subtotal"] = str(bought.total)
    return entry


def _moved_to(books: ShopBooks, order: Order, placed: datetime) -> Order:
    """Return the order as if it had been placed and paid then."""
    for note in books.notes(order.id):
        books.put(replace(note, created=placed))
    paid = placed if order.paid else None
    completed = placed if order.completed else None
    moved = replace(order, created=placed, modified=placed, paid=paid, completed=completed)
    return books.put(moved)
