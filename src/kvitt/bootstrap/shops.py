"""What connects shops and looks after the connections, put together.

Models can be imported only once Django is set up.
"""

import secrets
from typing import TYPE_CHECKING
from uuid import uuid4

from kvitt.adapters.woocommerce.setup import ORDER_TOPICS
from kvitt.application.checkup import Checkup
from kvitt.application.connect import Connecting
from kvitt.application.handover import HandOver
from kvitt.application.importing import Import
from kvitt.bootstrap.parts import Parts
from kvitt.domain.store_order import KLARNA_GATEWAYS
from kvitt.settings import Environment
from kvitt.web.console.shops.desk import ShopDesk

if TYPE_CHECKING:
    from kvitt.adapters.introductions import Introductions


def shops_of(parts: Parts) -> ShopDesk:
    """Return the use cases that connect shops and look after the connections."""
    from kvitt.adapters.database.imports import ImportRepository
    from kvitt.adapters.database.standings import StandingRepository
    from kvitt.adapters.introductions import Introductions

    settings, clock = parts.settings, parts.clock
    world = Introductions(connections=parts.connections)
    standings = StandingRepository(
        shops=parts.shops, queue=parts.queue, now=clock.now, public_url=settings.public_url
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
        connecting=_connecting(parts, world, health),
        health=health,
        hand_over=HandOver(
            shops=world,
            standings=standings,
            hand_overs=standings,
            stores=parts.connections,
            health=health,
        ),
        imports=Import(
            imports=ImportRepository(now=clock.now, on_hint=parts.bell.ring),
            stores=parts.connections,
            clock=clock,
            gateways=KLARNA_GATEWAYS,
        ),
        keeper=standings,
    )


def _connecting(parts: Parts, world: "Introductions", health: Checkup) -> Connecting:
    """Return the use case that takes a shop in, from its address to its first check-up."""
    from kvitt.adapters.database.newcomers import AttemptRepository, Register
    from kvitt.adapters.database.vault import Vault

    settings = parts.settings
    return Connecting(
        world=world,
        attempts=AttemptRepository(vault=Vault.of(settings), now=parts.clock.now, uuid=uuid4),
        registry=Register(
            shops=parts.shops, accounts=parts.accounts, uuid=uuid4, tokens=_token
        ),
        health=health,
        clock=parts.clock,
        tokens=_token,
        public_url=settings.public_url,
        live_allowed=settings.environment is Environment.LIVE,
        klarna_url=settings.klarna_url,
    )


def _token() -> str:
    return secrets.token_urlsafe(32)
