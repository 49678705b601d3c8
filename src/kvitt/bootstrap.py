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
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from kvitt import settings as configuration
from kvitt.adapters.addresses import PUBLIC_ONLY, WITH_LOOPBACK
from kvitt.adapters.http import trusting
from kvitt.adapters.woocommerce.setup import ORDER_TOPICS
from kvitt.application import pacing
from kvitt.application.asking import Asking
from kvitt.application.budget import RetryBudget
from kvitt.application.bulk import Bulk
from kvitt.application.commands import Desk
from kvitt.application.drift import (
    DEMO_LOOKS_PER_HOUR,
    DRIFT_EVERY,
    LOOKS_PER_HOUR,
    Drift,
    Spread,
)
from kvitt.application.gate import Gate
from kvitt.application.guarded import GuardedConnections
from kvitt.application.look import Reader
from kvitt.application.pacing import DEMO_PACE
from kvitt.application.ports import Clock
from kvitt.application.rates import RateKeeper
from kvitt.application.reconcile import Reconcile
from kvitt.application.send import Sender
from kvitt.application.sweep import SWEEP_EVERY, Sweep
from kvitt.application.webhooks import HOOKS_EVERY, HookKeeper
from kvitt.application.write_back import Clerk
from kvitt.domain.errors import ConfigurationError
from kvitt.domain.hooks import NO_HOOKS, Hooks
from kvitt.engine.bell import Bell
from kvitt.engine.caller import Caller
from kvitt.engine.periodic import Job
from kvitt.engine.threads import Pace, ThreadEngine
from kvitt.outgoing_parts import postman_of
from kvitt.settings import Engine, Environment, Settings
from kvitt.shop_parts import shops_of
from kvitt.web.console.shops import desk as shop_desk

if TYPE_CHECKING:
    from kvitt.adapters.connections import Connections
    from kvitt.adapters.database.ledger import OrderLedger
    from kvitt.adapters.database.queue import OrderQueue
    from kvitt.adapters.database.repositories import AccountRepository, ShopRepository
    from kvitt.adapters.database.restoring import Restoring
    from kvitt.adapters.database.vault import Vault
    from kvitt.engine.celery import CeleryEngine, Workshop

FORGET_EVERY = timedelta(hours=1)
#: What other programs are told is kept for this long, as their log of deliveries.
TOLD_FOR = timedelta(days=30)
TELL_EVERY = timedelta(seconds=3)
#: A backup that is older than this is noticed when it is put back.
BEAT_EVERY = timedelta(minutes=1)
#: Only those shops are looked over that are due.
LOOK_OVER_EVERY = timedelta(minutes=5)
#: The rest of a run is begun: soon, and apart from jobs that wait for a shop's answer.
RUNS_EVERY = timedelta(seconds=2)
#: An import goes on with its next page once the last one's orders are looked at.
IMPORT_EVERY = timedelta(seconds=3)


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
    drift: Drift
    hook_keeper: HookKeeper
    restoring: "Restoring"
    desk: Desk
    bulk: Bulk


def start_django(settings: Settings) -> None:
    """Make these the settings of the process, and set Django up with them."""
    configuration.install(settings)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kvitt.web.settings")
    import django

    django.setup()


def migrate() -> None:
    """Bring the database to the shape that this version needs."""
    from kvitt.adapters.database import shape

    shape.migrate()


def check_shape() -> None:
    """Stop where the database has another shape. Raises ConfigurationError."""
    from django.db import connections

    from kvitt.adapters.database import shape

    if not shape.is_current():
        raise ConfigurationError("the database is not of this version: run kvitt migrate first")
    # Processes that are forked from this one open connections of their own.
    connections.close_all()


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
    from kvitt.adapters.database.hookbook import HookBook
    from kvitt.adapters.database.ledger import OrderLedger
    from kvitt.adapters.database.queue import OrderQueue
    from kvitt.adapters.database.repositories import AccountRepository, ShopRepository
    from kvitt.adapters.database.restoring import Restoring
    from kvitt.adapters.database.sightings import Sightings
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
    rates = _rates(clock)
    connections = Connections(
        shops=shops,
        accounts=accounts,
        now=clock.now,
        nonce=_nonce,
        on_quota=rates.heard,
        policy=WITH_LOOPBACK if settings.reaches_local else PUBLIC_ONLY,
        tls=trusting(settings.ca_file) if settings.ca_file else None,
    )
    pace, looks = _pace_of(settings)
    guarded = GuardedConnections(connections=connections, gate=gate, rates=rates)
    sightings = Sightings(shops, clock.now)
    reader = Reader(
        ledger=ledger,
        connections=guarded,
        clock=clock,
        pace=pace,
        spread=Spread(orders=sightings, dice=dice, clock=clock, looks_per_hour=looks),
        hooks=hooks,
    )
    sender = Sender(ledger=ledger, reader=reader, clock=clock)
    bulk = _bulk(vault, clock, bell=bell, hooks=hooks)
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
        sweep=Sweep(queue=queue, connections=guarded, watermarks=sightings, clock=clock),
        drift=Drift(queue=queue, connections=guarded, orders=sightings, clock=clock),
        restoring=Restoring(data_dir=settings.data_dir, now=clock.now),
        hook_keeper=HookKeeper(
            shops=connections,
            book=HookBook(repository=shops, public_url=settings.public_url),
            gate=gate,
            clock=clock,
            topics=ORDER_TOPICS,
        ),
        desk=bulk.desk,
        bulk=bulk,
    )


def _pace_of(settings: Settings) -> tuple[pacing.Pace, int]:
    """Return how often orders are looked at unasked, and a shop's most looks an hour."""
    if settings.environment is Environment.DEMO:
        return DEMO_PACE, DEMO_LOOKS_PER_HOUR
    return pacing.Pace(), LOOKS_PER_HOUR


