"""What operators ask for in the console: form, review, one request, and its answer."""

import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from browser import console_orders
from integration.worlds import World
from kvitt.sandbox.klarna import Status
from kvitt.sandbox.shop.records import Order
from kvitt.sandbox.shop.screenwork import LineEdit
from kvitt.web import desk
from kvitt.web.accounts.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)


class Counter:
    """The console, as one person uses it on one order."""

    def __init__(self, world: World, order: Order, role: Role = Role.MANAGER) -> None:
        self.world = world
        self.row = world.row(order)
        self.client = Client()
        self.client.force_login(console_orders.person(role, name=f"{role}-{uuid4()}"))
        session = self.client.session
        session["kvitt_proved_at"] = timezone.now().timestamp()
        session.save()

    def address(self, name: str, *more: Any) -> str:
        return reverse(f"console:{name}", args=[self.row.pk, *more])

    def review(self, command: str, **typed: str) -> Any:
        """Open the form, fill it in, and ask for the review."""
        form = self.client.get(self.address(f"ask-{command}"), follow=True)
        return self.client.get(
            self.address(f"review-{command}"), {"key": hidden(form, "key"), **typed}
        )

    def send(self, command: str, review: Any) -> Any:
        """Press the review's button."""
        return self.client.post(self.address(f"review-{command}"), all_hidden(review))

    def ask(self, command: str, **typed: str) -> str:
        """Review, send, let the work be done, and return the answer as it is read."""
        sent = self.send(command, self.review(command, **typed))
        assert sent.status_code == 302, said(sent)
        self.world.work()
        return said(self.client.get(sent["Location"]))


def said(response: Any) -> str:
    """Return what is read, without tags and with single spaces."""
    html = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\xa0", " ").split())


def offers_in(response: Any) -> list[str]:
    """Return the addresses of the offers that a page shows, each with its own fee."""
    found = re.findall(r'href="([^"]*due-date/review[^"]*)"', response.content.decode())
    return [unescape(each) for each in found]


def hidden(response: Any, name: str) -> str:
    return all_hidden(response)[name]


def all_hidden(response: Any) -> dict[str, str]:
    """Return the hidden fields of the page's own form."""
    main = response.content.decode().partition("<main")[2]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main)
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


@pytest.fixture
def order(world: World) -> Order:
    """An order of two mugs that was looked at."""
    placed = world.buy()
    world.look(placed)
    return placed


@pytest.fixture(autouse=True)
def the_desk(world: World) -> Iterator[None]:
    """The desk that ``bootstrap`` gives the console."""
    desk.use(world.parts.desk)
    yield
    desk.use(None)


@pytest.fixture
def counter(world: World, order: Order) -> Counter:
    """A manager at that order."""
    return Counter(world, order)


def test_pieces_are_captured_as_reviewed(world: World, order: Order, counter: Counter) -> None:
    """One of two mugs: the review names the sum, the rest and the line; Klarna has that sum."""
    line = world.store(order).lines[0].id
    review = counter.review("capture", by="lines", **{f"line-{line}": "1"})
    answer = counter.ask("capture", by="lines", **{f"line-{line}": "1"})

    assert "stays authorized" in said(review)
    assert "Done" in answer
    (made,) = world.klarna(order).captures
    assert 0 < made.captured_amount < 29_900


def test_a_double_click_and_the_back_button_capture_once(
    world: World, order: Order, counter: Counter
) -> None:
    """The review's button twice, and the review opened again: one capture, one answer."""
    review = counter.review("capture", by="amount", amount="100.00")
    first, second = counter.send("capture", review), counter.send("capture", review)
    world.work()
    third = counter.send("capture", review)
    again = counter.client.get(counter.address("review-capture"), all_hidden(review))

    answers = {page["Location"] for page in (first, second, third, again)}
    assert len(answers) == 1
    assert [made.captured_amount for made in world.klarna(order).captures] == [10_000]


