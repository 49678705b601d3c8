"""What looks at one order: reads both halves, decides, sends and writes back.

The law: sender, clerk and reconciler share one reader, so each concludes from what the
others saw.
"""

import random

from kvitt.application import pacing
from kvitt.application.asking import Asking
from kvitt.application.budget import RetryBudget
from kvitt.application.drift import DEMO_LOOKS_PER_HOUR, LOOKS_PER_HOUR, Spread
from kvitt.application.look import Reader
from kvitt.application.ports import Clock
from kvitt.application.reconcile import Reconcile
from kvitt.application.send import Sender
from kvitt.application.write_back import Clerk
from kvitt.bootstrap.network import Network
from kvitt.bootstrap.stores import Stores
from kvitt.domain.hooks import Hooks
from kvitt.settings import Environment, Settings


def reconcile_of(
    settings: Settings, stores: Stores, network: Network, *, clock: Clock, hooks: Hooks
) -> Reconcile:
    """Return the use case that brings one order in step."""
    dice = random.SystemRandom().randrange
    ledger = stores.ledger
    pace, looks = _pace_of(settings)
    spread = Spread(orders=stores.sightings, dice=dice, clock=clock, looks_per_hour=looks)
    reader = Reader(
        ledger=ledger,
        connections=network.guarded,
        clock=clock,
        pace=pace,
        spread=spread,
        hooks=hooks,
    )
    sender = Sender(ledger=ledger, reader=reader, clock=clock)
    return Reconcile(
        queue=stores.queue,
        ledger=ledger,
        reader=reader,
        sender=sender,
        asking=Asking(ledger=ledger, reader=reader, sender=sender),
        clerk=Clerk(ledger=ledger, clock=clock),
        clock=clock,
        dice=dice,
        budget=RetryBudget(clock=clock),
    )


def _pace_of(settings: Settings) -> tuple[pacing.Pace, int]:
    """Return how often orders are looked at unasked, and a shop's most looks an hour."""
    if settings.environment is Environment.DEMO:
        return pacing.DEMO_PACE, DEMO_LOOKS_PER_HOUR
    return pacing.Pace(), LOOKS_PER_HOUR
