"""Authorizations that run out: warned of in time, extended where Klarna allows it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kvitt.domain.decide import decide
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.plan import HoldCode
from kvitt.domain.policy import Policy
from unit.domain.orders import (
    DAY,
    NOW,
    authorized,
    captured,
    ended,
    order,
    sek,
    situation,
)
from unit.domain.world import held


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=6, hours=1), "in less than 7 days"),
        (timedelta(days=1, hours=1), "in less than 3 days"),
        (timedelta(hours=2), "in less than 1 day"),
    ],
)
def test_a_warning_says_how_long_is_left(left: timedelta, words: str) -> None:
    """A warning names the day, and changes only when the next warning is due."""
    hold = decide(situation(order(), authorized(expires_at=NOW + left))).hold

    assert hold is not None
    assert words in hold.why


@pytest.mark.parametrize("method", ["CARD", "PAY_BY_CARD"])
def test_a_card_payment_is_not_extended(method: str) -> None:
    """Klarna gives no more time to what was paid by card, so a person is told."""
    klarna = authorized(expires_at=NOW + DAY, payment_method=method)

    plan = decide(situation(order(), klarna, policy=Policy(extend_automatically=True)))

    assert plan.hold is not None
    assert "more time" not in plan.hold.next_step


def test_an_order_of_half_a_year_is_not_extended() -> None:
    """Klarna gives no time beyond 180 days from the order."""
    klarna = authorized(expires_at=NOW + DAY, created_at=NOW - 179 * DAY)

    plan = decide(situation(order(), klarna, policy=Policy(extend_automatically=True)))

    assert not plan.steps


def test_a_hold_that_says_what_was_wanted_is_not_replaced() -> None:
    """Once completed in vain, the order on hold still says what was to be captured."""
    waiting = held(situation(order("completed"), ended(KlarnaStatus.EXPIRED)))
    hold = decide(waiting).hold

    assert hold is not None
    assert hold.wanted == "Capture 248.98 SEK"


def test_an_older_hold_does_not_hide_that_the_authorization_has_run_out() -> None:
    """An order that waits for another reason is told of the newer one."""
    waiting = held(situation(order("completed"), captured(10_000, released=True)))
    gone = replace(captured(10_000), status=KlarnaStatus.EXPIRED, remaining=sek(0))
    hold = decide(replace(waiting, klarna=gone)).hold

    assert hold is not None
    assert hold.code is HoldCode.CAPTURE_OF_EXPIRED
