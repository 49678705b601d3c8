"""Refunds that somebody else made at Klarna: which are the shop's, and where they go."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kvitt.domain.decide import decide
from kvitt.domain.decide.approvals import codes_to_approve, codes_to_decline
from kvitt.domain.klarna_order import KlarnaRefund
from kvitt.domain.plan import Adopt, HoldCode, Situation
from kvitt.domain.policy import ManualRefunds, Policy
from kvitt.domain.steps import Refund
from kvitt.domain.store_order import StoreOrder, StoreRefund
from unit.domain.orders import (
    DAY,
    NOW,
    TOTAL,
    agreed,
    captured,
    klarna_refund,
    order,
    refund,
    sek,
    situation,
    steps_of,
)
from unit.domain.world import settled

HOUR = timedelta(hours=1)
ASK = Policy(manual_refunds=ManualRefunds.ASK)
IGNORE = Policy(manual_refunds=ManualRefunds.IGNORE)


def completed(*refunds: StoreRefund, **fields: Any) -> StoreOrder:
    return replace(order("completed", refunds=refunds, capture_id="CAP-1"), **fields)


def portal(amount: int, *, name: str = "P", ago: timedelta = timedelta(0)) -> KlarnaRefund:
    """Return a refund that somebody made in Klarna's portal so long ago."""
    return replace(klarna_refund(amount, name=name), refunded_at=NOW - ago)


def booked(
    amount: int = 2_500, *, refund_id: int = 77, ago: timedelta = HOUR, reason: str = ""
) -> StoreRefund:
    return replace(refund(amount, refund_id=refund_id), created_at=NOW - ago, reason=reason)


def approved(asked: Situation, *codes: str) -> Situation:
    return replace(asked, journal=replace(asked.journal, approved=frozenset(codes)))


DOUBTFUL = situation(completed(booked()), captured(refunds=(portal(2_500),)))

PAIRED = {
    "booked in the shop after the portal: it is the same": (
        booked(ago=HOUR),
        portal(2_500, ago=DAY),
    ),
    "booked in the same minute, by clocks that differ": (
        booked(ago=timedelta(minutes=9)),
        portal(2_500),
    ),
}


@pytest.mark.parametrize(("ours", "theirs"), PAIRED.values(), ids=PAIRED)
def test_a_refund_booked_after_the_portal_is_the_same(
    ours: StoreRefund, theirs: KlarnaRefund
) -> None:
    """An equal amount that Klarna gave back first is what the shop has booked for it."""
    plan = decide(situation(completed(ours), captured(refunds=(theirs,))))

    assert steps_of(plan) == ("Note the refund of 25.00 SEK in the shop",)
    assert plan.hold is None


UNSURE = {
    "the shop's was booked an hour before the portal's": (booked(ago=HOUR), portal(2_500)),
    "nobody knows when Klarna's was made": (
        booked(),
        replace(portal(2_500), refunded_at=None),
    ),
}


@pytest.mark.parametrize(("ours", "theirs"), UNSURE.values(), ids=UNSURE)
@pytest.mark.parametrize("policy", [Policy(), ASK])
def test_an_equal_amount_in_the_other_order_waits_for_a_person(
    ours: StoreRefund, theirs: KlarnaRefund, policy: Policy
) -> None:
    """Nothing is sent and nothing is booked until somebody has said what it is."""
    asked = situation(completed(ours), captured(refunds=(theirs,)), policy=policy)
    plan = decide(asked)

    assert steps_of(plan) == ()
    assert plan.hold is not None
    assert plan.hold.code is HoldCode.REFUND_DOUBTFUL
    assert plan.hold.sentence == (
        "Refund 25.00 SEK: not done. Klarna has refunded 25.00 SEK without the shop after "
        "refund 77 was booked there. It may be the same money, or the customer is to get it "
        "twice. Approve it to have Klarna give the money back as well, or leave it out if it "
        "is the same."
    )
    assert plan.hold.amount == sek(2_500)


