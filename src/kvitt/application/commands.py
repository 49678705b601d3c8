"""What an operator asks for. Each command is stored, and the worker carries it out.

A command never talks to a service: it changes what is wanted of an order and makes it
due, so that the same decision, journal and keys serve people and statuses alike. What
moves money is reviewed first and asked for under the id of its review: a double click,
a second tab and a repeated request are one ask.
"""

from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from kvitt.application.ports import Clock
from kvitt.domain.asks import Answer, Ask, Request, Seen
from kvitt.domain.decide.approvals import codes_to_approve, codes_to_decline
from kvitt.domain.decide.asked import moved, plan_of
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.klarna_order import DueDateOption
from kvitt.domain.plan import Hold, Plan, Situation, Wish


class Orders(Protocol):
    """The order rows, as people act on them; by row id, under no lease."""

    def hold_of(self, order: int) -> Hold | None:
        """Return what the order waits for."""
        ...

    def look_again(self, order: int, *, actor: str) -> None:
        """Make the order due now, with Klarna's half to be read anew."""
        ...

    def approve_refused(self, order: int, *, actor: str) -> None:
        """Allow the calls that Klarna refused to be asked once more, under new keys."""
        ...

    def approve(self, order: int, codes: frozenset[str], *, actor: str) -> None:
        """Allow, or leave out, what a hold waits for, by codes such as ``refund_ask:17``."""
        ...

    def wish(self, order: int, wish: Wish, *, actor: str) -> None:
        """Remember what a person wants of the order."""
        ...

    def store_ask(self, order: int, ask: Ask) -> None:
        """Store an ask, once by its id. Raises NotAllowedNow where the id asked for else."""
        ...

    def ask_of(self, order: int, ask: UUID) -> Ask | None:
        """Return an ask by its id; None where nothing was asked under it.

        Raises NotAllowedNow where the id was used on another order.
        """
        ...

    def withdraw(self, order: int, ask: UUID, *, actor: str) -> None:
        """Take an ask back. Raises NotAllowedNow once it may have been sent."""
        ...

    def answer_of(self, order: int, ask: UUID) -> Answer:
        """Return where an ask stands. Raises NotAllowedNow where there is none."""
        ...

    def settle_parked(
        self, order: int, intent: UUID, *, done: bool, actor: str, reason: str
    ) -> None:
        """Settle a call nobody answered by what a person has seen in Klarna's portal."""
        ...

    def switch(self, order: int, *, off: bool, actor: str, reason: str) -> None:
        """Leave an order alone from now on, or take it up again."""
        ...


