"""Customer tokens: a customer's yes to orders still to come, as subscriptions need it.

Values and rules only; the calls are in `operations/subscriptions.py`.

Known (klarna-api.md §9.1, plugin-behaviour.md §2.9): the three paths, that an order of a
token answers 200 with `order_id` and `fraud_status`, that a token is cancelled by
`{"status": "cancelled"}`, and that Klarna wants an idempotency key with the order; and 200
for a new token and 202 for the cancellation, which Klarna's own PHP library expects. Chosen
here: the other fields of a token, 403 `INVALID_OPERATION` for an order of a cancelled one,
and that an order is taken without a key too.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from kvitt.sandbox.klarna import clock, orders
from kvitt.sandbox.klarna.errors import KlarnaError
from kvitt.sandbox.klarna.fields import Record, Text
from kvitt.sandbox.klarna.orders import Json
from kvitt.sandbox.klarna.schemas import PAYMENT

ACTIVE, CANCELLED = "ACTIVE", "CANCELLED"

#: The body of a new token. Nothing of it is required here: the session has it all.
NEW = Record(
    {
        "purchase_country": Text(2, 2),
        "purchase_currency": Text(3, 3),
        "locale": Text(20),
        "description": Text(255),
        "intended_use": Text(50),
        "billing_address": PAYMENT.known["billing_address"],
        "customer": PAYMENT.known["customer"],
    }
)

#: The body of an order: as any order's, but country and locale are the token's.
ORDER = Record(PAYMENT.known, required=("purchase_currency", "order_amount", "order_lines"))

STATUS = Record({"status": Text(20)}, required=("status",))


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerToken:
    """What a subscription is paid with until the customer ends it."""

    token_id: str
    merchant_id: str
    country: str
    locale: str
    created_at: datetime
    billing_address: Json | None = None
    customer: Json | None = None
    status: str = ACTIVE

    def check_active(self) -> None:
        """Raise unless the token still pays."""
        if self.status != ACTIVE:
            raise KlarnaError(403, "INVALID_OPERATION", f"The token is {self.status}")

    def with_status(self, status: str) -> "CustomerToken":
        """Return the token cancelled: the one change there is; it does not come back."""
        if status.upper() != CANCELLED:
            raise KlarnaError(400, "BAD_VALUE", "Bad value: status")
        return replace(self, status=CANCELLED)

    def filled_in(self, body: Json) -> Json:
        """Return the body of an order with what the token knows of the customer."""
        known = {
            "purchase_country": self.country,
            "locale": self.locale,
            "billing_address": self.billing_address,
            "customer": self.customer,
        }
        return {**{name: value for name, value in known.items() if value}, **body}


def no_such_token() -> KlarnaError:
    """Return the 404 of a token that is not there, or is another merchant's."""
    return KlarnaError(404, "NOT_FOUND", "Customer token not found")


def to_record(token: CustomerToken) -> Json:
    """Write a token as JSON."""
    return {**orders.shallow(token), "created_at": clock.render(token.created_at)}


def from_record(record: Json) -> CustomerToken:
    """Read back what `to_record` wrote."""
    return CustomerToken(**{**record, "created_at": clock.parse(record["created_at"])})
