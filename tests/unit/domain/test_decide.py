"""The decision table: a row for every situation a merchant can name.

Guards have theirs in ``test_decide_guards.py``, refunds in ``test_decide_refunds.py``,
and the weaknesses of the plugins in ``test_decide_weaknesses.py``.
"""

from dataclasses import replace

import pytest

from kvitt.domain.decide import decide
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.plan import HoldCode, Journal, Situation, Wish
from kvitt.domain.policy import Policy
from kvitt.domain.store_order import Address
from unit.domain.orders import (
    DAY,
    KLARNA_ID,
    NOW,
    agreed,
    authorized,
    captured,
    ended,
    klarna_refund,
    line,
    one_mug,
    order,
    refund,
    sek,
    situation,
    steps_of,
    with_wish,
)

FIRST_SIGHT = Journal()
DONE = order("completed", capture_id="CAP-1")
PART_EXPIRED = replace(
    captured(10_000), status=KlarnaStatus.EXPIRED, remaining=authorized().captured
)
PART_EXPIRED_SMALL = replace(
    captured(5_000), status=KlarnaStatus.EXPIRED, remaining=authorized().captured
)


@pytest.mark.parametrize(
    ("asked", "steps"),
    [
        # The four walkthroughs of the seed.
        pytest.param(
            situation(order("cancelled"), authorized()),
            ("Cancel 248.98 SEK",),
            id="cancelled before capture: cancel",
        ),
        pytest.param(
            situation(one_mug("on-hold"), authorized()),
            ("Update 99.99 SEK",),
            id="lines edited while on hold: update",
        ),
        pytest.param(
            situation(one_mug("processing"), authorized()),
            ("Update 99.99 SEK",),
            id="lines edited while processing: update (the window is never missed)",
        ),
        pytest.param(
            situation(order("completed"), authorized()),
            ("Capture 248.98 SEK",),
            id="completed: capture in full",
        ),
        pytest.param(
            situation(order("completed", refunds=(refund(9_999),)), captured()),
            ("Refund 99.99 SEK",),
            id="refund pressed on a completed order: refund",
        ),
        # Nothing to do.
        pytest.param(situation(order(), authorized()), (), id="paid, not shipped"),
        pytest.param(situation(DONE, captured()), (), id="completed and captured"),
        pytest.param(
            situation(order(), captured(10_000, released=True)),
            (),
            id="a part captured, and the rest given up: what is not authorized is told",
        ),
        pytest.param(
            situation(order("cancelled"), ended(KlarnaStatus.CANCELLED)),
            (),
            id="cancelled in both",
        ),
        pytest.param(
            situation(order("cancelled"), ended(KlarnaStatus.EXPIRED)),
            (),
            id="cancelled in the shop, expired at Klarna: nothing is open",
        ),
        pytest.param(situation(order("failed"), authorized()), (), id="failed: says nothing"),
        pytest.param(
            situation(one_mug("failed"), authorized()), (), id="edited while failed: not sent"
        ),
        pytest.param(
            situation(order("failed"), ended(KlarnaStatus.CANCELLED)),
            (),
            id="failed, and cancelled at Klarna: nothing is going to be shipped",
        ),
        # First sight: what the shop and Klarna have already is agreed on, without a call.
        pytest.param(
            situation(order(), authorized(), FIRST_SIGHT),
            ("Agree on 248.98 SEK",),
            id="first sight, same total: agree",
        ),
        pytest.param(
            situation(order("completed"), authorized(), FIRST_SIGHT),
            ("Agree on 248.98 SEK", "Capture 248.98 SEK"),
            id="first sight of a completed order: agree, then capture",
        ),
        pytest.param(
            situation(order(), authorized(20_000), FIRST_SIGHT),
            ("Update 248.98 SEK",),
            id="first sight, another total: update",
        ),
        pytest.param(
            situation(DONE, captured(), FIRST_SIGHT),
            ("Agree on 248.98 SEK",),
            id="first sight of a captured order: agree",
        ),
        pytest.param(
            situation(order(refunds=(refund(9_999),)), authorized(14_899), FIRST_SIGHT),
            ("Agree on 148.99 SEK",),
            id="first sight, already lowered by a refund: agree",
        ),
        pytest.param(
            situation(order(refunds=(refund(9_999),)), authorized(), FIRST_SIGHT),
            ("Agree on 248.98 SEK", "Update 148.99 SEK"),
            id="first sight with a refund booked before capture: agree, then lower",
        ),
        # Update.
        pytest.param(
            situation(one_mug("completed"), authorized()),
            ("Update 99.99 SEK", "Capture 99.99 SEK"),
            id="edited and completed in one save: update, then capture",
        ),
        pytest.param(
            situation(order(lines=(line("199.184", "49.796", name="Lamp"),)), authorized()),
            ("Update 248.98 SEK",),
            id="other goods for the same total: update",
        ),
        pytest.param(
            situation(order("processing", total=30_000), captured(10_000)),
            ("Update 300.00 SEK",),
            id="raised after a part was captured: the authorization is raised",
        ),
        pytest.param(
            situation(order("completed", total=30_000), captured(10_000)),
            ("Update 300.00 SEK", "Capture 200.00 SEK"),
            id="raised after a part was captured, and completed: update, then the rest",
        ),
        pytest.param(
            situation(order("failed", total=30_000), captured(10_000)),
            (),
            id="raised after a part was captured, in a status that asks for nothing",
        ),
        # Capture.
        pytest.param(
            situation(order("completed"), captured(10_000)),
            ("Capture 148.98 SEK",),
            id="part captured, then completed: capture what is still due",
        ),
        pytest.param(
            situation(one_mug("completed"), captured(9_999)),
            ("Release 148.99 SEK",),
            id="lowered to what is captured, completed: release the rest",
        ),
        pytest.param(
            situation(
                order("completed", total=20_000, lines=(line("160", "40"),)), captured(10_000)
            ),
            ("Capture 100.00 SEK", "Release 48.98 SEK"),
            id="lowered after a part capture, completed: capture what is due, release the rest",
        ),
        pytest.param(
            situation(
                one_mug("completed"),
                captured(9_999),
                policy=Policy(release_rest=False),
            ),
            (),
            id="the rest is kept where the merchant wants it kept",
        ),
        pytest.param(
            situation(
                order("shipped"),
                authorized(),
                policy=Policy(capture_statuses=frozenset({"shipped"})),
            ),
            ("Capture 248.98 SEK",),
            id="the merchant's own status captures",
        ),
        # Done elsewhere.
        pytest.param(
            situation(order(), captured(), agreed(records=())),
            ("Note the capture of 248.98 SEK in the shop",),
            id="captured in Klarna's portal: note it",
        ),
        pytest.param(
            situation(DONE, captured(), agreed(records=())),
            (),
            id="captured by the shop's own plugin: it has noted that itself",
        ),
        pytest.param(
            situation(order("completed", capture_id="cap-1"), captured(), agreed(records=())),
            (),
            id="the plugin writes capture ids in lower case",
        ),
        pytest.param(
            situation(order(), ended(KlarnaStatus.CANCELLED)),
            ("Note the cancellation of 248.98 SEK in the shop",),
            id="cancelled in Klarna's portal: note it",
        ),
        pytest.param(
            situation(order(), captured(), agreed(records=()), policy=Policy(write_back=False)),
            (),
            id="nothing is noted where the merchant wants nothing written",
        ),
        pytest.param(
            situation(
                order(),
                captured(),
                agreed(records=(), adopted=frozenset({"CAP-1"})),
            ),
            (),
            id="noted once",
        ),
        # Time.
        pytest.param(
            situation(
                order(),
                authorized(expires_at=NOW + 2 * DAY),
                policy=Policy(extend_automatically=True),
            ),
            ("Extend the authorization",),
            id="about to run out, and the merchant lets it be extended",
        ),
        pytest.param(
            situation(order(), authorized(expires_at=NOW + 2 * DAY, merchant_reference1="")),
            ("Send the order number",),
            id="about to run out, and Klarna has no number yet: one thing after the other",
        ),
        # Details.
        pytest.param(
            situation(order(), authorized(merchant_reference1="")),
            ("Send the order number",),
            id="Klarna's order has no number yet: give it the shop's",
        ),
        pytest.param(
            situation(replace(order(), shipping_address=Address(city="Malmö")), authorized()),
            ("Send the delivery address",),
            id="delivery address changed",
        ),
        pytest.param(
            situation(
                replace(order("completed"), shipping_address=Address(city="Malmö")),
                authorized(),
            ),
            ("Send the delivery address", "Capture 248.98 SEK"),
            id="address corrected and completed in one save: after the capture it is too late",
        ),
        pytest.param(
            situation(replace(DONE, tracking_number="SE1"), captured()),
            ("Send the tracking number",),
            id="tracking number added after the capture",
        ),
    ],
)
def test_steps(asked: Situation, steps: tuple[str, ...]) -> None:
    """The steps for a situation are the ones on its row, and nobody has to look."""
    plan = decide(asked)

    assert steps_of(plan) == steps
    assert plan.hold is None
    assert plan.reason


