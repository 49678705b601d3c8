"""The only place that knows every part: adapters are wired into use cases here.

Django must be set up before ``assemble`` is called; ``start_django`` does it.
"""

import os
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING

from kvitt import settings as configuration
from kvitt.adapters.addresses import PUBLIC_ONLY, WITH_LOOPBACK
from kvitt.application import pacing
from kvitt.application.asking import Asking
from kvitt.application.budget import RetryBudget
from kvitt.application.commands import Desk
from kvitt.application.gate import Gate
from kvitt.application.guarded import GuardedConnections
from kvitt.application.look import Reader
from kvitt.application.pacing import DEMO_PACE
from kvitt.application.ports import Clock
from kvitt.application.rates import RateKeeper
from kvitt.application.reconcile import Reconcile
from kvitt.application.send import Sender
from kvitt.application.sweep import Sweep
from kvitt.application.write_back import Clerk
from kvitt.domain.errors import ConfigurationError
from kvitt.domain.hooks import NO_HOOKS, Hooks
from kvitt.engine.bell import Bell
from kvitt.engine.periodic import Job
from kvitt.engine.threads import Pace, ThreadEngine
from kvitt.settings import Environment, Settings

if TYPE_CHECKING:
    from kvitt.adapters.connections import Connections
    from kvitt.adapters.database.ledger import OrderLedger
    from kvitt.adapters.database.queue import OrderQueue
    from kvitt.adapters.database.repositories import AccountRepository, ShopRepository

#: A lost webhook is noticed within this time.
SWEEP_EVERY = timedelta(minutes=4)
FORGET_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The time of this machine, in UTC."""

    def now(self) -> datetime:
        """Return the present moment."""
        return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """kvitt, put together."""

    settings: Settings
    bell: Bell
    shops: "ShopRepository"
    accounts: "AccountRepository"
    queue: "OrderQueue"
    ledger: "OrderLedger"
    connections: "Connections"
    reconcile: Reconcile
    gate: Gate
    sweep: Sweep
    desk: Desk


def start_django(settings: Settings) -> None:
    """Make these the settings of the process, and set Django up with them."""
    configuration.install(settings)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kvitt.web.settings")
    import django

    django.setup()


def migrate() -> None:
    """Bring the database to the shape that this version needs."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def assemble(
    settings: Settings, *, clock: Clock | None = None, hooks: Hooks | None = None
) -> Parts:
    """Put kvitt together over the database that Django knows.

    ``hooks`` are the merchant's own changes to what Klarna is sent; where none are given,
    those that the setting ``hooks`` names.
    """
    # Models can be imported only once Django is set up.
    from kvitt.adapters.connections import Connections
    from kvitt.adapters.database.health import HealthBook
    from kvitt.adapters.database.ledger import OrderLedger
    from kvitt.adapters.database.orders import OrderDesk
    from kvitt.adapters.database.queue import OrderQueue
    from kvitt.adapters.database.rates import RateShares
    from kvitt.adapters.database.repositories import AccountRepository, ShopRepository
    from kvitt.adapters.database.situations import StoredSituations
    from kvitt.adapters.database.vault import Vault

    clock = clock or SystemClock()
    hooks = hooks or _hooks_of(settings)
    bell = Bell()
    vault = Vault.of(settings)
    shops = ShopRepository(vault, clock.now)
    accounts = AccountRepository(vault, clock.now)
    healths = HealthBook(clock.now, monotonic=time.monotonic)
    queue = OrderQueue(
        clock.now,
        on_hint=bell.ring,
        shop_concurrency=settings.shop_concurrency,
        blocked=healths.blocked,
    )
    ledger = OrderLedger(vault, clock.now)
    dice = random.SystemRandom().randrange
    gate = Gate(healths=healths, clock=clock, dice=dice)
    rates = RateKeeper(
        RateShares(clock.now, holder=secrets.token_hex(8)),
        monotonic=time.monotonic,
        sleep=time.sleep,
    )
    connections = Connections(
        shops=shops,
        accounts=accounts,
        now=clock.now,
        nonce=_nonce,
        on_quota=rates.heard,
        policy=WITH_LOOPBACK if settings.environment is Environment.DEMO else PUBLIC_ONLY,
    )
    pace = DEMO_PACE if settings.environment is Environment.DEMO else pacing.Pace()
    guarded = GuardedConnections(connections=connections, gate=gate, rates=rates)
    reader = Reader(ledger=ledger, connections=guarded, clock=clock, pace=pace, hooks=hooks)
    sender = Sender(ledger=ledger, reader=reader, clock=clock)
    return Parts(
        settings=settings,
        bell=bell,
        shops=shops,
        accounts=accounts,
        queue=queue,
        ledger=ledger,
        connections=connections,
        reconcile=Reconcile(
            queue=queue,
            ledger=ledger,
            reader=reader,
            sender=sender,
            asking=Asking(ledger=ledger, reader=reader, sender=sender),
            clerk=Clerk(ledger=ledger, clock=clock),
            clock=clock,
            dice=dice,
            budget=RetryBudget(clock=clock),
        ),
        gate=gate,
        sweep=Sweep(queue=queue, connections=guarded, watermarks=shops, clock=clock),
        desk=Desk(
            orders=OrderDesk(clock.now, on_hint=bell.ring),
            situations=StoredSituations(vault, clock.now, hooks=hooks),
            clock=clock,
        ),
    )


def engine_of(parts: Parts) -> ThreadEngine:
    """Return the worker threads and periodic jobs that drive the parts."""
    from django.db import close_old_connections

    dice = random.SystemRandom().randrange

    def retry_at(failures: int) -> datetime:
        wait = pacing.after_failure(failures, dice=dice, retry_after=None)
        return SystemClock().now() + wait

    return ThreadEngine(
        parts.queue,
        parts.reconcile,
        pace=Pace(
            workers=parts.settings.worker_threads,
            lease=parts.settings.lease,
            poll=timedelta(seconds=parts.settings.poll_seconds),
            retry_at=retry_at,
        ),
        bell=parts.bell,
        jobs=(
            Job(name="sweep", every=SWEEP_EVERY, run=parts.sweep),
            Job(name="forget webhooks", every=FORGET_EVERY, run=_forgetting(parts)),
        ),
        after_each=close_old_connections,
    )


def open_console(parts: Parts) -> None:
    """Give the console the desk that carries out what operators ask."""
    from kvitt.web.console import desk

    desk.use(parts.desk)


def _forgetting(parts: Parts) -> Callable[[], int]:
    """Return the job that deletes records of webhooks when their time is over."""
    from kvitt.adapters.database.inbox import Inbox
    from kvitt.adapters.database.vault import Vault

    inbox = Inbox(Vault.of(parts.settings))

    def run() -> int:
        kept_for = timedelta(days=parts.settings.delivery_days)
        return inbox.forget(older_than=kept_for, now=SystemClock().now())

    return run


def _hooks_of(settings: Settings) -> Hooks:
    """Return the hooks that the settings name as ``module:name``. Raises ConfigurationError."""
    if not settings.hooks:
        return NO_HOOKS
    module, _, name = settings.hooks.partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            f"the hooks {settings.hooks} cannot be loaded: {error}; KVITT_HOOKS is module:name"
        ) from error
    if not isinstance(found, Hooks):
        raise ConfigurationError(f"{settings.hooks} is not a kvitt.Hooks")
    return found


def _nonce() -> str:
    return secrets.token_hex(16)