def test_the_second_of_two_operators_is_told_what_the_first_did(
    world: World, order: Order, counter: Counter
) -> None:
    """Two open reviews: the second one is refused with the figures, and nothing is stored."""
    mine = counter.review("capture", by="amount", amount="100.00")
    theirs = Counter(world, order).review("capture", by="amount", amount="100.00")
    counter.send("capture", mine)
    world.work()
    late = counter.send("capture", theirs)

    assert late.status_code == 409
    assert "Somebody was faster" in said(late)
    assert len(world.klarna(order).captures) == 1


def test_a_refund_with_a_reason_is_made_and_booked(
    world: World, order: Order, counter: Counter
) -> None:
    """Written as a Swede writes it, "25,50" is 25.50; the shop books the refund."""
    world.set_status(order, "completed")
    answer = counter.ask("refund", by="amount", amount="25.50", reason="Late delivery")

    assert "Done" in answer
    assert [made.refunded_amount for made in world.klarna(order).refunds] == [2_550]
    (booked,) = world.town.desk.books.refunds(order.id)
    assert booked.amount == Decimal("25.50")
    assert "Late delivery" in booked.reason


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"by": "amount", "amount": "many"}, "Write an amount such as 123.45."),
        ({"by": "amount", "amount": ""}, "Write how much."),
        ({"by": "amount", "amount": "-5"}, "more than nothing"),
        ({"by": "amount", "amount": "1.005"}, "Write an amount such as"),
        ({"by": "all", "amount": "10.00"}, "You typed an amount, but chose something else"),
        ({"by": "amount", "amount": "300.00"}, "at most SEK 299.00 can be captured"),
    ],
)
def test_what_cannot_be_meant_is_said_beside_the_form(
    world: World, order: Order, counter: Counter, typed: dict[str, str], error: str
) -> None:
    """What was typed is kept, what is wrong is said, and nothing is stored."""
    answer = counter.review("capture", **typed)

    assert answer.status_code in {409, 422}
    assert error in said(answer)
    assert world.work() == 0
    assert not world.klarna(order).captures


def test_pieces_that_were_changed_are_not_taken_for_everything(
    world: World, order: Order, counter: Counter
) -> None:
    """Without JavaScript the choice above may be forgotten: it is asked for, not guessed."""
    line = world.store(order).lines[0].id
    answer = counter.review("capture", by="all", **{f"line-{line}": "1"})

    assert answer.status_code == 422
    assert "You changed a quantity" in said(answer)


@pytest.mark.parametrize(
    ("command", "status"), [("cancel", Status.CANCELLED), ("extend", Status.AUTHORIZED)]
)
def test_what_needs_no_figures_goes_straight_to_its_review(
    world: World, order: Order, counter: Counter, command: str, status: Status
) -> None:
    """One page says what will happen, one button does it."""
    answer = counter.ask(command)

    assert "Done" in answer
    assert world.klarna(order).status is status


def test_an_update_shows_the_lines_before_and_after(
    world: World, order: Order, counter: Counter
) -> None:
    """What changes, is added or goes is shown beside what Klarna has, with both amounts."""
    desk_of_shop = world.town.desk
    desk_of_shop.set_status(order.id, "pending")
    mugs = LineEdit(
        item_id=order.lines[0].id, quantity=1, subtotal=Decimal(100), total=Decimal(100)
    )
    desk_of_shop.edit_lines(order.id, [mugs])
    desk_of_shop.add_fee(order.id, name="Wrapping", amount=Decimal("20.00"))
    desk_of_shop.calculate(order.id)
    world.look(order)

    review = said(counter.review("update"))
    answer = counter.ask("update")
    again = said(counter.client.get(counter.address("order")))

    mug, wrapping = "2 → 1 SEK 125.00", "1 SEK 25.00 SEK 5.00 (25%) SEK 25.00 + Added"
    assert f"MUG-1 {mug} SEK 50.00 (25%) → SEK 25.00 (25%) SEK 250.00 → SEK 125.00 ≠" in review
    assert f"Wrapping {wrapping}" in review
    assert "As before" in review
    assert "Authorized at Klarna now SEK 299.00 Authorized afterwards SEK 199.00" in review
    assert "Difference -SEK 100.00" in review
    assert "To change a line" in review
    assert "Done" in answer
    assert "Klarna has the shop's lines and total already." in again


