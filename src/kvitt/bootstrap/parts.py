"""The whole of kvitt, put together over the database.

The law: each part is given what it needs and finds nothing by itself, so that a test puts
the same parts together with a clock of its own.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kvitt.adapters.woocommerce.setup import ORDER_TOPICS
from kvitt.application.bulk import Bulk
from kvitt.application.commands import Desk
from kvitt.application.drift import Drift
from kvitt.application.gate import Gate
from kvitt.application.ports import Clock
from kvitt.application.reconcile import Reconcile
from kvitt.application.sweep import Sweep
from kvitt.application.webhooks import HookKeeper
from kvitt.bootstrap.clocks import SystemClock
from kvitt.bootstrap.desks import bulk_of
from kvitt.bootstrap.hooks import hooks_of
from kvitt.bootstrap.looks import reconcile_of
from kvitt.bootstrap.network import network_of
from kvitt.bootstrap.stores import stores_of
from kvitt.domain.hooks import Hooks
from kvitt.engine.bell import Bell
from kvitt.settings import Settings

if TYPE_CHECKING:
    from kvitt.adapters.connections import Connections
    from kvitt.adapters.database.ledger import OrderLedger
    from kvitt.adapters.database.queue import OrderQueue
    from kvitt.adapters.database.repositories import AccountRepository, ShopRepository
    from kvitt.adapters.database.restoring import Restoring


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """kvitt, put together. Whatever needs the time goes by ``clock``."""

    settings: Settings
    clock: Clock
    bell: Bell
    shops: "ShopRepository"
    accounts: "AccountRepository"
    queue: "OrderQueue"
    ledger: "OrderLedger"
    connections: "Connections"
    reconcile: Reconcile
    gate: Gate
    sweep: Sweep
    drift: Drift
    hook_keeper: HookKeeper
    restoring: "Restoring"
    desk: Desk
    bulk: Bulk


def assemble(
    settings: Settings, *, clock: Clock | None = None, hooks: Hooks | None = None
) -> Parts:
    """Put kvitt together over the database that Django knows.

    ``hooks`` are the merchant's own changes to what Klarna is sent; where none are given,
    those that the setting ``hooks`` names.
    """
    # Models can be imported only once Django is set up.
    from kvitt.adapters.database.hookbook import HookBook

    clock = clock or SystemClock()
    hooks = hooks or hooks_of(settings)
    stores = stores_of(settings, clock)
    network = network_of(settings, stores, clock)
    queue, guarded, orders = stores.queue, network.guarded, stores.sightings
    bulk = bulk_of(stores, clock, hooks)
    return Parts(
        settings=settings,
        clock=clock,
        bell=stores.bell,
        shops=stores.shops,
        accounts=stores.accounts,
        queue=queue,
        ledger=stores.ledger,
        connections=network.connections,
        reconcile=reconcile_of(settings, stores, network, clock=clock, hooks=hooks),
        gate=network.gate,
        sweep=Sweep(queue=queue, connections=guarded, watermarks=orders, clock=clock),
        drift=Drift(queue=queue, connections=guarded, orders=orders, clock=clock),
        restoring=stores.restoring,
        hook_keeper=HookKeeper(
            shops=network.connections,
            book=HookBook(repository=stores.shops, public_url=settings.public_url),
            gate=network.gate,
            clock=clock,
            topics=ORDER_TOPICS,
        ),
        desk=bulk.desk,
        bulk=bulk,
    )
