"""The bodies Klarna takes, as data: names, limits and what is required.

Limits are those of klarna-api.md §5 and §6.3 (Order Management) and §9.1 (Payments).
"""

from kvitt.sandbox.klarna.fields import Flag, Items, Kind, Record, Text, Whole, Word

#: The largest amount any field takes, in minor units.
MOST = 200_000_000
_SHORT = Text(255)
_URL = Text(1024)
_AMOUNT = Whole(0, MOST)
#: Order lines of one request (§3.3), and of the Payments API.
_MOST_LINES = 1000
_MOST_SHIPMENTS = 500

SHIPPING_METHODS = (
    "PickUpStore|Home|BoxReg|BoxUnreg|PickUpPoint|Own|Postal|DHLPackstation|Digital|"
    "Undefined|PickUpWarehouse|ClickCollect|PalletDelivery"
)
PAYMENTS_LINE_TYPES = frozenset(
    "physical discount shipping_fee sales_tax store_credit gift_card digital surcharge".split()
)
LINE_TYPES = PAYMENTS_LINE_TYPES | {"return_fee"}
#: Kustom's one addition (§12).
KUSTOM_LINE_TYPES = LINE_TYPES | {"package"}

ADDRESS = Record(
    {
        "organization_name": Text(255),
        "attention": Text(255),
        "given_name": Text(100),
        "family_name": Text(100),
        "title": Text(20),
        "street_address": Text(100),
        "street_address2": Text(100),
        "postal_code": Text(10),
        "city": Text(200),
        "region": Text(200),
        "country": Text(2, pattern="|[A-Za-z]{2}"),
        "email": Text(100),
        "phone": Text(100),
    }
)

_IDENTIFIERS = Record(
    {
        "brand": Text(70),
        "category_path": Text(750),
        "color": Text(64),
        "global_trade_item_number": Text(50),
        "manufacturer_part_number": Text(70),
        "size": Text(64),
    }
)

_SUBSCRIPTION = Record(
    {
        "name": _SHORT,
        "interval": Word(frozenset({"DAY", "WEEK", "MONTH", "YEAR"})),
        "interval_count": Whole(1),
    },
    required=("name", "interval", "interval_count"),
)


def order_line(types: frozenset[str], *, least_name: int = 0, unit: int = 10) -> Record:
    """Return what an order line may hold, for one set of line types."""
    return Record(
        {
            "reference": _SHORT,
            "type": Word(types),
            "quantity": Whole(0),
            "quantity_unit": Text(unit),
            "name": Text(255, least_name),
            "total_amount": Whole(None, MOST),
            "unit_price": Whole(None, MOST),
            "total_discount_amount": _AMOUNT,
            "tax_rate": Whole(0, 2**31 - 1),
            "total_tax_amount": Whole(None, MOST),
            "merchant_data": _URL,
            "product_url": _URL,
            "image_url": _URL,
            "product_identifiers": _IDENTIFIERS,
            "subscription": _SUBSCRIPTION,
        },
        required=("name", "quantity", "unit_price", "total_amount"),
    )


SHIPMENT = Record(
    {
        "shipping_company": Text(100),
        "shipping_method": Text(100, pattern=SHIPPING_METHODS),
        "tracking_number": Text(100),
        "tracking_uri": _URL,
        "return_shipping_company": Text(100),
        "return_tracking_number": Text(100),
        "return_tracking_uri": _URL,
    }
)


def _lines(types: frozenset[str]) -> Items:
    return Items(order_line(types), _MOST_LINES)


def authorization(types: frozenset[str]) -> Record:
    """Return the body of PATCH authorization."""
    known: dict[str, Kind] = {
        "order_amount": _AMOUNT,
        "order_lines": _lines(types - {"return_fee"}),
        "description": _SHORT,
    }
    return Record(known, required=("order_amount",))


def capture(types: frozenset[str]) -> Record:
    """Return the body of a capture."""
    known: dict[str, Kind] = {
        "captured_amount": _AMOUNT,
        "description": _SHORT,
        "reference": _SHORT,
        "order_lines": _lines(types - {"return_fee"}),
        "shipping_info": Items(SHIPMENT, _MOST_SHIPMENTS),
        "shipping_delay": Whole(0),
    }
    return Record(known, required=("captured_amount",))


def refund(types: frozenset[str]) -> Record:
    """Return the body of a refund, the only one that takes a return fee."""
    known: dict[str, Kind] = {
        "refunded_amount": _AMOUNT,
        "description": _SHORT,
        "reference": _SHORT,
        "order_lines": _lines(types),
    }
    return Record(known, required=("refunded_amount",))


REFERENCES = Record({"merchant_reference1": _SHORT, "merchant_reference2": _SHORT})
CUSTOMER_DETAILS = Record({"shipping_address": ADDRESS, "billing_address": ADDRESS})
SHIPPING_INFO = Record(
    {"shipping_info": Items(SHIPMENT, _MOST_SHIPMENTS, 1)}, required=("shipping_info",)
)
DUE_DATE = Record({"number_of_days": Whole()}, required=("number_of_days",))

_PAYMENTS_LINE = order_line(PAYMENTS_LINE_TYPES, least_name=1, unit=8)
_MERCHANT_URLS = Record(
    {name: Text(2000) for name in ("confirmation", "notification", "push", "authorization")}
)
_CUSTOMER = Record(
    {
        "date_of_birth": Text(10),
        "national_identification_number": Text(255),
        "type": Text(20),
        "organization_registration_id": Text(255),
    }
)

#: A Payments session, and the order made from it (§9.1).
PAYMENT = Record(
    {
        "purchase_country": Text(2, 2),
        "purchase_currency": Text(3, 3),
        "locale": Text(20),
        "order_amount": _AMOUNT,
        "order_tax_amount": _AMOUNT,
        "order_lines": Items(_PAYMENTS_LINE, _MOST_LINES, 1),
        "billing_address": ADDRESS,
        "shipping_address": ADDRESS,
        "customer": _CUSTOMER,
        "merchant_urls": _MERCHANT_URLS,
        "merchant_reference1": _SHORT,
        "merchant_reference2": _SHORT,
        "merchant_data": Text(6000),
        "intent": Text(50),
        "auto_capture": Flag(),
    },
    required=("purchase_country", "purchase_currency", "order_amount", "order_lines"),
)
#: An update of a session may send any part of it.
PAYMENT_CHANGE = Record(PAYMENT.known)

#: The sandbox's own way to place an order: a Payments body and what Klarna would add.
PLACED = Record(
    {
        **PAYMENT.known,
        "order_lines": Items(_PAYMENTS_LINE, _MOST_LINES),
        "merchant_id": _SHORT,
        "payment_method": _SHORT,
        "fraud_status": Word(frozenset({"ACCEPTED", "PENDING", "REJECTED", "STOPPED"})),
        "created_at": _SHORT,
        "expires_at": _SHORT,
    },
    required=("order_amount",),
)
#: A capture or refund made in the portal.
PORTAL_CLAIM = Record(
    {
        "amount": _AMOUNT,
        "order_lines": Items(order_line(LINE_TYPES), _MOST_LINES),
        "description": _SHORT,
    }
)
