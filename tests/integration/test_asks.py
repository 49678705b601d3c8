"""What operators ask for by hand: reviewed, asked once, carried out once, answered in words.

Told with everything real but the threads; Klarna's own record is the witness.
"""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from integration.worlds import World
from kvitt.application.commands import Review
from kvitt.domain.asks import AskState, Command, Request
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.money import Money
from kvitt.sandbox.klarna import Status, portal
from kvitt.sandbox.shop.records import Order

pytestmark = pytest.mark.django_db(transaction=True)

SOON = timedelta(minutes=2)
ANNA = "anna"


def sek(minor: int) -> Money:
    return Money(minor, "SEK")


class Counter:
    """The counter at which an operator asks."""

    def __init__(self, world: World, order: Order) -> None:
        self.world = world
        self.row = world.row(order).pk

    def review(self, request: Request, ask_id: UUID) -> Review:
        return self.world.parts.desk.review(self.row, request, ask_id=ask_id)

    def ask(self, request: Request, *, ask_id: UUID | None = None) -> UUID:
        """Review a request and have it carried out."""
        own = ask_id or uuid4()
        reviewed = self.review(request, own)
        self.send(reviewed.request, own)
        return own

    def send(self, request: Request, ask_id: UUID) -> None:
        """Ask for what was reviewed, and let the work be done."""
        self.world.parts.desk.ask(self.row, request, ask_id=ask_id, actor=ANNA)
        self.world.work()

    def state(self, ask_id: UUID) -> AskState:
        return self.world.parts.desk.answer_of(self.row, ask_id).state

    def answer(self, ask_id: UUID) -> str:
        return self.world.parts.desk.answer_of(self.row, ask_id).text


@pytest.fixture
def order(world: World) -> Order:
    """An order of two mugs at 129.90 and shipping of 39.20 that was looked at."""
    placed = world.buy()
    world.look(placed)
    return placed


@pytest.fixture
def counter(world: World, order: Order) -> Counter:
    """The counter of that order."""
    return Counter(world, order)


def first_line(world: World, order: Order) -> int:
    return world.store(order).lines[0].id


def test_a_part_is_captured_by_line_and_the_rest_when_the_order_is_completed(
    world: World, order: Order, counter: Counter
) -> None:
    """One mug goes out first: it is captured with its parcel; completing takes the rest."""
    one = Request(
        command=Command.CAPTURE,
        lines={first_line(world, order): 1},
        tracking_number="SE123",
        tracking_company="PostNord",
    )
    ask = counter.ask(one)
    part = world.klarna(order).captures[0].captured_amount
    world.set_status(order, "completed")

    assert counter.state(ask) is AskState.DONE
    assert world.klarna(order).status is Status.CAPTURED
    assert [made.captured_amount for made in world.klarna(order).captures] == [
        part,
        29900 - part,
    ]
    assert 0 < part < 29900


def test_a_record_that_is_behind_is_read_again_before_anything_is_reckoned(
    world: World, order: Order, counter: Counter
) -> None:
    """A read that does not show the part capture yet takes nobody to capture it once more."""
    counter.ask(Request(command=Command.CAPTURE, amount=sek(10_000)))
    world.town.klarna.faults.add("read_lag", operation="get_order")
    world.set_status(order, "completed")
    at_once = world.calls().count("create_capture")

    world.pass_time(SOON)

    assert at_once == 1
    assert world.intents(order) == [("capture", "done"), ("capture", "done")]
    amounts = [made.captured_amount for made in world.klarna(order).captures]
    assert amounts == [10_000, 19_900]


def test_asking_twice_under_one_id_is_asking_once(
    world: World, order: Order, counter: Counter
) -> None:
    """A double click on the review's button captures once."""
    ask = uuid4()
    reviewed = counter.review(Request(command=Command.CAPTURE, amount=sek(10000)), ask)
    counter.send(reviewed.request, ask)
    counter.send(reviewed.request, ask)

    assert [made.captured_amount for made in world.klarna(order).captures] == [10000]


def test_an_id_is_not_taken_for_another_request(counter: Counter) -> None:
    """A key that was used for 100.00 is not accepted for 200.00."""
    ask = counter.ask(Request(command=Command.CAPTURE, amount=sek(10000)))

    with pytest.raises(NotAllowedNow, match="used for another request"):
        counter.send(Request(command=Command.CAPTURE, amount=sek(20000)), ask)


