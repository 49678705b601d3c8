"""What an operator has asked of an order, from the review until it has an answer.

The law: an ask is carried out at most once. It bears the id that its review was given,
so that asking twice is asking once; and it says what the operator saw, so that it is
refused, and not carried out, where somebody was faster.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kvitt.domain.klarna_order import DueDateOption
from kvitt.domain.money import Money


class Command(StrEnum):
    """What an operator can ask for on an order."""

    CAPTURE = "capture"
    REFUND = "refund"
    UPDATE = "update"
    RELEASE = "release"
    EXTEND = "extend"
    CANCEL = "cancel"
    #: Have Klarna send the customer its message about a capture again.
    RESEND = "resend"
    #: Give the customer more time to pay a capture; without days, ask what Klarna offers.
    DUE_DATE = "due_date"


class AskState(StrEnum):
    """Where an ask stands. All but the first are final."""

    WAITING = "waiting"
    DONE = "done"
    #: Not carried out, and it will not be: the answer says why.
    REFUSED = "refused"
    #: Taken back by a person before it was sent.
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """Klarna's figures as the operator saw them when the request was reviewed."""

    captured: Money
    refunded: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A command with what was filled in. What is left out means: all there is."""

    command: Command
    #: Capture and refund: the shop's id of a line → pieces of it.
    lines: Mapping[int, int] | None = None
    amount: Money | None = None
    #: Refund: withheld from what the customer gets.
    return_fee: Money | None = None
    #: Shown to the customer by Klarna.
    description: str = ""
    #: Refund by line: put the pieces back into the shop's stock.
    restock: bool = False
    #: Capture: the parcel it is announced with.
    tracking_number: str = ""
    tracking_company: str = ""
    #: Message and due date: which capture; empty is the last.
    capture_id: str = ""
    #: Due date: by how many days, and the fee that the shop has accepted for it.
    days: int | None = None
    fee: Money | None = None
    #: What the review said would move; anything else is refused.
    expects: Money | None = None
    seen: Seen | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A request that was made, under the id of its review."""

    id: UUID
    request: Request
    #: Who asked.
    actor: str
    asked_at: datetime
    #: Of the call that was last stored for it; None before the first.
    intent: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """How an ask ended, in words for the person who asked."""

    state: AskState
    text: str
    #: By how many days the due date can be moved, and for what fee, where that was asked.
    offers: tuple[DueDateOption, ...] = ()
