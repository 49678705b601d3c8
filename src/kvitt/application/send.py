"""Carry out one call at Klarna: journal, send, settle.

What sends cannot choose. A call is stored, with its key and body, before it is
sent; an answer settles it; no answer leaves it unknown.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from kvitt.application import pacing, reports, resolve, unanswered
from kvitt.application.look import Look, Reader, asking
from kvitt.application.ports import Clock, Klarna, Ledger
from kvitt.domain import effects, safety
from kvitt.domain.asks import Ask
from kvitt.domain.decide import booking
from kvitt.domain.decide.adopt import status_when_captured
from kvitt.domain.decide.view import View
from kvitt.domain.errors import (
    MalformedReply,
    OutcomeUnknown,
    Permanent,
    RemoteError,
    RemoteFault,
    Unauthorized,
)
from kvitt.domain.intents import Intent, Scope, State
from kvitt.domain.journal import Call, Receipt, StoredCall, WriteBack, call_of
from kvitt.domain.klarna_order import KlarnaOrder
from kvitt.domain.plan import Agree, Hold, Wish
from kvitt.domain.steps import Kind, Step

#: What a call meets that was wished of the order.
_MEETS = {Kind.CANCEL: Wish.CANCEL, Kind.CAPTURE: Wish.CAPTURE}
#: From this attempt on, people are told that the outcome is not known yet.
TELL_FROM_ATTEMPT = 3


class LookLater(Exception):
    """Nothing more can be done to this order before then. Never leaves the use case.

    What has waited for long is shown to people, though nobody has to do anything.
    """

    def __init__(self, due: datetime, *, hold: Hold | None = None) -> None:
        self.due = due
        self.hold = hold
        super().__init__("nothing more can be done before then")


class Parked(Exception):
    """The outcome of a call cannot be found out by asking. Never leaves the use case."""

    def __init__(self, hold: Hold) -> None:
        self.hold = hold
        super().__init__(hold.sentence)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """Sends calls of one order, one at a time."""

    ledger: Ledger
    reader: Reader
    clock: Clock

    def carry_out(self, look: Look, step: Step, *, ask: Ask | None = None) -> None:
        """Send one step of a plan and follow what it did, or note that it was refused.

        ``ask`` is what an operator asked for, where the step is for that.
        """
        klarna, scope, before = _client_of(look)
        safety.check_step(step, before)
        self.reader.save(look)
        call = self._journaled(look, scope, step, ask)
        if ask is not None:
            self.reader.reload(look)
        receipt = self._attempt(look, klarna, call)
        if receipt is None:
            self.reader.refresh(look)
        else:
            after = effects.carried_out(
                before,
                step,
                remote_id=receipt.remote_id,
                reference=call.reference,
                at=self.clock.now(),
            )
            self._settle(look, call, receipt, before=before, after=after)
            self.reader.follow(look, after)
        self.reader.reload(look)

    def match(self, look: Look) -> None:
        """Hold the journal against Klarna's record, because a backup was put back.

        What the journal takes for unanswered may long have been answered: what Klarna shows
        is settled before anything is asked again (reliability.md P6).
        """
        self.reader.refresh(look)
        for stored in look.case.unsettled:
            call, was_sent = stored.call, stored.state is not State.PLANNED
            at = call.klarna_order_id
            if was_sent and self._found(self.reader.elsewhere(look, at), call):
                continue
            if call.kind is Kind.UPDATE and stored.state is not State.PARKED:
                self._give_new_key(look, call)
        self.reader.reload(look)
        self._believe_amount(look)
        self.ledger.record_matched(look.lease)
        self.reader.reload(look)

    def find_out(self, look: Look, stored: StoredCall) -> None:
        """Resolve one call whose outcome is unknown, or raise what has to come first.

        It is asked of the Klarna order that the call was for, whatever the shop's order says
        by now.
        """
        if stored.state is State.PARKED:
            raise Parked(unanswered.nobody_knows(stored.call))
        at = self.reader.elsewhere(look, stored.call.klarna_order_id)
        way = resolve.way_out_of(stored, now=self.clock.now())
        match way:
            case resolve.Wait():
                raise LookLater(way.until)
            case resolve.GiveUp():
                hold = unanswered.nobody_knows(stored.call)
                self.ledger.record_parked(look.lease, stored.call, hold)
                raise Parked(hold)
            case resolve.AskAgain():
                # A key's age is told by clocks, and clocks are set: what is there is not
                # asked for again, however young the key seems (reliability.md P7).
                if not self._found(at, stored.call):
                    self._ask_again(at, stored)
            case resolve.ReadFirst():
                if not self._found(at, stored.call):
                    self._ask_anew(at, stored)
            case _:
                assert_never(way)
        self.reader.reload(look)

    def _journaled(self, look: Look, scope: Scope, step: Step, ask: Ask | None) -> Call:
        """Store the call; one that was refused before gets a new key, never the old one."""
        first = Intent(scope=scope, step=step)
        known = next((r for r in look.case.journal.records if r.id == first.id), None)
        if known is None:
            call = call_of(first)
            self.ledger.record_planned(look.lease, call, ask=ask)
            return call
        if ask is not None:
            self.ledger.record_planned(look.lease, call_of(first), ask=ask)
        stored = replace(first, epoch=known.epoch, stored_as=known.reference)
        if known.state is not State.REFUSED:
            return call_of(stored)
        refused, call = call_of(stored), call_of(replace(stored, epoch=known.epoch + 1))
        self.ledger.rotate_key(look.lease, refused, key=call.key, epoch=call.epoch)
        return call

    def _attempt(
        self, look: Look, klarna: Klarna, call: Call, *, before: StoredCall | None = None
    ) -> Receipt | None:
        """Send the call; None where Klarna certainly refused it.

        ``before`` is the call as it stood, where it went before under the same key.
        """
        attempts = before.attempts if before is not None else 0
        self.ledger.record_sent(look.lease, call)
        try:
            with asking("Klarna"):
                return klarna.send(call)
        except (OutcomeUnknown, RemoteFault, MalformedReply) as error:
            self.ledger.record_unknown(look.lease, call, error)
            due = self.clock.now() + pacing.after_unknown(attempts + 1)
            shown = unanswered.still_asking(call) if attempts + 1 >= TELL_FROM_ATTEMPT else None
            raise LookLater(due, hold=shown) from error
        except Unauthorized as error:
            self.ledger.record_unsent(look.lease, call, error)
            raise
        except Permanent as error:
            if before is not None and resolve.is_in_doubt(before):
                until = self.clock.now() + pacing.QUIET_PERIOD
                self.ledger.record_refused_in_doubt(look.lease, call, error, until=until)
                raise LookLater(until, hold=unanswered.refused_in_doubt(call)) from error
            self.ledger.record_refused(look.lease, call, error)
            return None
        except RemoteError as error:
            self.ledger.record_unsent(look.lease, call, error)
            raise

    def _ask_again(self, look: Look, stored: StoredCall) -> None:
        """Send the call once more under the key it had."""
        self._send_anew(look, stored.call, before=stored)

    def _ask_anew(self, look: Look, stored: StoredCall) -> None:
        """Give a forgotten call a new key, and send it."""
        self._send_anew(look, self._give_new_key(look, stored.call))

    def _give_new_key(self, look: Look, call: Call) -> Call:
        """Return the call under its next key, by compare-and-set.

        Of an update this is safe at any time: it says what the order is to be, not what is
        to be added. One that was made and overtaken by another would get its old answer.
        """
        fresh = resolve.under_next_key(call)
        if not self.ledger.rotate_key(look.lease, call, key=fresh.key, epoch=fresh.epoch):
            raise LookLater(self.clock.now() + pacing.QUIET_PERIOD)
        return fresh

    def _send_anew(self, look: Look, call: Call, *, before: StoredCall | None = None) -> None:
        """Send a call of an earlier look, and settle it by what Klarna then shows."""
        klarna, _, half = _client_of(look)
        receipt = self._attempt(look, klarna, call, before=before)
        self.reader.refresh(look)
        if receipt is not None:
            after = look.klarna_order or half
            self._settle(look, call, receipt, before=half, after=after)

    def _believe_amount(self, look: Look) -> None:
        """Take what Klarna has authorized now for what was agreed on last.

        It may have been changed since the backup, by an update that nobody here remembers.
        """
        journal, order = look.case.journal, look.klarna_order
        if journal.agreed_fingerprint is None or order is None or order.captured:
            return
        if journal.agreed_amount != order.order_amount:
            agree = Agree(fingerprint=journal.agreed_fingerprint, amount=order.order_amount)
            self.ledger.save_agreement(look.lease, agree)

    def _found(self, look: Look, call: Call) -> bool:
        """Look for what the call would have left at Klarna, and settle it if it is there.

        Raises LookLater where Klarna does not know the order: other credentials than the
        call was made with tell nothing of what became of it.
        """
        before = look.case.snapshot.klarna
        self.reader.refresh(look)
        after = look.klarna_order
        if after is None:
            until = self.clock.now() + pacing.QUIET_PERIOD
            raise LookLater(until, hold=unanswered.not_known_there(call))
        receipt = resolve.find_effect(call, after)
        if receipt is None:
            return False
        self._settle(look, call, receipt, before=before or after, after=after)
        return True

    def _settle(
        self,
        look: Look,
        call: Call,
        receipt: Receipt,
        *,
        before: KlarnaOrder,
        after: KlarnaOrder,
    ) -> None:
        owed = (
            *reports.reports_of(
                call,
                receipt,
                halves=(before, after),
                move=self._move_of(look, call, after),
                now=self.clock.now(),
            ),
            *self._bookings(look, call, receipt, before),
        )
        self.ledger.record_done(look.lease, call, receipt, owed)
        met = _MEETS.get(call.kind)
        if met is not None and met in look.case.journal.wishes:
            self.ledger.save_wish(look.lease, met, wanted=False)

    def _move_of(self, look: Look, call: Call, after: KlarnaOrder) -> tuple[str, str]:
        """Return where the shop's order goes once a capture has been made.

        A capture whose failure had moved the order aside, so that nothing would ship
        unpaid, brings it back; one that an operator asked for, and that was the last,
        moves it on as a capture in Klarna's portal does.
        """
        status = look.store_order.status
        if call.kind is not Kind.CAPTURE:
            return "", ""
        if Wish.CAPTURE in look.case.journal.wishes:
            return status, min(look.case.policy.capture_statuses, default="")
        if _ask_for(look, call) is None:
            return "", ""
        situation = replace(self.reader.situation(look), klarna=after)
        return status, status_when_captured(View(situation=situation, klarna=after))

    def _bookings(
        self, look: Look, call: Call, receipt: Receipt, before: KlarnaOrder
    ) -> tuple[WriteBack, ...]:
        """Return the refund that the shop is to book for one that was asked for here."""
        if call.kind is not Kind.REFUND or call.store_refund_id:
            return ()
        view = View(situation=self.reader.situation(look), klarna=before)
        if not booking.fits(view, call.amount):
            return ()
        ask = _ask_for(look, call)
        return (
            reports.booking_of(
                call,
                receipt,
                lines=booking.lines_to_book(view, ask.request) if ask else (),
                restock=ask.request.restock if ask else False,
                now=self.clock.now(),
            ),
        )


def _ask_for(look: Look, call: Call) -> Ask | None:
    return next((ask for ask in look.case.asks if ask.intent == call.id), None)


def _client_of(look: Look) -> tuple[Klarna, Scope, KlarnaOrder]:
    if look.klarna is None or look.scope is None or look.klarna_order is None:
        # A step is only ever planned for an order that was read at Klarna.
        raise MalformedReply("a call was planned for an order that Klarna does not know")
    return look.klarna, look.scope, look.klarna_order
