"""What the questions look at: a situation with its sums done once.

A view can be carried on past an action (``after``), so that the whole plan is decided on
the order as each step leaves it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from kvitt.domain import effects
from kvitt.domain.agreement import Agreement
from kvitt.domain.decide.matching import Matching, match_refunds
from kvitt.domain.intents import Intent, IntentRecord, State
from kvitt.domain.klarna_order import KlarnaOrder, KlarnaStatus
from kvitt.domain.money import Money
from kvitt.domain.plan import Action, Adopt, Agree, Hold, Situation, Wish
from kvitt.domain.policy import ManualRefunds
from kvitt.domain.steps import Kind, Step
from kvitt.domain.store_order import StoreOrder, StoreRefund

OPEN = frozenset({KlarnaStatus.AUTHORIZED, KlarnaStatus.PART_CAPTURED})


class Aim(StrEnum):
    """What the shop's status, or an operator, asks for."""

    CANCEL = "cancel"
    CAPTURE = "capture"
    UPDATE = "update"
    NONE = "none"


def hold_stands(situation: Situation) -> bool:
    """Say whether the shop's order is still where one of our holds has put it."""
    hold = situation.journal.open_hold
    return hold is not None and hold.store_status == situation.store.status != ""


def aim_of(situation: Situation) -> Aim:
    """Return what is asked for. A wish to cancel outlives any later status."""
    status, policy = situation.store.status, situation.policy
    wishes = situation.journal.wishes
    if Wish.CANCEL in wishes or status in policy.cancel_statuses:
        return Aim.CANCEL
    if status in policy.capture_statuses:
        return Aim.CAPTURE
    # Moved elsewhere by a person since, the order is no longer where it was asked for.
    asked = situation.journal.open_hold is None or hold_stands(situation)
    if Wish.CAPTURE in wishes and asked and status == policy.failed_capture_status:
        return Aim.CAPTURE
    return Aim.UPDATE if status in policy.update_statuses else Aim.NONE


