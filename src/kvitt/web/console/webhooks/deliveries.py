"""The log of what a program was told, as its page shows it."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from kvitt.adapters.database import subscribers
from kvitt.adapters.database.models import Message, MessageState, Order, Subscriber
from kvitt.web.console.rows import number_of
from kvitt.web.console.webhooks import words
from kvitt.web.console.words import Badge

PAGE = 20
#: So long after it was sent an answer may still be on its way.
ANSWERED_WITHIN = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One message as a row of the log."""

    message: Message
    what: Any
    #: Of the order it tells of; empty where it tells of none.
    number: str
    state: Badge
    answer: str
    #: When it is tried next by itself; None where it is not, or in a moment.
    again_at: datetime | None
    body: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Log:
    """A page of the log, the newest first."""

    deliveries: tuple[Delivery, ...]
    #: The row id that the next page begins before; None at the end.
    older: int | None
    #: An answer is awaited: what is shown changes in a moment.
    moving: bool


def log_of(row: Subscriber, *, before: int | None, now: datetime) -> Log:
    """Return a page of what a subscriber was told."""
    found = subscribers.messages(row, before=before, size=PAGE + 1)
    shown = found[:PAGE]
    numbered = Order.objects.only("number", "store_order_id")
    prefetch_related_objects(shown, Prefetch("order", queryset=numbered))
    off = row.disabled_at is not None
    return Log(
        deliveries=tuple(_delivery(each, off=off, now=now) for each in shown),
        older=shown[-1].pk if len(found) > PAGE else None,
        moving=not off and any(_moving(each, now=now) for each in shown),
    )


def _delivery(message: Message, *, off: bool, now: datetime) -> Delivery:
    waits = message.due_at is not None and not off and not _moving(message, now=now)
    return Delivery(
        message=message,
        what=words.meaning_of(message.event),
        number=number_of(message.order) if message.order else "",
        state=words.state_of_message(message, off=off),
        answer=words.answer(message.status, message.error),
        again_at=message.due_at if waits else None,
        body=json.dumps(json.loads(message.body), indent=2, ensure_ascii=False),
    )


def _moving(message: Message, *, now: datetime) -> bool:
    if message.state != MessageState.WAITING.value:
        return False
    tried = message.attempted_at
    return message.attempts == 0 or (tried is not None and now - tried < ANSWERED_WITHIN)
