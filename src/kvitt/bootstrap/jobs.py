"""What comes round, and how often, whichever engine sees to it.

The law: a job is safe to run twice and safe to leave out once; each says here what it is
for and how often it is needed.
"""

from collections.abc import Callable
from datetime import timedelta

from kvitt.application.drift import DRIFT_EVERY
from kvitt.application.sweep import SWEEP_EVERY
from kvitt.application.webhooks import HOOKS_EVERY
from kvitt.bootstrap.outgoing import postman_of
from kvitt.bootstrap.parts import Parts
from kvitt.bootstrap.shops import shops_of
from kvitt.engine.periodic import Job

FORGET_EVERY = timedelta(hours=1)
#: What other programs are told is kept for this long, as their log of deliveries.
TOLD_FOR = timedelta(days=30)
TELL_EVERY = timedelta(seconds=3)
#: People are told by e-mail what waits for them.
WRITE_EVERY = timedelta(seconds=20)
#: A backup that is older than this is noticed when it is put back.
BEAT_EVERY = timedelta(minutes=1)
#: Only those shops are looked over that are due.
LOOK_OVER_EVERY = timedelta(minutes=5)
#: The rest of a run is begun: soon, and apart from jobs that wait for a shop's answer.
RUNS_EVERY = timedelta(seconds=2)
#: An import goes on with its next page once the last one's orders are looked at.
IMPORT_EVERY = timedelta(seconds=3)


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
        Job(name="tell others", every=TELL_EVERY, run=postman_of(parts.settings, parts.clock)),
        Job(name="forget webhooks", every=FORGET_EVERY, run=_forgetting(parts)),
        *_writing(parts),
    )


def _writing(parts: Parts) -> tuple[Job, ...]:
    """Return what writes to people; nothing where no mail server is set."""
    from kvitt.web.console.notices.round import Round

    if not parts.settings.mail:
        return ()
    return (Job(name="write to people", every=WRITE_EVERY, run=Round(now=parts.clock.now)),)


def _forgetting(parts: Parts) -> Callable[[], int]:
    """Return the job that deletes what is kept for a time only, when that is over."""
    from kvitt.adapters.database.inbox import Inbox
    from kvitt.adapters.database.outbox import Outbox
    from kvitt.adapters.database.vault import Vault
    from kvitt.web.accounts import people, sessions

    vault = Vault.of(parts.settings)
    inbox, outbox = Inbox(vault), Outbox(vault, parts.clock.now)

    def run() -> int:
        now, kept_for = parts.clock.now(), timedelta(days=parts.settings.delivery_days)
        gone = sessions.forget(now=now) + people.forget(now=now)
        gone += outbox.forget(older_than=TOLD_FOR)
        return gone + inbox.forget(older_than=kept_for, now=now)

    return run
