"""The life of one order, told with everything real but the threads: what is promised holds.

Exactly once, or visibly waiting: whatever answer is lost, Klarna's own record shows one
effect, the shop's order one note.
"""

from datetime import timedelta

import pytest

from integration.worlds import World
from kvitt.adapters.database import timeline
from kvitt.adapters.database.models import OrderState
from kvitt.application.pacing import KEY_LIFE, QUIET_PERIOD
from kvitt.sandbox.klarna import FraudStatus, Status, portal

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("each_database"),
]

SOON = timedelta(minutes=2)


def test_an_order_that_nobody_touched_costs_one_question(world: World) -> None:
    """The first look reads both halves; the next ones read the shop's only."""
    order = world.buy()
    world.look(order)
    asked = len(world.calls())

    world.look(order)
    world.look(order)

    assert len(world.calls()) == asked == 1
    assert world.row(order).state == OrderState.IN_STEP
    assert world.notes(order) == []


def test_completed_is_captured_once_whatever_is_heard(world: World) -> None:
    """Ten hints and an echo end in one capture, one note and one mark."""
    order = world.buy()
    world.look(order)
    world.set_status(order, "completed")

    for _ in range(10):
        world.look(order)

    (capture,) = world.klarna(order).captures
    assert capture.captured_amount == 29_900
    assert len(world.notes(order)) == 1
    assert world.store(order).meta_value("_wc_klarna_capture_id") == capture.capture_id
    assert world.intents(order) == [("capture", "done")]


LOST_ANSWERS = [
    pytest.param("http_503", id="refused before anything was done"),
    pytest.param("http_500_after_commit", id="done, then an error"),
    pytest.param("timeout_after_commit", id="done, then silence"),
    pytest.param("timeout_before_commit", id="silence before anything was done"),
    pytest.param("truncated_body", id="an answer cut in two"),
    pytest.param("http_429", id="too many requests"),
    pytest.param("http_409", id="a conflict"),
    pytest.param("http_502_html", id="a page of a proxy"),
]


@pytest.mark.parametrize("fault", LOST_ANSWERS)
def test_a_capture_whose_answer_is_lost_happens_once(world: World, fault: str) -> None:
    """The same key goes again: one capture at Klarna, one note in the shop."""
    order = world.buy()
    world.look(order)
    world.town.klarna.faults.add(fault, operation="create_capture")

    world.set_status(order, "completed")
    world.pass_time(SOON)

    (capture,) = world.klarna(order).captures
    assert capture.captured_amount == 29_900
    assert world.intents(order) == [("capture", "done")]
    assert len([note for note in world.notes(order) if "captured" in note]) == 1


@pytest.mark.parametrize("fault", LOST_ANSWERS)
def test_a_refund_whose_answer_is_lost_is_paid_once(world: World, fault: str) -> None:
    """The same key goes again: the customer is paid once."""
    order = world.buy()
    world.set_status(order, "completed")
    world.book_refund(order, "100.00")
    world.town.klarna.faults.add(fault, operation="create_refund")

    world.look(order)
    world.pass_time(SOON)

    (refund,) = world.klarna(order).refunds
    assert refund.refunded_amount == 10_000
    assert world.intents(order) == [("capture", "done"), ("refund", "done")]


def test_a_lost_refund_is_found_by_its_reference_when_the_key_is_forgotten(
    world: World,
) -> None:
    """After a day of outage nothing is sent: Klarna's record bears our reference."""
    order = world.buy()
    world.set_status(order, "completed")
    world.book_refund(order, "100.00")
    world.town.klarna.faults.add("http_500_after_commit", operation="create_refund")
    world.look(order)
    sent = world.calls().count("create_refund")

    world.town.klarna.faults.add("http_503", times=0)
    world.town.books.clock.advance(KEY_LIFE + QUIET_PERIOD)
    world.town.klarna.faults.clear()
    world.pass_time(SOON)

    assert world.calls().count("create_refund") == sent == 1
    assert len(world.klarna(order).refunds) == 1
    assert world.intents(order)[-1] == ("refund", "done")


def test_a_call_that_never_arrived_goes_under_a_new_key_after_the_old_one(
    world: World,
) -> None:
    """Klarna shows no trace after the quiet period, so the refund is sent, once."""
    order = world.buy()
    world.set_status(order, "completed")
    world.book_refund(order, "100.00")
    world.town.klarna.faults.add("timeout_before_commit", operation="create_refund")
    world.look(order)

    world.pass_time(KEY_LIFE + QUIET_PERIOD)
    world.pass_time(SOON)

    (refund,) = world.klarna(order).refunds
    assert refund.refunded_amount == 10_000
    keys = {
        entry.headers["Klarna-Idempotency-Key"]
        for entry in world.town.books.requests
        if entry.operation == "create_refund"
    }
    assert len(keys) == 2


def test_nothing_else_is_done_while_an_outcome_is_unknown(world: World) -> None:
    """The merchant cancels while a capture is unknown: what became of it comes first."""
    order = world.buy()
    world.look(order)
    world.town.klarna.faults.add("timeout_after_commit", operation="create_capture", times=2)
    world.set_status(order, "completed")

    world.set_status(order, "cancelled")
    world.pass_time(SOON)

    assert world.klarna(order).status is Status.CAPTURED
    assert "cancel" not in world.calls()
    row = world.row(order)
    assert (row.state, row.hold_code) == (OrderState.HELD, "cancel_after_capture")


