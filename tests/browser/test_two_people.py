"""Two people at one order, stale pages, double presses and the back button, in a real browser.

Klarna's own record is the witness: nothing happens twice.
"""

import os
from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from browser import console_orders
from browser.sessions import become, signed_in
from browsing import PageFactory
from integration.conftest import world
from integration.worlds import World
from kvitt.sandbox.shop.records import Order
from kvitt.web import desk
from kvitt.web.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["world"]

#: Opens an order's page of this name as a manager of this name.
OpenPage: TypeAlias = Callable[..., Page]

# Playwright's synchronous interface runs an event loop in this thread, from which Django
# refuses to be called; no test here is asynchronous (docs.djangoproject.com, async safety).
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

REVIEW = "capture/review?by=amount&amount=100.00&key=4a1f9a54-0d2c-4b0e-8a58-3c5d0a1b2c3d"
PRESS = "Capture SEK 100.00 at Klarna"


@pytest.fixture(autouse=True)
def the_desks(world: World) -> Iterator[None]:
    """What ``bootstrap`` gives the console."""
    desk.use(world.parts.desk)
    yield
    desk.use(None)


@pytest.fixture
def order(world: World) -> Order:
    """An order of 299.00 that was looked at."""
    placed = world.buy()
    world.look(placed)
    return placed


@pytest.fixture
def open_page(
    page_factory: PageFactory, live_server: LiveServer, world: World, order: Order
) -> OpenPage:
    """Open a page of the order as somebody who has just signed in."""

    def open_at(name: str, who: str, *, javascript: bool = True) -> Page:
        page = page_factory(javascript=javascript)
        manager = console_orders.person(Role.MANAGER, name=who)
        become(page, live_server.url, signed_in(manager))
        page.goto(f"{live_server.url}/orders/{world.row(order).pk}/{name}")
        return page

    return open_at


def captures(world: World, order: Order) -> list[int]:
    return [made.captured_amount for made in world.klarna(order).captures]


def test_the_second_sees_what_the_first_did(
    world: World, order: Order, open_page: OpenPage
) -> None:
    """Both look at a review; the first captures; the second is told, and nothing is sent."""
    annas = open_page(REVIEW, "anna")
    monas = open_page("capture", "mona")
    monas.get_by_label("Amount in SEK").fill("250.00")
    monas.get_by_role("button", name="Review").click()
    expect(monas.get_by_role("heading", name="What will happen")).to_be_visible()

    annas.get_by_role("button", name=PRESS).click()
    expect(annas.get_by_role("heading", name="Waiting to be sent")).to_be_visible()
    world.work()
    expect(annas.get_by_role("heading", name="Done")).to_be_visible()
    monas.get_by_role("button", name="Capture SEK 250.00 at Klarna").click()

    expect(monas.get_by_role("alert")).to_be_focused()
    expect(monas.get_by_role("alert")).to_contain_text("now SEK 100.00 is")
    expect(monas.get_by_label("Amount in SEK")).to_have_value("250.00")
    world.work()
    assert captures(world, order) == [10_000]
    monas.get_by_role("link", name="Back to the order").click()
    expect(monas.get_by_role("region", name="Timeline")).to_contain_text("anna")


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_a_double_press_and_the_way_back_capture_once(
    world: World, order: Order, open_page: OpenPage, javascript: bool
) -> None:
    """Pressed twice, gone back and pressed again, and loaded anew: one capture, one answer."""
    page = open_page(REVIEW, "anna", javascript=javascript)
    page.get_by_role("button", name=PRESS).dblclick()
    expect(page.get_by_role("heading", name="Waiting to be sent")).to_be_visible()
    answer = page.url

    page.go_back()
    if page.get_by_role("button", name=PRESS).count():
        page.get_by_role("button", name=PRESS).click()
    expect(page.get_by_role("heading", name="Waiting to be sent")).to_be_visible()
    world.work()
    page.goto(answer)

    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    assert captures(world, order) == [10_000]
