"""Carrying out what operators ask for: after unknowns are resolved, before statuses speak.

The laws:

1. An ask is planned anew on what Klarna says now, as long as no call of it may have been
   carried out; from then on that call's own fate is the answer.
2. A refusal is an answer. It is never worked around: the operator reads it and decides.
"""

from dataclasses import dataclass

from kvitt.application.look import Look, Reader, asking
from kvitt.application.ports import Ledger
from kvitt.application.send import Sender
from kvitt.domain.asks import Answer, Ask, AskState, Command
from kvitt.domain.decide import commands
from kvitt.domain.decide.asked import LAST_STEP, plan_of
from kvitt.domain.decide.refusals import meaning_of
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.ids import CaptureId
from kvitt.domain.intents import Intent, IntentRecord, State
from kvitt.domain.klarna_order import DueDateOption
from kvitt.domain.plan import Adopt, Agree
from kvitt.domain.steps import Resend, Step

#: Calls that one ask comes to at most: an update, and the capture it prepares.
MOST_CALLS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """Carries out the asks of one order, the oldest first."""

    ledger: Ledger
    reader: Reader
    sender: Sender

    def carry_out_all(self, look: Look) -> None:
        """Give every ask its answer, or raise what has to come first.

        Raises RemoteError, MalformedReply, LookLater and LeaseLost: the ask waits on.
        """
        if look.case.asks and not look.fresh:
            self.reader.refresh(look)
        for ask in look.case.asks:
            answer = self._carry_out(look, ask)
            self.ledger.settle_ask(look.lease, ask, answer)
            self.reader.reload(look)

    def _carry_out(self, look: Look, ask: Ask) -> Answer:
        for _ in range(MOST_CALLS):
            known = _call_of(look, ask)
            if known is not None and (answer := _answer_of(known, ask)) is not None:
                return answer
            self.reader.catch_up(look)
            try:
                offers = self._offers(look, ask)
                if ask.request.command is Command.DUE_DATE and ask.request.days is None:
                    return _offered(offers)
                step = self._next_step(look, ask, offers)
            except NotAllowedNow as refusal:
                return Answer(state=AskState.REFUSED, text=str(refusal))
            if self._is_done(look, step):
                return Answer(state=AskState.DONE, text="It was done already.")
            self.sender.carry_out(look, step, ask=ask)
        return Answer(
            state=AskState.REFUSED,
            text="The order kept changing while this was carried out. Review it again.",
        )

    def _offers(self, look: Look, ask: Ask) -> tuple[DueDateOption, ...]:
        """Read what Klarna offers for a due date that is to be moved; else nothing."""
        if ask.request.command is not Command.DUE_DATE:
            return ()
        situation = self.reader.situation(look)
        # Raises where there is no capture, or where nothing may be done at all.
        plan = commands.plan_resend(
            situation,
            request=str(ask.id),
            capture_id=CaptureId(ask.request.capture_id) if ask.request.capture_id else None,
        )
        captures = [step.capture_id for step in plan.steps if isinstance(step, Resend)]
        if look.klarna is None or look.scope is None:
            return ()
        with asking("Klarna"):
            found = look.klarna.fetch_due_date_options(look.scope.klarna_order_id, captures[0])
        return tuple(found)

    def _next_step(self, look: Look, ask: Ask, offers: tuple[DueDateOption, ...]) -> Step:
        """Return the first call that is left to do of an ask. Raises NotAllowedNow."""
        plan = plan_of(
            self.reader.situation(look), ask.request, name=str(ask.id), offers=offers
        )
        for action in plan.steps:
            if isinstance(action, Agree):
                self.ledger.save_agreement(look.lease, action)
                self.reader.reload(look)
            elif not isinstance(action, Adopt):
                return action
        raise NotAllowedNow("nothing_to_do", "There is nothing left to do.")

    def _is_done(self, look: Look, step: Step) -> bool:
        if look.scope is None:
            return False
        own = Intent(scope=look.scope, step=step).id
        records = look.case.journal.records
        return any(record.id == own and record.state is State.DONE for record in records)


def _call_of(look: Look, ask: Ask) -> IntentRecord | None:
    """Return the call that was last stored for an ask, as the journal has it now."""
    bound = next((one.intent for one in look.case.asks if one.id == ask.id), None)
    return next((r for r in look.case.journal.records if r.id == bound), None)


def _offered(offers: tuple[DueDateOption, ...]) -> Answer:
    """Return what Klarna offers, as an answer."""
    if not offers:
        text = "Klarna offers no more time for this payment."
        return Answer(state=AskState.REFUSED, text=text)
    words = " or ".join(f"{each.number_of_days} days for {each.fee}" for each in offers)
    return Answer(state=AskState.DONE, text=f"Klarna offers {words}.", offers=offers)


def _answer_of(call: IntentRecord, ask: Ask) -> Answer | None:
    """Return what became of an ask by its call; None where there is more to do."""
    if call.state is State.REFUSED:
        why, next_step = meaning_of(call.error_code, kind=call.kind)
        return Answer(state=AskState.REFUSED, text=f"{why} {next_step}")
    if call.state is State.DONE and call.kind is LAST_STEP[ask.request.command]:
        made = f" Klarna's id: {call.remote_id}." if call.remote_id else ""
        return Answer(
            state=AskState.DONE,
            text=f"{call.kind.value.capitalize()} of {call.amount}: done.{made}",
        )
    return None
