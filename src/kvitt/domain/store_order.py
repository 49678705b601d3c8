"""What the shop says: one WooCommerce order as it is now, with its refunds.

Figures are the shop's own, as decimals excluding tax with the tax beside them
(woocommerce-facts.md §2). ``adapters/woocommerce/translate.py`` makes these
values; ``lines.py`` turns them into Klarna's order lines.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from kvitt.domain.ids import KlarnaOrderId, StoreOrderId, StoreRefundId
from kvitt.domain.money import Money

#: The gateways whose orders are Klarna's (plugin-behaviour.md §1.1).
KLARNA_GATEWAYS = frozenset({"klarna_payments", "kco"})


class LineKind(StrEnum):
    """Where on the order a line stands."""

    PRODUCT = "product"
    SHIPPING = "shipping"
    FEE = "fee"
    #: Store credit and smart coupons that reduce the total after tax.
    STORE_CREDIT = "store_credit"
    GIFT_CARD = "gift_card"


@dataclass(frozen=True, slots=True)
class LineTax:
    """What a line bears of one tax rate."""

    #: The shop's id of the rate.
    rate: int
    amount: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreLine:
    """One line of an order or of a refund, with amounts excluding tax.

    On a refund every quantity and amount is positive: what is given back.
    """

    id: int
    kind: LineKind
    name: str
    #: SKU, or the shop's stand-in for one: ``flat_rate:1`` for shipping, a fee's name.
    reference: str
    quantity: int
    #: Before discount; equals ``total`` for shipping and fees.
    subtotal: Decimal
    subtotal_tax: Decimal
    total: Decimal
    total_tax: Decimal
    #: Percentages that were applied, from the order's stored ``tax_lines[].rate_percent``.
    rates: tuple[Decimal, ...] = ()
    #: The tax by rate: a refund of the line names its taxes so.
    taxes: tuple[LineTax, ...] = ()
    #: None where the product is deleted or was not asked about.
    virtual: bool | None = None
    product_url: str = ""
    image_url: str = ""
    #: On a refund: the id of the order's line that is refunded (``_refunded_item_id``).
    refunds_line: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreRefund:
    """A refund the shop has booked. It cannot be changed, only deleted."""

    id: StoreRefundId
    amount: Money
    reason: str
    created_at: datetime
    lines: tuple[StoreLine, ...] = ()
    #: True only when the shop's own gateway has already moved the money.
    refunded_payment: bool = False
    #: A return fee withheld, gross; the amount above is already reduced by it.
    return_fee: Money | None = None
    return_fee_tax: Money | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A delivery address, in Klarna's field names (klarna-api.md §5.1). It prints nothing."""

    given_name: str = field(default="", repr=False)
    family_name: str = field(default="", repr=False)
    organization_name: str = field(default="", repr=False)
    street_address: str = field(default="", repr=False)
    street_address2: str = field(default="", repr=False)
    postal_code: str = field(default="", repr=False)
    city: str = field(default="", repr=False)
    region: str = field(default="", repr=False)
    country: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreOrder:
    """One order as the shop has it now."""

    id: StoreOrderId
    #: What people call it; plugins may make it differ from the id.
    number: str
    #: ``processing``, ``completed``, … without the ``wc-`` prefix; custom statuses occur.
    status: str
    total: Money
    lines: tuple[StoreLine, ...]
    payment_method: str
    #: ``transaction_id``, else the meta ``_wc_klarna_order_id`` (plugin-behaviour.md §1.2).
    klarna_order_id: KlarnaOrderId | None
    paid: bool
    modified_at: datetime
    refunds: tuple[StoreRefund, ...] = ()
    #: Meta ``_wc_klarna_capture_id``: empty when the shop knows of no capture.
    capture_id: str = ""
    #: Meta ``_wc_klarna_cancelled``.
    cancelled_mark: bool = False
    #: Meta ``_kom_disconnect``: the merchant has switched synchronisation off for this order.
    sync_off: bool = False
    #: Meta ``_kvitt_order_management``: kvitt acts on this order, whoever acts on the others.
    taken_over: bool = False
    #: Meta ``_wc_klarna_country`` and ``_wc_klarna_environment`` (``test`` or ``live``).
    country: str = ""
    environment: str = ""
    shipping_address: Address = field(default_factory=Address)
    #: For the console's lists only; never sent to Klarna.
    customer: str = field(default="", repr=False)
    #: Sales tax is a line of its own on US orders (klarna-api.md §6.1).
    sales_tax_apart: bool = False
    tracking_number: str = ""
    tracking_company: str = ""

    @property
    def currency(self) -> str:
        """The order's currency, by ISO 4217."""
        return self.total.currency
