"""The installation itself: one row that tells whether the database was put back in time."""

from django.db import models


class Installation(models.Model):
    """The only row of its table. What it is for stands in ``marker.py``."""

    #: Raised every minute, here and in a file outside the database.
    beat = models.BigIntegerField(default=0)
    #: When a backup was last put back.
    restored_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_installation"
        constraints = (
            models.CheckConstraint(condition=models.Q(pk=1), name="kvitt_installation_one"),
        )

    def __str__(self) -> str:
        return f"beat {self.beat}"
