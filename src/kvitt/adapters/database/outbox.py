"""Messages to other programs, written with the timeline's row that they tell of.

The law: ``put`` runs in the transaction of that row, so that an event is told if and only
if it is true. Delivering changes nothing but the message and its subscriber. A subscriber
that is switched off misses nothing: its messages are stored like any other's, and wait.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from urllib.parse import urlsplit
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from kvitt.adapters.database.models import (
    IntentRow,
    Message,
    MessageState,
    Order,
    Subscriber,
    SubscriberChange,
    SubscriberDeed,
    TimelineRow,
)
from kvitt.adapters.database.vault import Vault
from kvitt.domain import events
from kvitt.domain.lines import Json
from kvitt.domain.parcels import Parcel

#: How long a process may take for one delivery before another takes the message up.
CLAIMED_FOR = timedelta(minutes=2)
#: Who switches a subscriber off that does not answer.
ITSELF = "kvitt"


def put(order: Order, row: TimelineRow) -> None:
    """Store what subscribers are told of a row, in the caller's transaction."""
    if not events.may_be_told(row.what):
        return
    whose = Q(shop=order.shop_id) | Q(shop=None)
    subscribers = list(Subscriber.objects.filter(whose))
    if not subscribers:
        return
    facts = {**row.data, **_call(row)}
    event = events.event_of(row.what, facts, stood=_stood_before(row))
    if event is None:
        return
    body = json.dumps(_body(order, row, event, facts), ensure_ascii=False)
    Message.objects.bulk_create(
        Message(
            uid=uuid4(),
            subscriber=subscriber,
            order=order,
            event=event.value,
            body=body,
            created_at=row.at,
            due_at=row.at,
        )
        for subscriber in subscribers
        if event.value in subscriber.events
    )


def note(subscriber: Subscriber, what: SubscriberDeed, *, actor: str, now: datetime) -> None:
    """Write down what was done with a subscriber, and by whom."""
    SubscriberChange.objects.create(
        subscriber=subscriber,
        shop_id=subscriber.shop_id,
        host=(urlsplit(subscriber.url).hostname or "")[:253],
        what=what.value,
        actor=actor,
        at=now,
    )


def secret_context(subscriber: object) -> str:
    """Return what the secrets of a subscriber, by its ``uid``, are sealed for."""
    return f"webhook {subscriber} secret"


class Outbox:
    """Fits the Protocol of ``application/outgoing.py`` by shape."""

    def __init__(self, vault: Vault, now: Callable[[], datetime]) -> None:
        self._vault = vault
        self._now = now

    def due(self, *, size: int) -> Sequence[Parcel]:
        """Return what is due, the longest due first."""
        due = Message.objects.filter(due_at__lte=self._now()).order_by("due_at", "pk")
        found = [
            self._parcel(row, subscriber, row.due_at)
            for subscriber in Subscriber.objects.filter(disabled_at=None)
            for row in due.filter(subscriber=subscriber)[:size]
            if row.due_at
        ]
        return sorted(found, key=attrgetter("due_at"))[:size]

    def claim(self, parcel: Parcel) -> bool:
        """Take a message for this process; say whether nobody else has."""
        now = self._now()
        claimed = Message.objects.filter(uid=parcel.id, due_at=parcel.due_at).update(
            due_at=now + CLAIMED_FOR, attempts=F("attempts") + 1, attempted_at=now
        )
        return claimed == 1

    def delivered(self, parcel: Parcel, *, status: int) -> None:
        """Note that the subscriber has it."""
        Message.objects.filter(uid=parcel.id).update(
            state=MessageState.DELIVERED.value, due_at=None, status=status, error=""
        )
        Subscriber.objects.filter(pk=parcel.subscriber).update(
            failing_since=None, tried_at=self._now(), last_status=status, last_error=""
        )

    def failed(
        self, parcel: Parcel, *, status: int | None, error: str, again_at: datetime | None
    ) -> None:
        """Note that it has not; ``again_at`` None gives the message up."""
        state = MessageState.WAITING if again_at else MessageState.GIVEN_UP
        Message.objects.filter(uid=parcel.id).update(
            state=state.value, due_at=again_at, status=status, error=error[:50]
        )
        now = self._now()
        Subscriber.objects.filter(pk=parcel.subscriber).update(
            failing_since=Coalesce("failing_since", now),
            tried_at=now,
            last_status=status,
            last_error=error[:50],
        )

    def switch_off(self, subscriber: int, *, why: str) -> None:
        """Deliver nothing more to a subscriber until a person says so."""
        now = self._now()
        with transaction.atomic():
            row = Subscriber.objects.filter(pk=subscriber, disabled_at=None).first()
            if row is None:
                return
            row.disabled_at, row.disabled_why = now, why[:300]
            row.save(update_fields=("disabled_at", "disabled_why"))
            note(row, SubscriberDeed.SWITCHED_OFF, actor=ITSELF, now=now)

    def forget(self, *, older_than: timedelta) -> int:
        """Delete messages of long ago, and return how many.

        One that is still to be delivered stays, unless its subscriber is switched off.
        """
        old = Message.objects.filter(created_at__lt=self._now() - older_than)
        over = Q(due_at=None) | Q(subscriber__disabled_at__isnull=False)
        return old.filter(over).delete()[0]

    def _parcel(self, row: Message, subscriber: Subscriber, due_at: datetime) -> Parcel:
        sealed = [subscriber.secret_sealed]
        until = subscriber.secret_before_until
        if subscriber.secret_before_sealed and until is not None and until > self._now():
            sealed.append(subscriber.secret_before_sealed)
        context = secret_context(subscriber.uid)
        return Parcel(
            id=row.uid,
            subscriber=subscriber.pk,
            url=subscriber.url,
            secrets=tuple(self._vault.open(text, context=context) for text in sealed),
            body=row.body,
            attempts=row.attempts,
            due_at=due_at,
            failing_since=subscriber.failing_since,
            trial=row.event == events.TRIAL,
        )


def _call(row: TimelineRow) -> dict[str, Json]:
    """Return kind and amount of the call a row is about, where the row does not say them."""
    if row.what not in events.DONE or "kind" in row.data:
        return {}
    call = IntentRow.objects.filter(uid=row.data["intent"]).first()
    if call is None:
        return {}
    return {
        "kind": call.kind,
        "minor": call.amount_minor,
        "currency": call.currency,
        "remote_id": call.remote_id,
    }


def _stood_before(row: TimelineRow) -> str:
    if row.what not in events.STANDINGS:
        return ""
    before = TimelineRow.objects.filter(order=row.order_id, what__in=events.STANDINGS)
    return (
        before.filter(nth__lt=row.nth).order_by("-nth").values_list("what", flat=True).first()
        or ""
    )


def _body(
    order: Order, row: TimelineRow, event: events.Event, facts: dict[str, Json]
) -> dict[str, Json]:
    data: dict[str, Json] = {
        "order_id": order.pk,
        "shop_id": order.shop_id,
        "store_order_id": order.store_order_id,
        "number": order.number,
        "klarna_order_id": order.klarna_order_id,
        "event_number": row.nth,
        "reason": row.text,
    }
    for name in ("minor", "currency", "remote_id", "code"):
        if name in facts:
            data[name] = facts[name]
    return {"type": event.value, "timestamp": row.at.isoformat(), "data": data}
