"""A queue with one claimed order, and the journal over it."""

import pytest
from cryptography.fernet import Fernet

from clocks import StandingClock
from contract.klarna_counter import counter
from contract.rows import LEASE, add_shop, shop_id
from kvitt.adapters.database.ledger import OrderLedger
from kvitt.adapters.database.orders import OrderDesk
from kvitt.adapters.database.queue import OrderQueue
from kvitt.adapters.database.vault import Vault
from kvitt.domain.ids import StoreOrderId
from kvitt.domain.journal import Lease

__all__ = ["counter"]


@pytest.fixture
def vault() -> Vault:
    return Vault([Fernet.generate_key()])


@pytest.fixture
def queue(clock: StandingClock) -> OrderQueue:
    return OrderQueue(clock.now)


@pytest.fixture
def ledger(vault: Vault, clock: StandingClock) -> OrderLedger:
    return OrderLedger(vault, clock.now)


@pytest.fixture
def desk(clock: StandingClock) -> OrderDesk:
    return OrderDesk(clock.now, on_hint=lambda: None)


@pytest.fixture
def lease(queue: OrderQueue, vault: Vault, clock: StandingClock) -> Lease:
    queue.want(shop_id(add_shop(vault, clock.now)), StoreOrderId(1042), why="webhook")
    lease = queue.claim(worker="a", lease=LEASE)
    assert lease is not None
    return lease
