"""Steps that move no money: more time, order numbers, addresses, parcels, messages.

``amount`` is what the step is about, so that a list of calls can say it; none of it moves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kvitt.domain.ids import CaptureId
from kvitt.domain.lines import Json
from kvitt.domain.money import Money
from kvitt.domain.steps.kinds import REFERENCE_LIMIT, Kind, WithoutBody, parcel
from kvitt.domain.store_order import Address


@dataclass(frozen=True, kw_only=True, slots=True)
class Extend(WithoutBody):
    """Ask for more time on the authorization."""

    amount: Money
    expires_at: datetime
    reason: str

    kind = Kind.EXTEND

    @property
    def identity(self) -> tuple[str, ...]:
        """The date that is to be moved."""
        return (self.expires_at.isoformat(),)


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
        return {"shipping_info": [parcel(self.tracking_number, self.tracking_company)]}


@dataclass(frozen=True, kw_only=True, slots=True)
class Resend(WithoutBody):
    """Have Klarna send the customer its message about a capture once more."""

    amount: Money
    capture_id: CaptureId
    #: Of the operator's request: asked for twice, it is sent twice; a double click is one.
    request: str
    reason: str

    kind = Kind.RESEND

    @property
    def identity(self) -> tuple[str, ...]:
        """Each request is one message."""
        return (self.capture_id, self.request)


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtendDueDate:
    """Give the customer more time to pay a capture, for a fee that the shop pays."""

    #: Of the capture; the fee does not come off it.
    amount: Money
    capture_id: CaptureId
    number_of_days: int
    fee: Money
    #: Of the operator's request: the same days may be given again later.
    request: str
    reason: str

    kind = Kind.DUE_DATE

    @property
    def identity(self) -> tuple[str, ...]:
        """Each request gives its days once."""
        return (self.capture_id, self.request)

    def body(self, reference: str) -> Mapping[str, Json]:
        """Return the body of ``PATCH …/extend-due-date``."""
        del reference
        return {"number_of_days": self.number_of_days}
