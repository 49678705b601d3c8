"""Steps that move money or the right to it: capture, refund, update, release, cancel."""

from collections.abc import Mapping
from dataclasses import dataclass

from kvitt.domain.ids import StoreRefundId
from kvitt.domain.lines import Json, OrderLine
from kvitt.domain.money import Money
from kvitt.domain.steps.kinds import REFERENCE_LIMIT, Kind, WithoutBody, parcel


@dataclass(frozen=True, kw_only=True, slots=True)
class Cancel(WithoutBody):
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
            body["shipping_info"] = [parcel(self.tracking_number, self.tracking_company)]
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
class Release(WithoutBody):
    """Give up the rest of the authorization after a capture."""

    amount: Money
    captured: Money
    reason: str

    kind = Kind.RELEASE

    @property
    def identity(self) -> tuple[str, ...]:
        """What was captured when the rest was given up."""
        return (str(self.captured.minor),)
