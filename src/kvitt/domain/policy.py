"""The merchant's choices, as data. Every one has a default: nothing must be set."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class ManualRefunds(StrEnum):
    """What a refund booked in the shop without its gateway means."""

    SEND = "send"
    ASK = "ask"
    IGNORE = "ignore"


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """How one shop wants its orders kept in step."""

    #: Reaching one of these captures what is due.
    capture_statuses: frozenset[str] = frozenset({"completed"})
    #: Reaching one of these cancels.
    cancel_statuses: frozenset[str] = frozenset({"cancelled"})
    #: Line and total changes are sent in these; by default wherever nothing is captured yet.
    update_statuses: frozenset[str] = frozenset({"on-hold", "processing"})
    #: What a refund means that the shop has booked without its gateway.
    manual_refunds: ManualRefunds = ManualRefunds.SEND
    #: Give up what is left of the authorization once all that is due is captured.
    release_rest: bool = True
    #: Write captures, refunds and cancellations made elsewhere back to the shop.
    write_back: bool = True
    #: Where a completed order goes whose money cannot be taken; empty leaves it.
    failed_capture_status: str = "on-hold"
    #: Where an order goes that was cancelled at Klarna; empty leaves it.
    cancelled_at_klarna_status: str = "cancelled"
    #: Where an order goes that was captured in full at Klarna; empty leaves it.
    captured_at_klarna_status: str = "completed"
    #: Send a changed delivery address: Klarna then checks the customer's credit anew.
    send_address: bool = True
    #: Ask Klarna for more time when a warning is due, where Klarna allows it.
    extend_automatically: bool = False
    #: Warn when the authorization has this long to live.
    warn_before: tuple[timedelta, ...] = field(
        default=(timedelta(days=7), timedelta(days=3), timedelta(days=1))
    )
    #: Look and explain, but send nothing: the shop's own plugin still acts.
    observe_only: bool = False
