"""A plan: steps in order, or a hold with a reason, or nothing to do, and why.

A plan is a value and cannot send. Preview, dry run, console and worker show and
use the same one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from kvitt.domain.hooks import NO_HOOKS, Hooks
from kvitt.domain.ids import CaptureId, RefundId
from kvitt.domain.intents import IntentRecord, Scope
from kvitt.domain.klarna_order import KlarnaOrder
from kvitt.domain.money import Money
from kvitt.domain.policy import Policy
from kvitt.domain.steps import Step
from kvitt.domain.store_order import StoreOrder


class Guard(StrEnum):
    """Why an order is left alone, before anything else is asked (HOUSE §5)."""

    NOT_KLARNA = "not_klarna"
    SYNC_OFF = "sync_off"
    NOT_PAID = "not_paid"
    NO_KLARNA_ID = "no_klarna_id"
    IDENTITY = "identity"
    ANOTHER_PLUGIN = "another_plugin"
    #: Taken in by an import whose report nobody has approved yet.
    IMPORTED = "imported"
    UNDER_REVIEW = "under_review"
    REFUSED = "refused"


class HoldCode(StrEnum):
    """What a person has to look at. Stable: it is part of the API."""

    NO_KLARNA_ID = "no_klarna_id"
    IDENTITY = "identity"
    UNDER_REVIEW = "under_review"
    FRAUD_REFUSED = "fraud_refused"
    CANCEL_AFTER_CAPTURE = "cancel_after_capture"
    CAPTURE_TOO_LARGE = "capture_too_large"
    CAPTURE_OF_CANCELLED = "capture_of_cancelled"
    CAPTURE_OF_EXPIRED = "capture_of_expired"
    CAPTURE_OF_CLOSED = "capture_of_closed"
    CAPTURED_TOO_MUCH = "captured_too_much"
    UPDATE_REFUSED = "update_refused"
    UPDATE_AFTER_CAPTURE = "update_after_capture"
    REFUND_TOO_LARGE = "refund_too_large"
    REFUND_ASK = "refund_ask"
    REFUND_DELETED = "refund_deleted"
    REFUND_DOUBTFUL = "refund_doubtful"
    REFUND_UNBOOKED = "refund_unbooked"
    REFUND_OVERBOOKED = "refund_overbooked"
    ORDER_GONE = "order_gone"
    KLARNA_UNKNOWN = "klarna_unknown"
    EXPIRES_SOON = "expires_soon"
    REFUSED_BY_KLARNA = "refused_by_klarna"
    UNREADABLE = "unreadable"
    OUTCOME_UNKNOWN = "outcome_unknown"
    SERVICE_DOWN = "service_down"
    CREDENTIALS_REFUSED = "credentials_refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """A wish that a person must look at: what was wanted, why not, what to do next."""

    code: HoldCode
    #: "Capture 248.98 SEK"; empty where nobody asked for anything.
    wanted: str
    #: "Klarna has cancelled this order."
    why: str
    #: "Ask the customer to pay again, or cancel the order."
    next_step: str
    #: The status the shop's order goes to, so that nothing ships unpaid; empty leaves it.
    store_status: str = ""
    amount: Money | None = None

    @property
    def sentence(self) -> str:
        """Return the hold as the order note says it."""
        unknown = self.code is HoldCode.OUTCOME_UNKNOWN
        state = "not known yet whether it is done" if unknown else "not done"
        wanted = f"{self.wanted}: {state}. " if self.wanted else ""
        return f"{wanted}{self.why} {self.next_step}"


class Adopted(StrEnum):
    """What was done at Klarna by somebody else and is written to the shop."""

    CAPTURE = "capture"
    REFUND = "refund"
    CANCEL = "cancel"


@dataclass(frozen=True, kw_only=True, slots=True)
class Adopt:
    """Write to the shop what happened at Klarna without us. No call to Klarna, ever."""

    what: Adopted
    #: The capture's or refund's id; the Klarna order's id for a cancellation.
    remote_id: CaptureId | RefundId | str
    amount: Money
    reason: str
    #: ``klarna_reference`` of a capture: its invoice number.
    invoice: str = ""
    #: The status the shop's order should have; empty leaves it.
    store_status: str = ""
    #: Book a refund in the shop (``api_refund=false``): it has none for this one yet.
    book_refund: bool = False
    #: The shop's refund that this Klarna refund is, where it has one.
    store_refund_id: int | None = None
    #: It was done by kvitt itself, and the shop was told so: no note, only what follows.
    ours: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Agree:
    """Record the shop's lines as the ones Klarna has agreed to. No call."""

    fingerprint: str
    amount: Money


Action: TypeAlias = Step | Adopt | Agree


class Wish(StrEnum):
    """What a person or an earlier status asked for and is still wanted."""

    CANCEL = "cancel"
    CAPTURE = "capture"


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What would bring the two halves together, with the reason in words."""

    steps: tuple[Action, ...] = ()
    hold: Hold | None = None
    guard: Guard | None = None
    #: Why there is nothing (more) to do, or what the steps are for.
    reason: str = ""
    #: To be remembered until it is carried out: a cancellation that waits for Klarna's review.
    wish: Wish | None = None
    #: What was wanted and is not done because of a guard: "Capture 248.98 SEK".
    wanted: str = ""
    #: What would be done if this order were not only observed.
    would: "Plan | None" = None

    @property
    def in_step(self) -> bool:
        """Say whether the halves agree and nobody has to look."""
        return not self.steps and self.hold is None


@dataclass(frozen=True, kw_only=True, slots=True)
class Journal:
    """What we have done to this order, as the decision needs it."""

    records: tuple[IntentRecord, ...] = ()
    #: Fingerprint of the shop's lines, and the amount, that Klarna last agreed to.
    agreed_fingerprint: str | None = None
    agreed_amount: Money | None = None
    #: Captures and refunds at Klarna that are already written to the shop.
    adopted: frozenset[str] = frozenset()
    #: Amounts of the shop's refunds we have seen, by refund id: a deleted one is missed.
    refunds_seen: Mapping[int, Money] = field(default_factory=dict)
    wishes: frozenset[Wish] = frozenset()
    #: Taken in by an import whose report nobody has approved yet: only observed.
    imported: bool = False
    #: The hold that moved the shop's order to ``Hold.store_status``, while it stands.
    open_hold: Hold | None = None
    #: Codes of the holds a person has approved to be carried out anyway.
    approved: frozenset[str] = frozenset()
    #: A person has told kvitt to leave this order alone.
    switched_off: bool = False


class Gone(StrEnum):
    """Why there is no shop order to read."""

    TRASHED = "trashed"
    DELETED = "deleted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """Everything a decision may look at."""

    #: The last order read, also where it is ``gone`` now.
    store: StoreOrder
    #: None where Klarna does not know the order, or has not been asked.
    klarna: KlarnaOrder | None
    journal: Journal
    policy: Policy
    #: Of the Klarna account we would use: ``playground`` or ``live``.
    environment: str
    #: The moment of the decision, given by the caller: the domain has no clock.
    now: datetime
    gone: Gone | None = None
    #: Whose order it is; None where the order names no Klarna order.
    scope: Scope | None = None
    #: The merchant's own changes to what is sent.
    hooks: Hooks = NO_HOOKS

    @property
    def observer(self) -> Guard | None:
        """Return why this order is only observed: nothing is sent, only said."""
        if self.journal.imported:
            return Guard.IMPORTED
        watched = self.policy.observe_only and not self.store.taken_over
        return Guard.ANOTHER_PLUGIN if watched else None