def test_the_second_of_two_operators_is_told_that_somebody_was_faster(
    world: World, order: Order, counter: Counter
) -> None:
    """Two reviews of the same capture: the first is done, the second refused with figures."""
    request = Request(command=Command.CAPTURE, amount=sek(10000))
    first, second = uuid4(), uuid4()
    of_first, of_second = counter.review(request, first), counter.review(request, second)
    counter.send(of_first.request, first)
    counter.send(of_second.request, second)

    assert counter.state(first) is AskState.DONE
    assert counter.state(second) is AskState.REFUSED
    assert "Somebody was faster" in counter.answer(second)
    assert len(world.klarna(order).captures) == 1


def test_a_capture_of_everything_moves_the_shops_order_on(
    world: World, order: Order, counter: Counter
) -> None:
    """What the operator captured in full need not be completed in the shop by hand."""
    ask = counter.ask(Request(command=Command.CAPTURE))

    assert counter.state(ask) is AskState.DONE
    assert world.store(order).status == "completed"
    assert len(world.klarna(order).captures) == 1
    assert sum("Klarna order captured" in note for note in world.notes(order)) == 1


def test_a_capture_whose_answer_is_lost_is_made_once_and_answered_later(
    world: World, order: Order, counter: Counter
) -> None:
    """The operator sees it waiting, and done when Klarna has answered the same key again."""
    world.town.klarna.faults.add("timeout_after_commit", operation="create_capture")
    ask = counter.ask(Request(command=Command.CAPTURE, amount=sek(10000)))
    while_unknown = counter.state(ask)
    world.pass_time(SOON)

    assert while_unknown is AskState.WAITING
    assert counter.state(ask) is AskState.DONE
    assert [made.captured_amount for made in world.klarna(order).captures] == [10000]


def test_a_refund_by_line_is_booked_in_the_shop_and_put_back_on_the_shelf(
    world: World, order: Order, counter: Counter
) -> None:
    """Klarna gives back one mug; the shop books it by line, restocked, and sends nothing."""
    world.set_status(order, "completed")
    line = first_line(world, order)
    ask = counter.ask(
        Request(
            command=Command.REFUND, lines={line: 1}, restock=True, description="Broken handle"
        )
    )
    world.look(order)

    booked = world.town.desk.books.refunds(order.id)
    assert counter.state(ask) is AskState.DONE
    assert len(world.klarna(order).refunds) == 1
    assert [len(refund.lines) for refund in booked] == [1]
    assert booked[0].amount == Decimal(world.klarna(order).refunds[0].refunded_amount) / 100
    assert "Broken handle" in booked[0].reason
    assert not any("not by this shop" in note for note in world.notes(order))


def test_a_refund_of_an_amount_is_booked_without_lines(
    world: World, order: Order, counter: Counter
) -> None:
    """A goodwill refund of 25.00 is one refund on each side."""
    world.set_status(order, "completed")
    counter.ask(Request(command=Command.REFUND, amount=sek(2500)))
    counter.ask(Request(command=Command.REFUND, amount=sek(2500)))

    assert [made.refunded_amount for made in world.klarna(order).refunds] == [2500, 2500]
    assert len(world.town.desk.books.refunds(order.id)) == 2


def test_a_refund_whose_booking_fails_is_booked_later_and_never_sent_again(
    world: World, order: Order, counter: Counter
) -> None:
    """The shop is down when it should book: money moved once, the booking waits."""
    world.set_status(order, "completed")
    ask = uuid4()
    reviewed = counter.review(Request(command=Command.REFUND, amount=sek(2500)), ask)
    world.town.klarna.faults.add("slow", operation="create_refund")
    world.pause.then = lambda: world.town.desk.books.change_settings(broken_with=503)
    counter.send(reviewed.request, ask)
    world.town.desk.books.change_settings(broken_with=0)
    world.pause.then = lambda: None
    world.pass_time(timedelta(hours=1))

    assert [made.refunded_amount for made in world.klarna(order).refunds] == [2500]
    assert len(world.town.desk.books.refunds(order.id)) == 1


def test_a_cancellation_by_hand_cancels_the_shops_order_with_one_note(
    world: World, order: Order, counter: Counter
) -> None:
    """The shop follows, and is not told that somebody else has cancelled."""
    ask = counter.ask(Request(command=Command.CANCEL))
    world.look(order)

    assert counter.state(ask) is AskState.DONE
    assert world.klarna(order).status is Status.CANCELLED
    assert world.store(order).status == "cancelled"
    assert world.notes(order) == ["Klarna order cancellation completed."]


