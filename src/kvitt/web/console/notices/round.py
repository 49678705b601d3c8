"""Writing to people, now and then; a job of the engine.

The laws: a message is sent at least once, and by one process at a time. What could not be
sent is told by a later message; what is told moves on only after a mail server took it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.db.models import Q

from kvitt.web.console.models import Notices, Pace
from kvitt.web.console.notices import letter, news
from kvitt.web.console.notices.news import Stretch

logger = logging.getLogger(__name__)

#: What has only just begun often ends by itself; it is told a little later.
SETTLES = timedelta(minutes=1)
#: After a message, no other for so long where a person is told soon.
REST = timedelta(minutes=10)
#: A mail server that did not take a message is asked again then.
AGAIN = timedelta(minutes=15)
#: How long a process may take for one message before another takes it up.
CLAIMED_FOR = timedelta(minutes=2)
#: When the day's message comes, where the person is.
MORNING = time(7)
#: Messages of one round: other jobs wait for it.
MOST = 20
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """Writes to everybody who is to be told something by now."""

    now: Callable[[], datetime]

    def __call__(self) -> int:
        """Send what is due, and return how many messages a mail server took."""
        now, sent = self.now(), 0
        due = Notices.objects.filter(Q(due_at__lte=now) | Q(trial=True))
        for notices in due.select_related("user").order_by("due_at")[:MOST]:
            with letter.as_read_by(notices.user):
                sent += self._try(notices) if notices.trial else self._write(notices)
        return sent

    def _write(self, notices: Notices) -> int:
        now = self.now()
        stretch = Stretch(after=notices.told_until, until=now - SETTLES)
        found = news.of(notices, stretch, now=now)
        if not found:
            _keep(notices, due_at=_next_look(notices, now=now))
            return 0
        if not _claimed(notices, now=now):
            return 0
        error = _sent(letter.of_news(notices, found))
        if error:
            _keep(notices, due_at=now + AGAIN, **_failed(notices, error, now=now))
            return 0
        told = {"told_until": stretch.until, "sent_at": now}
        _keep(notices, due_at=next_due(notices, now=now), **told, **_WELL)
        return 1

    def _try(self, notices: Notices) -> int:
        """Send the message by which a person sees that the address is right."""
        if not Notices.objects.filter(pk=notices.pk, trial=True).update(trial=False):
            return 0
        error = _sent(letter.of_trial(notices))
        now = self.now()
        _keep(
            notices,
            **(_failed(notices, error, now=now) if error else {"sent_at": now, **_WELL}),
        )
        return 0 if error else 1


def next_due(notices: Notices, *, now: datetime) -> datetime | None:
    """Return when the person may next be written to, after a message or a choice."""
    match Pace(notices.pace):
        case Pace.NEVER:
            return None
        case Pace.SOON:
            return now + REST
        case Pace.HOURLY:
            return now.replace(minute=0, second=0, microsecond=0) + _HOUR
        case Pace.DAILY:
            return _next_morning(notices, now=now)


_WELL = {"failing_since": None, "failure": ""}


def _next_look(notices: Notices, *, now: datetime) -> datetime | None:
    """Return when it is looked again where there was nothing to tell."""
    return notices.due_at if notices.pace == Pace.SOON else next_due(notices, now=now)


def _next_morning(notices: Notices, *, now: datetime) -> datetime:
    zone = letter.zone_of(notices.user)
    today = now.astimezone(zone).date()
    morning = datetime.combine(today, MORNING, zone)
    if morning <= now:
        morning = datetime.combine(today + _DAY, MORNING, zone)
    return morning.astimezone(UTC)


def _claimed(notices: Notices, *, now: datetime) -> bool:
    """Take a message for this process; say whether nobody else has."""
    rows = Notices.objects.filter(pk=notices.pk, due_at=notices.due_at, pace=notices.pace)
    return rows.update(due_at=now + CLAIMED_FOR) == 1


def _sent(message: EmailMessage) -> str:
    """Give a message to the mail server, and return the class of what went wrong, if it did."""
    try:
        message.send()
    except (SMTPException, OSError) as error:
        return type(error).__name__
    return ""


def _failed(notices: Notices, error: str, *, now: datetime) -> dict[str, object]:
    logger.error("a message could not be sent", extra={"user": notices.pk, "error": error})
    return {"failing_since": notices.failing_since or now, "failure": error[:50]}


def _keep(notices: Notices, **values: object) -> None:
    """Keep what became of it, unless the person has chosen something else meanwhile."""
    if any(getattr(notices, name) != value for name, value in values.items()):
        same = {"address": notices.address, "pace": notices.pace}
        Notices.objects.filter(pk=notices.pk, **same).update(**values)
