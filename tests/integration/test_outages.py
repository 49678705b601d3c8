"""One dead service delays nobody else, uses up no attempts, and is said once."""

import logging
from datetime import timedelta

import pytest

from integration.worlds import World
from kvitt.adapters.database.health import overview
from kvitt.adapters.database.models import Order, Shop
from kvitt.adapters.database.orders import OrderDesk
from kvitt.domain.health import OPENS_AFTER, Condition

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
ORDERS = 6


def conditions() -> list[str]:
    return [f"{one.party.kind} {one.health.condition}" for one in overview()]


def test_a_dead_klarna_is_left_alone_and_probed_and_then_everything_is_done(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Five orders in a row find out; twenty minutes cost one call for each probe."""
    orders = [world.buy() for _ in range(ORDERS)]
    for order in orders:
        world.look(order)
    world.town.klarna.faults.add("http_503_html", times=0)
    before = len(world.calls())
    for order in orders:
        world.town.desk.set_status(order.id, "completed")
        world.hint(order)
    world.work()

    assert len(world.calls()) - before == OPENS_AFTER
    assert conditions() == [f"account {Condition.OPEN}"]
    assert "does not answer" in Shop.objects.get().trouble
    assert Order.objects.filter(failures__gt=0).count() == OPENS_AFTER

    for _ in range(20):
        world.pass_time(timedelta(minutes=1))
    probes = len(world.calls()) - before - OPENS_AFTER
    assert 4 <= probes <= 12
    assert len([one for one in caplog.records if one.levelno >= logging.ERROR]) == 1

    world.town.klarna.faults.clear()
    for _ in range(3):
        world.pass_time(timedelta(minutes=10))
    world.pass_time(HOUR)

    assert all(len(world.klarna(order).captures) == 1 for order in orders)
    assert conditions() == []
    assert Shop.objects.get().trouble == ""


def test_one_order_that_always_fails_does_not_stop_the_others(world: World) -> None:
    """Klarna fails for one order only: its own attempts are not held against the account."""
    bad, good = world.buy(), world.buy()
    world.look(bad)
    world.look(good)
    world.town.klarna.faults.add("http_500", times=0, order_id=world.klarna(bad).order_id)
    for _ in range(6):
        world.town.desk.set_status(bad.id, "completed")
        world.hint(bad)
        world.work()
        world.town.books.clock.advance(HOUR)
    world.set_status(good, "completed")

    assert len(world.klarna(good).captures) == 1
    assert f"account {Condition.OPEN}" not in conditions()


def test_refused_credentials_pause_the_shop_with_one_alert(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """No order gets a note, no more than a probe asks, and a working key goes on at once."""
    orders = [world.buy() for _ in range(ORDERS)]
    for order in orders:
        world.look(order)
        world.town.desk.set_status(order.id, "completed")
    key = world.town.rest_key()
    world.parts.shops.replace_keys(
        world.shop, consumer_key=key.consumer_key, consumer_secret="cs_wrong"
    )
    for order in orders:
        world.hint(order)
    looks = world.work()
    alerts = [one for one in caplog.records if one.levelno >= logging.ERROR]

    assert looks == 1
    assert conditions() == [f"shop {Condition.REFUSED}"]
    assert len(alerts) == 1
    assert "refuses our credentials" in Shop.objects.get().trouble
    assert all(not world.notes(order) for order in orders)

    world.parts.shops.replace_keys(
        world.shop, consumer_key=key.consumer_key, consumer_secret=key.consumer_secret
    )
    world.pass_time(HOUR)

    assert all(len(world.klarna(order).captures) == 1 for order in orders)
    assert Shop.objects.get().trouble == ""


def test_try_again_on_an_order_asks_its_shop_and_account_again(world: World) -> None:
    """A person who says "try again" need not wait for the next probe."""
    order = world.buy()
    world.look(order)
    world.town.klarna.faults.add("http_503", times=0)
    rest = [world.buy() for _ in range(OPENS_AFTER)]
    for each in rest:
        world.hint(each)
    world.work()
    blocked = [one.health.blocked_until for one in overview()]
    OrderDesk(world.town.books.clock.now, on_hint=lambda: None).look_again(
        world.row(rest[0]).pk, actor="anna"
    )

    assert blocked != [None]
    assert [one.health.blocked_until for one in overview()] == [None]