@pytest.mark.parametrize(
    ("asked", "steps", "code", "status"),
    [
        pytest.param(
            situation(order("cancelled"), captured()),
            (),
            HoldCode.CANCEL_AFTER_CAPTURE,
            "",
            id="cancelled after capture: refund instead",
        ),
        pytest.param(
            situation(order("cancelled"), captured(10_000)),
            ("Release 148.98 SEK",),
            HoldCode.CANCEL_AFTER_CAPTURE,
            "",
            id="cancelled after a part capture: release the rest, refund the part",
        ),
        pytest.param(
            situation(order("completed"), ended(KlarnaStatus.CANCELLED)),
            (),
            HoldCode.CAPTURE_OF_CANCELLED,
            "on-hold",
            id="completed, cancelled at Klarna: on hold, nothing ships unpaid",
        ),
        pytest.param(
            situation(order("completed"), ended(KlarnaStatus.EXPIRED)),
            (),
            HoldCode.CAPTURE_OF_EXPIRED,
            "on-hold",
            id="completed, expired at Klarna",
        ),
        pytest.param(
            situation(order("completed"), ended(KlarnaStatus.CLOSED)),
            (),
            HoldCode.CAPTURE_OF_CLOSED,
            "on-hold",
            id="completed, closed at Klarna",
        ),
        pytest.param(
            situation(order("completed"), captured(10_000, released=True)),
            (),
            HoldCode.CAPTURE_TOO_LARGE,
            "on-hold",
            id="less is left at Klarna than is due",
        ),
        pytest.param(
            situation(
                order("completed", total=20_000, capture_id="CAP-1"), captured(), FIRST_SIGHT
            ),
            (),
            HoldCode.CAPTURED_TOO_MUCH,
            "",
            id="more was captured than the order comes to",
        ),
        pytest.param(
            situation(
                order("completed", total=20_000, capture_id="CAP-1"),
                captured(refunds=(klarna_refund(1_000),)),
                FIRST_SIGHT,
            ),
            ("Note the refund of 10.00 SEK in the shop",),
            HoldCode.CAPTURED_TOO_MUCH,
            "",
            id="more was captured than the order comes to, and some of it given back",
        ),
        pytest.param(
            situation(order("completed", total=30_000, capture_id="CAP-1"), captured()),
            (),
            HoldCode.UPDATE_AFTER_CAPTURE,
            "",
            id="raised after the capture",
        ),
        pytest.param(
            situation(order("completed", total=20_000, capture_id="CAP-1"), captured()),
            (),
            HoldCode.UPDATE_AFTER_CAPTURE,
            "",
            id="lowered after the capture without a refund",
        ),
        pytest.param(
            situation(order(), authorized(expires_at=NOW + 2 * DAY)),
            (),
            HoldCode.EXPIRES_SOON,
            "",
            id="about to run out",
        ),
        pytest.param(
            situation(order(), ended(KlarnaStatus.EXPIRED)),
            (),
            HoldCode.CAPTURE_OF_EXPIRED,
            "",
            id="run out before it was shipped",
        ),
        pytest.param(
            situation(order(), PART_EXPIRED),
            (),
            HoldCode.CAPTURE_OF_EXPIRED,
            "",
            id="run out with a part captured: the part is not forgotten",
        ),
        pytest.param(
            situation(order("completed"), PART_EXPIRED),
            (),
            HoldCode.CAPTURE_OF_EXPIRED,
            "on-hold",
            id="run out with a part captured, completed",
        ),
        pytest.param(
            situation(one_mug("completed"), PART_EXPIRED_SMALL),
            (),
            HoldCode.CAPTURE_OF_EXPIRED,
            "on-hold",
            id="part captured, lowered, run out, completed: the rest is unpaid, so on hold",
        ),
        pytest.param(
            situation(order("completed", total=30_000), captured(10_000, released=True)),
            (),
            HoldCode.CAPTURE_TOO_LARGE,
            "on-hold",
            id="part captured, the rest given up, then raised and completed: on hold",
        ),
        pytest.param(
            situation(order(), ended(KlarnaStatus.CLOSED)),
            (),
            HoldCode.CAPTURE_OF_CLOSED,
            "",
            id="closed by Klarna before it was shipped",
        ),
        pytest.param(
            situation(order(), ended(KlarnaStatus.CANCELLED), policy=Policy(write_back=False)),
            (),
            HoldCode.CAPTURE_OF_CANCELLED,
            "",
            id="cancelled in Klarna's portal, and the merchant wants nothing written",
        ),
        pytest.param(
            situation(
                order(),
                ended(KlarnaStatus.CANCELLED),
                agreed(records=(), adopted=frozenset({str(KLARNA_ID)})),
            ),
            (),
            HoldCode.CAPTURE_OF_CANCELLED,
            "",
            id="cancelled in Klarna's portal, noted, and set to Processing again",
        ),
    ],
)
def test_hold(asked: Situation, steps: tuple[str, ...], code: HoldCode, status: str) -> None:
    """A wish that cannot be carried out waits, with a reason and a next step."""
    plan = decide(asked)

    assert plan.hold is not None
    assert (steps_of(plan), plan.hold.code, plan.hold.store_status) == (steps, code, status)
    assert plan.hold.next_step.endswith(".")


