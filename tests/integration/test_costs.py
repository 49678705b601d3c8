"""What one look costs, so that nobody makes it dearer without noticing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integration.worlds import World

pytestmark = pytest.mark.django_db(transaction=True)

#: Statements to the database, transactions' ends and the empty claim afterwards included.
NOTHING_TO_DO = 22
CAPTURE = 96


def statements(world: World) -> int:
    """Look at what is due, and count what the database is told."""
    with CaptureQueriesContext(connection) as told:
        assert world.work() == 1
    return len(told)


def test_a_look_that_finds_nothing_to_do_is_cheap(world: World) -> None:
    """The case is loaded once, and nothing is written that is there already."""
    order = world.buy()
    world.look(order)
    asked = len(world.calls())
    world.hint(order)

    assert statements(world) <= NOTHING_TO_DO
    assert len(world.calls()) == asked


def test_a_capture_costs_one_read_and_one_call_at_klarna(world: World) -> None:
    """Klarna's half is read before money moves, and not to confirm that it has."""
    order = world.buy()
    world.look(order)
    world.town.desk.set_status(order.id, "completed")
    world.hint(order)
    asked = len(world.calls())

    assert statements(world) <= CAPTURE
    assert world.calls()[asked:] == ["get_order", "create_capture"]
