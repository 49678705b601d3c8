"""What ``kvitt doctor`` sees of an installation: lost workers, a changed journal, clocks."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from integration.worlds import World
from kvitt.adapters.database.models import IntentRow
from kvitt.adapters.database.repositories import ShopRepository
from kvitt.adapters.database.vault import Vault
from kvitt.application.found import Level
from kvitt.application.gate import shop_party
from kvitt.cli.installation import checks
from kvitt.domain.health import Condition, Health

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


def levels(world: World, *, later: timedelta = timedelta(0)) -> dict[str, Level]:
    """Return the worst that each check says, some time after now."""
    worst: dict[str, Level] = {}
    for check in checks(world.parts, now=world.town.books.clock.now() + later):
        known = worst.setdefault(check.name, check.level)
        worst[check.name] = max(known, check.level, key=list(Level).index)
    return worst


def test_all_is_well_while_orders_are_looked_at(world: World) -> None:
    """The journal is whole, nobody waits, and both services have our time."""
    order = world.buy()
    world.set_status(order, "completed")
    seen = levels(world)

    assert {seen[name] for name in ("database", "keys", "journal", "queue", "clock")} == {
        Level.GOOD
    }


def test_orders_that_nobody_takes_are_seen(world: World) -> None:
    """That is bad where nobody works, and to be expected while a shop is left alone."""
    world.hint(world.buy())
    nobody_works = levels(world, later=HOUR)["queue"]
    away = Health(condition=Condition.OPEN, since=world.town.books.clock.now(), why="503")
    world.parts.gate.healths.change(shop_party(world.shop), lambda _: away)

    assert nobody_works is Level.BAD
    assert levels(world, later=HOUR)["queue"] is Level.WARN


def test_a_journal_that_was_changed_is_seen(world: World) -> None:
    """The newest calls are verified."""
    order = world.buy()
    world.set_status(order, "completed")
    IntentRow.objects.update(amount_minor=1)

    assert levels(world)["journal"] is Level.BAD


def test_whether_kvitt_works_here_is_seen_by_its_beat(world: World) -> None:
    """It beats every minute; one that beat an hour ago does not run any more."""
    world.parts.restoring.beat()

    assert levels(world)["workers"] is Level.GOOD
    assert levels(world, later=HOUR)["workers"] is Level.WARN


def test_keys_that_do_not_fit_are_seen(world: World) -> None:
    """Without them no shop can be asked, and no webhook checked."""
    others = ShopRepository(Vault([Fernet.generate_key()]), world.town.books.clock.now)
    strange = replace(world.parts, shops=others)
    (keys,) = [
        check
        for check in checks(strange, now=world.town.books.clock.now())
        if check.name == "keys"
    ]

    assert keys.level is Level.BAD
