"""The console in a real browser: signing in, the list, one order, what waits."""

import os
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from browser import console_orders
from browser.console_orders import PASSWORD, Stall, klarna_order, store_order
from browser.sessions import become, signed_in
from browsing import PageFactory
from kvitt.adapters.database.models import Order, OrderState
from kvitt.web import desk
from kvitt.web.accounts.roles import Role
from listening import ListeningDesk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


# Playwright's synchronous interface runs an event loop in this thread, from which Django
# refuses to be called; no test here is asynchronous (docs.djangoproject.com, async safety).
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


class QuickDesk(ListeningDesk):
    """A desk whose orders are under way until the test says that they are done."""

    def look_again(self, order_id: int, actor: str) -> None:
        del actor
        Order.objects.filter(pk=order_id).update(due_at=timezone.now())

    def retry(self, order_id: int, actor: str) -> None:
        Order.objects.filter(pk=order_id).update(
            state=OrderState.WORKING.value, hold_text="", hold_code="", hold=None
        )
        self.look_again(order_id, actor)


@pytest.fixture(autouse=True)
def quick_desk() -> Iterator[None]:
    before = desk.installed()
    desk.use(QuickDesk())
    yield
    desk.use(before)


@pytest.fixture
def stall() -> Stall:
    """A shop with an order of every kind, and an operator called anna."""
    stall = console_orders.open_stall(timezone.now())
    console_orders.street(stall)
    console_orders.processing(stall)
    console_orders.part_refunded(stall)
    console_orders.held(stall)
    console_orders.person(Role.OPERATOR, name="anna")
    return stall


def row_id(number: int) -> int:
    return Order.objects.get(store_order_id=number).pk


def sign_in(page: Page, server: LiveServer, onward: str = "/orders") -> None:
    """Sign in as a person does."""
    page.goto(f"{server.url}{onward}")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{server.url}{onward}")


@pytest.mark.usefixtures("stall")
def test_signing_in_with_the_keyboard_and_out_again(
    page_factory: PageFactory, live_server: LiveServer
) -> None:
    """A person signs in without a mouse, gets where they were going, and signs out."""
    page = page_factory()
    page.goto(f"{live_server.url}/attention")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("anna")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Needs attention")

    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


@pytest.mark.usefixtures("stall")
@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_searching_the_list_and_opening_an_order(
    page_factory: PageFactory, live_server: LiveServer, javascript: bool
) -> None:
    """A search narrows the list, its address keeps it, and the order opens from it."""
    page = page_factory(javascript=javascript)
    sign_in(page, live_server)
    page.get_by_role("searchbox", name="Search").fill("jürgen")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("rowheader")).to_have_text(["#1041"])
    assert urlsplit(page.url).query.startswith("q=j")

    page.get_by_role("link", name="#1041").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Order #1041")
    expect(page.get_by_role("img")).to_have_accessible_name(re.compile("677.00 captured"))


@pytest.mark.usefixtures("stall")
def test_a_tab_keeps_the_search(page_factory: PageFactory, live_server: LiveServer) -> None:
    """Going to another tab keeps what was searched for."""
    page = page_factory()
    sign_in(page, live_server, "/orders?q=104")
    page.get_by_role("navigation", name="Views").get_by_text("Refunded").click()

    expect(page.get_by_role("rowheader")).to_have_text(["#1041"])


@pytest.mark.usefixtures("stall")
def test_retrying_shows_the_result_by_itself(
    page_factory: PageFactory, live_server: LiveServer
) -> None:
    """After Retry the page says that something is under way, and then what came of it."""
    page = page_factory()
    sign_in(page, live_server, f"/orders/{row_id(1029)}")
    page.get_by_role("button", name="Retry").click()
    expect(page.get_by_text("You asked for it to be tried again.")).to_be_visible()
    expect(page.get_by_text("Reading the shop and Klarna…")).to_be_visible()
    expect(page.get_by_role("button", name="Retry")).to_have_count(0)

    Order.objects.filter(store_order_id=1029).update(
        due_at=None,
        state=OrderState.IN_STEP.value,
        klarna_status="CAPTURED",
        plan_text="Captured in full.",
    )

    expect(page.locator("#live").get_by_text("Captured in full.")).to_be_visible()
    expect(page.get_by_text("The shop and Klarna agree.")).to_be_visible()
    expect(page.locator("#live")).not_to_have_attribute("hx-get", re.compile("."))


