"""The timeline: what happened to an order, append-only and chained."""

from typing import Any

from django.db import models

from kvitt.adapters.database.models.orders import Order


class TimelineRow(models.Model):
    """One thing that happened. Its hash covers the row and the hash before it."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="timeline")
    #: 1, 2, 3, … within the order.
    nth = models.IntegerField()
    at = models.DateTimeField()
    #: ``kvitt``, or the name of the person who asked.
    actor = models.CharField(max_length=150)
    #: A stable code: ``sent``, ``done``, ``held``, …
    what = models.CharField(max_length=40)
    text = models.TextField(blank=True)
    data: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_timeline"
        ordering = ("order", "nth")
        constraints = (
            models.UniqueConstraint(fields=("order", "nth"), name="kvitt_timeline_once"),
        )

    def __str__(self) -> str:
        return self.what
