"""The month that a demo opens with, looked at until nothing is left to do."""

import pytest

from integration.worlds import World
from kvitt.domain.ids import StoreOrderId
from kvitt.sandbox import opening_day

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_demo_s_month_ends_in_step(world: World) -> None:
    """Thirty orders of every kind: in step, left alone, or waiting with a reason."""
    pending = opening_day.open_for_business(world.town, now=world.town.books.clock.now())
    for order in world.town.desk.books.orders():
        world.hint(order)
    world.work()
    for _ in range(4):
        pending = tuple(opening_day.step(world.town, one) for one in pending)
        for one in pending:
            world.parts.queue.want(world.shop, StoreOrderId(one.order_id), why="test")
        world.work()

    rows = [world.row(order) for order in world.town.desk.books.orders()]

    assert not any(one.acts for one in pending)
    assert {row.state for row in rows} <= {"in_step", "guarded", "held"}
    assert all(row.hold_text for row in rows if row.state == "held")
    assert not any(row.last_error for row in rows)