def test_the_rest_is_released_by_hand(world: World, order: Order, counter: Counter) -> None:
    """After a part capture the operator gives up what is left."""
    counter.ask(Request(command=Command.CAPTURE, amount=sek(10000)))
    ask = counter.ask(Request(command=Command.RELEASE))

    assert counter.state(ask) is AskState.DONE
    assert world.klarna(order).remaining_authorized_amount == 0


def test_an_extension_by_hand(world: World, order: Order, counter: Counter) -> None:
    """More time is asked for, and the new date is read."""
    world.pass_time(timedelta(days=20))
    before = world.klarna(order).expires_at
    ask = counter.ask(Request(command=Command.EXTEND))

    assert counter.state(ask) is AskState.DONE
    assert world.klarna(order).expires_at > before


def test_what_klarna_refuses_is_answered_with_its_reason(
    world: World, order: Order, counter: Counter
) -> None:
    """A capture that Klarna's portal has made impossible is refused in words, once."""
    ask = uuid4()
    reviewed = counter.review(Request(command=Command.CAPTURE, amount=sek(10000)), ask)
    portal.cancel(world.town.books, world.klarna(order).order_id)
    counter.send(reviewed.request, ask)

    assert counter.state(ask) is AskState.REFUSED
    assert "cancelled" in counter.answer(ask)
    assert not world.klarna(order).captures


def test_an_order_that_is_left_alone_gets_nothing_until_it_is_taken_up_again(
    world: World, order: Order, counter: Counter
) -> None:
    """Switched off here, completing sends nothing and the shop is told; on again, it does."""
    desk = world.parts.desk
    desk.switch_off(counter.row, ANNA, reason="Paid in cash")
    world.set_status(order, "completed")
    captures_while_off = len(world.klarna(order).captures)
    with pytest.raises(NotAllowedNow, match="switched off"):
        counter.review(Request(command=Command.REFUND), uuid4())
    desk.switch_on(counter.row, ANNA)
    world.work()

    assert captures_while_off == 0
    assert len(world.klarna(order).captures) == 1


def test_an_ask_that_was_not_sent_can_be_taken_back(
    world: World, order: Order, counter: Counter
) -> None:
    """Taken back while the worker was away, it is never carried out."""
    ask = uuid4()
    reviewed = counter.review(Request(command=Command.CAPTURE, amount=sek(10000)), ask)
    world.parts.desk.ask(counter.row, reviewed.request, ask_id=ask, actor=ANNA)
    world.parts.desk.withdraw(counter.row, ask, ANNA)
    world.work()

    assert counter.state(ask) is AskState.WITHDRAWN
    assert not world.klarna(order).captures
    with pytest.raises(NotAllowedNow, match="cannot be taken back"):
        world.parts.desk.withdraw(counter.row, ask, ANNA)


def test_an_update_is_sent_by_hand_in_a_status_that_sends_none(
    world: World, order: Order, counter: Counter
) -> None:
    """In a status of the merchant's own, changed lines go to Klarna when they are asked for."""
    world.town.desk.set_status(order.id, "pending")
    world.town.desk.add_fee(order.id, name="Wrapping", amount=Decimal("20.00"))
    world.look(order)
    before = world.klarna(order).order_amount
    ask = counter.ask(Request(command=Command.UPDATE))

    assert before == 29900
    assert counter.state(ask) is AskState.DONE
    assert world.klarna(order).order_amount > before


def test_klarnas_message_is_sent_again_once_for_each_request(
    world: World, order: Order, counter: Counter
) -> None:
    """The customer lost the mail: one click, one message."""
    world.set_status(order, "completed")
    ask = uuid4()
    reviewed = counter.review(Request(command=Command.RESEND), ask)
    counter.send(reviewed.request, ask)
    counter.send(reviewed.request, ask)

    assert counter.state(ask) is AskState.DONE
    assert world.calls().count("trigger_send_out") == 1


def test_a_due_date_is_moved_for_the_fee_that_was_shown(
    world: World, order: Order, counter: Counter
) -> None:
    """Klarna's offers are asked for first; the one that is taken is asked for with its fee."""
    world.set_status(order, "completed")
    question = counter.ask(Request(command=Command.DUE_DATE))
    offers = world.parts.desk.answer_of(counter.row, question).offers
    taken = Request(command=Command.DUE_DATE, days=offers[0].number_of_days, fee=offers[0].fee)
    ask = counter.ask(taken)
    dearer = Request(
        command=Command.DUE_DATE, days=offers[0].number_of_days, fee=offers[0].fee + sek(1)
    )
    refused = counter.ask(dearer)

    assert counter.state(ask) is AskState.DONE
    assert counter.state(refused) is AskState.REFUSED
    assert "fee" in counter.answer(refused)