def test_an_update_that_raises_the_amount_says_that_klarna_may_refuse(
    world: World, order: Order, counter: Counter
) -> None:
    """The new amount stands against the authorized one, with its sign."""
    desk_of_shop = world.town.desk
    desk_of_shop.set_status(order.id, "pending")
    desk_of_shop.add_fee(order.id, name="Wrapping", amount=Decimal("20.00"))
    world.look(order)
    review = said(counter.review("update"))

    assert "Difference +SEK 25.00" in review
    assert "Klarna first judges whether the customer may pay more" in review


def test_nothing_to_update_explains_itself_and_leads_to_the_shop(
    order: Order, counter: Counter
) -> None:
    """It is no error: what Klarna has stands there, and where a line would be changed."""
    answer = counter.client.get(counter.address("ask-update"), follow=True)
    page, html = said(answer), str(answer.content, "utf-8")

    assert "Klarna has the shop's lines and total already." in page
    assert 'role="alert"' not in html
    assert "What Klarna has SEK 299.00" in page
    assert "Lines are changed in the shop's order screen, not here" in page
    assert "This one is “Processing”: change its status there first" in page
    assert f"/wp-admin/post.php?post={order.id}&amp;action=edit" in html


def test_a_captured_order_is_not_said_to_be_changed_in_the_shop(
    world: World, order: Order, counter: Counter
) -> None:
    """What is captured stays: a refund is the way, and no status is to be changed for it."""
    world.set_status(order, "completed")
    answer = counter.client.get(counter.address("ask-update"), follow=True)

    assert "What is captured no longer changes: refund what is too much" in said(answer)
    assert "change its status there first" not in said(answer)
    assert 'role="alert"' in str(answer.content, "utf-8")


def test_a_due_date_is_moved_by_one_of_klarnas_offers(
    world: World, order: Order, counter: Counter
) -> None:
    """First the question, then the offers with their fees, then the review of one."""
    world.set_status(order, "completed")
    question = counter.send("due_date", counter.review("due_date"))
    world.work()
    offered = offers_in(counter.client.get(question["Location"]))
    form = offers_in(counter.client.get(counter.address("ask-due_date")))
    review = counter.client.get(offered[-1])
    answer = counter.send("due_date", review)
    world.work()

    fees = [parse_qs(urlsplit(each).query)["fee"] for each in form]
    assert fees == [parse_qs(urlsplit(each).query)["fee"] for each in offered]
    assert len({str(each) for each in fees}) > 1
    assert "days more for" in said(review)
    assert "Done" in said(counter.client.get(answer["Location"]))


def test_a_request_is_taken_back_before_it_is_sent(
    world: World, order: Order, counter: Counter
) -> None:
    """While no worker has it, one button takes it back."""
    sent = counter.send("capture", counter.review("capture", by="all"))
    key = sent["Location"].rstrip("/").rpartition("/")[2]
    counter.client.post(counter.address("withdraw", key))
    world.work()

    assert "Taken back" in said(counter.client.get(sent["Location"]))
    assert not world.klarna(order).captures


def test_every_command_is_offered_or_says_why_not(counter: Counter) -> None:
    """On a fresh order: capture, cancel and extend; the others with their reasons."""
    page = counter.client.get(counter.address("order"))

    assert page.content.decode().count("/capture") >= 1
    assert "Nothing is captured yet, so there is nothing to refund" in said(page)


