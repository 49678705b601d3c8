"""What a shop writes down about an order: the order, its items, its refunds and its notes.

Values only. Money is `Decimal` excluding tax, as WooCommerce stores it; times are aware UTC
with a resolution of one second. A changed record is a new record.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

ZERO = Decimal(0)
REFUNDED_ITEM_KEY = "_refunded_item_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A billing or shipping address; only billing has an e-mail address."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address_1: str = ""
    address_2: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""

    def with_fields(self, entry: Mapping[str, Any]) -> "Address":
        """Return the address with the fields an entry names; null empties one."""
        known = {
            key: "" if value is None else str(value)
            for key, value in entry.items()
            if key in Address.__dataclass_fields__
        }
        return replace(self, **known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """One key and value hung on an order or an item."""

    id: int
    key: str
    value: Any
    #: What people read instead of the key; only a variation's attribute has one.
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTax:
    """The tax one rate put on one item, unrounded; fees and shipping have no subtotal."""

    rate_id: int
    total: Decimal
    subtotal: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """A product on an order. `subtotal` is before discount, `total` after; both without tax."""

    id: int
    name: str
    product_id: int = 0
    variation_id: int = 0
    quantity: int = 1
    tax_class: str = ""
    tax_status: str = "taxable"
    subtotal: Decimal = ZERO
    total: Decimal = ZERO
    taxes: tuple[ItemTax, ...] = ()
    meta: tuple[Meta, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingLine:
    """One way the order travels, and what that costs."""

    id: int
    method_title: str
    method_id: str = ""
    instance_id: str = ""
    total: Decimal = ZERO
    tax_status: str = "taxable"
    taxes: tuple[ItemTax, ...] = ()
    meta: tuple[Meta, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeLine:
    """A charge or, when negative, a reduction that is no product."""

    id: int
    name: str
    amount: str = ""
    total: Decimal = ZERO
    tax_class: str = ""
    tax_status: str = "taxable"
    taxes: tuple[ItemTax, ...] = ()
    meta: tuple[Meta, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponLine:
    """A coupon used on an order. Its discount is already inside the line totals."""

    id: int
    code: str
    discount: Decimal = ZERO
    discount_tax: Decimal = ZERO
    meta: tuple[Meta, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxLine:
    """The sum one tax rate came to on an order."""

    id: int
    rate_id: int
    rate_code: str
    label: str
    compound: bool
    rate_percent: Decimal
    tax_total: Decimal = ZERO
    shipping_tax_total: Decimal = ZERO


Item = LineItem | ShippingLine | FeeLine


def meta_value(metas: tuple[Meta, ...], key: str) -> Any:
    """Return the value under a key, or None."""
    return next((meta.value for meta in metas if meta.key == key), None)


def refunded_item_id(item: Item) -> int:
    """Return which item of the order a refund's item gives back."""
    return int(meta_value(item.meta, REFUNDED_ITEM_KEY) or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as the shop's database holds it."""

    id: int
    status: str
    currency: str
    prices_include_tax: bool
    created: datetime
    modified: datetime
    order_key: str
    paid: datetime | None = None
    completed: datetime | None = None
    discount_total: Decimal = ZERO
    discount_tax: Decimal = ZERO
    shipping_total: Decimal = ZERO
    shipping_tax: Decimal = ZERO
    cart_tax: Decimal = ZERO
    total: Decimal = ZERO
    customer_id: int = 0
    billing: Address = Address()
    shipping: Address = Address()
    payment_method: str = ""
    payment_method_title: str = ""
    transaction_id: str = ""
    customer_ip: str = ""
    customer_user_agent: str = ""
    created_via: str = "rest-api"
    customer_note: str = ""
    cart_hash: str = ""
    meta: tuple[Meta, ...] = ()
    lines: tuple[LineItem, ...] = ()
    shipping_lines: tuple[ShippingLine, ...] = ()
    fees: tuple[FeeLine, ...] = ()
    coupons: tuple[CouponLine, ...] = ()
    tax_lines: tuple[TaxLine, ...] = ()
    stock_reduced: bool = False
    new_order_mailed: bool = False

    @property
    def total_tax(self) -> Decimal:
        """All tax on the order, shipping included."""
        return self.cart_tax + self.shipping_tax

    @property
    def number(self) -> str:
        """The order number people see: the id as text."""
        return str(self.id)

    @property
    def is_editable(self) -> bool:
        """Whether the admin page lets its items be edited; the REST API never asks."""
        return self.status in {"pending", "on-hold", "auto-draft"}

    def meta_value(self, key: str) -> Any:
        """Return the value of the order's meta under a key, or None."""
        return meta_value(self.meta, key)

    def items(self) -> Iterator[Item]:
        """Yield products, fees and shipping, in that order."""
        yield from self.lines
        yield from self.fees
        yield from self.shipping_lines

    def item(self, item_id: int) -> Item | None:
        """Return the product, fee or shipping line with an id."""
        return next((item for item in self.items() if item.id == item_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money the shop says it gave back; its items bear negative quantities and totals."""

    id: int
    order_id: int
    created: datetime
    #: None when a refund was made of quantities alone; REST then answers `""`.
    amount: Decimal | None
    currency: str
    reason: str = ""
    refunded_by: int = 1
    refunded_payment: bool = False
    type: str = "partial"
    meta: tuple[Meta, ...] = ()
    lines: tuple[LineItem, ...] = ()
    shipping_lines: tuple[ShippingLine, ...] = ()
    fees: tuple[FeeLine, ...] = ()
    tax_lines: tuple[TaxLine, ...] = ()

    @property
    def total_tax(self) -> Decimal:
        """The tax in the refund's items, negative."""
        return sum((t.tax_total + t.shipping_tax_total for t in self.tax_lines), ZERO)

    def items(self) -> Iterator[Item]:
        """Yield products, fees and shipping, in that order."""
        yield from self.lines
        yield from self.fees
        yield from self.shipping_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note on an order, written by a person, a program or the shop itself."""

    id: int
    order_id: int
    author: str
    created: datetime
    text: str
    customer_note: bool = False
    by_user: bool = False