def test_said_to_be_the_same_it_is_noted_and_not_sent() -> None:
    """Left out by a person: Klarna's refund is the shop's, and nothing goes out."""
    codes = codes_to_decline(DOUBTFUL, HoldCode.REFUND_DOUBTFUL)
    after, plan, sent = settled(approved(DOUBTFUL, *codes))

    assert codes == {"refund_same:77"}
    assert (sent, plan.in_step) == ([], True)
    assert len(after.store.refunds) == 1


def test_said_to_be_another_it_is_sent_and_the_portals_is_booked() -> None:
    """Approved by a person: the customer gets both, and the shop's books have both."""
    codes = codes_to_approve(DOUBTFUL, HoldCode.REFUND_DOUBTFUL)
    after, plan, sent = settled(approved(DOUBTFUL, *codes))

    assert codes == {"refund_other:77"}
    assert [step.amount for step in sent] == [sek(2_500)]
    assert plan.in_step
    assert after.klarna is not None
    assert after.klarna.refunded == sek(5_000)
    assert [each.amount for each in after.store.refunds] == [sek(2_500), sek(2_500)]


def test_in_a_shop_that_refunds_in_the_portal_the_order_does_not_matter() -> None:
    """Where nothing is sent for refunds by hand, an equal amount is the same money."""
    plan = decide(replace(DOUBTFUL, policy=IGNORE))

    assert steps_of(plan) == ("Note the refund of 25.00 SEK in the shop",)
    assert plan.hold is None


def test_the_others_are_sent_while_one_is_in_doubt() -> None:
    """A refund of another amount does not wait for the answer."""
    store = completed(booked(), booked(1_000, refund_id=78))
    plan = decide(replace(DOUBTFUL, store=store))

    assert steps_of(plan) == ("Refund 10.00 SEK",)
    assert plan.hold is not None
    assert plan.hold.code is HoldCode.REFUND_DOUBTFUL


def test_of_two_equal_refunds_the_one_booked_later_is_the_portals() -> None:
    """The portal's refund lies between them in time, so the earlier one is sent."""
    store = completed(booked(ago=2 * DAY), booked(refund_id=78, ago=HOUR))
    plan = decide(situation(store, captured(refunds=(portal(2_500, ago=DAY),))))

    assert steps_of(plan) == (
        "Note the refund of 25.00 SEK in the shop",
        "Refund 25.00 SEK",
    )
    (send,) = (step for step in plan.steps if isinstance(step, Refund))
    assert send.store_refund_id == 77


def test_a_reference_comes_before_the_amount() -> None:
    """Klarna's refund that names the second refund is the second one's, not the first's."""
    store = completed(booked(), booked(refund_id=78))
    theirs = replace(portal(2_500), reference="1042|78")
    plan = decide(situation(store, captured(refunds=(theirs,))))

    (send,) = (step for step in plan.steps if isinstance(step, Refund))
    assert send.store_refund_id == 77
    assert plan.hold is None


def test_two_in_doubt_are_named_together() -> None:
    """A person is told of both at once, and answers for both."""
    store = completed(booked(), booked(1_000, refund_id=78))
    asked = situation(
        store, captured(refunds=(portal(2_500), portal(1_000, name="Q"))), agreed()
    )
    plan = decide(asked)

    assert plan.hold is not None
    assert "refunded 35.00 SEK without the shop after refund 77 and 78 was" in plan.hold.why
    assert codes_to_approve(asked, plan.hold.code) == {"refund_other:77", "refund_other:78"}


#: 100.00 was paid back by bank and booked by hand, then 200.00 in Klarna's portal.
NO_ROOM = situation(
    completed(booked(10_000, ago=DAY)),
    captured(refunds=(portal(20_000),)),
    agreed(),
    policy=IGNORE,
)