class Situations(Protocol):
    """Both halves of an order as last read, for a review."""

    def of(self, order: int) -> Situation:
        """Return what a decision may look at. Raises NotAllowedNow before the first look."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """What a request would do, as both halves were last read."""

    plan: Plan
    #: The request with what the operator sees now: this is what is asked for.
    request: Request
    situation: Situation


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """The commands, as the console, the command line and the API call them."""

    orders: Orders
    situations: Situations
    clock: Clock

    def look_again(self, order_id: int, actor: str) -> None:
        """Read both halves anew and decide again."""
        self.orders.look_again(order_id, actor=actor)

    def retry(self, order_id: int, actor: str) -> None:
        """Try again what the order waits for.

        1. Calls that Klarna refused may be asked again, under new keys.
        2. A capture whose failure moved the shop's order aside is wanted again.
        3. The order is due now.
        """
        hold = self.orders.hold_of(order_id)
        self.orders.approve_refused(order_id, actor=actor)
        if hold is not None and hold.store_status:
            self.orders.wish(order_id, Wish.CAPTURE, actor=actor)
        self.orders.look_again(order_id, actor=actor)

    def review(self, order_id: int, request: Request, *, ask_id: UUID) -> Review:
        """Return what a request would do. Raises NotAllowedNow with the reason why not."""
        situation = self.situations.of(order_id)
        plan = plan_of(situation, request, name=str(ask_id), offers=_accepted(request))
        seen = None
        if (klarna := situation.klarna) is not None:
            seen = Seen(captured=klarna.captured, refunded=klarna.refunded)
        shown = replace(request, expects=moved(plan), seen=seen)
        return Review(plan=plan, request=shown, situation=situation)

    def ask(self, order_id: int, request: Request, *, ask_id: UUID, actor: str) -> Ask:
        """Have a request carried out, once for this id, and return it as it is stored.

        Raises NotAllowedNow where the id was used for another request before.
        """
        ask = Ask(id=ask_id, request=request, actor=actor, asked_at=self.clock.now())
        self.orders.store_ask(order_id, ask)
        return ask

    def asked_before(self, order_id: int, request: Request, *, ask_id: UUID) -> bool:
        """Say whether this very request was made under this id before.

        Whoever repeats a request under its id asks this first: once it has been carried
        out, it could not be reviewed again. Raises NotAllowedNow where the id was used for
        another request.
        """
        known = self.orders.ask_of(order_id, ask_id)
        if known is None:
            return False
        if replace(known.request, expects=None, seen=None) != replace(
            request, expects=None, seen=None
        ):
            raise NotAllowedNow(
                "key_reused", "This key was used for another request before. Use a new one."
            )
        return True

    def answer_of(self, order_id: int, ask_id: UUID) -> Answer:
        """Return where an ask stands. Raises NotAllowedNow where there is none."""
        return self.orders.answer_of(order_id, ask_id)

    def withdraw(self, order_id: int, ask_id: UUID, actor: str) -> None:
        """Take an ask back that has not been sent. Raises NotAllowedNow once it has."""
        self.orders.withdraw(order_id, ask_id, actor=actor)

    def approve(self, order_id: int, actor: str, *, seen: str = "") -> None:
        """Allow what the order's hold waits for: refunds to be sent, or a loss that is known.

        ``seen`` is the hold's sentence as the person read it. Raises NotAllowedNow where
        the order waits for something else by now, or for nothing that can be allowed.
        """
        hold = self._hold_as_seen(order_id, seen)
        codes = codes_to_approve(self.situations.of(order_id), hold.code)
        if not codes:
            raise NotAllowedNow(
                "nothing_to_approve",
                "This does not wait for an approval. Do what the note says, then press Retry.",
            )
        self.orders.approve(order_id, codes, actor=actor)

    def decline(self, order_id: int, actor: str, *, seen: str = "") -> None:
        """Leave the refunds out that wait for approval: Klarna is not told of them."""
        hold = self._hold_as_seen(order_id, seen)
        codes = codes_to_decline(self.situations.of(order_id), hold.code)
        if not codes:
            raise NotAllowedNow(
                "nothing_to_decline", "Only a refund that waits can be declined."
            )
        self.orders.approve(order_id, codes, actor=actor)

    def settle_by_hand(
        self, order_id: int, intent: UUID, *, done: bool, reason: str, actor: str
    ) -> None:
        """Say what became of a call that nobody answered, as a person has seen it at Klarna.

        Raises NotAllowedNow for a call that does not wait for a person, or without a reason.
        """
        if not reason.strip():
            raise NotAllowedNow(
                "reason", "Say where you have seen it: this is kept with the order for good."
            )
        self.orders.settle_parked(
            order_id, intent, done=done, actor=actor, reason=reason.strip()
        )

    def switch_off(self, order_id: int, actor: str, *, reason: str = "") -> None:
        """Leave an order alone from now on: nothing is sent for it, whatever the shop says."""
        self.orders.switch(order_id, off=True, actor=actor, reason=reason)

    def switch_on(self, order_id: int, actor: str, *, reason: str = "") -> None:
        """Take an order up again, and look at it now."""
        self.orders.switch(order_id, off=False, actor=actor, reason=reason)

    def _hold_as_seen(self, order_id: int, seen: str) -> Hold:
        hold = self.orders.hold_of(order_id)
        if hold is None:
            raise NotAllowedNow("no_hold", "This order waits for nobody any more.")
        if seen and hold.sentence != seen:
            raise NotAllowedNow(
                "changed", "The order waits for something else by now. Look at it again."
            )
        return hold


def _accepted(request: Request) -> tuple[DueDateOption, ...]:
    """Return the offer of Klarna's that the request accepts: the worker reads it again."""
    if request.days is None or request.fee is None:
        return ()
    return (DueDateOption(number_of_days=request.days, fee=request.fee),)
