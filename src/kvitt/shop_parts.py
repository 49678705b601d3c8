"""The use cases of connecting shops, put together; a part of ``bootstrap.py``'s work.

The law of that file holds here: this knows adapters and use cases, and nothing else
does. Django must be set up before ``shops_of`` is called.
"""

import secrets
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from kvitt.adapters.woocommerce.setup import ORDER_TOPICS
from kvitt.application.checkup import Checkup
from kvitt.application.connect import Connecting
from kvitt.application.gate import Gate
from kvitt.application.handover import HandOver
from kvitt.application.importing import Import
from kvitt.application.sweep import Sweep
from kvitt.application.webhooks import HookKeeper
from kvitt.domain.store_order import KLARNA_GATEWAYS
from kvitt.engine.bell import Bell
from kvitt.settings import Environment, Settings
from kvitt.web.console.shops.desk import ShopDesk

if TYPE_CHECKING:
    from kvitt.adapters.connections import Connections
    from kvitt.adapters.database.queue import OrderQueue
    from kvitt.adapters.database.repositories import AccountRepository, ShopRepository


class Around(Protocol):
    """What of ``bootstrap.Parts`` is needed."""

    @property
    def settings(self) -> Settings:
        """The installation's settings."""
        ...

    @property
    def bell(self) -> Bell:
        """Rings when an order is due."""
        ...

    @property
    def shops(self) -> "ShopRepository":
        """Connected shops."""
        ...

    @property
    def accounts(self) -> "AccountRepository":
        """Klarna accounts."""
        ...

    @property
    def queue(self) -> "OrderQueue":
        """The orders that are due."""
        ...

    @property
    def connections(self) -> "Connections":
        """The clients of each shop."""
        ...

    @property
    def gate(self) -> Gate:
        """Whether a shop may be asked."""
        ...

    @property
    def sweep(self) -> Sweep:
        """Whose clock everything goes by."""
        ...

    @property
    def hook_keeper(self) -> HookKeeper:
        """Keeps webhooks alive."""
        ...


def shops_of(parts: Around) -> ShopDesk:
    """Return the use cases that connect shops and look after the connections."""
    # Models can be imported only once Django is set up.
    from kvitt.adapters.database.imports import ImportRepository
    from kvitt.adapters.database.newcomers import AttemptRepository, Register
    from kvitt.adapters.database.standings import StandingRepository
    from kvitt.adapters.database.vault import Vault
    from kvitt.adapters.introductions import Introductions

    settings, now, clock = parts.settings, parts.connections.now, parts.sweep.clock
    world = Introductions(connections=parts.connections)
    standings = StandingRepository(
        shops=parts.shops, queue=parts.queue, now=now, public_url=settings.public_url
    )
    health = Checkup(
        shops=world,
        standings=standings,
        hooks=parts.hook_keeper,
        gate=parts.gate,
        clock=clock,
        topics=ORDER_TOPICS,
    )
    return ShopDesk(
        connecting=Connecting(
            world=world,
            attempts=AttemptRepository(vault=Vault.of(settings), now=now, uuid=uuid4),
            registry=Register(
                shops=parts.shops, accounts=parts.accounts, uuid=uuid4, tokens=_token
            ),
            health=health,
            clock=clock,
            tokens=_token,
            public_url=settings.public_url,
            live_allowed=settings.environment is Environment.LIVE,
            klarna_url=settings.klarna_url,
        ),
        health=health,
        hand_over=HandOver(
            shops=world,
            standings=standings,
            hand_overs=standings,
            stores=parts.connections,
            health=health,
        ),
        imports=Import(
            imports=ImportRepository(now=now, on_hint=parts.bell.ring),
            stores=parts.connections,
            clock=clock,
            gateways=KLARNA_GATEWAYS,
        ),
        keeper=standings,
    )


def _token() -> str:
    return secrets.token_urlsafe(32)
