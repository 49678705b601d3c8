"""A real browser, a real server on a free port, and a shop with orders, for browser tests."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from wsgiref.types import WSGIApplication

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from browser.open_shop import OpenShop, stocked_desk
from kvitt.sandbox.shop.screen import Asides, ScreenApp

PageFactory = Callable[..., Page]
Serve = Callable[[WSGIApplication], str]

#: The browser keeps to itself: a test machine may have no network at all.
CLOSED_NETWORK = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PREFIX = "/shop"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=CLOSED_NETWORK
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page_factory(browser: Browser) -> Iterator[PageFactory]:
    """Open pages in contexts of their own; a script error or a blocked file fails the test."""
    complaints: list[str] = []
    with ExitStack() as closing:

        def open_page(
            *,
            scheme: str = "light",
            width: int = 1280,
            javascript: bool = True,
            locale: str = "en-GB",
        ) -> Page:
            context = browser.new_context(
                color_scheme="dark" if scheme == "dark" else "light",
                viewport=ViewportSize(width=width, height=900),
                java_script_enabled=javascript,
                locale=locale,
                timezone_id="Europe/Stockholm",
                reduced_motion="reduce",
            )
            closing.callback(context.close)
            context.set_default_timeout(10_000)
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda line: _note_blocked(line.text, complaints))
            return page

        yield open_page
    assert complaints == []


def _note_blocked(text: str, complaints: list[str]) -> None:
    if "Content Security Policy" in text:
        complaints.append(text)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve WSGI applications on free ports of this machine until the test ends."""
    with ExitStack() as closing:

        def start(app: WSGIApplication) -> str:
            server = make_server("127.0.0.1", 0, app, threaded=True)
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            closing.callback(thread.join)
            closing.callback(server.server_close)
            closing.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}"

        yield start


@pytest.fixture
def shop(serve: Serve) -> OpenShop:
    """A stocked shop under a prefix, as the demo mounts it."""
    desk = stocked_desk()
    asides = Asides(
        secret="of this test",
        console_url="/console/",
        console_order_url="/console/orders/{order_id}",
        klarna_url="/klarna/",
        klarna_order_url="/klarna/orders/{klarna_order_id}",
        notes_pace=0.2,
    )
    screen = ScreenApp(desk, asides=asides)
    mounted = DispatcherMiddleware(Response("Nothing here.", 404), {PREFIX: screen})
    return OpenShop(desk=desk, url=serve(mounted) + PREFIX)
