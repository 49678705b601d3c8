"""A process that serves settles before its first request."""

import gc
from collections.abc import Iterator

import pytest

from kvitt.web.settled import settle


@pytest.fixture
def thawed() -> Iterator[None]:
    """Give back to the collections of this process what settling took out of them."""
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("thawed")
def test_what_is_loaded_is_in_no_garbage_collection_any_more() -> None:
    """What a server has at its start is not walked through by what its requests leave."""
    kept: list[object] = []
    kept.append(kept)
    assert any(one is kept for one in gc.get_objects())

    settle()

    assert gc.get_freeze_count() > 0
    assert not any(one is kept for one in gc.get_objects())
    assert gc.isenabled()
