"""What a row of an order's timeline tells the programs that subscribed."""

import pytest

from kvitt.domain.events import Event, event_of, may_be_told
from kvitt.domain.steps import Kind

#: What is told of each call, once it was carried out; of the others nothing.
TOLD = {
    Kind.CAPTURE: Event.CAPTURED,
    Kind.REFUND: Event.REFUNDED,
    Kind.CANCEL: Event.CANCELLED,
    Kind.UPDATE: Event.UPDATED,
    Kind.RELEASE: Event.RELEASED,
}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("row", ["done", "found_done"])
def test_a_call_that_was_carried_out_is_told_once_it_moved_or_freed_money(
    row: str, kind: Kind
) -> None:
    """Found out later or answered at once is the same; tracking and the like stay unsaid."""
    assert event_of(row, {"kind": kind.value}, stood="working") is TOLD.get(kind)


@pytest.mark.parametrize("row", ["sent", "refused", "unknown", "note_written", ""])
def test_what_is_only_tried_is_not_told(row: str) -> None:
    """A program that ships on ``order.captured`` must never hear it of a mere attempt."""
    assert not may_be_told(row)
    assert event_of(row, {"kind": Kind.CAPTURE.value}, stood="held") is None


def test_what_others_did_is_told_as_adopted() -> None:
    """A capture in the portal is not one of ours, and is named apart."""
    assert event_of("adopted", {"kind": Kind.CAPTURE.value}, stood="held") is Event.ADOPTED


@pytest.mark.parametrize("stood", ["held", "in_step", ""])
def test_each_hold_is_told(stood: str) -> None:
    """A second hold may have another reason than the first."""
    assert event_of("held", {}, stood=stood) is Event.HELD


@pytest.mark.parametrize("row", ["working", "in_step", "guarded"])
def test_an_order_that_waits_no_more_is_told_as_resolved(row: str) -> None:
    """Only where it waited for a person before; otherwise nothing has ended."""
    assert event_of(row, {}, stood="held") is Event.RESOLVED
    assert event_of(row, {}, stood="working") is None


def test_every_row_that_tells_something_may_be_told() -> None:
    """The cheap question asked of each row agrees with the whole one."""
    rows = ["done", "found_done", "adopted", "held", "working", "in_step", "guarded"]

    assert all(may_be_told(row) for row in rows)