def test_a_changed_order_after_capture_is_no_matter_while_the_total_fits() -> None:
    """Renaming a line of a captured order asks for nothing."""
    renamed = order("completed", lines=(line("199.184", "49.796", name="Lamp"),))

    assert decide(situation(renamed, captured())).in_step


def test_a_capture_elsewhere_completes_an_order_that_waits() -> None:
    """An order captured in full at Klarna becomes completed in the shop."""
    plan = decide(situation(order(), captured(), agreed(records=())))

    assert [getattr(step, "store_status", "") for step in plan.steps] == ["completed"]


def test_a_part_captured_elsewhere_leaves_the_status() -> None:
    """A part captured at Klarna is noted, and the order stays where it is."""
    plan = decide(situation(order(), captured(10_000), agreed(records=())))

    assert [getattr(step, "store_status", "") for step in plan.steps] == [""]


def test_a_wish_to_cancel_outlives_a_revived_status() -> None:
    """An order cancelled during review is cancelled though a late acceptance revived it."""
    journal = with_wish(agreed(), Wish.CANCEL)

    plan = decide(situation(order("processing"), authorized(), journal))

    assert steps_of(plan) == ("Cancel 248.98 SEK",)


def test_an_order_without_lines_is_not_sent() -> None:
    """An order that comes to nothing while it is being edited is neither sent nor cancelled."""
    plan = decide(situation(order("on-hold", total=0, lines=()), authorized()))

    assert plan.in_step
    assert "comes to nothing" in plan.reason


def test_a_completed_order_that_comes_to_nothing_gives_the_authorization_up() -> None:
    """Nothing will be captured of a completed order of 0.00, so nothing stays reserved."""
    plan = decide(situation(order("completed", total=0, lines=()), authorized()))

    assert steps_of(plan) == ("Cancel 248.98 SEK",)


def test_other_amounts_than_klarnas_are_never_captured_silently() -> None:
    """The capture is the shop's total, whatever Klarna's copy of the lines says."""
    plan = decide(situation(order("completed"), authorized(30_000)))

    assert sek(24_898) in {step.amount for step in plan.steps}
