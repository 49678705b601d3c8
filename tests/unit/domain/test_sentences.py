"""Sentences with a turn in them: each turn is said as a merchant would say it."""

from dataclasses import replace

import pytest

from kvitt.domain.decide import decide
from kvitt.domain.decide.refusals import meaning_of
from kvitt.domain.policy import Policy
from kvitt.domain.steps import AddTracking, Kind
from unit.domain.orders import DAY, NOW, agreed, authorized, captured, order, situation


def test_a_shop_where_no_status_captures_is_told_so() -> None:
    """With no status that captures, somebody has to ask for it."""
    asked = situation(
        order(), authorized(), agreed(records=()), policy=Policy(capture_statuses=frozenset())
    )

    assert decide(asked).reason == (
        "In step: Klarna has authorized 248.98 SEK. No status captures it: capture it by hand."
    )


@pytest.mark.parametrize(
    ("code", "kind", "why"),
    [
        ("", Kind.CAPTURE, "Klarna refused it."),
        ("STRANGE", Kind.CAPTURE, "Klarna refused it (STRANGE)."),
        (
            "NOT_ALLOWED",
            Kind.CAPTURE,
            "Klarna does not allow this for the order as it is now.",
        ),
        (
            "",
            Kind.UPDATE,
            "Klarna does not allow the new amount or lines for this customer and method.",
        ),
    ],
)
def test_what_a_refusal_means(code: str, kind: Kind, why: str) -> None:
    """A code that nobody knows is shown; an empty one is not."""
    assert meaning_of(code, kind=kind)[0] == why


@pytest.mark.parametrize(
    ("days", "method", "why", "ways"),
    [
        (1, "INVOICE", "in less than 1 day.", "cancel it, or ask Klarna for more time."),
        (2, "CARD", "in less than 3 days.", "before that, or cancel it."),
    ],
)
def test_how_long_is_left(days: int, method: str, why: str, ways: str) -> None:
    """One day is a day, and more time is offered only where Klarna may give it."""
    klarna = authorized(expires_at=NOW + days * DAY, payment_method=method)
    hold = decide(situation(order(), klarna)).hold

    assert hold is not None
    assert hold.why.endswith(why)
    assert hold.next_step.endswith(ways)


def test_a_parcel_has_its_company() -> None:
    """Who carries the parcel is announced with its number."""
    store = replace(
        order("completed", capture_id="CAP-1"),
        tracking_number="SE1",
        tracking_company="postnord",
    )
    (step,) = decide(situation(store, captured())).steps

    assert isinstance(step, AddTracking)
    assert step.body("") == {
        "shipping_info": [{"tracking_number": "SE1", "shipping_company": "postnord"}]
    }
