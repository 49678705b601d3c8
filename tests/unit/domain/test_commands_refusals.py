"""Why a command is not possible, under a code to rely on; and its small print."""

from collections.abc import Callable

import pytest

from kvitt.domain.decide import commands
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.plan import Plan, Situation
from kvitt.domain.steps import Capture, Release
from unit.domain.orders import (
    TOTAL,
    agreed,
    authorized,
    captured,
    ended,
    order,
    sek,
    situation,
    steps_of,
)

OPEN = situation(order(), authorized(), agreed(records=()))
TAKEN = situation(order("completed", capture_id="CAP-1"), captured())


@pytest.mark.parametrize(
    ("command", "asked", "code"),
    [
        pytest.param(commands.plan_update, OPEN, "nothing_changed", id="no change to send"),
        pytest.param(
            commands.plan_update,
            situation(order(total=40_000), captured(10_000, released=True)),
            "update_after_capture",
            id="captured, and raised since",
        ),
        pytest.param(commands.plan_release, OPEN, "nothing_to_release", id="none captured"),
        pytest.param(commands.plan_extend, TAKEN, "not_extendable", id="none left to extend"),
        pytest.param(commands.plan_cancel, TAKEN, "cancel_after_capture", id="captured"),
        pytest.param(
            commands.plan_cancel,
            situation(order(), ended(KlarnaStatus.EXPIRED)),
            "not_open",
            id="expired",
        ),
    ],
)
def test_a_refusal_has_a_stable_code(
    command: Callable[[Situation], Plan], asked: Situation, code: str
) -> None:
    """What is not possible says so under the same code, release after release."""
    with pytest.raises(NotAllowedNow) as refusal:
        command(asked)

    assert refusal.value.code == code


def test_a_release_tells_its_figures() -> None:
    """What is given up is what is not captured."""
    (step,) = commands.plan_release(situation(order(), captured(10_000))).steps

    assert isinstance(step, Release)
    assert (step.amount, step.captured) == (sek(TOTAL - 10_000), sek(10_000))


def test_a_part_by_amount_says_so_on_its_lines() -> None:
    """The customer reads on each line that it is a part of it."""
    (step,) = commands.plan_capture(OPEN, amount=sek(10_000)).steps

    assert isinstance(step, Capture)
    assert [row.name for row in step.lines] == ["Part of Mug", "Part of Postnord"]


def test_the_smallest_part_is_a_part() -> None:
    """A single öre can be captured."""
    assert steps_of(commands.plan_capture(OPEN, amount=sek(1))) == ("Capture 0.01 SEK",)


def test_a_refund_without_a_fee_tells_of_none() -> None:
    """The reason of a refund is its amount, and nothing is said of a fee."""
    plan = commands.plan_refund(TAKEN, request="r", amount=sek(2_500))

    assert "fee" not in plan.reason
    assert "25.00 SEK" in plan.reason
    assert getattr(plan.steps[-1], "description", "") == ""
