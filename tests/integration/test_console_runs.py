"""One command for many orders in the console: reviewed, begun once, followed, stopped."""

from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from browser import console_orders
from integration.test_console_asks import said
from integration.worlds import World
from kvitt.adapters.database.models import Order as OrderRow
from kvitt.adapters.database.models import RunItemRow, RunRow
from kvitt.application.bulk import AT_ONCE
from kvitt.domain.runs import MOST, key_of
from kvitt.sandbox.klarna import Status
from kvitt.sandbox.shop.records import Order
from kvitt.web import bulk, desk
from kvitt.web.accounts import roles
from kvitt.web.accounts.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)

REVIEW = "/runs/review"


class Reader:
    """The console, as one person uses it."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)
        session = self.client.session
        session["kvitt_proved_at"] = timezone.now().timestamp()
        session.save()

    def review(self, command: str, *orders: OrderRow, **more: str) -> Any:
        given = {"command": command, "order": [str(order.pk) for order in orders], **more}
        return self.client.get(REVIEW, given)

    def begin(self, review: Any) -> Any:
        """Press the review's button."""
        return self.client.post(REVIEW, form_of(review))

    def run(self, command: str, *orders: OrderRow) -> RunRow:
        """Review and begin; return the run."""
        sent = self.begin(self.review(command, *orders))
        assert sent.status_code == 302, said(sent)
        return RunRow.objects.latest("pk")

    def read(self, run: RunRow) -> str:
        return said(self.client.get(reverse("console:run", args=[run.uid])))


def form_of(review: Any) -> dict[str, list[str]]:
    """Return what the review's form sends."""
    found: dict[str, list[str]] = {}
    for part in review.content.decode().partition("<main")[2].split('<input type="hidden"')[1:]:
        name, value = part.split('name="')[1].split('"')[0], part.split('value="')[1]
        found.setdefault(name, []).append(unescape(value.split('"')[0]))
    found.pop("csrfmiddlewaretoken", None)
    return found


@pytest.fixture(autouse=True)
def the_desks(world: World) -> Iterator[None]:
    """What ``bootstrap`` gives the console."""
    desk.use(world.parts.desk)
    bulk.use(world.parts.bulk)
    yield
    desk.use(None)
    bulk.use(None)


@pytest.fixture
def sold(world: World) -> list[Order]:
    """Three orders of two mugs that were looked at."""
    placed = [world.buy() for _ in range(3)]
    for order in placed:
        world.look(order)
    return placed


@pytest.fixture
def rows(world: World, sold: list[Order]) -> list[OrderRow]:
    return [world.row(order) for order in sold]


@pytest.fixture
def manager() -> Reader:
    return Reader(console_orders.person(Role.MANAGER, name="mona"))


def captured(world: World, sold: list[Order]) -> list[int]:
    return [sum(one.captured_amount for one in world.klarna(each).captures) for each in sold]


def test_what_was_reviewed_is_captured_order_by_order(
    world: World, sold: list[Order], rows: list[OrderRow], manager: Reader
) -> None:
    """The review names each order and the sum; each is captured and has its own answer."""
    review = manager.review("capture", *rows)
    run = manager.run("capture", *rows)
    world.work()
    told = manager.read(run)

    assert "Capture 3 orders: SEK 897.00" in said(review)
    assert captured(world, sold) == [29_900] * 3
    assert "3 of 3 answered. Done: 3 · SEK 897.00 done" in told
    assert told.count("Klarna's id:") == 3


def test_the_button_pressed_twice_is_one_run(
    world: World, sold: list[Order], rows: list[OrderRow], manager: Reader
) -> None:
    """Before and after the work is done, the same form leads to the same run."""
    review = manager.review("capture", *rows)
    first, second = manager.begin(review), manager.begin(review)
    world.work()
    third = manager.begin(review)

    assert first["Location"] == second["Location"] == third["Location"]
    assert RunRow.objects.count() == 1
    assert captured(world, sold) == [29_900] * 3


def test_what_cannot_be_done_is_told_with_its_reason_and_left_out(
    world: World, sold: list[Order], rows: list[OrderRow], manager: Reader
) -> None:
    """A cancelled order among three: the review says why, the run has the other two."""
    world.set_status(sold[0], "cancelled")
    review = manager.review("capture", *rows)
    run = manager.run("capture", *rows)

    assert "1 order will be left out" in said(review)
    assert "Capture 2 orders: SEK 598.00" in said(review)
    assert RunItemRow.objects.filter(run=run).count() == 2


def test_an_order_that_changed_after_the_review_is_left_alone(
    world: World, sold: list[Order], rows: list[OrderRow], manager: Reader
) -> None:
    """Somebody captures a part of one meanwhile: it is not asked, the others are done."""
    review = manager.review("capture", *rows)
    world.parts.desk.ask(
        rows[1].pk,
        world.parts.desk.review(rows[1].pk, part(100_00), ask_id=(key := uuid4())).request,
        ask_id=key,
        actor="anna",
    )
    world.work()
    manager.begin(review)
    world.work()
    told = manager.read(RunRow.objects.get())

    assert "Somebody was faster" in told
    assert "Done: 2 · Not asked: 1" in told
    assert captured(world, sold) == [29_900, 10_000, 29_900]


def test_an_order_that_changes_after_it_was_begun_is_refused(
    world: World, sold: list[Order], rows: list[OrderRow], manager: Reader
) -> None:
    """Klarna's own portal captures between the request and its turn: no second capture."""
    run = manager.run("capture", *rows)
    world.town.books.capture(world.klarna(sold[0]).order_id, amount=5_000)
    world.work()
    told = manager.read(run)

    assert "Not done: 1" in told
    assert captured(world, sold) == [5_000, 29_900, 29_900]
    assert "Review 1 order once more" in told


def test_two_operators_capture_the_same_orders_once(
    world: World, sold: list[Order], rows: list[OrderRow], manager: Reader
) -> None:
    """Two reviews of the same orders, both begun: each order is captured once."""
    other = Reader(console_orders.person(Role.OPERATOR, name="olle"))
    mine, theirs = manager.review("capture", *rows), other.review("capture", *rows)
    manager.begin(mine)
    other.begin(theirs)
    world.work()

    assert captured(world, sold) == [29_900] * 3
    assert "Not done: 3" in other.read(RunRow.objects.latest("pk"))


def test_a_stop_takes_back_what_was_not_sent(
    world: World, sold: list[Order], rows: list[OrderRow], manager: Reader
) -> None:
    """Before a worker comes, stopping takes all back, and nothing is captured."""
    run = manager.run("capture", *rows)
    manager.client.post(reverse("console:stop-run", args=[run.uid]))
    world.work()
    told = manager.read(run)

    assert "Taken back: 3" in told
    assert "Review 3 orders once more" in told
    assert captured(world, sold) == [0, 0, 0]


def test_what_was_not_done_is_reviewed_anew_in_a_run_of_its_own(
    world: World, sold: list[Order], rows: list[OrderRow], manager: Reader
) -> None:
    """After a stop the same orders are reviewed under another key, and then captured."""
    run = manager.run("capture", *rows)
    manager.client.post(reverse("console:stop-run", args=[run.uid]))
    review = manager.client.get(REVIEW, {"command": "capture", "again": str(run.uid)})
    manager.begin(review)
    world.work()

    assert "Capture 3 orders" in said(review)
    assert captured(world, sold) == [29_900] * 3
    assert RunRow.objects.count() == 2


def part(minor: int) -> Any:
    from kvitt.domain.asks import Command, Request
    from kvitt.domain.money import Money

    return Request(command=Command.CAPTURE, amount=Money(minor, "SEK"))
