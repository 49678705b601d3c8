"""Periodic jobs: when each has last begun, for machines that share them."""

from django.db import models


class Turn(models.Model):
    """One periodic job. Its row is moved on by whoever begins it."""

    name = models.CharField(max_length=60, primary_key=True)
    begun_at = models.DateTimeField()

    class Meta:
        """How the table is named."""

        db_table = "kvitt_turn"

    def __str__(self) -> str:
        return self.name
