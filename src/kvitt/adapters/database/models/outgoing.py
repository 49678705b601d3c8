"""Programs that are told of events, and what is to be told to each."""

from typing import Any

from django.db import models
from django.db.models import F

from kvitt.adapters.database.models.orders import Order
from kvitt.adapters.database.models.shops import Shop


class Subscriber(models.Model):
    """An address that events are posted to. ``sealed`` columns are opened by ``vault.py``."""

    uid = models.UUIDField(unique=True, editable=False)
    #: Whose orders; None is every shop's.
    shop = models.ForeignKey(
        Shop, on_delete=models.CASCADE, null=True, blank=True, related_name="subscribers"
    )
    url = models.CharField(max_length=500)
    #: Values of ``Event``.
    events: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    secret_sealed = models.TextField()
    #: The secret before the present one, which signs as well until then.
    secret_before_sealed = models.TextField(blank=True, default="")
    secret_before_until = models.DateTimeField(null=True, blank=True)
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    #: Since when nothing could be delivered; None where the last delivery succeeded.
    failing_since = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    #: Why it is switched off, in a sentence.
    disabled_why = models.CharField(max_length=300, blank=True, default="")
    #: Who switched it off; empty where it was kvitt.
    paused_by = models.CharField(max_length=150, blank=True, default="")
    #: The last delivery, whichever message it was of: when, and what the address answered.
    tried_at = models.DateTimeField(null=True, blank=True)
    last_status = models.IntegerField(null=True, blank=True)
    #: The class of error where it did not answer.
    last_error = models.CharField(max_length=50, blank=True, default="")

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_subscriber"
        ordering = ("pk",)

    def __str__(self) -> str:
        return str(self.uid)


class MessageState(models.TextChoices):
    """Where a message stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    #: Tried until nobody would read it any more; a person may have it sent again.
    GIVEN_UP = "given_up"


class Message(models.Model):
    """An event as one subscriber is told it. Stored with its row, delivered later."""

    #: ``webhook-id``: the same however often it is sent.
    uid = models.UUIDField(unique=True, editable=False)
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="messages"
    )
    #: None is a message that only tries the address.
    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, null=True, blank=True, related_name="messages"
    )
    event = models.CharField(max_length=30)
    #: As it is sent, byte for byte. It names no person.
    body = models.TextField()
    state = models.CharField(
        max_length=10, choices=MessageState.choices, default=MessageState.WAITING.value
    )
    attempts = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    #: When it is to be sent; None once it is not any more.
    due_at = models.DateTimeField(null=True, blank=True)
    attempted_at = models.DateTimeField(null=True, blank=True)
    #: What the address answered last, and the class of error where it did not.
    status = models.IntegerField(null=True, blank=True)
    error = models.CharField(max_length=50, blank=True, default="")

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_message"
        ordering = ("pk",)
        indexes = (
            # Of each subscriber by itself: what waits for one that is switched off is not
            # gone through to find what is due to the others.
            models.Index(
                fields=("subscriber", "due_at", "id"),
                name="kvitt_message_due_to",
                condition=models.Q(due_at__isnull=False),
            ),
            models.Index(F("subscriber"), F("id").desc(), name="kvitt_message_newest"),
            models.Index(fields=("created_at",), name="kvitt_message_age"),
        )

    def __str__(self) -> str:
        return f"{self.event} {self.state}"


class SubscriberDeed(models.TextChoices):
    """What was done with a subscriber."""

    ADDED = "added"
    #: It was given a new secret.
    RENEWED = "renewed"
    TRIED = "tried"
    TOLD_AGAIN = "told_again"
    PAUSED = "paused"
    SWITCHED_OFF = "switched_off"
    RESUMED = "resumed"
    REMOVED = "removed"


class SubscriberChange(models.Model):
    """Who did what with a subscriber, and when. Never changed itself, and outlives it."""

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.SET_NULL, null=True, related_name="changes"
    )
    #: Whose orders it was about; None is every shop's.
    shop = models.ForeignKey(
        Shop, on_delete=models.CASCADE, null=True, related_name="subscriber_changes"
    )
    #: Of the address: the rest of it may hold a secret.
    host = models.CharField(max_length=253)
    what = models.CharField(max_length=20, choices=SubscriberDeed.choices)
    actor = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        """Newest first."""

        db_table = "kvitt_subscriber_change"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.actor} {self.what} {self.host}"
