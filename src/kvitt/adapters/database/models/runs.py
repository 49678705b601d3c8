"""Runs: one command for many orders, as one person asked for it."""

from typing import Any

from django.db import models
from django.db.models import Q

from kvitt.adapters.database.models.asks import AskRow
from kvitt.adapters.database.models.orders import Order
from kvitt.domain.runs import ItemState, RunCommand


class RunRow(models.Model):
    """A command that was asked for many orders at once."""

    #: ``Run.id``: minted with the review, so that asking twice is one run.
    uid = models.UUIDField(unique=True)
    command = models.CharField(
        max_length=20, choices=[(command.value, command.value) for command in RunCommand]
    )
    actor = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    #: From then on nothing more is asked, and by whom that was wished.
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_run"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.command} of many"


class RunItemRow(models.Model):
    """One order of a run: its request, or why there is none."""

    run = models.ForeignKey(RunRow, on_delete=models.CASCADE, related_name="items")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="run_items")
    #: ``Request`` as reviewed, by ``shapes.py``; None where the order is only looked at.
    request: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)
    state = models.CharField(
        max_length=10,
        choices=[(state.value, state.value) for state in ItemState],
        default=ItemState.PENDING.value,
    )
    #: Its request, once made; None where the order is only looked at.
    ask = models.ForeignKey(
        AskRow, on_delete=models.PROTECT, related_name="run_items", null=True, blank=True
    )
    begun_at = models.DateTimeField(null=True, blank=True)
    #: Why nothing was asked; empty where something was.
    why_not = models.TextField(blank=True, default="")

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_run_item"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("run", "order"), name="kvitt_run_order_once"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ItemState]),
                name="kvitt_run_item_state",
            ),
        )
        indexes = (
            models.Index(
                fields=("id",),
                name="kvitt_run_item_pending",
                condition=Q(state=ItemState.PENDING.value),
            ),
        )

    def __str__(self) -> str:
        return self.why_not or self.state
