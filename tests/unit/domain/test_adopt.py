"""What was done or seen elsewhere: where the shop's order goes, and what is said of it."""

from dataclasses import replace

import pytest

from kvitt.domain.asks import Command, Request
from kvitt.domain.decide import decide
from kvitt.domain.decide.asked import plan_of
from kvitt.domain.ids import CaptureId
from kvitt.domain.intents import IntentRecord
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.plan import Adopt, Gone, Guard, HoldCode, Journal, Situation
from unit.domain.orders import (
    OUR_CAPTURE,
    agreed,
    authorized,
    captured,
    ended,
    klarna_refund,
    order,
    sek,
    situation,
    steps_of,
)
from unit.domain.world import after_first


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


def test_an_order_that_was_switched_off_here_says_where_to_switch_it_on() -> None:
    """The reason leads to the page where it was switched off."""
    plan = decide(situation(order(), authorized(), agreed(switched_off=True)))

    assert plan.guard is Guard.SYNC_OFF
    assert plan.reason.endswith(
        "Switch it on again on the order's page in kvitt to have it kept in step."
    )


def test_only_the_deleted_refund_that_klarna_has_is_told() -> None:
    """Of two deleted refunds, the one that Klarna gave back is held, the other is forgotten."""
    journal = agreed(
        adopted=frozenset({"REF-1"}), refunds_seen={77: sek(2_500), 78: sek(1_000)}
    )

    hold = decide(
        situation(order("completed"), captured(refunds=(klarna_refund(2_500),)), journal)
    ).hold

    assert hold is not None
    assert (hold.code, hold.amount) == (HoldCode.REFUND_DELETED, sek(2_500))


def test_a_request_on_an_order_seen_for_the_first_time() -> None:
    """What is agreed on first is no call, and no hook is asked about it."""
    plan = plan_of(
        situation(order(), authorized(), Journal()), Request(command=Command.CAPTURE), name="a"
    )

    assert steps_of(plan) == ("Agree on 248.98 SEK", "Capture 248.98 SEK")


@pytest.mark.parametrize(
    ("gone", "where"), [(Gone.TRASHED, "in the bin"), (Gone.DELETED, "deleted")]
)
def test_an_order_that_is_gone_says_where_it_is(gone: Gone, where: str) -> None:
    """Where nothing is open at Klarna, a lost order asks for nothing, and says so."""
    plan = decide(situation(order(), captured(), gone=gone))

    assert plan.hold is None
    assert plan.reason == f"The shop's order is {where}, and nothing is open at Klarna."


@pytest.mark.parametrize("records", [(), (OUR_CAPTURE,)])
def test_a_cancellation_that_others_made_is_not_ours(
    records: tuple[IntentRecord, ...],
) -> None:
    """The shop is told that Klarna, or somebody there, has cancelled the order."""
    gone = ended(KlarnaStatus.CANCELLED)
    (step,) = decide(situation(order(), gone, agreed(records=records))).steps
    assert isinstance(step, Adopt)

    assert not step.ours


def test_a_cancellation_that_was_asked_for_here_is_ours() -> None:
    """The shop is told so, and its order is cancelled as well."""
    asked = situation(order(), authorized(), agreed(records=()))
    cancelled = after_first(asked, plan_of(asked, Request(command=Command.CANCEL), name="a"))
    (step,) = decide(cancelled).steps
    assert isinstance(step, Adopt)

    assert (step.ours, step.store_status) == (True, "cancelled")
