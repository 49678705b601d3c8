"""The console without a mouse, and in the reader's own colours."""

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from browser import tour
from browser.sessions import become, signed_in
from browsing import PageFactory
from kvitt import settings as configuration

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Playwright's synchronous interface runs an event loop in this thread, from which Django
# refuses to be called; no test here is asynchronous (docs.djangoproject.com, async safety).
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

#: What a page shows that can be pressed, chosen or typed in. Of radio buttons one is enough:
#: the arrows go on from there.
PRESSABLE = (
    "a[href], button:not(:disabled), summary, select,"
    " input:not([type=hidden]):not([type=radio]), input[type=radio]:checked"
)
#: Marks what has the focus; returns what is wrong with how it is seen there.
SEEN = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return "nowhere";
  at.dataset.reached = "yes";
  const look = getComputedStyle(at), box = at.getBoundingClientRect();
  if (look.outlineStyle === "none" || parseFloat(look.outlineWidth) < 2) {
    return `no outline: ${at.outerHTML}`;
  }
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const bar = top?.closest(".bulk");
  return bar && !bar.contains(at) ? `hidden: ${at.outerHTML}` : "";
}"""
MISSED = """(said) => [...document.querySelectorAll(said)]
    .filter((each) => each.checkVisibility() && !each.dataset.reached)
    .map((each) => each.outerHTML)"""
MOST = 200


@pytest.fixture
def shown(
    page_factory: PageFactory,
    live_server: LiveServer,
    settings_of_tests: configuration.Settings,
) -> Iterator[tuple[Page, dict[str, str]]]:
    """A page of somebody who has signed in, and an address of each kind."""
    with tour.full_kvitt(settings_of_tests) as full:
        page = page_factory()
        become(page, live_server.url, signed_in(full.owner))
        yield page, {name: live_server.url + paths[0] for name, paths in full.pages.items()}


def tabbed_through(page: Page) -> list[str]:
    """Press Tab until the page ends; return what was missed or could not be seen."""
    wrong = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        seen = page.evaluate(SEEN)
        if seen == "nowhere":
            break
        wrong += [seen] if seen else []
    missed: list[str] = page.evaluate(MISSED, PRESSABLE)
    return [*wrong, *(f"missed: {each}" for each in missed)]


def test_tab_reaches_everything_and_shows_where_it_is(
    shown: tuple[Page, dict[str, str]],
) -> None:
    """Lists, an order, a form and its review: each thing gets a ring, none under a bar."""
    page, at = shown
    wrong: dict[str, list[str]] = {}

    for name in (
        *("orders", "attention", "order", "ask-refund", "review-capture", "review-run"),
        *("rules", "hand-over", "shop"),
    ):
        page.goto(at[f"console:{name}"], wait_until="load")
        found = tabbed_through(page)
        wrong |= {name: found} if found else {}

    assert wrong == {}


def test_the_keys_of_an_order_open_its_forms(shown: tuple[Page, dict[str, str]]) -> None:
    """C captures, R refunds, J and K go to the orders beside it; the rest has a reason."""
    page, at = shown
    page.goto(at["console:order"])
    heading = page.get_by_role("heading", level=1)
    here = heading.inner_text()
    page.keyboard.press("j")
    expect(heading).not_to_have_text(here)
    page.keyboard.press("k")
    expect(heading).to_have_text(here)
    reasons = page.get_by_role("list", name="Not possible now").get_by_role("button")
    expect(reasons.first).to_have_accessible_description(re.compile(r"\w+ \w+"))
    page.keyboard.press("c")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Capture")
    page.go_back()
    page.keyboard.press("r")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Refund")


def test_in_forced_colours_borders_tell_what_is_what(
    shown: tuple[Page, dict[str, str]],
) -> None:
    """Buttons, fields, badges and cards keep an edge; where one is stays marked."""
    page, at = shown
    page.emulate_media(forced_colors="active")
    bare = {}

    for name in ("orders", "attention", "order", "ask-refund"):
        page.goto(at[f"console:{name}"])
        bare[name] = page.evaluate(
            """() => [...document.querySelectorAll(
                "button:not(.plain), .button, .badge, .card, .notice, main input, main select"
            )].filter((each) => each.checkVisibility() && each.type !== "checkbox"
                && each.type !== "radio")
              .filter((each) => {
                const look = getComputedStyle(each);
                return look.borderTopStyle === "none" || parseFloat(look.borderTopWidth) < 1
                    || look.borderTopColor === getComputedStyle(document.body).backgroundColor;
              }).map((each) => each.outerHTML)"""
        )
        here = page.locator("header [aria-current=page]").first
        assert here.evaluate("(it) => getComputedStyle(it).borderBottomColor") != page.evaluate(
            "getComputedStyle(document.body).backgroundColor"
        )

    assert {name: found for name, found in bare.items() if found} == {}
