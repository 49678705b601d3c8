"""Money that moved at Klarna: one row for each capture and refund of Klarna's record.

Kept beside the order's own JSON so that sums over days need no order to be opened.
Never used to decide anything; ``figures.py`` writes it from what was last read.
"""

from django.db import models

from kvitt.adapters.database.models.orders import Order
from kvitt.adapters.database.models.shops import Shop


class MovementKind(models.TextChoices):
    """Which way the money went."""

    CAPTURE = "capture"
    REFUND = "refund"


class Movement(models.Model):
    """A capture or a refund, whoever made it."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="movements")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=10, choices=MovementKind.choices)
    #: Klarna's id; on old refunds, which have none, what else tells them apart.
    remote_id = models.CharField(max_length=255)
    at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    minor = models.BigIntegerField()
    #: Of a capture: seconds since the shop's order reached the status that asks for it.
    waited = models.BigIntegerField(null=True, blank=True)
    #: Of a refund: what the shop gave as the reason.
    reason = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_movement"
        constraints = (
            models.UniqueConstraint(
                fields=("order", "kind", "remote_id"), name="kvitt_movement_once"
            ),
        )
        indexes = (
            # Holds all that sums and lists of what moved read, so that no row is opened for
            # them; what they always name comes first, so that days are one stretch of it.
            models.Index(
                fields=(
                    "currency",
                    "kind",
                    "at",
                    "minor",
                    "waited",
                    "shop",
                    "reason",
                    "order",
                ),
                name="kvitt_movement_flow",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.remote_id}"
