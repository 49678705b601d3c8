"""What operators ask for, of one order and of many, put together.

Models can be imported only once Django is set up.
"""

from kvitt.application.bulk import Bulk
from kvitt.application.commands import Desk
from kvitt.application.ports import Clock
from kvitt.bootstrap.stores import Stores
from kvitt.domain.hooks import Hooks


def bulk_of(stores: Stores, clock: Clock, hooks: Hooks) -> Bulk:
    """Return the desk of runs over many orders; its ``desk`` is that of one order."""
    from kvitt.adapters.database.orders import OrderDesk
    from kvitt.adapters.database.runs import RunRepository
    from kvitt.adapters.database.situations import StoredSituations

    desk = Desk(
        orders=OrderDesk(clock.now, on_hint=stores.bell.ring),
        situations=StoredSituations(stores.vault, clock.now, hooks=hooks),
        clock=clock,
    )
    return Bulk(desk=desk, runs=RunRepository(clock.now))
