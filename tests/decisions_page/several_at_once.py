"""What a merchant changes faster than anybody looks: several changes, one answer."""

from dataclasses import replace

from decisions_page.asked_of_statuses import FIRST_SIGHT, FRESH
from decisions_page.page import Group, Question
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.store_order import Address
from unit.domain.orders import (
    TOTAL,
    authorized,
    captured,
    line,
    one_mug,
    order,
    refund,
    sek,
    situation,
)

SEVERAL = Group(
    title="Several changes at once",
    about="A message may be late, or lost, and you may be quick. What happened on the way does "
    "not count: both halves are compared as they are now.",
    questions=(
        Question(
            asked="I completed an order and cancelled it again at once. Is it captured?",
            situation=situation(order("cancelled"), authorized(), FRESH),
        ),
        Question(
            asked="I completed an order and refunded all of it at once. Is it captured first?",
            situation=situation(
                order("refunded", refunds=(refund(TOTAL),)), authorized(), FRESH
            ),
        ),
        Question(
            asked="I refunded a part and then completed the order. What does the customer pay?",
            situation=situation(
                order("completed", refunds=(refund(9_999),)), authorized(), FRESH
            ),
        ),
        Question(
            asked="I edited an order that was on hold three times and then completed it. What "
            "is sent?",
            situation=situation(one_mug("completed"), authorized(), FRESH),
        ),
        Question(
            asked="I corrected the address and completed the order in one save. Does Klarna "
            "learn of it?",
            situation=situation(
                replace(order("completed"), shipping_address=Address(city="Malmö")),
                authorized(),
                FRESH,
            ),
        ),
        Question(
            asked="I added something after a part was captured, and completed the order. Is it "
            "charged?",
            situation=situation(
                order("completed", total=30_000, lines=(line("240", "60"),)), captured(9_999)
            ),
        ),
        Question(
            asked="A part is captured, and the authorization ran out before the rest was. What "
            "now?",
            situation=situation(
                order("completed"),
                replace(captured(9_999), status=KlarnaStatus.EXPIRED, remaining=sek(0)),
            ),
        ),
        Question(
            asked="I took something off an order that is captured. Do I refund it in the shop?",
            situation=situation(one_mug("completed", capture_id="CAP-1"), captured()),
        ),
        Question(
            asked="A renewal carries the Klarna order of the subscription's first one. Is "
            "that captured again?",
            situation=situation(
                order("completed"),
                replace(authorized(), merchant_reference1="900", merchant_reference2="900"),
                FIRST_SIGHT,
            ),
        ),
    ),
)

GROUPS = (SEVERAL,)
