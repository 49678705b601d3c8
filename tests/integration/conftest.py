"""A connected practice shop with nothing sold, for the tests that tell an order's life."""

from collections.abc import Iterator

import pytest

from integration.worlds import World, opened
from kvitt.settings import Settings


@pytest.fixture
def world(settings_of_tests: Settings) -> Iterator[World]:
    """A connected shop with stocked shelves, and nothing sold."""
    with opened(settings_of_tests) as world:
        yield world
