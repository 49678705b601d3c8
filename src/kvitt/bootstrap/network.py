"""How the world is reached: which addresses, whose certificates, how often, through what gate.

The law: everything that calls out is made here or asks here, so nothing reaches further
than the rest and no call passes by the gate.
"""

import random
import secrets
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kvitt.adapters.addresses import PUBLIC_ONLY, WITH_LOOPBACK, AddressPolicy
from kvitt.adapters.http import trusting
from kvitt.application.gate import Gate
from kvitt.application.guarded import GuardedConnections
from kvitt.application.ports import Clock
from kvitt.application.rates import RateKeeper
from kvitt.bootstrap.stores import Stores
from kvitt.settings import Settings

if TYPE_CHECKING:
    from kvitt.adapters.connections import Connections


@dataclass(frozen=True, kw_only=True, slots=True)
class Network:
    """The clients of every shop: as they are, and as the gate and the rates let them call."""

    connections: "Connections"
    guarded: GuardedConnections
    gate: Gate


def network_of(settings: Settings, stores: Stores, clock: Clock) -> Network:
    """Return what reaches the shops and Klarna."""
    from kvitt.adapters.connections import Connections

    rates = _rates(clock)
    gate = Gate(healths=stores.healths, clock=clock, dice=random.SystemRandom().randrange)
    connections = Connections(
        shops=stores.shops,
        accounts=stores.accounts,
        now=clock.now,
        nonce=_nonce,
        on_quota=rates.heard,
        policy=policy_of(settings),
        tls=tls_of(settings),
    )
    guarded = GuardedConnections(connections=connections, gate=gate, rates=rates)
    return Network(connections=connections, guarded=guarded, gate=gate)


def policy_of(settings: Settings) -> AddressPolicy:
    """Return which addresses may be called: public ones, and our own only where allowed."""
    return WITH_LOOPBACK if settings.reaches_local else PUBLIC_ONLY


def tls_of(settings: Settings) -> ssl.SSLContext | None:
    """Return what trusts the installation's own certificates, where it names some."""
    return trusting(settings.ca_file) if settings.ca_file else None


def _rates(clock: Clock) -> RateKeeper:
    """Return what keeps this process to its share of Klarna's rate."""
    from kvitt.adapters.database.rates import RateShares

    return RateKeeper(
        RateShares(clock.now, holder=secrets.token_hex(8)),
        monotonic=time.monotonic,
        sleep=time.sleep,
    )


def _nonce() -> str:
    return secrets.token_hex(16)
