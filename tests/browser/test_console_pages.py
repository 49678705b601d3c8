"""The console's lists and pictures in a real browser: keys, forms, both sizes, both schemes."""

import os
import re
from collections.abc import Callable
from typing import TypeAlias

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from browser import console_orders
from browser.console_orders import Stall
from browsing import PageFactory
from kvitt.adapters.database import timeline
from kvitt.adapters.database.inbox import Inbox, Trace
from kvitt.adapters.database.models import Order
from kvitt.adapters.database.vault import Vault
from kvitt.settings import Environment
from kvitt.web.accounts.roles import Role
from listening import ListeningDesk, listening

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["listening"]

OpenPage: TypeAlias = Callable[..., Page]

# Playwright's synchronous interface runs an event loop in this thread, from which Django
# refuses to be called; no test here is asynchronous (docs.djangoproject.com, async safety).
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def stall() -> Stall:
    """A shop with an order of every kind, what came to its inbox, and a manager called anna."""
    stall = console_orders.open_stall(timezone.now())
    console_orders.street(stall)
    console_orders.processing(stall)
    console_orders.part_refunded(stall)
    console_orders.held(stall)
    traces = {Trace(stall.shop.pk, "bad_signature"): 3}
    Inbox(Vault.of(django_settings.KVITT)).store([], traces, now=stall.now)
    console_orders.person(Role.MANAGER, name="anna")
    return stall


@pytest.fixture
def open_page(page_factory: PageFactory, live_server: LiveServer, stall: Stall) -> OpenPage:
    """Open pages that anna is signed in on."""
    del stall

    def open_at(
        path: str, *, scheme: str = "light", width: int = 1280, javascript: bool = True
    ) -> Page:
        client = Client()
        client.force_login(User.objects.get(username="anna"))
        page = page_factory(scheme=scheme, width=width, javascript=javascript)
        page.context.add_cookies(
            [
                {"name": name, "value": morsel.value, "url": live_server.url}
                for name, morsel in client.cookies.items()
            ]
        )
        page.goto(f"{live_server.url}{path}")
        return page

    return open_at


@pytest.fixture
def demo(settings: Settings) -> None:
    settings.KVITT = settings.KVITT.model_copy(update={"environment": Environment.DEMO})


def test_the_places_fit_on_a_phone(open_page: OpenPage) -> None:
    """On a narrow screen what does not fit stands in a fold, without a script too."""
    page = open_page("/orders", width=390, javascript=False)
    places = page.get_by_role("navigation", name="Main")
    expect(places.get_by_role("link", name="Inbox")).to_have_count(0)

    places.get_by_text("More").click()
    places.get_by_role("link", name="Inbox").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")


def test_keys_walk_through_a_list_and_lead_everywhere(open_page: OpenPage) -> None:
    """J and k go from row to row, Enter opens, two keys go to a page, / to the search."""
    page = open_page("/orders")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="#1042")).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="#1041")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Order #1042")
    for keys, heading in (("ga", "Activity"), ("gd", "Overview"), ("go", "Orders")):
        page.keyboard.type(keys)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)

    page.keyboard.press("/")

    search = page.get_by_role("searchbox", name="Search")
    expect(search).to_be_focused()
    page.keyboard.type("j?ga")
    expect(search).to_have_value("j?ga")


def test_the_list_of_keys_opens_and_can_be_switched_off(open_page: OpenPage) -> None:
    """? shows the list; switched off in the settings, no key does anything."""
    page = open_page("/orders")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", level=1)).to_have_text("Shortcuts")
    page.get_by_role("link", name="Change it in the settings").click()
    page.get_by_label("Single keys are shortcuts").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your settings are saved.")).to_be_visible()

    page.keyboard.type("go?")

    expect(page.get_by_role("heading", level=1)).to_have_text("Settings")


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_a_person_takes_what_waits_and_puts_it_aside(
    open_page: OpenPage, listening: ListeningDesk, javascript: bool
) -> None:
    """Assigning and putting aside work from the list, and the list says who and until when."""
    del listening
    Order.objects.filter(store_order_id=1029).update(expires_at="2036-01-01T00:00:00Z")
    page = open_page("/attention", javascript=javascript)
    page.get_by_text("Assign or put aside").click()
    page.get_by_label("Assigned to").select_option(label="anna")
    page.get_by_role("button", name="Assign order #1029").click()
    expect(page.get_by_text("· assigned to anna")).to_be_visible()

    page.get_by_text("Assign or put aside").click()
    page.get_by_role("button", name="Put order #1029 aside").click()

    expect(page.get_by_text("Nothing needs attention.")).to_be_visible()
    page.get_by_role("link", name="Put aside").click()
    expect(page.get_by_text("out of sight until")).to_be_visible()


