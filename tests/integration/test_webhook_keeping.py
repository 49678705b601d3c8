"""Webhooks that the shop has switched off, lost or changed are mended by themselves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from integration.worlds import World
from kvitt.adapters.database.hookbook import HookBook
from kvitt.adapters.database.models import RejectCounter, Shop
from kvitt.adapters.woocommerce.setup import ORDER_TOPICS
from kvitt.application.webhooks import HookKeeper
from kvitt.domain.errors import ConfigurationError
from kvitt.sandbox.shop.catalogue import Webhook

pytestmark = pytest.mark.django_db(transaction=True)

URL = "https://kvitt.example/hooks/of-this-test"
SECRET = "of-this-test"
Damage = Callable[[World], object]


@pytest.fixture
def keeper(world: World) -> HookKeeper:
    """The keeper of an installation that shops can reach, and four webhooks in order."""
    known = world.parts.hook_keeper
    book = HookBook(repository=world.parts.shops, public_url="https://kvitt.example")
    world.town.subscribe(URL, SECRET, topics=ORDER_TOPICS)
    return replace(known, book=book)


def hooks(world: World) -> list[Webhook]:
    return world.town.desk.books.webhooks()


def put(world: World, **changes: Any) -> None:
    """Change the webhook for changed orders."""
    hook = next(one for one in hooks(world) if one.topic == "order.updated")
    world.town.desk.books.put(replace(hook, **changes))


def reject(world: World, *, ago: timedelta = timedelta()) -> None:
    """Let a delivery be refused for its signature."""
    now = world.town.books.clock.now()
    RejectCounter.objects.create(
        shop=world.shop, reason="bad_signature", day=now.date(), count=1, last_at=now - ago
    )


def test_webhooks_that_are_well_are_left_alone(world: World, keeper: HookKeeper) -> None:
    """Looking changes nothing."""
    before = hooks(world)

    assert keeper() == 0
    assert hooks(world) == before


def delete(world: World, *topics: str) -> None:
    for hook in hooks(world):
        if hook.topic in topics:
            world.town.desk.books.remove(hook)


def resign(world: World) -> None:
    put(world, secret="another")
    reject(world)


DAMAGES: dict[str, tuple[Damage, int]] = {
    "switched off": (lambda world: put(world, status="disabled"), 1),
    "deleted": (lambda world: delete(world, "order.updated"), 1),
    "all deleted": (lambda world: delete(world, *ORDER_TOPICS), 4),
    "old address": (
        lambda world: put(world, delivery_url="http://old.example/hooks/of-this-test"),
        1,
    ),
    "another secret": (resign, 4),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_what_is_wrong_is_mended_once(world: World, keeper: HookKeeper, name: str) -> None:
    """Each topic is told to our address with our secret again, and nothing is left to do."""
    damage, count = DAMAGES[name]
    damage(world)

    assert keeper() == count
    assert {(one.topic, one.delivery_url, one.secret, one.status) for one in hooks(world)} == {
        (topic, URL, SECRET, "active") for topic in ORDER_TOPICS
    }
    assert keeper() == 0


def test_a_webhook_that_a_person_has_paused_stays_paused(
    world: World, keeper: HookKeeper
) -> None:
    """The sweep finds what it would have told."""
    put(world, status="paused")

    assert keeper() == 0
    assert "paused" in {one.status for one in hooks(world)}


def test_another_installations_webhooks_are_not_touched(
    world: World, keeper: HookKeeper
) -> None:
    """They deliver to another unguessable address, by the same name and topic."""
    theirs = Webhook(
        id=99,
        name="kvitt: order.updated",
        topic="order.updated",
        delivery_url="https://kvitt.example/hooks/of-another",
        secret="theirs",
        status="disabled",
        created=hooks(world)[0].created,
    )
    world.town.desk.books.put(theirs)

    assert keeper() == 0
    assert theirs in hooks(world)


def test_a_good_delivery_since_means_that_the_secret_is_right(
    world: World, keeper: HookKeeper
) -> None:
    """What was refused before that was forged, or is mended."""
    reject(world, ago=timedelta(hours=1))
    Shop.objects.update(heard_at=world.town.books.clock.now())

    assert keeper() == 0


def test_without_an_address_that_shops_reach_nothing_is_asked(
    world: World, keeper: HookKeeper
) -> None:
    """Such an installation asks the shop instead; one that refuses us is not mended."""
    silent = HookBook(repository=world.parts.shops, public_url="")
    delete(world, "order.updated")

    assert replace(keeper, book=silent)() == 0
    world.parts.shops.replace_keys(world.shop, consumer_key="ck_no", consumer_secret="cs_no")
    assert [keeper(), keeper()] == [0, 0]


def test_a_secret_that_became_known_is_replaced(world: World, keeper: HookKeeper) -> None:
    """The shop signs with the new one; the one before is taken until it is forgotten."""
    put(world, status="paused")
    given = keeper.give_secret(world.shop, "fresh")
    row = Shop.objects.get()

    assert given == 3
    assert {(one.secret, one.status) for one in hooks(world)} == {
        ("fresh", "active"),
        (SECRET, "paused"),
    }
    assert world.parts.shops.hook_secrets(row) == ("fresh", SECRET)


def test_a_secret_is_kept_where_the_shop_cannot_be_told(
    world: World, keeper: HookKeeper
) -> None:
    """A kvitt that no shop can reach has no webhooks, and says so."""
    book = HookBook(repository=world.parts.shops, public_url="")

    with pytest.raises(ConfigurationError, match="KVITT_PUBLIC_URL"):
        replace(keeper, book=book).give_secret(world.shop, "fresh")
    assert world.parts.shops.hook_secrets(Shop.objects.get()) == (SECRET,)