def test_a_portal_refund_that_the_shop_cannot_book_is_looked_at() -> None:
    """It is noted at once, and somebody has to see whether the customer was paid twice."""
    plan = decide(NO_ROOM)

    assert [
        (step.book_refund, step.reason) for step in plan.steps if isinstance(step, Adopt)
    ] == [
        (
            False,
            (
                "Klarna has refunded 200.00 SEK without the shop; the shop has no room left to "
                "book it."
            ),
        )
    ]
    assert plan.hold is not None
    assert plan.hold.code is HoldCode.REFUND_UNBOOKED
    assert plan.hold.sentence == (
        "Klarna has refunded 200.00 SEK without the shop, and the shop cannot book it: of its "
        "248.98 SEK, 100.00 SEK is refunded there already. Look in Klarna's portal whether the "
        "customer got money twice, and ask for it back if so; correct the shop's refunds if "
        "they are wrong. Then mark this as seen."
    )
    assert (plan.hold.amount, plan.hold.store_status) == (sek(20_000), "")


def test_it_waits_until_somebody_has_seen_it() -> None:
    """Noting it does not end the wait; a person who has seen it does, and is not told again."""
    after, plan, sent = settled(NO_ROOM)
    codes = codes_to_approve(after, HoldCode.REFUND_UNBOOKED)

    assert not sent
    assert codes == {"refund_unbooked:P"}
    assert plan.hold is not None
    assert decide(approved(after, *codes)).in_step


def test_corrected_in_the_shop_it_is_over() -> None:
    """Without the refund that was wrong, the portal's has room, and the books agree."""
    asked = replace(NO_ROOM, store=completed())

    after, plan, _ = settled(asked)

    assert plan.in_step
    assert [each.amount for each in after.store.refunds] == [sek(20_000)]


def test_nothing_is_lost_where_the_shop_has_booked_as_much() -> None:
    """Booked in two parts and refunded in the portal in one: the sums agree."""
    store = completed(booked(10_000), booked(14_898, refund_id=78))
    plan = decide(replace(NO_ROOM, store=store, klarna=captured(refunds=(portal(TOTAL),))))

    assert plan.hold is None


#: Two machines with clocks a day apart have both booked the portal's refund.
TWICE = situation(
    completed(
        booked(2_500, reason="Refunded at Klarna (Klarna refund P)"),
        booked(2_500, refund_id=78, reason="Refunded at Klarna (Klarna refund P)"),
    ),
    captured(refunds=(portal(2_500),)),
    agreed(adopted=frozenset({"P"})),
)


def test_one_refund_of_klarnas_that_is_booked_twice_is_looked_at() -> None:
    """Nothing is sent; the books say more than was given back, and a person takes one out."""
    plan = decide(TWICE)

    assert plan.steps == ()
    assert plan.hold is not None
    assert plan.hold.code is HoldCode.REFUND_OVERBOOKED
    assert plan.hold.sentence == (
        "The shop has booked 50.00 SEK (refund 77 and 78) for one refund of 25.00 SEK that "
        "Klarna has made. Delete the one that is too much in the shop. Nothing was paid out "
        "twice."
    )
    assert plan.hold.amount == sek(2_500)


@pytest.mark.parametrize("kept", [77, 78])
def test_a_refund_that_was_booked_twice_is_settled_by_deleting_either(kept: int) -> None:
    """What is left is the one that Klarna has made."""
    seen = {int(refund.id): refund.amount for refund in TWICE.store.refunds}
    left = tuple(refund for refund in TWICE.store.refunds if refund.id == kept)
    after = replace(
        TWICE,
        store=replace(TWICE.store, refunds=left),
        journal=replace(TWICE.journal, refunds_seen=seen),
    )

    assert decide(after).in_step


def test_a_refund_that_was_booked_twice_can_be_left_so() -> None:
    """A person has seen it; a third booking is news again."""
    codes = codes_to_approve(TWICE, HoldCode.REFUND_OVERBOOKED)
    seen = approved(TWICE, *codes)
    third = booked(2_500, refund_id=79, reason="Klarna refund P")
    more = replace(seen, store=replace(seen.store, refunds=(*TWICE.store.refunds, third)))

    assert codes == {"refund_overbooked:P:77+78"}
    assert decide(seen).in_step
    assert decide(more).hold is not None