def test_pressing_twice_asks_once_and_going_back_can_ask_again(
    open_page: OpenPage, listening: ListeningDesk
) -> None:
    """A double click is one request; the page that the back button shows works anew."""
    page = open_page("/attention")

    page.get_by_role("button", name="Retry order #1029").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Order #1029")
    assert len(listening.asked) == 1
    page.go_back()
    page.get_by_role("button", name="Retry order #1029").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Order #1029")
    assert len(listening.asked) == 2


def test_a_view_is_kept_found_and_deleted(open_page: OpenPage) -> None:
    """A filtered list gets a name, is a link from then on, and can be deleted."""
    page = open_page("/orders?view=to-capture&q=1042", javascript=False)
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of the view").fill("Morning round")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(page.url.split("?")[0])
    page.get_by_role("link", name="Morning round").click()
    expect(page.get_by_role("rowheader")).to_have_text(["#1042"])

    page.get_by_text("Save this view").click()
    page.get_by_role("button", name="Delete “Morning round”").click()

    expect(page.get_by_text("The view is deleted.")).to_be_visible()
    expect(page.get_by_role("link", name="Morning round")).to_have_count(0)


def test_rules_that_contradict_each_other_are_pointed_at(open_page: OpenPage) -> None:
    """What is wrong is named above and beside the field, and what was typed is still there."""
    page = open_page("/settings")
    page.get_by_role("link", name="demo.shop").click()
    page.get_by_label("Cancel when an order becomes").fill("completed")
    page.get_by_role("button", name="Change the rules").click()

    expect(page.get_by_role("alert")).to_contain_text("cannot both capture and cancel")
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Cancel when an order becomes")).to_be_focused()
    expect(page.get_by_label("Cancel when an order becomes")).to_have_value("completed")


def test_the_overview_leads_from_a_picture_to_its_list(open_page: OpenPage) -> None:
    """The bars are rows with links, and the columns have the table they are drawn from."""
    page = open_page("/overview")
    expect(page.get_by_role("img", name="Captured and refunded by day")).to_be_visible()
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("columnheader", name="Day", exact=True)).to_be_visible()

    page.get_by_role("link", name="CAPTURE_NOT_ALLOWED").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Activity")
    expect(page.get_by_role("rowheader")).to_have_count(1)


def test_the_chosen_brightness_wins_over_the_system(open_page: OpenPage) -> None:
    """A reader whose system is dark can have the console light."""
    page = open_page("/settings", scheme="dark")
    dark = _paper(page)
    page.get_by_label("Appearance").select_option(label="Light")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your settings are saved.")).to_be_visible()

    assert (dark, _paper(page)) == ("rgb(18, 21, 20)", "rgb(246, 247, 246)")


def _paper(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


@pytest.mark.usefixtures("demo", "listening")
def test_the_walkthrough_ticks_by_itself(open_page: OpenPage) -> None:
    """A step that happens is ticked without a reload, and the focus stays where it was."""
    page = open_page("/sandbox")
    page.get_by_role("button", name=re.compile("Begin.*Cancel an order")).click()
    card = page.get_by_role("region", name="Cancel an order")
    expect(card.get_by_role("link", name="Order #1042 in the shop")).to_be_visible()
    card.get_by_role("link", name="The same order here").focus()
    order = Order.objects.get(store_order_id=1042)

    timeline.append(
        order,
        at=timezone.now(),
        what="seen",
        text="",
        actor="kvitt",
        data={"store_status": "cancelled"},
    )

    expect(card.get_by_role("listitem").first).to_have_class("done")
    expect(card.get_by_role("link", name="The same order here")).to_be_focused()
