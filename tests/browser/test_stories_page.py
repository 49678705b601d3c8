"""The stories' page for everyone: no finding of axe, any width, no script needed."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from browser.conftest import Serve
from browsing import PageFactory
from kvitt.sandbox.shop import seeding
from kvitt.sandbox.stories import named
from kvitt.sandbox.town import Town

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
NAME = "expiring-backorder"


@pytest.fixture
def address(serve: Serve) -> Iterator[str]:
    """The page of a town where nobody acts between the halves: a story goes on waiting."""
    town = Town.open(None, base_url="http://stories.test")
    seeding.stock_the_shelves(town.desk.books)
    url = serve(DispatcherMiddleware(Response("", 404), dict(town.mounts)))
    yield f"{url}/stories/"
    town.stop()


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
def test_the_page_is_for_everyone(
    address: str, page_factory: PageFactory, scheme: str, width: int
) -> None:
    """With a story under way, axe finds nothing and nothing is wider than the screen."""
    page = page_factory(scheme=scheme, width=width)
    page.goto(address)
    page.get_by_role("button", name=f"Play: {named(NAME).title}").click()
    expect(page.get_by_role("status")).to_contain_text("A story is being played.")

    found = Axe().run(page, options=RULES)

    assert [finding["id"] for finding in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_story_can_be_played_without_a_script(
    address: str, page_factory: PageFactory
) -> None:
    """The button is a form; a second one says that a story is being played already."""
    page = page_factory(javascript=False)
    page.goto(address)
    page.get_by_role("button", name=f"Play: {named(NAME).title}").click()
    expect(page.get_by_role("status")).to_contain_text("A story is being played.")

    page.get_by_role("button", name=f"Play: {named('black-friday').title}").click()

    expect(page.get_by_role("alert")).to_contain_text(f"The story {NAME} is being played")
