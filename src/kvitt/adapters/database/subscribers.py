"""Programs that subscribed to events: who they are, their secrets, what they were sent."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db.models import Q, QuerySet

from kvitt.adapters.database.models import Message, MessageState, Subscriber
from kvitt.adapters.database.outbox import secret_context
from kvitt.adapters.database.vault import Vault
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

    def add(self, new: NewSubscriber) -> Subscriber:
        """Have somebody told of events from now on. Raises NotAllowedNow without an event."""
        if not new.events:
            raise NotAllowedNow("events", "Name at least one event.")
        uid = uuid4()
        return Subscriber.objects.create(
            uid=uid,
            shop_id=new.shop,
            url=new.url,
            events=sorted(event.value for event in new.events),
            secret_sealed=self._vault.seal(new.secret, context=secret_context(uid)),
            created_by=new.created_by,
            created_at=self._now(),
        )

    def rotate(self, row: Subscriber, secret: str) -> None:
        """Sign with a new secret, and for a day with the one before as well."""
        row.secret_before_sealed = row.secret_sealed
        row.secret_before_until = self._now() + BOTH_SIGN_FOR
        row.secret_sealed = self._vault.seal(secret, context=secret_context(row.uid))
        row.save(update_fields=("secret_sealed", "secret_before_sealed", "secret_before_until"))

    def enable(self, row: Subscriber) -> None:
        """Deliver to it again, what has waited included."""
        row.disabled_at, row.disabled_why, row.failing_since = None, "", None
        row.save(update_fields=("disabled_at", "disabled_why", "failing_since"))

    def redeliver(self, row: Subscriber, message: UUID) -> Message:
        """Send a message again, now and under its own id. Raises NotAllowedNow."""
        found = Message.objects.filter(subscriber=row, uid=message).first()
        if found is None:
            raise NotAllowedNow("no_message", "There is no such message, or not any more.")
        found.state, found.due_at, found.attempts = MessageState.WAITING.value, self._now(), 0
        found.save(update_fields=("state", "due_at", "attempts"))
        return found


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
