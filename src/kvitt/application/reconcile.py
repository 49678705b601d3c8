"""Bring the two halves of one order together.

The steps, in this order (HOUSE §4):

1. read the shop's half, and remember both halves as they are;
2. resolve every call whose outcome is unknown;
3. decide; carry out the first step; look again, until there is nothing to do;
4. write to the shop what it is owed;
5. give the order back to the queue, with the time of the next look.

This file cannot choose: ``decide`` does. Nothing is sent that is not in the
journal, and nothing goes on while an outcome is unknown.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from kvitt.application import pacing, reports, troubles, write_back
from kvitt.application.asking import Asking
from kvitt.application.budget import RetryBudget
from kvitt.application.look import Look, Reader
from kvitt.application.ports import Clock, Ledger, Queue
from kvitt.application.send import LookLater, Parked, Sender
from kvitt.domain.decide import decide
from kvitt.domain.errors import (
    KvittError,
    LeaseLost,
    RemoteError,
    Unauthorized,
    UnreadableOrder,
    UnsafePlan,
    Withheld,
)
from kvitt.domain.intents import State
from kvitt.domain.journal import Lease, WriteBack
from kvitt.domain.plan import Adopt, Agree, Plan, Wish

#: Steps that one look carries out; a plan longer than this is a fault of ours.
MOST_STEPS = 24

NAMESPACE = UUID("7d0f7a52-4f0d-5b5c-8f43-4b8f0b1f0e55")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconcile:
    """The use case, with what it needs of the world."""

    queue: Queue
    ledger: Ledger
    reader: Reader
    sender: Sender
    asking: Asking
    clerk: write_back.Clerk
    clock: Clock
    dice: pacing.Dice
    budget: RetryBudget

    def __call__(self, lease: Lease) -> None:
        """Look at a claimed order and give it back to the queue."""
        if not self.budget.allows(lease.shop, failures=lease.failures):
            self._postpone(lease)
            return
        try:
            due = self._look(lease)
        except LeaseLost:
            return
        except Withheld:
            self._postpone(lease)
        except LookLater as later:
            self.queue.settle(lease, due=later.due)
        except KvittError as error:
            self._look_failed(lease, error)
        else:
            self.queue.settle(lease, due=due)

    def _postpone(self, lease: Lease) -> None:
        """Leave the order as it is: a service is left alone, or has been asked enough."""
        with suppress(LeaseLost):
            self.queue.postpone(lease, due=self.clock.now() + pacing.POSTPONED)

    def _look(self, lease: Lease) -> datetime | None:
        look = self._begin(lease)
        if look is None:
            # A hint about an order that never was, or was deleted before it was ever read.
            self.ledger.save_plan(lease, Plan(reason="The shop has no such order."))
            return None
        try:
            plan = self._work(look)
        except LookLater as later:
            if later.hold is not None:
                self._conclude(look, Plan(hold=later.hold))
            self.reader.save(look)
            raise
        except LeaseLost:
            raise
        except KvittError as error:
            self.reader.save(look)
            self._show_trouble(look, error)
            raise
        self._conclude(look, plan)
        return self.reader.next_look(look, plan)

    def _begin(self, lease: Lease) -> Look | None:
        """Read the shop's half, or show people why it cannot be read."""
        try:
            return self.reader.begin(lease)
        except UnreadableOrder as error:
            self.ledger.save_plan(lease, Plan(hold=troubles.unreadable(error)))
            raise LookLater(self.clock.now() + self.reader.pace.held) from error
        except RemoteError as error:
            if troubles.is_worth_a_word(error, lease):
                hold = troubles.hold_of(error, "Look at this order in the shop")
                self.ledger.save_plan(lease, Plan(hold=hold))
            raise

    def _work(self, look: Look) -> Plan:
        """Resolve, then decide and act until there is nothing left to do."""
        try:
            self._find_out(look)
        except Parked as parked:
            return Plan(hold=parked.hold)
        self.asking.carry_out_all(look)
        self.reader.freshen(look)
        self._forget_overtaken_wish(look)
        for _ in range(MOST_STEPS):
            self.reader.catch_up(look)
            plan = decide(self.reader.situation(look))
            if plan.wish is not None:
                self.ledger.save_wish(look.lease, plan.wish, wanted=True)
            if not look.fresh and _rests_on_klarna(plan) and look.scope is not None:
                self.reader.refresh(look)
            elif not plan.steps:
                return plan
            else:
                self._act(look, plan)
        raise UnsafePlan(f"this order wanted more than {MOST_STEPS} steps in one look")

    def _find_out(self, look: Look) -> None:
        """Resolve every call whose outcome is unknown. Raises Parked, LookLater."""
        if look.case.must_match:
            self.sender.match(look)
        for stored in look.case.unsettled:
            if stored.state is not State.PLANNED:
                self.sender.find_out(look, stored)

    def _forget_overtaken_wish(self, look: Look) -> None:
        """Forget a capture that waits, where a person has since moved the order elsewhere.

        It waits where a hold put the order; from anywhere else it is asked for anew, by
        completing the order.
        """
        policy, status = look.case.policy, look.store_order.status
        waiting = policy.capture_statuses | {policy.failed_capture_status}
        if Wish.CAPTURE in look.case.journal.wishes and status not in waiting:
            self.ledger.save_wish(look.lease, Wish.CAPTURE, wanted=False)
            self.reader.reload(look)

    def _show_trouble(self, look: Look, error: KvittError) -> None:
        """Tell people of an order that wants something while a service does not answer.

        The first failures in a row are not worth a word. An order that wants nothing is
        left in peace: an outage would write a note on every open one.
        """
        if not troubles.is_worth_a_word(error, look.lease):
            return
        hold = troubles.hold_while(error, self.reader.situation(look))
        if hold is None:
            return
        plan = Plan(hold=hold)
        if isinstance(error, Unauthorized):
            # A setting to mend: said once of the shop or account, not on every order.
            self.ledger.save_plan(look.lease, plan)
        else:
            try:
                self._conclude(look, plan)
            except RemoteError:
                # The note is owed, and is written when the shop answers again.
                return

    def _act(self, look: Look, plan: Plan) -> None:
        action = plan.steps[0]
        if isinstance(action, Agree):
            self.ledger.save_agreement(look.lease, action)
            self.reader.reload(look)
        elif isinstance(action, Adopt):
            owed = reports.reports_of_adoption(
                action,
                order=_name_of(look.lease),
                store=look.store_order,
                now=self.clock.now(),
            )
            self.ledger.record_adopted(look.lease, str(action.remote_id), owed)
            self.reader.reload(look)
        else:
            self.sender.carry_out(look, action)

    def _conclude(self, look: Look, plan: Plan) -> None:
        """Remember the plan, tell the shop what it has to know, and write all that is owed."""
        self.reader.save(look)
        if look.gone is None and (owed := self._news(look, plan)):
            self.ledger.owe(look.lease, owed)
            self.reader.reload(look)
        if look.case.rests is None or plan != Plan(reason=look.case.rests):
            self.ledger.save_plan(look.lease, plan)
        if look.case.owed and look.gone is None:
            self.clerk.pay(look.lease, look.case.owed, look.store)

    def _news(self, look: Look, plan: Plan) -> tuple[WriteBack, ...]:
        """Return what the shop has not been told yet of what is not done."""
        order, now = _name_of(look.lease), self.clock.now()
        if plan.hold is not None:
            known = look.case.hold
            if known is not None and known.sentence == plan.hold.sentence:
                return ()
            return reports.reports_of_hold(
                plan.hold, order=order, store=look.store_order, now=now
            )
        if plan.guard is not None and plan.wanted:
            return reports.reports_of_guard(
                plan.guard, plan.wanted, plan.reason, order=order, now=now
            )
        return ()

    def _look_failed(self, lease: Lease, error: KvittError) -> None:
        """Keep the order due, and say on its timeline why nothing happened."""
        retry_after = error.retry_after if isinstance(error, RemoteError) else None
        wait = pacing.after_failure(lease.failures, dice=self.dice, retry_after=retry_after)
        try:
            self.ledger.record_event(lease, "failed", str(error))
            self.queue.settle(lease, due=self.clock.now() + wait, failed=True)
        except LeaseLost:
            return


def _rests_on_klarna(plan: Plan) -> bool:
    """Say whether a plan would act, or trouble a person, on Klarna's half as remembered."""
    return bool(plan.hold) or any(not isinstance(action, Agree) for action in plan.steps)


def _name_of(lease: Lease) -> UUID:
    return uuid5(NAMESPACE, f"{lease.shop}|{lease.store_order_id}")
