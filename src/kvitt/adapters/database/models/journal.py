"""The journal: calls that move money, and what is owed to the shop."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from kvitt.adapters.database.models.orders import Order
from kvitt.domain.intents import State
from kvitt.domain.journal import WriteKind
from kvitt.domain.money import Money
from kvitt.domain.steps import Kind

_UNSETTLED = (State.PLANNED.value, State.SENT.value, State.UNKNOWN.value, State.PARKED.value)


class IntentRow(models.Model):
    """A call to Klarna, stored before it is sent and settled by evidence only."""

    #: ``Call.id``: the intent's identity, whatever its epoch.
    uid = models.UUIDField(unique=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="intents")
    klarna_order_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in Kind])
    state = models.CharField(
        max_length=10, choices=[(state.value, state.value) for state in State]
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    #: ``Klarna-Idempotency-Key``. No two bodies ever share one.
    key = models.UUIDField(unique=True)
    epoch = models.IntegerField(default=0)
    reference = models.CharField(max_length=255, blank=True)
    #: The body as it is sent, sealed: a changed address is part of one.
    body_sealed = models.TextField()
    body_digest = models.CharField(max_length=64)
    reason = models.TextField(blank=True)
    actor = models.CharField(max_length=150)
    attempts = models.IntegerField(default=0)
    first_sent_at = models.DateTimeField(null=True, blank=True)
    last_sent_at = models.DateTimeField(null=True, blank=True)
    #: An attempt under this key may have been carried out.
    doubtful = models.BooleanField(default=False)
    #: Refused while an earlier attempt may still arrive: nothing is asked before then.
    quiet_until = models.DateTimeField(null=True, blank=True)
    #: Klarna's id of what was made.
    remote_id = models.CharField(max_length=100, blank=True, default="")
    http_status = models.IntegerField(null=True, blank=True)
    error_class = models.CharField(max_length=50, blank=True, default="")
    error_code = models.CharField(max_length=100, blank=True, default="")
    error_messages: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    correlation_id = models.CharField(max_length=100, blank=True, default="")
    store_refund_id = models.BigIntegerField(null=True, blank=True)
    capture_id = models.CharField(max_length=100, blank=True, default="")
    #: Kept byte for byte: it grows with each refund that lowered the authorization.
    fingerprint = models.TextField(blank=True, default="")
    quantities: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    amounts: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_intent"
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]),
                name="kvitt_intent_state",
            ),
            # What is not sent has no outcome, and what has an outcome was sent.
            models.CheckConstraint(
                condition=Q(state=State.PLANNED.value) | Q(attempts__gt=0),
                name="kvitt_intent_sent_before_settled",
            ),
        )
        indexes = (
            models.Index(
                fields=("order",),
                name="kvitt_intent_unsettled",
                condition=Q(state__in=_UNSETTLED),
            ),
            models.Index(F("state"), F("id").desc(), name="kvitt_intent_state_newest"),
            models.Index(
                fields=("correlation_id",),
                name="kvitt_intent_correlation",
                condition=~Q(correlation_id=""),
            ),
            models.Index(
                fields=("remote_id",), name="kvitt_intent_remote", condition=~Q(remote_id="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def amount(self) -> Money:
        """What the call is about."""
        return Money(self.amount_minor, self.currency)


class WriteBackRow(models.Model):
    """Something owed to the shop, written once."""

    #: ``WriteBack.id``.
    uid = models.UUIDField(unique=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="write_backs")
    kind = models.CharField(
        max_length=10, choices=[(kind.value, kind.value) for kind in WriteKind]
    )
    note = models.TextField(blank=True, default="")
    meta: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=50, blank=True, default="")
    status_before = models.CharField(max_length=50, blank=True, default="")
    amount_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    remote_id = models.CharField(max_length=100, blank=True, default="")
    #: ``BookedLine``s, by ``shapes.py``, of a refund that is booked by lines.
    lines: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    restock = models.BooleanField(default=False)
    owed_since = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    attempted_at = models.DateTimeField(null=True, blank=True)
    #: ``written``, ``found`` or ``overtaken``; empty while it is owed.
    outcome = models.CharField(max_length=20, blank=True, default="")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_write_back"
        ordering = ("pk",)
        indexes = (
            models.Index(
                fields=("order",), name="kvitt_write_back_owed", condition=Q(outcome="")
            ),
            models.Index(
                fields=("owed_since", "id"),
                name="kvitt_write_back_oldest",
                condition=Q(outcome=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.outcome or 'owed'}"

    @property
    def amount(self) -> Money | None:
        """What a booked refund is about."""
        return None if self.amount_minor is None else Money(self.amount_minor, self.currency)


class Adoption(models.Model):
    """Something done elsewhere at Klarna that has been taken over into the shop."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="adoptions")
    remote_id = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_adoption"
        constraints = (
            models.UniqueConstraint(fields=("order", "remote_id"), name="kvitt_adopted_once"),
        )

    def __str__(self) -> str:
        return self.remote_id
