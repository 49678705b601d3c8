"""What operators do by hand, in a real browser, down to the practice Klarna's own record."""

import os
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TypeAlias

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from browser import console_orders
from browsing import PageFactory
from integration.conftest import world
from integration.worlds import World
from kvitt.adapters.database.models import Shop
from kvitt.sandbox.klarna import Status
from kvitt.sandbox.shop.records import Order
from kvitt.sandbox.shop.screenwork import LineEdit
from kvitt.web import bulk, desk
from kvitt.web.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["world"]

OpenPage: TypeAlias = Callable[..., Page]

# Playwright's synchronous interface runs an event loop in this thread, from which Django
# refuses to be called; no test here is asynchronous (docs.djangoproject.com, async safety).
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


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
    """Three orders of two mugs each, 299.00, that were looked at."""
    placed = [world.buy() for _ in range(3)]
    for order in placed:
        world.hint(order)
    world.work()
    return placed


@pytest.fixture
def open_page(page_factory: PageFactory, live_server: LiveServer) -> OpenPage:
    """Open pages of a manager who has just signed in."""
    client = Client()
    client.force_login(console_orders.person(Role.MANAGER, name="mona"))
    session = client.session
    session["kvitt_proved_at"] = timezone.now().timestamp()
    session.save()
    cookies = [(name, morsel.value) for name, morsel in client.cookies.items()]

    def open_at(path: str, **how: object) -> Page:
        page = page_factory(**how)
        page.context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in cookies]
        )
        page.goto(f"{live_server.url}{path}")
        return page

    return open_at


def captured(world: World, order: Order) -> int:
    return sum(one.captured_amount for one in world.klarna(order).captures)


@pytest.mark.parametrize(
    ("javascript", "width"), [(True, 1280), (False, 390)], ids=["scripts", "no scripts"]
)
def test_ticked_orders_are_reviewed_and_captured_in_a_run(
    world: World, sold: list[Order], open_page: OpenPage, javascript: bool, width: int
) -> None:
    """Tick two in the list, review, press once: the page shows how far it is, and the end."""
    page = open_page("/orders", javascript=javascript, width=width)
    for order in sold[:2]:
        page.get_by_role("checkbox", name=f"Select order #{order.id}").check()
    if javascript:
        expect(page.get_by_text("2 orders ticked")).to_be_visible()
    page.get_by_label("Do", exact=True).select_option("capture")
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Capture 2 orders: SEK 598.00").click()
    expect(page.get_by_text("0 of 2 answered.")).to_be_visible()

    world.work()
    if not javascript:
        page.get_by_role("link", name="Show how far it is").click()

    expect(page.get_by_text("2 of 2 answered.")).to_be_visible()
    expect(page.locator("#live")).not_to_have_attribute("hx-get", re.compile("."))
    assert [captured(world, order) for order in sold] == [29_900, 29_900, 0]


def test_a_page_of_orders_is_ticked_at_once_and_between_two(
    sold: list[Order], open_page: OpenPage
) -> None:
    """The box above takes all and none; Shift takes what lies between; both are counted."""
    page = open_page("/orders")
    every = page.get_by_role("checkbox", name="Select all on this page")
    boxes = page.get_by_role("checkbox", name=re.compile("Select order"))
    every.check()
    expect(page.get_by_text(f"{len(sold)} orders ticked")).to_be_visible()
    every.uncheck()
    expect(
        page.get_by_text("ticked", exact=False).and_(page.get_by_role("status"))
    ).to_have_count(0)

    boxes.first.check()
    boxes.last.click(modifiers=["Shift"])

    expect(every).to_be_checked()


def test_the_four_by_hand(
    world: World, sold: list[Order], open_page: OpenPage, live_server: LiveServer
) -> None:
    """Capture a piece, refund an amount, update the lines, cancel: each as its review said."""
    first, second, third = sold
    page = open_page(f"/orders/{world.row(first).pk}/capture")
    page.get_by_label(re.compile("^Quantity of .* now")).first.fill("1")
    expect(page.get_by_label("These items")).to_be_checked()
    finish(world, page, "Capture SEK")
    page.goto(f"{live_server.url}/orders/{world.row(first).pk}/refund")
    page.get_by_label("Amount in SEK").fill("25.50")
    page.get_by_label("Reason (the customer may see it)").fill("Late delivery")
    finish(world, page, "Refund SEK 25.50 at Klarna")
    # By its rules kvitt would send the change by itself: here it only does what it is asked.
    shop = Shop.objects.get()
    shop.policy = {**shop.policy, "update_statuses": []}
    shop.save()
    line = world.store(second).lines[0].id
    world.town.desk.set_status(second.id, "on-hold")
    half = LineEdit(item_id=line, quantity=1, subtotal=Decimal(100), total=Decimal(100))
    world.town.desk.edit_lines(second.id, [half])
    world.town.desk.calculate(second.id)
    world.look(second)
    page.goto(f"{live_server.url}/orders/{world.row(second).pk}/update", wait_until="load")
    finish(world, page, "Update to SEK")
    page.goto(f"{live_server.url}/orders/{world.row(third).pk}/cancel", wait_until="load")
    finish(world, page, "Cancel SEK 299.00 at Klarna")

    assert 0 < captured(world, first) < 29_900
    assert world.klarna(first).refunded_amount == 2_550
    assert world.klarna(second).order_amount < 29_900
    assert world.klarna(third).status is Status.CANCELLED


def finish(world: World, page: Page, button: str) -> None:
    """Review where that is a step, press, and see the answer come by itself."""
    if page.get_by_role("button", name="Review").count():
        page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", name="Waiting to be sent")).to_be_visible()
    world.work()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()


def test_a_capture_with_the_keyboard_only_and_what_was_wrong_first(
    world: World, sold: list[Order], open_page: OpenPage
) -> None:
    """What cannot be read gets the focus and keeps what was typed; then Enter carries on."""
    page = open_page(f"/orders/{world.row(sold[0]).pk}/capture")
    page.get_by_label("Amount in SEK").focus()
    page.keyboard.type("many")
    page.keyboard.press("Enter")
    expect(page.locator("#errors")).to_be_focused()
    expect(page.get_by_label("Amount in SEK")).to_have_value("many")
    expect(page.get_by_label("Amount in SEK")).to_have_accessible_description(
        re.compile("Write an amount such as 123.45")
    )

    page.get_by_label("Amount in SEK").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("100.00")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Capture SEK 100.00 at Klarna").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Waiting to be sent")).to_be_visible()
    world.work()

    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    assert captured(world, sold[0]) == 10_000
