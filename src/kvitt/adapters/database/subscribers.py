"""Programs that subscribed to events: who they are, their secrets, what they were sent.

The law: whatever is done with a subscriber is written down with who did it, in the
transaction that does it, and stays when the subscriber is gone.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet

from kvitt.adapters.database.models import (
    Message,
    MessageState,
    Subscriber,
    SubscriberChange,
    SubscriberDeed,
)
from kvitt.adapters.database.outbox import note, secret_context
from kvitt.adapters.database.vault import Vault
from kvitt.domain import events
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.events import Event

#: How long the secret before the present one signs as well.
BOTH_SIGN_FOR = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSubscriber:
    """Who is to be told of what."""

    #: Already judged (``outgoing/courier.py``).
    url: str = field(repr=False)
    events: frozenset[Event]
    #: Row id; None is every shop.
    shop: int | None
    secret: str = field(repr=False)
    created_by: str


class Subscribers:
    """The subscribers of an installation, by row id."""

    def __init__(self, vault: Vault, now: Callable[[], datetime]) -> None:
        self._vault = vault
        self._now = now

    @transaction.atomic
    def add(self, new: NewSubscriber) -> Subscriber:
        """Have somebody told of events from now on. Raises NotAllowedNow without an event."""
        if not new.events:
            raise NotAllowedNow("events", "Name at least one event.")
        uid = uuid4()
        row = Subscriber.objects.create(
            uid=uid,
            shop_id=new.shop,
            url=new.url,
            events=sorted(event.value for event in new.events),
            secret_sealed=self._vault.seal(new.secret, context=secret_context(uid)),
            created_by=new.created_by,
            created_at=self._now(),
        )
        self._note(row, SubscriberDeed.ADDED, new.created_by)
        return row

    @transaction.atomic
    def rotate(self, row: Subscriber, secret: str, *, actor: str) -> None:
        """Sign with a new secret, and for a day with the one before as well."""
        row.secret_before_sealed = row.secret_sealed
        row.secret_before_until = self._now() + BOTH_SIGN_FOR
        row.secret_sealed = self._vault.seal(secret, context=secret_context(row.uid))
        row.save(update_fields=("secret_sealed", "secret_before_sealed", "secret_before_until"))
        self._note(row, SubscriberDeed.RENEWED, actor)

    @transaction.atomic
    def pause(self, row: Subscriber, *, actor: str) -> None:
        """Deliver nothing to it until it is enabled; what happens meanwhile waits."""
        if row.disabled_at is not None:
            return
        row.disabled_at, row.paused_by = self._now(), actor
        row.disabled_why = f"Paused by {actor}."
        row.save(update_fields=("disabled_at", "disabled_why", "paused_by"))
        self._note(row, SubscriberDeed.PAUSED, actor)

    @transaction.atomic
    def enable(self, row: Subscriber, *, actor: str) -> None:
        """Deliver to it again, what has waited included."""
        if row.disabled_at is not None:
            self._note(row, SubscriberDeed.RESUMED, actor)
        row.disabled_at, row.disabled_why, row.failing_since = None, "", None
        row.paused_by = ""
        row.save(update_fields=("disabled_at", "disabled_why", "failing_since", "paused_by"))

    @transaction.atomic
    def remove(self, row: Subscriber, *, actor: str) -> None:
        """Tell it nothing more; what waits is dropped, and its log with it."""
        self._note(row, SubscriberDeed.REMOVED, actor)
        row.delete()

    @transaction.atomic
    def try_out(self, row: Subscriber, *, actor: str) -> Message:
        """Send a message that only tries the address. Raises NotAllowedNow.

        Of one that was asked for and is not sent yet, no second is made.
        """
        if row.disabled_at is not None:
            raise NotAllowedNow("switched_off", "It is switched off: resume it first.")
        waiting = Message.objects.filter(
            subscriber=row, event=events.TRIAL, due_at__isnull=False
        ).first()
        if waiting is not None:
            return waiting
        now = self._now()
        body = {"type": events.TRIAL, "timestamp": now.isoformat(), "data": {}}
        self._note(row, SubscriberDeed.TRIED, actor)
        return Message.objects.create(
            uid=uuid4(),
            subscriber=row,
            event=events.TRIAL,
            body=json.dumps(body),
            created_at=now,
            due_at=now,
        )

    @transaction.atomic
    def redeliver(self, row: Subscriber, message: UUID, *, actor: str) -> Message:
        """Send a message again, now and under its own id. Raises NotAllowedNow."""
        found = Message.objects.filter(subscriber=row, uid=message).first()
        if found is None:
            raise NotAllowedNow("no_message", "There is no such message, or not any more.")
        found.state, found.due_at, found.attempts = MessageState.WAITING.value, self._now(), 0
        found.save(update_fields=("state", "due_at", "attempts"))
        self._note(row, SubscriberDeed.TOLD_AGAIN, actor)
        return found

    def _note(self, row: Subscriber, what: SubscriberDeed, actor: str) -> None:
        note(row, what, actor=actor, now=self._now())


def visible(shops: Collection[int] | None) -> "QuerySet[Subscriber]":
    """Return the subscribers of these shops; those of every shop only to who may see all."""
    if shops is None:
        return Subscriber.objects.all()
    return Subscriber.objects.filter(Q(shop__in=shops))


def messages(row: Subscriber, *, before: int | None, size: int) -> list[Message]:
    """Return what was to be told, the newest first, from before a row id on."""
    rows = Message.objects.filter(subscriber=row).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[:size])


def changes(shops: Collection[int] | None) -> "QuerySet[SubscriberChange]":
    """Return what was done with the subscribers of these shops, the newest first."""
    rows = SubscriberChange.objects.order_by("-pk")
    return rows if shops is None else rows.filter(shop__in=shops)
