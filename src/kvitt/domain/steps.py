"""Steps: the calls a plan may hold.

A step is a value: it says what to ask of Klarna, in Klarna's own field names
(``body``), and why in a merchant's words (``reason``). Nothing here sends
anything; ``adapters/klarna`` does. ``intents.py`` gives each its key.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import TypeAlias

from kvitt.domain.ids import CaptureId, StoreRefundId
from kvitt.domain.lines import Json, OrderLine
from kvitt.domain.money import Money
from kvitt.domain.store_order import Address

#: Klarna's limit on ``reference`` and ``description``.
REFERENCE_LIMIT = 255


class Kind(StrEnum):
    """What a step asks for."""

    CANCEL = "cancel"
    CAPTURE = "capture"
    UPDATE = "update"
    REFUND = "refund"
    RELEASE = "release"
    EXTEND = "extend"
    REFERENCES = "references"
    CUSTOMER = "customer"
    TRACKING = "tracking"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cancel:
    """Give up the whole authorization. Possible while nothing is captured."""

    authorized: Money
    reason: str

    kind = Kind.CANCEL

    @property
    def amount(self) -> Money:
        """What is given up."""
        return self.authorized

    @property
    def identity(self) -> tuple[str, ...]:
        """An authorization is cancelled once."""
        return ()

    def body(self, reference: str) -> Mapping[str, Json]:
        """Return nothing: a cancellation has no body."""
        del reference
        return {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Capture:
    """Claim part or all of what the customer authorized."""

    amount: Money
    lines: tuple[OrderLine, ...]
    #: Captured so far when this was decided. It is part of the identity, so that a
    #: second capture of an equal amount is a second one and not a repeat.
    captured_before: Money
    reason: str
    description: str = ""
    tracking_number: str = ""
    tracking_company: str = ""

    kind = Kind.CAPTURE

    @property
    def identity(self) -> tuple[str, ...]:
        """What was captured before makes this capture this one."""
        return (str(self.captured_before.minor),)

    def body(self, reference: str) -> Mapping[str, Json]:
        """Return the body of ``POST …/captures`` (klarna-api.md §8.1)."""
        body: dict[str, Json] = {"captured_amount": self.amount.minor, "reference": reference}
        if self.lines:
            body["order_lines"] = [line.body() for line in self.lines]
        if self.description:
            body["description"] = self.description[:REFERENCE_LIMIT]
        if self.tracking_number:
            body["shipping_info"] = [_parcel(self.tracking_number, self.tracking_company)]
        return body


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """Replace the amount and all lines of the authorization."""

    amount: Money
    lines: tuple[OrderLine, ...]
    amount_before: Money
    #: How many updates this order has had: A → B → A → B is four updates, not two.
    nth: int
    #: Of the shop's lines that become the agreed ones when this is done.
    fingerprint: str
    reason: str

    kind = Kind.UPDATE

    @property
    def identity(self) -> tuple[str, ...]:
        """The position among the order's updates tells equal ones apart."""
        return (str(self.nth),)

    def body(self, reference: str) -> Mapping[str, Json]:
        """Return the body of ``PATCH …/authorization``; lines left out would be deleted."""
        del reference
        return {
            "order_amount": self.amount.minor,
            "order_lines": [line.body() for line in self.lines],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Refund:
    """Return captured money."""

    amount: Money
    lines: tuple[OrderLine, ...]
    #: The shop's refund, or None for one that an operator asked for here.
    store_refund_id: StoreRefundId | None
    reason: str
    #: Shown to the customer; the shop's reason for the refund.
    description: str = ""
    #: Of the operator's request, where there is no shop refund.
    request: str = ""

    kind = Kind.REFUND

    @property
    def identity(self) -> tuple[str, ...]:
        """A refund of the shop is sent once."""
        return (str(self.store_refund_id or ""), self.request)

    def body(self, reference: str) -> Mapping[str, Json]:
        """Return the body of ``POST …/refunds`` (klarna-api.md §8.2)."""
        body: dict[str, Json] = {"refunded_amount": self.amount.minor, "reference": reference}
        if self.description:
            body["description"] = self.description[:REFERENCE_LIMIT]
        if self.lines:
            body["order_lines"] = [line.body() for line in self.lines]
        return body


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """Give up the rest of the authorization after a capture."""

    amount: Money
    captured: Money
    reason: str

    kind = Kind.RELEASE

    @property
    def identity(self) -> tuple[str, ...]:
        """What was captured when the rest was given up."""
        return (str(self.captured.minor),)

    def body(self, reference: str) -> Mapping[str, Json]:
        """Return nothing: a release has no body."""
        del reference
        return {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Extend:
    """Ask for more time on the authorization."""

    amount: Money
    expires_at: datetime
    reason: str

    kind = Kind.EXTEND

    @property
    def identity(self) -> tuple[str, ...]:
        """The date that is to be moved."""
        return (self.expires_at.isoformat(),)

    def body(self, reference: str) -> Mapping[str, Json]:
        """Return nothing: an extension has no body."""
        del reference
        return {}


@dataclass(frozen=True, kw_only=True, slots=True)
class SetReferences:
    """Give the order the shop's number, as Klarna's portal and settlements show it."""

    amount: Money
    merchant_reference1: str
    merchant_reference2: str
    nth: int
    reason: str

    kind = Kind.REFERENCES

    @property
    def identity(self) -> tuple[str, ...]:
        """The position among the order's changes of reference."""
        return (str(self.nth),)

    def body(self, reference: str) -> Mapping[str, Json]:
        """Return the body of ``PATCH …/merchant-references``."""
        del reference
        return {
            "merchant_reference1": self.merchant_reference1[:REFERENCE_LIMIT],
            "merchant_reference2": self.merchant_reference2[:REFERENCE_LIMIT],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class SetCustomer:
    """Send a changed delivery address. Klarna checks the customer's credit anew."""

    amount: Money
    address: Address
    nth: int
    reason: str

    kind = Kind.CUSTOMER

    @property
    def identity(self) -> tuple[str, ...]:
        """The position among the order's changes of address."""
        return (str(self.nth),)

    def body(self, reference: str) -> Mapping[str, Json]:
        """Return the body of ``PATCH …/customer-details``."""
        del reference
        fields = self.address
        return {
            "shipping_address": {
                name: value
                for name in type(fields).__dataclass_fields__
                if (value := getattr(fields, name))
            }
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class AddTracking:
    """Tell Klarna, and so the customer, where the parcel is."""

    amount: Money
    #: None adds it to the order, for want of a capture.
    capture_id: CaptureId | None
    tracking_number: str
    tracking_company: str
    reason: str

    kind = Kind.TRACKING

    @property
    def identity(self) -> tuple[str, ...]:
        """A parcel is announced once for each capture: Klarna appends."""
        return (self.capture_id or "", self.tracking_number)

    def body(self, reference: str) -> Mapping[str, Json]:
        """Return the body of ``POST …/shipping-info``."""
        del reference
        return {"shipping_info": [_parcel(self.tracking_number, self.tracking_company)]}


Step: TypeAlias = (
    Cancel
    | Capture
    | Update
    | Refund
    | Release
    | Extend
    | SetReferences
    | SetCustomer
    | AddTracking
)


def digest_of(body: Mapping[str, Json]) -> str:
    """Return the SHA-256 of the canonical JSON of a body."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def _parcel(number: str, company: str) -> dict[str, Json]:
    parcel: dict[str, Json] = {"tracking_number": number[:100]}
    if company:
        parcel["shipping_company"] = company[:100]
    return parcel
