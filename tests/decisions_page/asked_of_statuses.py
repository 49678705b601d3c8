"""What a merchant does in the shop, and what follows: cancel, update, capture, refund."""

from dataclasses import replace

from decisions_page.page import Group, Question
from kvitt.domain.decide import commands, decide
from kvitt.domain.intents import State
from kvitt.domain.plan import Journal, Plan, Situation
from kvitt.domain.policy import ManualRefunds, Policy
from kvitt.domain.store_order import Address
from unit.domain.orders import (
    TOTAL,
    agreed,
    authorized,
    captured,
    first_call,
    klarna_refund,
    one_mug,
    order,
    record,
    refund,
    sek,
    situation,
)
from unit.domain.world import settled

#: Nothing has been sent for the order yet.
FRESH = agreed(records=())
#: A shop that kvitt sees for the first time.
FIRST_SIGHT = Journal()
DONE = order("completed", capture_id="CAP-1")


def refused(asked: Situation, code: str) -> Situation:
    """Return the situation after Klarna has refused the first call of its plan."""
    answered = record(first_call(decide(asked)), State.REFUSED, error_code=code)
    return replace(asked, journal=agreed(records=(answered,)))


def without_refunds(asked: Situation) -> Situation:
    """Return the situation after its refunds were sent, and then deleted in the shop."""
    sent, _, _ = settled(asked)
    seen = {int(booked.id): booked.amount for booked in sent.store.refunds}
    journal = replace(sent.journal, refunds_seen=seen)
    return replace(sent, store=replace(sent.store, refunds=()), journal=journal)


def one_mug_captured(asked: Situation) -> Plan:
    """Plan what an operator asks for: capture one of the two mugs."""
    return commands.plan_capture(asked, lines={1: 1})


CANCEL = Group(
    title="Cancel",
    about="An order that is set to Cancelled gives up its authorization. Money that was "
    "taken is given back only by a refund.",
    questions=(
        Question(
            asked="What happens when I cancel an order that has not been captured?",
            situation=situation(order("cancelled"), authorized(), FRESH),
        ),
        Question(
            asked="What happens when I cancel an order that is already captured?",
            situation=situation(order("cancelled"), captured()),
        ),
        Question(
            asked="What happens when I cancel an order of which a part is captured?",
            situation=situation(order("cancelled"), captured(10_000)),
        ),
    ),
)

UPDATE = Group(
    title="Update",
    about="Until something is captured, Klarna's order follows the lines and the total of "
    "the shop's order.",
    questions=(
        Question(
            asked="What happens when I take something off an order that is on hold?",
            situation=situation(one_mug("on-hold"), authorized(), FRESH),
        ),
        Question(
            asked="Do I have to set the order to On hold before I edit it?",
            situation=situation(one_mug("processing"), authorized(), FRESH),
        ),
        Question(
            asked="What happens when I edit an order and complete it in one save?",
            situation=situation(one_mug("completed"), authorized(), FRESH),
        ),
        Question(
            asked="What happens when Klarna does not allow the higher total?",
            situation=refused(
                situation(order(total=30_000), authorized(), FRESH), "NOT_ALLOWED"
            ),
        ),
        Question(
            asked="And when I complete that order all the same?",
            situation=refused(
                situation(order("completed", total=30_000), authorized(), FRESH), "NOT_ALLOWED"
            ),
        ),
        Question(
            asked="What happens when I raise the total of an order that is already captured?",
            situation=situation(replace(DONE, total=sek(30_000)), captured()),
        ),
        Question(
            asked="What happens when I correct the delivery address?",
            situation=situation(
                replace(order(), shipping_address=Address(city="Malmö")), authorized(), FRESH
            ),
        ),
    ),
)

CAPTURE = Group(
    title="Capture",
    about="An order that is set to Completed is captured: what it comes to, less what was "
    "captured before.",
    questions=(
        Question(
            asked="What happens when I complete an order?",
            situation=situation(order("completed"), authorized(), FRESH),
        ),
        Question(
            asked="What happens when a part is captured already and I complete the order?",
            situation=situation(order("completed"), captured(10_000)),
        ),
        Question(
            asked="Can I ship one of two mugs and capture only that one?",
            situation=situation(order(), authorized(), FRESH),
            planned_by=one_mug_captured,
        ),
        Question(
            asked="What happens to the rest when I ship less than was ordered?",
            situation=situation(one_mug("completed"), captured(9_999)),
        ),
        Question(
            asked="Is an order captured twice when I save it again, or a message comes twice?",
            situation=situation(DONE, captured()),
        ),
        Question(
            asked="Can a status of my own capture?",
            situation=situation(
                order("shipped"),
                authorized(),
                FRESH,
                policy=Policy(capture_statuses=frozenset({"completed", "shipped"})),
            ),
        ),
        Question(
            asked="I connect a shop with old orders. Are they captured again?",
            situation=situation(DONE, captured(), FIRST_SIGHT),
        ),
        Question(
            asked="What happens when I add the parcel's number after the capture?",
            situation=situation(replace(DONE, tracking_number="SE123456789"), captured()),
        ),
    ),
)

REFUND = Group(
    title="Refund",
    about="A refund that is booked in the shop is given back at Klarna, once, and never "
    "more than was captured.",
    questions=(
        Question(
            asked="What happens when I refund a part of a completed order?",
            situation=situation(replace(DONE, refunds=(refund(9_999),)), captured()),
        ),
        Question(
            asked="What happens when I set the status to Refunded instead?",
            situation=situation(order("refunded", refunds=(refund(TOTAL),)), captured()),
        ),
        Question(
            asked="What happens when the Klarna plugin has given the money back already?",
            situation=situation(
                replace(DONE, refunds=(refund(9_999, by_gateway=True),)),
                captured(refunds=(klarna_refund(9_999),)),
            ),
        ),
        Question(
            asked="What happens when two refunds come to more than was captured?",
            situation=situation(
                replace(DONE, refunds=(refund(20_000), refund(9_999, refund_id=78))),
                captured(),
            ),
        ),
        Question(
            asked="What happens when I refund something before anything is captured?",
            situation=situation(order(refunds=(refund(9_999),)), authorized(), FRESH),
        ),
        Question(
            asked="And when I refund all of it before anything is captured?",
            situation=situation(
                order("refunded", refunds=(refund(TOTAL),)), authorized(), FRESH
            ),
        ),
        Question(
            asked="And when I refund all of it while a part is captured?",
            situation=situation(
                order("refunded", refunds=(refund(TOTAL),), capture_id="CAP-1"),
                captured(9_999),
            ),
        ),
        Question(
            asked="And when I refund more than was captured, but not all?",
            situation=situation(
                replace(order(refunds=(refund(14_899),)), capture_id="CAP-1"), captured(9_999)
            ),
        ),
        Question(
            asked="What happens when I delete a refund in the shop?",
            situation=without_refunds(
                situation(replace(DONE, refunds=(refund(9_999),)), captured())
            ),
        ),
        Question(
            asked="Can a person approve refunds before they are sent?",
            situation=situation(
                replace(DONE, refunds=(refund(9_999),)),
                captured(),
                policy=Policy(manual_refunds=ManualRefunds.ASK),
            ),
        ),
    ),
)

GROUPS = (CANCEL, UPDATE, CAPTURE, REFUND)
