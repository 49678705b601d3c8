"""What the API takes, as types from which its document is made.

A field that is not known is an error, never silence. Amounts are minor units of the order's
currency.
"""

from typing import Annotated, Literal, Self

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field, model_validator

from kvitt.domain.events import Event


def _without_nul(text: str) -> str:
    """Refuse what no database can keep."""
    if "\x00" in text:
        raise ValueError("must not hold a NUL character")
    return text


Text = Annotated[str, AfterValidator(_without_nul)]

#: Larger amounts are typing errors, and would not fit the databases' whole numbers.
MOST_MINOR = 10**12
MOST_PIECES = 10**6


class Strict(Schema):
    """What is taken: a field that is not known is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


class LineIn(Strict):
    """So many pieces of a line."""

    #: The shop's line id, or a SKU that only one line has.
    line: int | Text = Field(examples=["MUG-1"])
    quantity: int = Field(ge=1, le=MOST_PIECES, examples=[1])


class AskIn(Strict):
    """What any request may say of what the caller has seen."""

    #: In minor units: refused where the request would move another amount by now.
    expects: int | None = Field(default=None, ge=0, le=MOST_MINOR)


class CaptureIn(AskIn):
    """What to capture: lines, an amount in minor units, or all that is due."""

    lines: list[LineIn] | None = Field(default=None, max_length=1000)
    amount: int | None = Field(default=None, ge=1, le=MOST_MINOR)
    description: Text = Field(default="", max_length=255)
    tracking_number: Text = Field(default="", max_length=100)
    tracking_company: Text = Field(default="", max_length=100)


class RefundIn(AskIn):
    """What to refund: lines, an amount in minor units, or all that is left."""

    lines: list[LineIn] | None = Field(default=None, max_length=1000)
    amount: int | None = Field(default=None, ge=1, le=MOST_MINOR)
    #: Withheld from what the customer gets, in minor units.
    return_fee: int | None = Field(default=None, ge=1, le=MOST_MINOR)
    reason: Text = Field(default="", max_length=255)
    restock: bool = False


class PlainIn(AskIn):
    """A request that needs no figures."""


class ResendIn(AskIn):
    """Which capture's message to send again; without an id, the last one's."""

    capture_id: Text = Field(default="", max_length=100)


class DueDateIn(ResendIn):
    """By how many days; without them, Klarna is asked what it offers."""

    days: int | None = Field(default=None, ge=1, le=365)
    #: The fee that the shop accepts for it, in minor units; needed where days are named.
    fee: int | None = Field(default=None, ge=0, le=MOST_MINOR)

    @model_validator(mode="after")
    def _accepts_a_fee(self) -> Self:
        if self.days is not None and self.fee is None:
            raise ValueError("name the fee as well: without days, Klarna's offers are told")
        return self


class ReasonIn(Strict):
    """Why, for the order's timeline."""

    reason: Text = Field(default="", max_length=500)


class SeenIn(Strict):
    """The hold as the caller read it: refused where the order waits for something else."""

    text: Text = Field(default="", max_length=5000)


class SettleIn(Strict):
    """What a person has seen in Klarna's portal of a call that nobody answered."""

    done: bool
    reason: Text = Field(min_length=1, max_length=500)


class CaptureReview(CaptureIn):
    """A capture to look at."""

    command: Literal["capture"]


class RefundReview(RefundIn):
    """A refund to look at."""

    command: Literal["refund"]


class PlainReview(PlainIn):
    """A request without figures to look at."""

    command: Literal["cancel", "update", "release", "extend"]


class ResendReview(ResendIn):
    """A message to look at."""

    command: Literal["resend"]


class DueDateReview(DueDateIn):
    """More time to pay to look at."""

    command: Literal["due_date"]


ReviewIn = Annotated[
    CaptureReview | RefundReview | PlainReview | ResendReview | DueDateReview,
    Field(discriminator="command"),
]


class WebhookIn(Strict):
    """Who is to be told of what."""

    #: https and the usual port; nothing is posted to addresses that are not public.
    url: Text = Field(min_length=1, max_length=500, examples=["https://erp.example/kvitt"])
    events: list[Event] = Field(min_length=1, max_length=len(Event))
    #: Null is every shop, for a key of every shop.
    shop_id: int | None = Field(default=None, ge=1, le=2**63 - 1)


class MessageQuery(Strict):
    """Which page of a log of deliveries."""

    #: ``next`` of the page before.
    cursor: int | None = Field(default=None, ge=1, le=2**63 - 1)
    limit: int = Field(default=50, ge=1, le=200)


class GatewayRefundIn(Strict):
    """A refund that the shop has stored and not paid out yet, by the shop's own ids."""

    order_id: int = Field(ge=1, le=2**63 - 1)
    refund_id: int = Field(ge=1, le=2**63 - 1)
    #: How many seconds the shop's page can wait.
    patience: float = Field(default=20.0, ge=0, le=20)
