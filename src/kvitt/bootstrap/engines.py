"""What drives the parts: threads of this process, or Celery's workers on many machines.

The law: an engine only drives; what is due stands in the database, and a restored database
is noticed before any worker takes an order.
"""

import random
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from kvitt.application import pacing
from kvitt.application.ports import Clock
from kvitt.bootstrap.jobs import jobs_of
from kvitt.bootstrap.parts import Parts, assemble
from kvitt.domain.errors import ConfigurationError
from kvitt.engine.caller import Caller
from kvitt.engine.threads import Pace, ThreadEngine
from kvitt.settings import Engine, Settings

if TYPE_CHECKING:
    from kvitt.engine.celery import CeleryEngine, Workshop


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
            retry_at=partial(_retry_at, parts.clock),
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


def _retry_at(clock: Clock, failures: int) -> datetime:
    """Return when an order is looked at again whose look raised."""
    dice = random.SystemRandom().randrange
    return clock.now() + pacing.after_failure(failures, dice=dice, retry_after=None)


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
        looks=Looks(
            parts.queue,
            parts.reconcile,
            lasting=settings.lease,
            retry_at=partial(_retry_at, parts.clock),
        ),
        turns=JobTurns(parts.clock.now),
        jobs={job.name: job for job in jobs_of(parts)},
        after_each=close_old_connections,
    )