def test_a_refusal_after_silence_settles_nothing_before_it_has_been_quiet(world: World) -> None:
    """The request that nobody answered may still arrive: the order waits in sight."""
    order = world.buy()
    world.look(order)
    faults = world.town.klarna.faults
    faults.add("timeout_before_commit", operation="create_capture")
    faults.add("payment_method_failed", operation="create_capture", times=2, nth=2)
    world.set_status(order, "completed")
    world.pass_time(SOON)
    waiting = (world.intents(order), world.row(order).hold_code, world.store(order).status)

    world.look(order)
    asked = world.calls().count("create_capture")
    world.pass_time(QUIET_PERIOD + SOON)

    assert waiting == ([("capture", "unknown")], "outcome_unknown", "completed")
    assert asked == 2
    assert world.intents(order) == [("capture", "refused")]
    assert world.store(order).status == "on-hold"
    assert world.klarna(order).captures == ()


def test_what_was_refused_is_asked_again_only_when_a_person_says_so(world: World) -> None:
    """A refusal waits for a person; Retry asks under a new key and brings the order back."""
    order = world.buy()
    world.look(order)
    world.town.klarna.faults.add("payment_method_failed", operation="create_capture")
    world.set_status(order, "completed")
    world.look(order)
    row = world.row(order)
    held = (row.state, world.store(order).status, world.calls().count("create_capture"))

    world.parts.desk.retry(row.pk, "anna")
    world.work()

    assert held == (OrderState.HELD, "on-hold", 1)
    assert world.klarna(order).status is Status.CAPTURED
    assert world.store(order).status == "completed"
    assert world.row(order).state == OrderState.IN_STEP


def test_a_capture_that_waited_for_review_is_forgotten_when_the_order_is_moved_back(
    world: World,
) -> None:
    """Completed under review, then moved back: Klarna's yes takes no money by itself."""
    order = world.buy()
    klarna_id = world.store(order).transaction_id
    portal.judge(world.town.books, klarna_id, FraudStatus.PENDING)
    world.set_status(order, "completed")
    waits = (world.store(order).status, world.row(order).state)

    world.set_status(order, "processing")
    world.town.desk.set_status(order.id, "on-hold")
    portal.judge(world.town.books, klarna_id, FraudStatus.ACCEPTED)
    world.parts.desk.look_again(world.row(order).pk, "anna")
    world.work()

    assert waits == ("on-hold", OrderState.HELD)
    assert world.klarna(order).status is Status.AUTHORIZED
    assert "create_capture" not in world.calls()


def test_a_capture_that_waited_for_review_is_made_when_klarna_accepts(world: World) -> None:
    """Completed under review: held, and captured by itself once Klarna says yes."""
    order = world.buy()
    klarna_id = world.store(order).transaction_id
    portal.judge(world.town.books, klarna_id, FraudStatus.PENDING)
    world.set_status(order, "completed")

    portal.judge(world.town.books, klarna_id, FraudStatus.ACCEPTED)
    world.pass_time(SOON)

    assert world.klarna(order).status is Status.CAPTURED
    assert world.store(order).status == "completed"


def test_a_refund_in_the_portal_is_booked_in_the_shop_once_and_never_sent(
    world: World,
) -> None:
    """What Klarna's portal did appears in the shop, and does not come back as a refund."""
    order = world.buy()
    world.set_status(order, "completed")
    portal.refund(world.town.books, world.store(order).transaction_id, amount=5_000)

    world.parts.desk.look_again(world.row(order).pk, "anna")
    world.work()
    world.look(order)
    world.look(order)

    (booked,) = world.town.desk.books.refunds(order.id)
    assert str(booked.amount) == "50.00"
    assert booked.refunded_payment is False
    assert "create_refund" not in world.calls()
    assert world.klarna(order).refunded_amount == 5_000


def test_a_change_that_no_webhook_told_is_found_by_the_sweep(world: World) -> None:
    """A dead webhook costs minutes, not the money."""
    order = world.buy()
    world.look(order)
    world.parts.sweep()
    world.town.desk.set_status(order.id, "completed")

    world.parts.sweep()
    world.work()

    assert world.klarna(order).status is Status.CAPTURED


def test_a_failed_note_neither_repeats_nor_undoes_the_capture(world: World) -> None:
    """The shop breaks after the capture: the note is owed, and written when it is back."""
    order = world.buy()
    world.look(order)
    world.town.desk.set_status(order.id, "completed")
    world.hint(order)
    lease = world.parts.queue.claim(worker="test", lease=SOON)
    assert lease is not None
    world.town.klarna.faults.add("slow", operation="create_capture")

    world.pause.then = lambda: world.town.desk.books.change_settings(broken_with=503)
    world.parts.reconcile(lease)
    broken = world.notes(order)
    world.town.desk.books.change_settings(broken_with=0)
    world.pass_time(SOON)

    assert broken == []
    assert len(world.notes(order)) == 1
    assert len(world.klarna(order).captures) == 1


def test_the_timeline_of_every_order_can_be_verified(world: World) -> None:
    """The chain of what was decided and done is whole, and shows when a row was changed."""
    order = world.buy()
    world.set_status(order, "completed")
    row = world.row(order)
    intact = timeline.verify(row.pk)

    row.timeline.filter(what="done").update(text="nothing happened")

    assert intact.intact
    assert not timeline.verify(row.pk).intact
