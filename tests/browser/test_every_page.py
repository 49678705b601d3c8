"""Every page of the console, as every reader meets it: no page can be forgotten.

Pictures of all that was looked at stay in ``test-output/console``.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, ViewportSize
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from browser import console_orders, tour
from browser.console_orders import PASSWORD
from browser.sessions import become, signed_in
from browsing import PageFactory
from kvitt import settings as configuration
from kvitt.settings import Environment
from kvitt.web.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Playwright's synchronous interface runs an event loop in this thread, from which Django
# refuses to be called; no test here is asynchronous (docs.djangoproject.com, async safety).
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

PICTURES = Path(__file__).parents[2] / "test-output" / "console"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What a page answers whose form holds something wrong, or that is not there.
STATUSES = {200, 404, 409, 410, 422}
DESK, PHONE, NARROWEST = (ViewportSize(width=width, height=900) for width in (1280, 390, 320))
OPEN_FOLDS = "document.querySelectorAll('details').forEach(each => each.open = true)"


@pytest.fixture(autouse=True)
def demo(settings: Settings) -> None:
    settings.KVITT = settings.KVITT.model_copy(update={"environment": Environment.DEMO})


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """Goes from page to page and notes what is wrong with each."""

    page: Page
    url: str
    #: Where its pictures are kept: "sv-no-scripts".
    name: str
    #: Returns what is wrong with the page that is open.
    judge: Callable[[Page], list[str]]
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def tour(self, settings: configuration.Settings) -> dict[str, list[str]]:
        """Look at an empty kvitt and at a full one, from inside and from outside."""
        become(self.page, self.url, signed_in(console_orders.person(Role.OWNER, name="first")))
        self._visit(list(tour.EMPTY), where="empty")
        with tour.full_kvitt(settings) as full:
            become(self.page, self.url, signed_in(full.owner))
            self._visit([*full.inside(), "/missing"], where="inside")
            half = Client()
            half.post(reverse("login"), {"username": "bert", "password": PASSWORD})
            become(self.page, self.url, half)
            self._visit(full.outside(), where="outside")
        return self.wrong

    def _visit(self, paths: list[str], *, where: str) -> None:
        """Look at every page, with every fold open."""
        for nth, path in enumerate(paths):
            answer = self.page.goto(f"{self.url}{path}", wait_until="load")
            assert answer is not None
            found = [] if answer.status in STATUSES else [f"answered {answer.status}"]
            self.page.evaluate(OPEN_FOLDS)
            picture = PICTURES / self.name / f"{where}-{nth:02}-{_name(path)}.jpeg"
            self.page.screenshot(path=picture, full_page=True, quality=60)
            found += self.judge(self.page)
            if found:
                self.wrong[path] = found


def _name(path: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[-0-9a-f]{27}|[^\w-]+", "-", path).strip("-")[:60]


def violations(page: Page, rules: object) -> list[str]:
    """Return what axe, which the page has, finds wrong."""
    results = page.evaluate(
        "only => axe.run({runOnly: only, resultTypes: ['violations']})", rules
    )
    return [
        f"{each['id']}: {node['html']}"
        for each in results["violations"]
        for node in each["nodes"]
    ]


def judged_by_axe(page: Page) -> list[str]:
    """Return what axe finds wrong, wide and narrow, of everything and of colours."""
    page.evaluate(AXE_SCRIPT)
    everything = {"type": "tag", "values": RULES}
    found = violations(page, everything)
    page.emulate_media(color_scheme="dark")
    found += violations(page, ["color-contrast"])
    page.set_viewport_size(PHONE)
    found += violations(page, everything)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESK)
    return found


def judged_by_eye(page: Page) -> list[str]:
    """Return what does not fit, is too low to press, or is in another language."""
    said = page.locator("html").get_attribute("lang")
    found = [] if said == "sv" else [f"in {said}"]
    for size in (PHONE, NARROWEST):
        page.set_viewport_size(size)
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{wide} wide on {size['width']}"] if wide > size["width"] else []
    page.set_viewport_size(PHONE)
    return [*found, *too_low(page)]


def too_low(page: Page) -> list[str]:
    """Return what is pressed or typed in and is less than 36 pixels high; ticks are 24."""
    found: list[str] = page.evaluate(
        """(said) => [...document.querySelectorAll(said)]
            .filter((each) => !["checkbox", "radio", "hidden"].includes(each.type))
            .filter((each) => each.offsetHeight > 0 && each.offsetHeight < 36)
            .map((each) => `too low: ${each.outerHTML}`)""",
        "button, input, select, summary, .button, nav a",
    )
    return found


def test_automatic_checks_find_nothing_wrong(
    page_factory: PageFactory,
    live_server: LiveServer,
    settings_of_tests: configuration.Settings,
) -> None:
    """Axe finds no violation on any page, light and dark, wide and narrow."""
    page = page_factory()
    visitor = Visitor(page=page, url=live_server.url, name="en", judge=judged_by_axe)

    assert visitor.tour(settings_of_tests) == {}


def test_every_page_is_whole_in_swedish_without_scripts_on_a_phone(
    page_factory: PageFactory,
    live_server: LiveServer,
    settings_of_tests: configuration.Settings,
) -> None:
    """Nothing scrolls sideways down to 320 pixels; what is pressed is 36 pixels high."""
    page = page_factory(scheme="dark", width=PHONE["width"], javascript=False, locale="sv-SE")
    visitor = Visitor(page=page, url=live_server.url, name="sv-no-scripts", judge=judged_by_eye)

    assert visitor.tour(settings_of_tests) == {}


def test_no_page_is_forgotten(settings_of_tests: configuration.Settings) -> None:
    """Every address is in the tour, or takes presses only, or is said to be no page."""
    with tour.full_kvitt(settings_of_tests) as full:
        client = signed_in(full.owner)
        known = full.pages.keys() | tour.NO_PAGES.keys()
        others = tour.addresses().keys() - known
        shown = {
            name for name in others if client.get(tour.addresses()[name]).status_code != 405
        }

        assert shown == set(), "add them to tests/browser/tour.py"
        assert known <= tour.addresses().keys()
