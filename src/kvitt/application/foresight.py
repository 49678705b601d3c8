"""What would follow if a person did something to an order that moves no money by itself.

The law: nothing is stored and nothing is made due. What is foreseen is decided from both
halves as last read; the look that follows the act reads them anew.
"""

from dataclasses import replace
from enum import StrEnum

from kvitt.application.commands import Desk
from kvitt.domain.decide import decide
from kvitt.domain.decide.approvals import codes_to_approve, codes_to_decline
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.intents import State
from kvitt.domain.plan import Hold, Journal, Plan, Situation, Wish


class Care(StrEnum):
    """What people do to an order besides asking for a call."""

    SYNC = "sync"
    RETRY = "retry"
    APPROVE = "approve"
    DECLINE = "decline"
    OFF = "off"
    ON = "on"


def foresee(desk: Desk, order_id: int, care: Care) -> Plan:
    """Return what kvitt would do then. Raises NotAllowedNow where it is not possible."""
    situation = desk.situations.of(order_id)
    hold = desk.orders.hold_of(order_id)
    journal = _after(situation, care, hold)
    return decide(replace(situation, journal=journal))


def _after(situation: Situation, care: Care, hold: Hold | None) -> Journal:
    journal = situation.journal
    match care:
        case Care.RETRY:
            refused = {str(call.id) for call in journal.records if call.state is State.REFUSED}
            wishes = {Wish.CAPTURE} if hold is not None and hold.store_status else set()
            return replace(
                journal,
                approved=journal.approved | refused,
                wishes=journal.wishes | wishes,
            )
        case Care.APPROVE | Care.DECLINE:
            return replace(journal, approved=journal.approved | _codes(situation, care, hold))
        case Care.OFF | Care.ON:
            return replace(journal, switched_off=care is Care.OFF)
        case Care.SYNC:
            return journal


def _codes(situation: Situation, care: Care, hold: Hold | None) -> frozenset[str]:
    """Return what would be remembered. Raises NotAllowedNow where there is nothing."""
    if hold is None:
        raise NotAllowedNow("no_hold", "This order waits for nobody any more.")
    if care is Care.APPROVE:
        found = codes_to_approve(situation, hold.code)
    else:
        found = codes_to_decline(situation, hold.code)
    if not found:
        raise NotAllowedNow(f"nothing_to_{care}", f"This does not wait for {_NOUNS[care]}.")
    return found


_NOUNS = {Care.APPROVE: "an approval", Care.DECLINE: "a refusal"}
