"""What is stored: shops, accounts, orders and their journal, over one vault and one clock.

Models can be imported only once Django is set up.
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kvitt.application.ports import Clock
from kvitt.engine.bell import Bell
from kvitt.settings import Settings

if TYPE_CHECKING:
    from kvitt.adapters.database.health import HealthBook
    from kvitt.adapters.database.ledger import OrderLedger
    from kvitt.adapters.database.queue import OrderQueue
    from kvitt.adapters.database.repositories import AccountRepository, ShopRepository
    from kvitt.adapters.database.restoring import Restoring
    from kvitt.adapters.database.sightings import Sightings
    from kvitt.adapters.database.vault import Vault


@dataclass(frozen=True, kw_only=True, slots=True)
class Stores:
    """The repositories of one installation; ``bell`` rings when an order becomes due."""

    bell: Bell
    vault: "Vault"
    shops: "ShopRepository"
    accounts: "AccountRepository"
    healths: "HealthBook"
    queue: "OrderQueue"
    ledger: "OrderLedger"
    sightings: "Sightings"
    restoring: "Restoring"


def stores_of(settings: Settings, clock: Clock) -> Stores:
    """Return what is stored in the database that Django knows."""
    from kvitt.adapters.database.health import HealthBook
    from kvitt.adapters.database.ledger import OrderLedger
    from kvitt.adapters.database.queue import OrderQueue
    from kvitt.adapters.database.repositories import AccountRepository, ShopRepository
    from kvitt.adapters.database.restoring import Restoring
    from kvitt.adapters.database.sightings import Sightings
    from kvitt.adapters.database.vault import Vault

    bell = Bell()
    vault = Vault.of(settings)
    shops = ShopRepository(vault, clock.now)
    healths = HealthBook(clock.now, monotonic=time.monotonic)
    queue = OrderQueue(
        clock.now,
        on_hint=bell.ring,
        shop_concurrency=settings.shop_concurrency,
        blocked=healths.blocked,
    )
    return Stores(
        bell=bell,
        vault=vault,
        shops=shops,
        accounts=AccountRepository(vault, clock.now),
        healths=healths,
        queue=queue,
        ledger=OrderLedger(vault, clock.now),
        sightings=Sightings(shops, clock.now),
        restoring=Restoring(data_dir=settings.data_dir, now=clock.now),
    )
