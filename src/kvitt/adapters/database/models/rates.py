"""The rate of each Klarna account, as it is lent to processes."""

from django.db import models

from kvitt.adapters.database.models.shops import KlarnaAccount


class RateShare(models.Model):
    """How many calls a second one process may make, until when."""

    account = models.ForeignKey(KlarnaAccount, on_delete=models.CASCADE, related_name="shares")
    #: The process, by a name drawn at its start.
    holder = models.CharField(max_length=64)
    share = models.IntegerField()
    wanted = models.IntegerField()
    until = models.DateTimeField()

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_rate_share"
        constraints = (
            models.UniqueConstraint(fields=("account", "holder"), name="kvitt_rate_share_once"),
        )

    def __str__(self) -> str:
        return f"{self.share} of {self.wanted} a second"