def test_a_refund_sent_to_klarna_and_booked_once_more_is_looked_at() -> None:
    """The first bears no name of Klarna's: that it is the same shows in Klarna's reference."""
    store = completed(
        booked(2_500, reason="A scratch"),
        booked(2_500, refund_id=78, reason="Klarna refund P"),
    )
    sent = replace(portal(2_500), reference=f"{store.number}|77")

    plan = decide(replace(TWICE, store=store, klarna=captured(refunds=(sent,))))

    assert plan.hold is not None
    assert "(refund 77 and 78)" in plan.hold.why


def test_one_refund_of_klarnas_may_be_booked_in_two_parts() -> None:
    """Together they are what Klarna gave back."""
    store = completed(
        booked(1_000, reason="first half, Klarna refund P"),
        booked(1_500, refund_id=78, reason="second half, Klarna refund P"),
    )

    assert decide(replace(TWICE, store=store)).hold is None


def test_a_shop_that_is_told_nothing_is_not_asked_either() -> None:
    """Where what is done at Klarna is not written back, nobody has to look at it."""
    plan = decide(replace(NO_ROOM, policy=replace(IGNORE, write_back=False)))

    assert (plan.steps, plan.hold) == ((), None)


def test_booked_and_not_read_yet_takes_its_room() -> None:
    """Two refunds in the portal: the first was noted and is being booked; both fit once."""
    theirs = (portal(14_000, name="A"), portal(10_000, name="B"))
    asked = situation(completed(), captured(refunds=theirs), agreed(adopted=frozenset({"B"})))
    plan = decide(asked)

    assert [step.book_refund for step in plan.steps if isinstance(step, Adopt)] == [True]
    assert plan.hold is None


def test_what_makes_up_for_too_large_a_capture_is_not_booked() -> None:
    """The total was lowered after the capture, and the difference refunded in the portal."""
    store = completed(total=sek(20_000))
    asked = situation(store, captured(refunds=(portal(4_898),)), agreed(store))
    after, plan, sent = settled(asked)

    assert [
        (step.book_refund, step.reason)
        for step in decide(asked).steps
        if isinstance(step, Adopt)
    ] == [
        (
            False,
            (
                "Klarna has refunded 48.98 SEK without the shop; it makes up for what was "
                "captured beyond the shop's total."
            ),
        )
    ]
    assert (sent, after.store.refunds, plan.in_step) == ([], (), True)


def test_only_as_much_as_was_captured_too_much_makes_up_for_it() -> None:
    """A second refund in the portal is a refund, and is booked."""
    store = completed(total=sek(20_000))
    theirs = (portal(4_898, name="A"), portal(1_000, name="B"))
    plan = decide(situation(store, captured(refunds=theirs), agreed(store)))

    assert [step.book_refund for step in plan.steps if isinstance(step, Adopt)] == [False, True]


@pytest.mark.parametrize(
    "code", [HoldCode.CAPTURE_TOO_LARGE, HoldCode.REFUND_ASK, HoldCode.REFUND_DELETED]
)
def test_an_answer_to_another_question_is_none(code: HoldCode) -> None:
    """What does not wait on this order cannot be approved or left out."""
    assert codes_to_approve(DOUBTFUL, code) == frozenset()
    assert codes_to_decline(DOUBTFUL, code) == frozenset()


def test_without_klarnas_half_there_is_nothing_to_answer() -> None:
    """An order whose Klarna half is not read waits for no answer."""
    asked = situation(completed(booked()), None)

    assert codes_to_approve(asked, HoldCode.REFUND_DOUBTFUL) == frozenset()


def test_answers_to_the_other_questions() -> None:
    """A refund that waits for approval and one that was deleted are answered by name."""
    waiting = replace(DOUBTFUL, klarna=captured(), policy=ASK)
    lost = situation(
        completed(),
        captured(14_899, of=14_899),
        agreed(amount=14_899, absorbed=(77,), refunds_seen={77: sek(9_999)}),
    )

    assert codes_to_approve(waiting, HoldCode.REFUND_ASK) == {"refund_ask:77"}
    assert codes_to_decline(waiting, HoldCode.REFUND_ASK) == {"refund_ignore:77"}
    assert codes_to_approve(lost, HoldCode.REFUND_DELETED) == {"refund_deleted:77"}
    assert codes_to_decline(lost, HoldCode.REFUND_DELETED) == frozenset()
