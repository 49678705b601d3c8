"""One dead service delays nobody else, uses up no attempts, and is said once."""

import logging
from datetime import timedelta

import pytest
from django.test import Client

from browser import console_orders
from integration.worlds import World
from kvitt.adapters.database.health import ask_anew, away, overview
from kvitt.adapters.database.models import Order, Shop
from kvitt.adapters.database.orders import OrderDesk
from kvitt.domain.health import OPENS_AFTER, Condition
from kvitt.web.accounts.roles import Role

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


def test_an_order_behind_a_dead_klarna_says_why_it_waits(world: World, client: Client) -> None:
    """The list and the order's page say since when, and until when; no other order does."""
    orders = [world.buy() for _ in range(OPENS_AFTER + 1)]
    at_rest = world.buy()
    for order in (*orders, at_rest):
        world.look(order)
    world.town.klarna.faults.add("http_503", times=0)
    for order in orders:
        world.town.desk.set_status(order.id, "completed")
        world.hint(order)
    world.work()
    now, (klarna,) = world.town.books.clock.now(), overview()
    waiting = [one for one in Order.objects.all() if away().sentence(one, now=now)]
    (never_asked,) = [one for one in waiting if not one.failures]
    said = away().sentence(never_asked, now=now)

    assert away().sentence(world.row(at_rest), now=now) == ""
    assert f"not answered as it should since {klarna.health.since:%Y-%m-%d %H:%M}" in said
    assert f"{klarna.health.blocked_until:%Y-%m-%d %H:%M}" in said

    client.force_login(console_orders.person(Role.MANAGER, name="anna"))
    page = client.get(f"/orders/{never_asked.pk}").content.decode()
    quiet = client.get(f"/orders/{world.row(at_rest).pk}").content.decode()
    listed = client.get("/orders").content.decode()
    assert "Klarna has not answered as it should since" in page
    assert "Reading the shop and Klarna" not in page
    assert "Klarna has not answered" not in quiet
    assert listed.count("Klarna has not answered as it should since") == len(waiting)

    world.town.klarna.faults.clear()
    ask_anew(shop=never_asked.shop_id, account=never_asked.account_id)
    assert "which is soon" in away().sentence(never_asked, now=now)
