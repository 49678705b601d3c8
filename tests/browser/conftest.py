"""A real server on a free port, and a shop with orders, for browser tests."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from wsgiref.types import WSGIApplication

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from browser.open_shop import OpenShop, stocked_desk
from kvitt.sandbox.shop.screen import Asides, ScreenApp

Serve = Callable[[WSGIApplication], str]

PREFIX = "/shop"


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
