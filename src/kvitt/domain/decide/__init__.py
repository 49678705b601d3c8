"""The decision: two halves of an order in, a plan out.

Rule 1: everything that chooses what to ask of Klarna lives in this folder.
Rule 2: this folder cannot ask. It is told the situation and returns a value.

Guards are tried from the top and the first to answer wins. Then every question is
asked in turn, on the order as the steps so far would leave it, so that the plan is
whole; the first hold is the one that is shown.
"""

from collections.abc import Callable
from dataclasses import replace

from kvitt.domain.decide import (
    adopt,
    cancel,
    capture,
    details,
    expiry,
    guard,
    held,
    overbooked,
    refund,
    unbooked,
    update,
)
from kvitt.domain.decide.summary import summary_of
from kvitt.domain.decide.view import Finding, View
from kvitt.domain.plan import Action, Adopt, Agree, Guard, Hold, Plan, Situation

QUESTIONS: tuple[Callable[[View], Finding], ...] = (
    adopt.adopt,
    refund.deleted,
    cancel.cancel,
    update.update,
    details.address,
    capture.capture,
    capture.release,
    refund.refund,
    unbooked.unbooked,
    overbooked.overbooked,
    details.references,
    details.tracking,
)


def decide(situation: Situation) -> Plan:
    """Return what would bring the two halves of the order together."""
    for rule in guard.BEFORE_PLUGIN:
        if (plan := rule(situation)) is not None:
            return held.with_open_hold(plan, situation)
    if (observer := situation.observer) is not None:
        return _observed(_decide_freely(situation), observer)
    return _decide_freely(situation)


def settled_by_shop_alone(situation: Situation) -> Plan | None:
    """Return the plan where the shop's half alone decides, so that Klarna need not be asked."""
    for rule in guard.ALONE:
        if (plan := rule(situation)) is not None:
            return plan
    return None


def view_of(situation: Situation) -> View | None:
    """Return the sums of a situation whose halves are both there."""
    if situation.klarna is None:
        return None
    return View(situation=situation, klarna=situation.klarna)


def _decide_freely(situation: Situation) -> Plan:
    for rule in (*guard.AFTER_PLUGIN, held.outcome_unknown):
        if (plan := rule(situation)) is not None:
            return held.with_open_hold(plan, situation)
    view = view_of(situation)
    return Plan() if view is None else _answer(view)


def _answer(view: View) -> Plan:
    """Ask every question, each on the order as the answers before leave it."""
    answers = Answers(view)
    for question in QUESTIONS:
        answers.add(question(answers.view))
    if not answers.actions and answers.hold is None:
        answers.add(expiry.expiry(answers.view))
    return Plan(
        steps=tuple(answers.actions),
        hold=answers.hold or held.standing(view),
        reason=answers.reason or summary_of(view),
    )


class Answers:
    """What the questions have answered so far."""

    def __init__(self, view: View) -> None:
        self.view: View = view
        self.actions: list[Action] = []
        self.hold: Hold | None = None
        self._reasons: list[str] = []

    def add(self, finding: Finding) -> None:
        """Take an answer in; what was done already or refused before is left out."""
        self.hold = self.hold or finding.hold
        for text in (finding.hold.sentence if finding.hold else "", finding.reason):
            if text:
                self._reasons.append(text)
        for action in finding.actions:
            self._plan(action)

    @property
    def reason(self) -> str:
        """Return all that was said, in one text."""
        return " ".join(self._reasons)

    def _plan(self, action: Action) -> None:
        if not isinstance(action, Adopt | Agree):
            action = self.view.situation.hooks.applied(action, self.view.order)
            if held.is_done(self.view, action):
                return
            refusal = held.refusal_of(self.view, action)
            if refusal is not None:
                hold = held.hold_of_refusal(self.view, action, refusal)
                self.view = replace(self.view, blocked=self.view.blocked | {action.kind})
                self.hold = self.hold or hold
                self._reasons.append(hold.sentence)
                return
        if not isinstance(action, Agree):
            self._reasons.append(action.reason)
        self.actions.append(action)
        self.view = self.view.after(action)


#: Why nothing is sent for an order that is observed.
_WATCHED = {
    Guard.ANOTHER_PLUGIN: "The shop's own Klarna order management acts on this order; kvitt "
    "only watches.",
    Guard.IMPORTED: "This order was imported; kvitt only watches until the import's report "
    "is approved.",
}


def _observed(plan: Plan, observer: Guard) -> Plan:
    return Plan(
        guard=observer,
        would=plan,
        reason=f"{_WATCHED[observer]} It would say: {plan.reason}",
    )


__all__ = ["QUESTIONS", "Answers", "decide", "settled_by_shop_alone", "view_of"]