def _bulk(vault: "Vault", clock: Clock, *, bell: Bell, hooks: Hooks) -> Bulk:
    """Return what operators ask for, of one order and of many."""
    from kvitt.adapters.database.orders import OrderDesk
    from kvitt.adapters.database.runs import RunRepository
    from kvitt.adapters.database.situations import StoredSituations

    desk = Desk(
        orders=OrderDesk(clock.now, on_hint=bell.ring),
        situations=StoredSituations(vault, clock.now, hooks=hooks),
        clock=clock,
    )
    return Bulk(desk=desk, runs=RunRepository(clock.now))


def _rates(clock: Clock) -> RateKeeper:
    """Return what keeps this process to its share of Klarna's rate."""
    from kvitt.adapters.database.rates import RateShares

    return RateKeeper(
        RateShares(clock.now, holder=secrets.token_hex(8)),
        monotonic=time.monotonic,
        sleep=time.sleep,
    )


def engine_of(parts: Parts) -> ThreadEngine | Caller:
    """Return what drives the parts in the process that serves.

    That is worker threads and periodic jobs; or, where Celery's workers do this elsewhere,
    what calls them as soon as there is work.
    """
    from django.db import close_old_connections

    if parts.settings.engine is Engine.CELERY:
        call = celery_of(parts).call
        return Caller(call, bell=parts.bell, after_each=close_old_connections)
    # Before any worker: a restored database has forgotten what was sent.
    parts.restoring.beat()
    return ThreadEngine(
        parts.queue,
        parts.reconcile,
        pace=Pace(
            workers=parts.settings.worker_threads,
            lease=parts.settings.lease,
            poll=parts.settings.poll,
            retry_at=retry_at,
        ),
        bell=parts.bell,
        jobs=jobs_of(parts),
        after_each=close_old_connections,
    )


def celery_of(parts: Parts) -> "CeleryEngine":
    """Return the engine for many machines. Raises ConfigurationError where it is missing."""
    try:
        from kvitt.engine.celery import CeleryEngine, Plan
    except ImportError as error:
        raise ConfigurationError(
            "KVITT_ENGINE is celery, which is not installed: pip install 'kvitt[celery]'"
        ) from error
    settings = parts.settings
    plan = Plan(
        broker=settings.broker_url.get_secret_value(),
        processes=settings.worker_threads,
        poll=settings.poll,
        jobs={job.name: job.every for job in jobs_of(parts)},
    )
    return CeleryEngine(plan, counts=parts.queue, open_workshop=partial(_workshop, settings))


def jobs_of(parts: Parts) -> tuple[Job, ...]:
    """Return what comes round, whichever engine sees to it."""
    shops = shops_of(parts)
    return (
        Job(name="beat", every=BEAT_EVERY, run=parts.restoring.beat, at_start=False),
        Job(name="sweep", every=SWEEP_EVERY, run=parts.sweep),
        Job(name="drift", every=DRIFT_EVERY, run=parts.drift),
        Job(name="keep webhooks", every=HOOKS_EVERY, run=parts.hook_keeper),
        Job(name="look shops over", every=LOOK_OVER_EVERY, run=shops.health.look_due),
        Job(name="begin runs", every=RUNS_EVERY, run=parts.bulk.carry_on, prompt=True),
        Job(name="import", every=IMPORT_EVERY, run=shops.imports.step),
        Job(
            name="tell others", every=TELL_EVERY, run=postman_of(parts.settings, SystemClock())
        ),
        Job(name="forget webhooks", every=FORGET_EVERY, run=_forgetting(parts)),
    )


def retry_at(failures: int) -> datetime:
    """Return when an order is looked at again whose look raised."""
    dice = random.SystemRandom().randrange
    return SystemClock().now() + pacing.after_failure(failures, dice=dice, retry_after=None)


def _workshop(settings: Settings) -> "Workshop":
    """Put kvitt together in a worker process of its own."""
    from django.db import close_old_connections

    from kvitt.adapters.database.turns import JobTurns
    from kvitt.engine.celery import Workshop
    from kvitt.engine.looks import Looks

    parts = assemble(settings)
    # Before any order: a restored database has forgotten what was sent.
    parts.restoring.beat()
    return Workshop(
        looks=Looks(parts.queue, parts.reconcile, lasting=settings.lease, retry_at=retry_at),
        turns=JobTurns(SystemClock().now),
        jobs={job.name: job for job in jobs_of(parts)},
        after_each=close_old_connections,
    )


def open_console(parts: Parts) -> None:
    """Give the console and the API the desk that carries out what operators ask."""
    from kvitt.web import bulk as web_bulk
    from kvitt.web import desk as web_desk
    from kvitt.web.console import desk

    desk.use(parts.desk)
    web_desk.use(parts.desk)
    web_bulk.use(parts.bulk)
    shop_desk.use(shops_of(parts))


def _forgetting(parts: Parts) -> Callable[[], int]:
    """Return the job that deletes what is kept for a time only, when that is over."""
    from kvitt.adapters.database.inbox import Inbox
    from kvitt.adapters.database.outbox import Outbox
    from kvitt.adapters.database.vault import Vault
    from kvitt.web.accounts import people, sessions

    vault = Vault.of(parts.settings)
    inbox, outbox = Inbox(vault), Outbox(vault, SystemClock().now)

    def run() -> int:
        now, kept_for = SystemClock().now(), timedelta(days=parts.settings.delivery_days)
        gone = sessions.forget(now=now) + people.forget(now=now)
        gone += outbox.forget(older_than=TOLD_FOR)
        return gone + inbox.forget(older_than=kept_for, now=now)

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
