"""The shops' pages in a real browser: accessible, at both sizes, in both schemes."""

import os
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from browser import console_orders
from browsing import PageFactory
from integration.newcomers import Street, street_of
from kvitt.adapters.database.models import Order
from kvitt.domain.plan import Guard
from kvitt.domain.shop import Trouble
from kvitt.settings import Settings
from kvitt.web.accounts.roles import Role
from kvitt.web.console.shops import desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Playwright's synchronous interface runs an event loop in this thread, from which Django
# refuses to be called; no test here is asynchronous (docs.djangoproject.com, async safety).
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WOULD = {"steps": ["The shop's order is completed, so 299.00 SEK is captured."], "hold": ""}


@pytest.fixture
def street(settings_of_tests: Settings) -> Iterator[Street]:
    """Give a town behind the pages, and an owner called anna."""
    with street_of(settings_of_tests) as found:
        console_orders.person(Role.OWNER, name="anna")
        desk.use(found.desk)
        yield found
        desk.use(None)


def open_page(
    page_factory: PageFactory, server: LiveServer, *, scheme: str = "light", width: int = 1280
) -> Page:
    client = Client()
    client.force_login(User.objects.get(username="anna"))
    page = page_factory(scheme=scheme, width=width)
    page.context.add_cookies(
        [
            {"name": name, "value": morsel.value, "url": server.url}
            for name, morsel in client.cookies.items()
        ]
    )
    return page


def every_path(street: Street) -> list[str]:
    """Bring about everything these pages can show, and return their addresses."""
    waiting, given = street.begun(), street.begun()
    street.desk.connecting.give_key(given.uid, street.key())
    street.activate_plugin()
    shop = street.connect()
    for guard in (Guard.ANOTHER_PLUGIN, Guard.IMPORTED):
        order = street.buy()
        street.look(shop, order)
        rows = Order.objects.filter(store_order_id=order.id)
        rows.update(guard=guard.value, would=WOULD, observed=guard is Guard.IMPORTED)
    street.desk.imports.start(shop, actor="anna")
    while street.desk.imports.step() or street.work():
        pass
    Order.objects.filter(observed=True).update(guard=Guard.IMPORTED.value, would=WOULD)
    street.desk.health.standings.save_trouble(shop, Trouble.KEY_REVOKED)
    return [
        "/shops",
        "/shops/connect",
        f"/shops/connect/{waiting.uid}?success=1",
        f"/shops/connect/{given.uid}",
        f"/shops/{shop}",
        f"/shops/{shop}/accounts/add",
        f"/shops/{shop}/hand-over",
        f"/shops/{shop}/import",
    ]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_every_page_is_accessible_and_fits(
    page_factory: PageFactory,
    live_server: LiveServer,
    street: Street,
    scheme: str,
    width: int,
) -> None:
    """No finding of axe with every fold open, nothing to scroll sideways, nothing too low."""
    page = open_page(page_factory, live_server, scheme=scheme, width=width)
    wrong = {}
    for path in every_path(street):
        page.goto(f"{live_server.url}{path}")
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        wrong[path] = [*violations(page), *too_low(page), *too_wide(page, width)]

    assert {path: found for path, found in wrong.items() if found} == {}


def violations(page: Page) -> list[str]:
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    return [
        f"{wrong['id']}: {node['html']}"
        for wrong in results.response["violations"]
        for node in wrong["nodes"]
    ]


def too_low(page: Page) -> list[str]:
    """Return what is pressed or typed in and is less than 36 pixels high; ticks are 24."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("main *")]
            .filter((each) => each.matches("button, input, select, summary, .button"))
            .filter((each) => each.type !== "checkbox" && each.type !== "hidden")
            .filter((each) => each.offsetHeight > 0 && each.offsetHeight < 36)
            .map((each) => `too low: ${each.outerHTML}`)"""
    )
    return found


def too_wide(page: Page, width: int) -> list[str]:
    scrolled = page.evaluate("document.documentElement.scrollWidth")
    return [] if scrolled <= width else [f"{scrolled} wide"]


def test_an_import_is_followed_without_reloading(
    page_factory: PageFactory, live_server: LiveServer, street: Street
) -> None:
    """The page asks by itself while orders are read, and stops when the report is there."""
    street.buy()
    shop = street.connect()
    street.desk.imports.start(shop, actor="anna")
    page = open_page(page_factory, live_server)
    page.goto(f"{live_server.url}/shops/{shop}/import")
    page.get_by_text("Orders are being read, 25 at a time.").wait_for()

    while street.desk.imports.step() or street.work():
        pass

    page.get_by_text("Everything is read. 0 orders differ").wait_for()
    page.get_by_role("button", name="Approve the report").wait_for()
