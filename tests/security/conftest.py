"""The connected practice shop of the integration tests, and the console with real desks."""

from collections.abc import Iterator

import pytest

from integration.conftest import world
from kvitt import bootstrap
from kvitt.settings import Settings
from kvitt.web import desk
from kvitt.web.console.shops import desk as shop_desk

__all__ = ["world"]


@pytest.fixture
def open_console(settings_of_tests: Settings) -> Iterator[None]:
    """Give the console the desks that a serving process gives it; no engine works for them."""
    parts = bootstrap.assemble(settings_of_tests)
    bootstrap.open_console(parts)
    yield
    parts.connections.close()
    for each in (desk, shop_desk):
        each.use(None)
