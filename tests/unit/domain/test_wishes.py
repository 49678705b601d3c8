"""What is still wanted from before, and when it is not any more."""

import pytest

from kvitt.domain.decide import decide
from kvitt.domain.plan import Wish
from unit.domain.orders import agreed, authorized, order, situation, steps_of, with_wish


@pytest.mark.parametrize(
    ("status", "steps"),
    [
        pytest.param("on-hold", ("Capture 248.98 SEK",), id="where the hold put it: capture"),
        pytest.param("processing", (), id="moved back by a person: not asked for any more"),
        pytest.param("pending", (), id="waiting for payment again"),
        pytest.param("completed", ("Capture 248.98 SEK",), id="completed: asked for anyway"),
        pytest.param("cancelled", ("Cancel 248.98 SEK",), id="cancelled since: cancel"),
    ],
)
def test_a_capture_that_waited(status: str, steps: tuple[str, ...]) -> None:
    """A capture waits where its hold put the order, and nowhere else."""
    journal = with_wish(agreed(), Wish.CAPTURE)

    plan = decide(situation(order(status), authorized(), journal))

    assert steps_of(plan) == steps


@pytest.mark.parametrize("status", ["cancelled", "processing", "on-hold", "completed"])
def test_a_cancellation_that_waited_outlives_every_later_status(status: str) -> None:
    """A late "accepted" never revives what the merchant cancelled."""
    journal = with_wish(agreed(), Wish.CANCEL)

    plan = decide(situation(order(status), authorized(), journal))

    assert steps_of(plan) == ("Cancel 248.98 SEK",)
