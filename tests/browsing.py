"""A real browser for tests: fixtures that the folders which need one import."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

PageFactory = Callable[..., Page]

#: The browser keeps to itself: a test machine may have no network at all.
CLOSED_NETWORK = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
#: How long a page may take to show what it should; nothing is ever this slow.
PATIENCE_MS = 20_000


def find_browser() -> str:
    """Return the path of a Chromium, or say why these tests do not run."""
    given = os.environ.get("KVITT_TEST_CHROMIUM")
    found = given or next((path for name in NAMES if (path := shutil.which(name))), None)
    if found:
        return found
    why = "no Chromium found: install one (apt install chromium) or set KVITT_TEST_CHROMIUM"
    if os.environ.get("KVITT_TEST_BROWSER_REQUIRED"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_browser()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(CLOSED_NETWORK))
        yield chromium
        chromium.close()


@pytest.fixture
def page_factory(browser: Browser) -> Iterator[PageFactory]:
    """Open pages, each in a context; a script error or a blocked resource fails the test."""
    complaints: list[str] = []
    with ExitStack() as closing:

        def open_page(
            *,
            scheme: str = "light",
            width: int = 1280,
            javascript: bool = True,
            locale: str = "en-GB",
            ignore_https_errors: bool = False,
        ) -> Page:
            context = browser.new_context(
                ignore_https_errors=ignore_https_errors,
                color_scheme="dark" if scheme == "dark" else "light",
                viewport=ViewportSize(width=width, height=900),
                java_script_enabled=javascript,
                locale=locale,
                timezone_id="Europe/Stockholm",
                reduced_motion="reduce",
            )
            closing.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda line: _note_blocked(line.text, complaints))
            return page

        yield open_page
    assert complaints == []


def _note_blocked(text: str, complaints: list[str]) -> None:
    if "Content Security Policy" in text:
        complaints.append(text)
