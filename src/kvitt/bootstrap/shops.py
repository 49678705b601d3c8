"""What connects shops and looks after the connections, put together.

Models can be imported only once Django is set up.
"""

import secrets
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


def shops_of(parts: Parts) -> ShopDesk:
    """Return the use cases that connect shops and look after the connections."""
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
