"""What a policy that sends little still has to say and note truly."""

import pytest

from kvitt.domain import render
from kvitt.domain.decide import decide
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.money import Money
from kvitt.domain.plan import Adopt, Hold, HoldCode
from kvitt.domain.policy import Policy
from unit.domain.orders import agreed, authorized, ended, order, situation

NOTHING_UPDATES = Policy(update_statuses=frozenset())


@pytest.mark.parametrize("status", ["processing", "on-hold"])
def test_a_portal_cancellation_is_noted_where_no_status_sends_updates(status: str) -> None:
    """What is sent to Klarna has nothing to do with what Klarna says."""
    half = ended(KlarnaStatus.CANCELLED)

    plan = decide(situation(order(status), half, agreed(), policy=NOTHING_UPDATES))

    (adopt,) = plan.steps
    assert isinstance(adopt, Adopt)
    assert adopt.store_status == "cancelled"


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        pytest.param(frozenset({"completed"}), "when the order is completed", id="completed"),
        pytest.param(
            frozenset({"shipped", "completed"}), "is completed or shipped", id="two statuses"
        ),
        pytest.param(frozenset[str](), "capture it by hand", id="none"),
    ],
)
def test_an_authorized_order_says_what_captures_it(statuses: frozenset[str], said: str) -> None:
    """The sentence follows the policy."""
    policy = Policy(capture_statuses=statuses)

    plan = decide(situation(order("processing"), authorized(), agreed(), policy=policy))

    assert said in plan.reason


def test_an_unknown_outcome_is_never_called_not_done() -> None:
    """Nobody knows yet: saying "not done" would have somebody do it again."""
    hold = Hold(
        code=HoldCode.OUTCOME_UNKNOWN,
        wanted="Capture 248.98 SEK",
        why="Klarna has not answered.",
        next_step="Wait.",
    )

    assert hold.sentence == (
        "Capture 248.98 SEK: not known yet whether it is done. Klarna has not answered. Wait."
    )


def test_a_cancellation_is_called_one() -> None:
    """Titles are words of the field."""
    plan = decide(situation(order("processing"), ended(KlarnaStatus.CANCELLED), agreed()))

    assert [render.title_of(step) for step in plan.steps] == [
        f"Note the cancellation of {Money(24_898, 'SEK')} in the shop"
    ]
