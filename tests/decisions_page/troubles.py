"""What comes from elsewhere: Klarna's portal, fraud review, time, and what is in the way."""

from dataclasses import replace

from decisions_page.asked_of_statuses import DONE, FIRST_SIGHT, FRESH, refused
from decisions_page.page import Group, Question
from kvitt.domain.decide import decide
from kvitt.domain.intents import State
from kvitt.domain.klarna_order import FraudStatus, KlarnaStatus
from kvitt.domain.plan import Gone, Wish
from kvitt.domain.policy import ManualRefunds, Policy
from unit.domain.orders import (
    DAY,
    NOW,
    agreed,
    authorized,
    captured,
    ended,
    first_call,
    klarna_refund,
    order,
    record,
    refund,
    sek,
    situation,
    with_wish,
)

COMPLETED = order("completed")
SOON = NOW + 2 * DAY
#: A capture was sent, and no answer came.
UNANSWERED = record(
    first_call(decide(situation(COMPLETED, authorized(), FRESH))), State.UNKNOWN
)

PORTAL = Group(
    title="Klarna's portal",
    about="What is done in Klarna's portal, or by another program, is written to the shop, "
    "once. No call is made to Klarna for it.",
    questions=(
        Question(
            asked="What happens when someone captures the order in Klarna's portal?",
            situation=situation(order(), captured(), FRESH),
        ),
        Question(
            asked="What happens when someone refunds in Klarna's portal?",
            situation=situation(DONE, captured(refunds=(klarna_refund(2_500),))),
        ),
        Question(
            asked="What if I book the same refund in the shop by hand? Is it paid twice?",
            situation=situation(
                replace(DONE, refunds=(refund(2_500),)),
                captured(refunds=(klarna_refund(2_500),)),
            ),
        ),
        Question(
            asked="What if I booked it in the shop first, and then refunded in the portal?",
            situation=situation(
                replace(DONE, refunds=(refund(2_500, days_ago=1),)),
                captured(refunds=(klarna_refund(2_500),)),
            ),
        ),
        Question(
            asked="What if Klarna's portal gives back more than the shop can book?",
            situation=situation(
                replace(DONE, refunds=(refund(10_000, days_ago=1),)),
                captured(refunds=(klarna_refund(20_000),)),
                policy=Policy(manual_refunds=ManualRefunds.IGNORE),
            ),
        ),
        Question(
            asked="What if the shop has booked the portal's refund twice?",
            situation=situation(
                replace(
                    DONE,
                    refunds=tuple(
                        replace(refund(2_500, refund_id=number), reason="Klarna refund REF-1")
                        for number in (77, 78)
                    ),
                ),
                captured(refunds=(klarna_refund(2_500),)),
            ),
        ),
        Question(
            asked="What happens when the order is cancelled in Klarna's portal?",
            situation=situation(order(), ended(KlarnaStatus.CANCELLED), FRESH),
        ),
    ),
)

REVIEW = Group(
    title="Fraud review",
    about="While Klarna reviews an order, nothing is sent for it. What was asked for "
    "meanwhile is remembered.",
    questions=(
        Question(
            asked="What happens while Klarna reviews the order?",
            situation=situation(
                order("on-hold", paid=False),
                authorized(fraud_status=FraudStatus.PENDING),
                FRESH,
            ),
        ),
        Question(
            asked="What happens when I complete an order that is under review?",
            situation=situation(COMPLETED, authorized(fraud_status=FraudStatus.PENDING), FRESH),
        ),
        Question(
            asked="What happens when I cancel an order that is under review?",
            situation=situation(
                order("cancelled"), authorized(fraud_status=FraudStatus.PENDING), FRESH
            ),
        ),
        Question(
            asked="I cancelled during the review, and the approval has set the order to "
            "Processing. Is it revived?",
            situation=situation(order(), authorized(), with_wish(FRESH, Wish.CANCEL)),
        ),
        Question(
            asked="What happens when Klarna rejects the order?",
            situation=situation(order(), authorized(fraud_status=FraudStatus.REJECTED), FRESH),
        ),
    ),
)

EXPIRY = Group(
    title="Expiry",
    about="An authorization does not live for ever. Somebody is told in time, or Klarna is "
    "asked for more.",
    questions=(
        Question(
            asked="What happens when the authorization is about to run out?",
            situation=situation(order(), authorized(expires_at=SOON), FRESH),
        ),
        Question(
            asked="Can it be extended without me?",
            situation=situation(
                order(),
                authorized(expires_at=SOON),
                FRESH,
                policy=Policy(extend_automatically=True),
            ),
        ),
        Question(
            asked="What happens when it has run out before I ship?",
            situation=situation(order(), ended(KlarnaStatus.EXPIRED), FRESH),
        ),
    ),
)

LEFT_ALONE = Group(
    title="Left alone",
    about="Some orders are none of kvitt's business, or not yet. It says so, and says what "
    "was wanted.",
    questions=(
        Question(
            asked="What about orders that were paid another way?",
            situation=situation(replace(COMPLETED, payment_method="swish"), None, FRESH),
        ),
        Question(
            asked="What about orders whose checkout was never finished?",
            situation=situation(order("pending", paid=False), authorized(), FRESH),
        ),
        Question(
            asked="Can I switch kvitt off for one order?",
            situation=situation(replace(COMPLETED, sync_off=True), authorized(), FRESH),
        ),
        Question(
            asked="Can I watch what kvitt would do before I let it act?",
            situation=situation(
                COMPLETED, authorized(), FRESH, policy=Policy(observe_only=True)
            ),
        ),
        Question(
            asked="What happens to the orders that were there before kvitt was connected?",
            situation=situation(COMPLETED, authorized(), replace(FRESH, imported=True)),
        ),
        Question(
            asked="What happens when I put an order in the bin?",
            situation=situation(order(), authorized(), FRESH, gone=Gone.TRASHED),
        ),
    ),
)

CANNOT = Group(
    title="When it cannot be done",
    about="What cannot be done waits until a person has looked. An order that was to be "
    "captured is moved where it does not ship.",
    questions=(
        Question(
            asked="What happens when I complete an order that was cancelled at Klarna?",
            situation=situation(COMPLETED, ended(KlarnaStatus.CANCELLED), FRESH),
        ),
        Question(
            asked="What happens when less is authorized than the order comes to?",
            situation=situation(COMPLETED, captured(10_000, released=True)),
        ),
        Question(
            asked="What happens when Klarna cannot charge the customer's card?",
            situation=refused(
                situation(COMPLETED, authorized(), FRESH), "PAYMENT_METHOD_FAILED"
            ),
        ),
        Question(
            asked="What happens when Klarna does not answer?",
            situation=situation(COMPLETED, authorized(), agreed(records=(UNANSWERED,))),
        ),
        Question(
            asked="What if the shop's order does not say which Klarna order it is?",
            situation=situation(replace(COMPLETED, klarna_order_id=None), None, FRESH),
        ),
        Question(
            asked="What if Klarna's order belongs to another order of the shop?",
            situation=situation(COMPLETED, authorized(merchant_reference1="1041"), FRESH),
        ),
        Question(
            asked="What if more was captured than the order comes to?",
            situation=situation(replace(DONE, total=sek(20_000)), captured(), FIRST_SIGHT),
        ),
    ),
)

GROUPS = (PORTAL, REVIEW, EXPIRY, LEFT_ALONE, CANNOT)
