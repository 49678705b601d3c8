"""What a person's answer to a hold is remembered as: codes that name the very refunds.

An answer is about what the person has read and nothing newer: a refund that is booked
later waits for an answer of its own.
"""

from collections.abc import Callable, Mapping

from kvitt.domain.decide import overbooked, refund
from kvitt.domain.decide.unbooked import seen_code, unbooked_refunds
from kvitt.domain.decide.view import View
from kvitt.domain.plan import HoldCode, Situation


def codes_to_approve(situation: Situation, code: HoldCode) -> frozenset[str]:
    """Return what to remember where a person says yes; nothing where that is no answer."""
    return _codes(situation, code, _APPROVED)


def codes_to_decline(situation: Situation, code: HoldCode) -> frozenset[str]:
    """Return what to remember where a person says no; nothing where that is no answer."""
    return _codes(situation, code, _DECLINED)


def _codes(
    situation: Situation,
    code: HoldCode,
    answers: Mapping[HoldCode, Callable[[View], list[str]]],
) -> frozenset[str]:
    if situation.klarna is None or code not in answers:
        return frozenset()
    return frozenset(answers[code](View(situation=situation, klarna=situation.klarna)))


def _asked(view: View, answer: str) -> list[str]:
    return [f"{answer}:{each.id}" for each in view.asked]


def _doubtful(view: View, answer: str) -> list[str]:
    return [f"{answer}:{ours.id}" for ours, _ in view.matching.doubtful]


_APPROVED: Mapping[HoldCode, Callable[[View], list[str]]] = {
    HoldCode.REFUND_ASK: lambda view: _asked(view, "refund_ask"),
    HoldCode.REFUND_DOUBTFUL: lambda view: _doubtful(view, "refund_other"),
    HoldCode.REFUND_DELETED: lambda view: [
        f"refund_deleted:{lost}" for lost in refund.deleted_refunds(view.situation)
    ],
    HoldCode.REFUND_UNBOOKED: lambda view: [seen_code(r) for r in unbooked_refunds(view)],
    HoldCode.REFUND_OVERBOOKED: lambda view: [
        overbooked.seen_code(each) for each in overbooked.overbooked_refunds(view)
    ],
}
_DECLINED: Mapping[HoldCode, Callable[[View], list[str]]] = {
    HoldCode.REFUND_ASK: lambda view: _asked(view, "refund_ignore"),
    HoldCode.REFUND_DOUBTFUL: lambda view: _doubtful(view, "refund_same"),
}
