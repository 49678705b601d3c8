"""Captures made in Klarna's portal: where the shop's order goes, and when it stays."""

from dataclasses import replace

import pytest

from kvitt.domain.decide import decide
from kvitt.domain.ids import CaptureId
from kvitt.domain.plan import Adopt, Situation
from unit.domain.orders import agreed, captured, order, sek, situation


def statuses(asked: Situation) -> list[str]:
    """Return the status that each note of a capture moves the order to."""
    return [step.store_status for step in decide(asked).steps if isinstance(step, Adopt)]


@pytest.mark.parametrize(
    ("status", "moved"),
    [
        ("processing", ["completed"]),
        ("on-hold", ["completed"]),
        ("pending", ["completed"]),
        ("completed", [""]),
        ("picking", [""]),
    ],
)
def test_a_waiting_order_is_completed(status: str, moved: list[str]) -> None:
    """An order that waited is completed; one in a status of the shop's own stays there."""
    assert statuses(situation(order(status), captured(), agreed(records=()))) == moved


def test_the_last_of_two_captures_completes_the_order() -> None:
    """Two captures in the portal: the order moves once, with the last of them."""
    both = captured()
    (first,) = both.captures
    halves = (
        replace(first, amount=sek(20_000)),
        replace(first, id=CaptureId("CAP-2"), amount=sek(4_898)),
    )
    asked = situation(order(), replace(both, captures=halves), agreed(records=()))

    assert statuses(asked) == ["", "completed"]
