"""``kvitt work``: a machine's workers, where Celery is the engine."""

import os

from rich.console import Console

from kvitt import settings as configuration
from kvitt.domain.errors import ConfigurationError
from kvitt.settings import Engine

console = Console(highlight=False)

#: Workers have nothing to tell each other: asking around would delay every start by a second.
_ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")


def work(*, processes: int | None = None, beat: bool = False) -> None:
    """Look at orders that are due, beside as many other machines as you like.

    Example: kvitt work --beat

    Parameters
    ----------
    processes
        Orders worked on at once by this command; else KVITT_WORKER_THREADS.
    beat
        Also be the clock: one of the machines has to be, and several do no harm.
    """
    settings = configuration.load(**({"worker_threads": processes} if processes else {}))
    if settings.engine is not Engine.CELERY:
        raise ConfigurationError(
            "kvitt work is for KVITT_ENGINE=celery; with threads, kvitt serve does the work"
        )
    if not settings.encryption_keys:
        raise ConfigurationError(
            "this machine has no keys: give it the KVITT_ENCRYPTION_KEYS of the others"
        )
    from kvitt import bootstrap

    bootstrap.start_django(settings)
    bootstrap.check_shape()
    _work(settings.worker_threads, beat=beat)
    console.print("Stopped.")


def _work(processes: int, *, beat: bool) -> None:
    """Run Celery's worker until it is told to stop."""
    from celery.signals import worker_ready

    from kvitt.celery_app import app

    def say(**_: object) -> None:
        console.print(f"kvitt works on {processes} orders at once (Ctrl-C stops)")

    worker_ready.connect(say)
    # Several may run on one machine: RabbitMQ refuses two of one name.
    name = ("--hostname", f"kvitt-{os.getpid()}@%h")
    app.start(["--quiet", "worker", *name, *_ALONE, *(("--beat",) if beat else ())])
