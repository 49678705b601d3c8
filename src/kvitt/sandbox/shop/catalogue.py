"""What a shop is set up with: its settings, products, tax rates, coupons, keys and webhooks.

Values only, like `records`, but these change when the owner changes the shop and not when an
order moves.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from kvitt.sandbox.shop.records import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The shop's own settings, and the switches of the sandbox around it."""

    title: str = "Sandbox shop"
    currency: str = "SEK"
    decimals: int = 2
    prices_include_tax: bool = True
    tax_round_at_subtotal: bool = False
    country: str = "SE"
    state: str = ""
    #: The shop's clock as WordPress keeps it for "UTC+1".
    utc_offset_minutes: int = 60
    version: str = "11.0.1"
    wordpress_version: str = "7.1"
    #: The identity that a copy of the shop's database shares; a shop before 8.4 has none.
    store_id: str = ""
    hpos: bool = True
    #: Where customers find the shop; webhooks and links name it.
    home_url: str = "http://127.0.0.1:8000/shop"
    #: Behind a proxy that ends TLS, WordPress believes it is called over https.
    basic_over_http: bool = True
    allow_private_delivery: bool = True
    #: Seconds between two runs of the shop's queue; None means its cron is dead.
    cron_pace: float | None = 0.2
    #: A shop that answers every call with this status and an HTML page, or 0 for none.
    broken_with: int = 0
    admin_user: str = "admin"
    # The demo prints these on its login page; they open nothing but the sandbox.
    admin_password: str = "admin"  # noqa: S105
    #: Whether the reference plugin in `kom` is switched on.
    kom_active: bool = False
    #: Whether the shop also sells through Kustom Checkout, the gateway `kco`.
    kustom_checkout: bool = False
    #: Settings of payment gateways by gateway id; what is missing has its default.
    gateway_settings: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product, or a variation when it has a parent."""

    id: int
    name: str
    type: str = "simple"
    status: str = "publish"
    sku: str = ""
    price: Decimal = ZERO
    tax_class: str = ""
    tax_status: str = "taxable"
    virtual: bool = False
    downloadable: bool = False
    #: None when the shop does not count this product.
    stock: int | None = None
    parent_id: int = 0
    #: Attribute name to the variation's option, such as "Storlek" to "M".
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """One row of the shop's tax table."""

    id: int
    rate: Decimal
    name: str
    country: str = ""
    state: str = ""
    priority: int = 1
    compound: bool = False
    shipping: bool = True
    order: int = 0
    #: "" is the standard class.
    tax_class: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon:
    """A coupon customers may use: percent, fixed_cart or fixed_product."""

    id: int
    code: str
    type: str
    amount: Decimal
    free_shipping: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A REST key pair and whose it is."""

    id: int
    consumer_key: str
    consumer_secret: str
    #: read, write or read_write.
    permissions: str = "read_write"
    user_id: int = 1
    user_name: str = "admin"
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Somebody who wants to be told, and how often telling them has failed."""

    id: int
    name: str
    topic: str
    delivery_url: str
    secret: str
    created: datetime
    modified: datetime | None = None
    #: active, paused or disabled.
    status: str = "active"
    failure_count: int = 0
