"""One command for many orders, from the console to Klarna: each once, each with its answer."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from browser import console_orders
from integration.runs_reader import REVIEW, Reader
from integration.test_console_asks import said
from integration.worlds import World
from kvitt.adapters.database.models import Order as OrderRow
from kvitt.adapters.database.models import PartyHealth, RunItemRow, RunRow, Shop, ShopState
from kvitt.domain.asks import Command, Request
from kvitt.domain.money import Money
from kvitt.sandbox.klarna import portal
from kvitt.sandbox.shop.records import Order
from kvitt.web import bulk, desk
from kvitt.web.accounts.roles import Role
from kvitt.web.console.runs import results

pytestmark = pytest.mark.django_db(transaction=True)


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
        world.hint(order)
    world.work()
    return placed


@pytest.fixture
def rows(world: World, sold: list[Order]) -> list[OrderRow]:
    return [world.row(order) for order in sold]


@pytest.fixture
def manager() -> Reader:
    return Reader(console_orders.person(Role.MANAGER, name="mona"))


def captured(world: World, sold: list[Order]) -> list[int]:
    return [sum(one.captured_amount for one in world.klarna(each).captures) for each in sold]


def capture_a_part(world: World, row: OrderRow) -> None:
    """Somebody else captures 100.00 of an order."""
    key = uuid4()
    asked = Request(command=Command.CAPTURE, amount=Money(10_000, "SEK"))
    review = world.parts.desk.review(row.pk, asked, ask_id=key)
    world.parts.desk.ask(row.pk, review.request, ask_id=key, actor="anna")
    world.work()


def test_what_was_reviewed_is_captured_once_each_and_answered(
    world: World, sold: list[Order], rows: list[OrderRow], manager: Reader
) -> None:
    """The review names each order and the sum; its button twice, early or late, is one run."""
    review = manager.review("capture", *rows)
    first, second = manager.begin(review), manager.begin(review)
    world.work()
    third = manager.begin(review)
    world.work()
    told = said(manager.client.get(third["Location"]))
    answers = manager.client.get(f"{third['Location']}.csv")

    assert "Capture 3 orders: SEK 897.00" in said(review)
    assert first["Location"] == second["Location"] == third["Location"]
    assert captured(world, sold) == [29_900] * 3
    assert "3 of 3 answered. Done: 3 · SEK 897.00 done" in told
    assert told.count("Klarna's id:") == 3
    assert lines_of(answers)[1].startswith(
        f"{sold[0].id},Practice shop,Astrid Lind,SEK,299.00,"
    )


def test_what_changed_since_the_review_is_left_alone(
    world: World, sold: list[Order], rows: list[OrderRow], manager: Reader
) -> None:
    """Captured in part after the review, cancelled after it began: neither is captured."""
    review = manager.review("capture", *rows)
    capture_a_part(world, rows[0])
    run = begun(manager, review)
    portal.cancel(world.town.books, world.klarna(sold[1]).order_id)
    world.work()
    told = manager.read(run)

    assert "Done: 1 · Not done: 1 · Not asked: 1" in told
    assert "Somebody was faster" in told
    assert "Review 2 orders once more" in told
    assert captured(world, sold) == [10_000, 0, 29_900]


def test_two_operators_capture_the_same_orders_once(
    world: World, sold: list[Order], rows: list[OrderRow], manager: Reader
) -> None:
    """Two reviews of the same orders, both begun: each order is captured once."""
    other = Reader(console_orders.person(Role.OPERATOR, name="olle"))
    mine, theirs = manager.review("capture", *rows), other.review("capture", *rows)
    manager.begin(mine)
    run = begun(other, theirs)
    world.work()

    assert captured(world, sold) == [29_900] * 3
    assert "Not done: 3" in other.read(run)


def test_a_stopped_run_sends_nothing_and_can_be_asked_anew(
    world: World, sold: list[Order], rows: list[OrderRow], manager: Reader
) -> None:
    """Stopped before a worker came: nothing is captured; a second run, reviewed, does it."""
    run = manager.run("capture", *rows)
    manager.stop(run)
    world.work()
    nothing, told = captured(world, sold), manager.read(run)
    review = manager.client.get(REVIEW, {"command": "capture", "again": str(run.uid)})
    manager.begin(review)
    world.work()

    assert nothing == [0, 0, 0]
    assert "Stopped" in told
    assert "Taken back: 3" in told
    assert captured(world, sold) == [29_900] * 3
    assert RunRow.objects.count() == 2


def test_orders_are_refunded_and_looked_at_in_runs(
    world: World, sold: list[Order], rows: list[OrderRow], manager: Reader
) -> None:
    """A run of looks is done when each was looked at; a run of refunds gives all back."""
    begun(manager, manager.review("capture", *rows))
    world.work()
    looks = manager.run("sync", *rows)
    before = manager.read(looks)
    world.work()
    manager.run("refund", *rows)
    world.work()

    assert "Waiting: 3" in before
    assert "Done: 3" in manager.read(looks)
    assert [world.klarna(each).refunded_amount for each in sold] == [29_900] * 3
    listed = said(manager.client.get(reverse("console:runs")))
    assert listed.count("Done 3") == 3
    assert RunItemRow.objects.filter(state="begun").count() == 9


def silent_shop(shop: int) -> None:
    PartyHealth.objects.create(
        shop_id=shop,
        blocked_until=timezone.now() + timedelta(hours=1),
        changed_at=timezone.now(),
    )


def failed_in_vain(shop: int) -> None:
    OrderRow.objects.filter(shop=shop).update(failures=results.IN_VAIN)


def paused(shop: int) -> None:
    Shop.objects.filter(pk=shop).update(state=ShopState.PAUSED.value)


@pytest.mark.parametrize("cannot", [silent_shop, failed_in_vain, paused])
def test_a_run_of_looks_does_not_wait_for_who_is_silent(
    rows: list[OrderRow], manager: Reader, cannot: Callable[[int], None]
) -> None:
    """What cannot be looked at now ends the waiting with its reason, on every page."""
    run = manager.run("sync", *rows)
    cannot(rows[0].shop_id)

    told = manager.read(run)

    assert "Not done: 3" in told
    assert "The shop or Klarna does not answer, or work on the shop is stopped." in told
    assert "every 2s" not in told
    assert "Not done 3" in said(manager.client.get(reverse("console:runs")))


def test_a_look_after_a_silence_is_done_all_the_same(
    world: World, rows: list[OrderRow], manager: Reader
) -> None:
    """What was not done is done once the shop answers; a stopped run awaits nothing."""
    run = manager.run("sync", *rows)
    silent_shop(rows[0].shop_id)
    silent = manager.read(run)
    PartyHealth.objects.all().delete()
    world.work()
    again = manager.run("sync", *rows)
    manager.stop(again)

    assert "Not done: 3" in silent
    assert "Done: 3" in manager.read(run)
    assert "Taken back: 3" in manager.read(again)


def begun(reader: Reader, review: Any) -> RunRow:
    """Press the button, and return the run it leads to."""
    sent = reader.begin(review)
    return RunRow.objects.get(uid=sent["Location"].rpartition("/")[2])


def lines_of(answer: Any) -> list[str]:
    return b"".join(answer.streaming_content).decode().splitlines()
