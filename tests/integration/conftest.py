"""A connected practice shop with nothing sold, for the tests that tell an order's life."""

from collections.abc import Iterator

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from contract.hosting import new_server, running
from integration.worlds import Pause, World, connect
from kvitt import bootstrap
from kvitt.sandbox.klarna import Clock
from kvitt.sandbox.shop import seeding
from kvitt.sandbox.town import Town
from kvitt.settings import Environment, Settings


@pytest.fixture
def world(settings_of_tests: Settings) -> Iterator[World]:
    """A connected shop with stocked shelves, and nothing sold."""
    server = new_server()
    with running(server) as base_url:
        clock = Clock.running()
        pause = Pause()
        town = Town.open(None, base_url=base_url, clock=clock, pause=pause)
        seeding.stock_the_shelves(town.desk.books)
        server.set_app(DispatcherMiddleware(Response("", 404), dict(town.mounts)))
        demo = settings_of_tests.model_copy(update={"environment": Environment.DEMO})
        parts = bootstrap.assemble(demo, clock=clock)
        shop = connect(parts, town, base_url)
        yield World(parts=parts, town=town, shop=shop, pause=pause)
        parts.connections.close()
        town.close()
