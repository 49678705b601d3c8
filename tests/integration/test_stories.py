"""Every story, played with kvitt between a practice shop and a practice Klarna.

Nothing hints at a change but the passing of time and the sweep, so what holds here holds in
a shop whose every message is lost.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from integration.worlds import World, opened
from kvitt.adapters.database.models import IntentRow
from kvitt.adapters.database.models import Order as OrderRow
from kvitt.sandbox.klarna import Order as KlarnaRecord
from kvitt.sandbox.klarna import Status
from kvitt.sandbox.stories import STORIES, named
from kvitt.sandbox.stories.performance import Performance, State
from kvitt.sandbox.stories.stage import Story
from kvitt.settings import Settings

pytestmark = pytest.mark.django_db(transaction=True)

A_WHILE = timedelta(minutes=5)
#: Far more than any story needs; one that stands still fails here.
ROUNDS = 60


@pytest.fixture
def world(settings_of_tests: Settings) -> Iterator[World]:
    """A connected shop with stocked shelves, and nothing sold."""
    with opened(settings_of_tests, most_looks=1000) as world:
        world.parts.sweep()
        yield world


def play(world: World, story: Story) -> Performance:
    """Play a story to its end, with kvitt sweeping and looking between the scenes."""
    performance = Performance(story=story, town=world.town)
    performance.begin()
    for _ in range(ROUNDS):
        performance.step()
        if performance.state is State.PLAYED:
            break
        world.parts.sweep()
        world.pass_time(A_WHILE)
    waited_for = performance.next_scene.says if performance.next_scene else ""
    performance.close()
    # What is still to come would spoil an end that was reached too early.
    world.parts.sweep()
    world.pass_time(A_WHILE)
    assert waited_for == ""
    return performance


def rows(performance: Performance) -> list[OrderRow]:
    """Return what kvitt has written down of the story's orders."""
    ids = [placed.order_id for placed in performance.stage.orders]
    return list(OrderRow.objects.filter(store_order_id__in=ids).order_by("store_order_id"))


def sent(performance: Performance) -> list[str]:
    """Return what kvitt has had done at Klarna, call by call."""
    found = IntentRow.objects.filter(order__in=rows(performance), state="done").order_by("pk")
    return [row.kind for row in found]


def texts(performance: Performance) -> str:
    """Return every note on the story's orders."""
    books = performance.town.desk.books
    return "\n".join(
        note.text
        for placed in performance.stage.orders
        for note in books.notes(placed.order_id)
    )


def only(performance: Performance) -> KlarnaRecord:
    """Return Klarna's record of a story with one order."""
    (record,) = performance.stage.records()
    return record


def split_shipment(performance: Performance) -> None:
    record = only(performance)
    assert [capture.captured_amount for capture in record.captures] == [74_700, 29_900]
    assert sent(performance) == ["capture"]


def portal_refund(performance: Performance) -> None:
    record = only(performance)
    (booked,) = performance.town.desk.books.refunds(performance.stage.orders[0].order_id)
    assert [refund.refunded_amount for refund in record.refunds] == [12_500]
    assert (str(booked.amount), booked.refunded_payment) == ("125.00", False)
    assert sent(performance) == ["capture"]


def expiring_backorder(performance: Performance) -> None:
    record = only(performance)
    assert "Klarna's authorization of" in texts(performance)
    assert [entry.captured_amount for entry in record.captures] == [record.order_amount]
    assert sent(performance) == ["capture"]


def refund_before_capture(performance: Performance) -> None:
    record = only(performance)
    assert record.refunds == ()
    assert [capture.captured_amount for capture in record.captures] == [54_700]
    assert sent(performance) == ["update", "capture"]


def cancel_during_review(performance: Performance) -> None:
    record = only(performance)
    assert (record.status, record.captures) == (Status.CANCELLED, ())
    assert "still reviewing" in texts(performance)
    assert sent(performance) == ["cancel"]


def raised_order_refused(performance: Performance) -> None:
    record = only(performance)
    assert [capture.captured_amount for capture in record.captures] == [29_900]
    assert record.order_amount == record.original_order_amount
    assert "not done" in texts(performance)


def lost_answer(performance: Performance) -> None:
    record = only(performance)
    assert len(record.captures) == 1
    assert texts(performance).count(record.captures[0].capture_id) == 1
    assert sent(performance) == ["capture"]
    assert performance.town.klarna.faults.rules == ()


def dead_cron(performance: Performance) -> None:
    assert len(only(performance).captures) == 1
    assert sent(performance) == ["capture"]
    assert performance.town.desk.books.settings.cron_pace is not None


def two_tools(performance: Performance) -> None:
    record = only(performance)
    assert len(record.captures) == 1
    assert [refund.refunded_amount for refund in record.refunds] == [10_000]
    assert sent(performance) == []
    assert performance.town.desk.books.settings.kom_active is False


def key_revoked(performance: Performance) -> None:
    assert [len(record.captures) for record in performance.stage.records()] == [1, 1, 1]
    assert texts(performance).count("refuses our credentials") <= 1
    assert sent(performance) == ["capture"] * 3


def black_friday(performance: Performance) -> None:
    records = performance.stage.records()
    assert len(records) == 200
    assert all(len(record.captures) == 1 for record in records)
    assert sent(performance) == ["capture"] * 200
    assert texts(performance).count("Klarna order captured") == 200


ENDS: dict[str, Callable[[Performance], None]] = {
    "split-shipment": split_shipment,
    "portal-refund": portal_refund,
    "expiring-backorder": expiring_backorder,
    "refund-before-capture": refund_before_capture,
    "cancel-during-review": cancel_during_review,
    "raised-order-refused": raised_order_refused,
    "lost-answer": lost_answer,
    "dead-cron": dead_cron,
    "two-tools": two_tools,
    "key-revoked": key_revoked,
    "black-friday": black_friday,
}


def test_the_end_of_every_story_is_checked() -> None:
    """A story cannot be added without saying how it has to end."""
    assert {story.name for story in STORIES} == set(ENDS)


@pytest.mark.parametrize("name", ENDS)
def test_a_story_ends_as_it_promises(world: World, name: str) -> None:
    """Money agrees at Klarna, in the shop and in the journal, and nobody is left waiting."""
    performance = play(world, named(name))

    for record in performance.stage.records():
        assert record.captured_amount <= record.order_amount
        assert record.refunded_amount <= record.captured_amount
    assert {row.state for row in rows(performance)} == {"in_step"}
    ENDS[name](performance)