def test_what_waits_leads_to_what_helps(world: World, order: Order, counter: Counter) -> None:
    """Cancelled in the shop after the capture: a refund is a press away, for who may."""
    operator = Counter(world, order, Role.OPERATOR)
    world.set_status(order, "completed")
    world.set_status(order, "cancelled")

    waits = counter.client.get(reverse("console:attention")).content.decode()
    form = counter.client.get(counter.address("ask-refund"))

    assert f'href="{counter.address("ask-refund")}"' in waits
    assert form.status_code == 200
    for page in (reverse("console:attention"), counter.address("order")):
        seen = operator.client.get(page).content.decode()
        assert f'class="button primary" href="{counter.address("ask-refund")}"' not in seen


def test_an_order_is_left_alone_and_taken_up_again(
    world: World, order: Order, counter: Counter
) -> None:
    """With a reason, nothing is sent whatever the shop says; taken up again, it is done."""
    silent = counter.client.post(counter.address("leave-alone"), {"reason": " "}, follow=True)
    asked = counter.client.post(
        counter.address("leave-alone"), {"reason": "Settled by phone"}, follow=True
    )
    world.set_status(order, "completed")
    alone, before = said(counter.client.get(counter.address("order"))), world.intents(order)
    counter.client.post(counter.address("take-up"))
    world.work()

    assert "Say why, so that others understand it later." in said(silent)
    assert "kvitt leaves this order alone" in said(asked)
    assert "Settled by phone" in alone
    assert "Manage it again" in alone
    assert before == []
    assert world.klarna(order).captured_amount == 29_900
    assert "Stop managing this order" in said(counter.client.get(counter.address("order")))


def test_who_may_not_capture_cannot_have_an_order_left_alone(
    world: World, order: Order
) -> None:
    """A viewer is shown no such button, and the address refuses."""
    viewer = Counter(world, order, Role.VIEWER)

    assert "Stop managing" not in said(viewer.client.get(viewer.address("order")))
    answer = viewer.client.post(viewer.address("leave-alone"), {"reason": "x"})
    assert answer.status_code == 403


def test_an_operator_may_capture_and_not_refund(world: World, order: Order) -> None:
    """The page says who may; the address refuses."""
    operator = Counter(world, order, Role.OPERATOR)
    world.set_status(order, "completed")

    assert "Ask a manager" in said(operator.client.get(operator.address("order")))
    assert operator.client.get(operator.address("ask-refund")).status_code == 403
    assert operator.client.get(operator.address("ask-resend"), follow=True).status_code == 200


def test_money_is_not_moved_by_a_session_that_was_left_open(
    world: World, order: Order, counter: Counter
) -> None:
    """Long after signing in, the button asks for the password first."""
    review = counter.review("capture", by="all")
    session = counter.client.session
    session["kvitt_proved_at"] = 0.0
    session.save()
    answer = counter.send("capture", review)

    assert "Password" in said(answer)
    assert world.work() == 0
    assert not world.klarna(order).captures


def test_a_refund_says_what_can_still_be_refunded_after_it(counter: Counter) -> None:
    """Whoever gives a part back reads what is left for the next time."""
    counter.ask("capture", by="all")

    review = said(counter.review("refund", by="amount", amount="20"))

    assert "can still be refunded." in review


def test_one_reason_that_bars_everything_is_said_once(world: World, order: Order) -> None:
    """Whoever may only look reads why once, and every button that is off refers to it."""
    looking = Counter(world, order, role=Role.VIEWER)

    page = said(looking.client.get(looking.address("order")))

    reason = "Your role does not allow this. Ask a manager."
    assert page.count(reason) == 1


def test_the_answers_page_counts_what_needs_attention_like_every_page(
    world: World, counter: Counter
) -> None:
    """What the page knows of its own request never stands where the count is."""
    sent = counter.send("capture", counter.review("capture", by="all"))

    html = str(counter.client.get(sent["Location"]).content, "utf-8")

    assert "Waiting to be sent" in html
    assert 'class="count"' not in html
    world.work()
