"""What no message told: warnings in time, and orders that went away without a word."""

from datetime import timedelta

import pytest

from integration.worlds import World
from kvitt.adapters.database.models import OrderState
from kvitt.application.drift import UNSEEN

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


def test_an_authorization_that_runs_out_is_warned_of_three_times(world: World) -> None:
    """At seven days, three and one: each once, in the shop, however often it is looked at."""
    order = world.buy()
    world.look(order)
    expires_at = world.klarna(order).expires_at
    warned: list[int] = []
    while world.town.books.clock.now() < expires_at - timedelta(hours=12):
        before = len(world.notes(order))
        world.pass_time(DAY / 2)
        if len(world.notes(order)) > before:
            warned.append((expires_at - world.town.books.clock.now()).days)

    assert warned == [6, 2, 0]
    assert [note.count("less than") for note in world.notes(order)] == [1, 1, 1]


def test_an_order_that_is_deleted_without_a_word_waits_for_a_person(world: World) -> None:
    """No webhook told, and no list shows it: drift finds it, and nothing is sent."""
    order, other = world.buy(), world.buy()
    world.look(order)
    world.look(other)
    world.parts.drift()
    world.town.desk.books.remove(world.store(order))
    asked = len(world.calls())
    world.town.books.clock.advance(UNSEEN + timedelta(minutes=1))
    rows = [world.row(order), world.row(other)]
    for row in rows:
        row.due_at = world.town.books.clock.now() + DAY
        row.save(update_fields=("due_at",))

    assert world.parts.drift() == 1
    world.work()
    assert world.row(order).state == OrderState.HELD
    assert world.row(other).state == OrderState.IN_STEP
    assert "cancel" not in "".join(world.calls()[asked:])


def test_in_the_demo_what_is_done_in_the_portal_shows_within_a_minute(world: World) -> None:
    """However many orders are open, each is looked at as often as the demo promises."""
    orders = [world.buy() for _ in range(8)]
    for order in orders:
        world.look(order)
    now = world.town.books.clock.now()

    waits = [row.due_at - now for order in orders if (row := world.row(order)).due_at]
    assert len(waits) == len(orders)
    assert max(waits) <= timedelta(minutes=1)