# Not slotted: the sums are kept once they have been done.
@dataclass(frozen=True, kw_only=True)
class View:
    """Both halves, our memory and the policy, with what follows from them."""

    situation: Situation
    klarna: KlarnaOrder
    #: Kinds of steps that were refused before and are not planned again.
    blocked: frozenset[Kind] = frozenset()

    @property
    def order(self) -> StoreOrder:
        """The shop's half."""
        return self.situation.store

    @cached_property
    def aim(self) -> Aim:
        """What is asked for."""
        return aim_of(self.situation)

    @cached_property
    def zero(self) -> Money:
        """Nothing, in the order's currency."""
        return Money.zero(self.order.currency)

    @cached_property
    def agreement(self) -> Agreement | None:
        """What was last agreed on; None where we see the order for the first time."""
        text = self.situation.journal.agreed_fingerprint
        return None if text is None else Agreement.parse(text)

    @cached_property
    def present(self) -> Agreement:
        """What would be agreed on now; of the address, only what Klarna was told at first."""
        refunds = (*self.absorbed, *(() if self.klarna.captured else self.pending))
        agreement = Agreement.on(self.order, (refund.id for refund in refunds))
        known = self.agreement.address if self.agreement else ""
        return replace(agreement, address=known or agreement.address)

    @cached_property
    def matching(self) -> Matching:
        """Both halves' refunds, side by side."""
        found = match_refunds(self.order, self.klarna, self.situation.journal)
        if self.situation.policy.manual_refunds is not ManualRefunds.IGNORE:
            return found
        # Nothing is sent for them: the same amount is what was refunded in the portal.
        return replace(found, pairs=(*found.pairs, *found.doubtful), doubtful=())

    @cached_property
    def absorbed(self) -> tuple[StoreRefund, ...]:
        """Refunds that were booked before the capture, so that their money was never taken."""
        known = self._lowered_by
        early = tuple(r for r in self.matching.unsettled if r.id in known or self._early(r))
        left = self.order.total - Money.total((r.amount for r in early), self.order.currency)
        # What was captured, or can be, is the total without them: so they are in it.
        reach = {self.klarna.captured, self.klarna.captured + self.klarna.remaining}
        if self.klarna.captured and left in reach:
            return early
        again = {int(refund.id) for refund in self.booked_again.values()}
        return tuple(r for r in self.matching.unsettled if r.id in known | again)

    @cached_property
    def deleted(self) -> frozenset[int]:
        """Refunds the shop had, that lowered what was captured, and that are gone."""
        return self._gone - self.booked_again.keys()

    @cached_property
    def booked_again(self) -> Mapping[int, StoreRefund]:
        """Refunds of the shop in the place of ones that are gone, by the ids of these.

        The same amount, booked after one that was deleted: that is what the merchant is told
        to do, and its money was never taken. Once a person has seen that a refund is gone,
        nothing stands in for it any more.
        """
        free = [r for r in self.matching.unsettled if r.id not in self._lowered_by]
        found: dict[int, StoreRefund] = {}
        for gone in sorted(self._gone):
            amount = self.situation.journal.refunds_seen.get(gone)
            again = next((r for r in free if r.amount == amount and r.id > gone), None)
            if again is not None and f"refund_deleted:{gone}" not in self.approved:
                free.remove(again)
                found[gone] = again
        return found

    @cached_property
    def open_refunds(self) -> tuple[StoreRefund, ...]:
        """Refunds of the shop that no one has carried out or accounted for."""
        return tuple(r for r in self.matching.unsettled if r not in self.absorbed)

    @cached_property
    def pending(self) -> tuple[StoreRefund, ...]:
        """Refunds of the shop that are to be carried out."""
        return tuple(r for r in self.open_refunds if self.is_approved(r))

    @cached_property
    def asked(self) -> tuple[StoreRefund, ...]:
        """Refunds of the shop that a person has to approve first."""
        if self.situation.policy.manual_refunds is not ManualRefunds.ASK:
            return ()
        return tuple(
            r
            for r in self.open_refunds
            if not self.is_approved(r) and f"refund_ignore:{r.id}" not in self.approved
        )

    @cached_property
    def fully_refunded(self) -> bool:
        """Say whether the shop has refunded all of the order, in refunds that count."""
        waiting = {refund.id for refund in self.open_refunds} - {r.id for r in self.pending}
        waiting |= {ours.id for ours, _ in self.matching.doubtful}
        counted = (r.amount for r in self.order.refunds if r.id not in waiting)
        refunded = Money.total(counted, self.order.currency)
        return bool(self.order.total) and refunded == self.order.total

    @property
    def approved(self) -> frozenset[str]:
        """What a person has approved."""
        return self.situation.journal.approved

    @cached_property
    def refunds_before_capture(self) -> Money:
        """Booked refunds whose money was not, or will not be, taken."""
        currency = self.order.currency
        seen = self.situation.journal.refunds_seen
        lost = (seen.get(refund, self.zero) for refund in self.deleted)
        before = Money.total((r.amount for r in self.absorbed), currency)
        before += Money.total(lost, currency)
        if self.klarna.captured:
            return before
        return before + Money.total((r.amount for r in self.pending), currency)

    @cached_property
    def wanted(self) -> Money:
        """What Klarna should take altogether: the shop's total less early refunds.

        Of an order that is refunded altogether, nothing more is taken to be given back.
        """
        wanted = self.order.total - self.refunds_before_capture
        if self.klarna.captured and self.fully_refunded:
            return min(wanted, self.klarna.captured)
        return wanted

    @cached_property
    def due(self) -> Money:
        """What is still to be captured."""
        return self.wanted - self.klarna.captured

    @cached_property
    def surplus(self) -> Money:
        """What Klarna keeps beyond the shop's total less its refunds, once these are sent."""
        waiting = {refund.id for refund in self.open_refunds}
        waiting |= {ours.id for ours, _ in self.matching.doubtful}
        settled = (r.amount for r in self.order.refunds if r.id not in waiting)
        left = self.order.total - Money.total(settled, self.order.currency)
        return self.klarna.captured - self.klarna.refunded - left

    @property
    def open(self) -> bool:
        """Say whether anything can still be captured."""
        return self.klarna.status in OPEN

    def is_approved(self, refund: StoreRefund) -> bool:
        """Say whether a refund booked by hand is to be carried out."""
        policy = self.situation.policy.manual_refunds
        if policy is ManualRefunds.ASK:
            return f"refund_ask:{refund.id}" in self.approved
        return policy is ManualRefunds.SEND

    def record_of(self, step: Step) -> IntentRecord | None:
        """Return the journal's record of this very step, where there is one."""
        scope = self.situation.scope
        if scope is None:
            return None
        own = Intent(scope=scope, step=step).id
        return next((r for r in self.situation.journal.records if r.id == own), None)

    def count(self, kind: Kind) -> int:
        """Return how many steps of a kind this order has had."""
        records = self.situation.journal.records
        return sum(r.kind is kind and r.state is State.DONE for r in records)

    def failed_status(self) -> str:
        """Return where an order goes whose money cannot be taken."""
        return self.situation.policy.failed_capture_status

    def after(self, action: Action) -> "View":
        """Return the view of the order as the action leaves it."""
        journal = effects.noted(self.situation.journal, action)
        situation = replace(self.situation, journal=journal)
        if isinstance(action, Adopt | Agree):
            return replace(self, situation=situation)
        klarna = effects.carried_out(
            self.klarna, action, remote_id="planned", reference="", at=self.situation.now
        )
        return replace(self, situation=situation, klarna=klarna)

    @property
    def _lowered_by(self) -> frozenset[int]:
        return self.agreement.absorbed if self.agreement else frozenset()

    @cached_property
    def _gone(self) -> frozenset[int]:
        if not self.klarna.captured:
            return frozenset()
        return self._lowered_by - {int(refund.id) for refund in self.order.refunds}

    def _early(self, refund: StoreRefund) -> bool:
        moments = [c.captured_at for c in self.klarna.captures if c.captured_at]
        return bool(moments) and refund.created_at < min(moments)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """The answer to one question."""

    actions: tuple[Action, ...] = ()
    hold: Hold | None = None
    #: Why nothing is done, where there is something to say.
    reason: str = ""


NOTHING = Finding()
