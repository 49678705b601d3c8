"""What operators have asked of orders, each under the id of its review."""

from typing import Any

from django.db import models
from django.db.models import Q

from kvitt.adapters.database.models.orders import Order
from kvitt.domain.asks import AskState, Command


class AskRow(models.Model):
    """A request of an operator, from when it was made until it has an answer."""

    #: ``Ask.id``: the id its review was given, so that asking twice is asking once.
    uid = models.UUIDField(unique=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="asks")
    command = models.CharField(
        max_length=20, choices=[(command.value, command.value) for command in Command]
    )
    #: ``Request``, by ``shapes.py``.
    request: "models.JSONField[Any, Any]" = models.JSONField()
    actor = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    #: ``Call.id`` of the call that was last stored for it.
    intent = models.UUIDField(null=True, blank=True)
    state = models.CharField(
        max_length=10,
        choices=[(state.value, state.value) for state in AskState],
        default=AskState.WAITING.value,
    )
    #: How it ended, in words for the person who asked.
    answer = models.TextField(blank=True, default="")
    #: ``DueDateOption``s, by ``shapes.py``, where Klarna's offers were asked for.
    offers: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_ask"
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in AskState]),
                name="kvitt_ask_state",
            ),
        )
        indexes = (
            models.Index(
                fields=("order",),
                name="kvitt_ask_waiting",
                condition=Q(state=AskState.WAITING.value),
            ),
        )

    def __str__(self) -> str:
        return f"{self.command} {self.state}"