@pytest.mark.usefixtures("stall")
def test_retrying_without_scripts(page_factory: PageFactory, live_server: LiveServer) -> None:
    """Without scripts the button works, and a link shows the result."""
    page = page_factory(javascript=False)
    sign_in(page, live_server, "/attention")
    page.get_by_role("button", name="Retry order #1029").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Order #1029")
    expect(page.get_by_text("You asked for it to be tried again.")).to_be_visible()
    Order.objects.filter(store_order_id=1029).update(due_at=None, plan_text="Captured in full.")

    page.get_by_role("link", name="Show the result").click()

    expect(page.get_by_text("Captured in full.")).to_be_visible()


@pytest.mark.usefixtures("stall")
def test_looking_again_keeps_the_focus(
    page_factory: PageFactory, live_server: LiveServer
) -> None:
    """The part that refreshes itself does not take the focus from a reader's place."""
    page = page_factory()
    sign_in(page, live_server, f"/orders/{row_id(1042)}")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("Reading the shop and Klarna…")).to_be_visible()
    page.get_by_role("link", name="Order #1042 in WooCommerce").focus()

    Order.objects.filter(store_order_id=1042).update(due_at=None, plan_text="Looked at again.")

    expect(page.get_by_text("Looked at again.")).to_be_visible()
    expect(page.get_by_role("link", name="Order #1042 in WooCommerce")).to_be_focused()


@pytest.mark.usefixtures("stall")
def test_the_focus_goes_to_the_heading_when_its_place_is_gone(
    page_factory: PageFactory, live_server: LiveServer
) -> None:
    """A button that had the focus and is gone leaves it to the heading; nothing else does."""
    page = page_factory()
    order = Order.objects.filter(store_order_id=1029)
    order.update(due_at=timezone.now())
    sign_in(page, live_server, f"/orders/{row_id(1029)}")
    order.update(plan_text="First.")
    expect(page.get_by_text("First.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).not_to_be_focused()
    page.get_by_role("button", name="Retry").focus()

    order.update(state=OrderState.IN_STEP.value, plan_text="Second.")

    expect(page.get_by_text("Second.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_a_session_that_ends_leads_to_the_form(
    page_factory: PageFactory, live_server: LiveServer, stall: Stall
) -> None:
    """An open page whose session ended goes to sign in as a whole."""
    store = store_order(1050, stall.now)
    busy = stall.order(1050, store=store, klarna=None, under_way=True)
    page = page_factory()
    sign_in(page, live_server, f"/orders/{busy.pk}")
    page.context.clear_cookies()

    page.wait_for_url(re.compile("/login"))

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


PAGES = ("/orders", "/orders?q=nobody", "/attention", "/missing")


def test_nothing_has_to_be_scrolled_sideways(
    page_factory: PageFactory, live_server: LiveServer, stall: Stall
) -> None:
    """At 320 pixels an order fits its width, also with long words and large amounts."""
    long_word = "Aufmerksamkeitsdefizitkompensationsgeräte" * 2
    line = console_orders.line(1, long_word, long_word, 100, "99999.00")
    store = store_order(
        1090,
        stall.now,
        number="A" * 60,
        customer=long_word,
        lines=(line,),
        total=console_orders.sek(999_999_900),
    )
    wide = stall.order(1090, store=store, klarna=klarna_order(1090, stall.now))
    Order.objects.update(remaining_minor=999_999_999_00)
    page = page_factory(width=320)
    become(page, live_server.url, signed_in(console_orders.person(Role.MANAGER)))
    widths = {}

    for path in ("/orders", "/attention", "/overview", f"/orders/{wide.pk}"):
        page.goto(f"{live_server.url}{path}")
        widths[path] = _width(page)

    assert widths == dict.fromkeys(widths, 320)


def _width(page: Page) -> int:
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width


@pytest.mark.usefixtures("stall")
def test_the_skip_link_comes_first_and_works(
    page_factory: PageFactory, live_server: LiveServer
) -> None:
    """The first Tab shows a link that leads past the navigation."""
    page = page_factory()
    sign_in(page, live_server)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()

    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


@pytest.mark.usefixtures("stall")
def test_the_browsers_zone_is_used(page_factory: PageFactory, live_server: LiveServer) -> None:
    """Times are those of the reader's zone from the first page after signing in."""
    Order.objects.filter(store_order_id=1042).update(created_at="2020-07-01T23:30:00Z")
    page = page_factory()
    sign_in(page, live_server, "/orders?q=1042")

    expect(page.get_by_text("2 Jul 2020")).to_have_attribute("title", "2020-07-01 23:30:00 UTC")
