"""The inbox: a row for each webhook with a good signature, counters for the rest, deletions."""

from django.db import models

from kvitt.adapters.database.models.shops import Shop


class DeliveryState(models.TextChoices):
    """What a delivery was."""

    #: It named an order, which is due since.
    ACCEPTED = "accepted"
    #: Signed, but not JSON of an object.
    UNREADABLE = "unreadable"
    #: Signed and readable, and about no order.
    IGNORED = "ignored"


class Delivery(models.Model):
    """A webhook as it was received. Never used to decide anything."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="deliveries")
    received_at = models.DateTimeField(db_index=True)
    #: As the header claims: it is not signed.
    topic = models.CharField(max_length=100, blank=True, default="")
    body_sha256 = models.CharField(max_length=64)
    #: The order's id in the shop, where there is one.
    resource_id = models.BigIntegerField(null=True, blank=True)
    #: Kept, sealed, only where it could not be read.
    body_sealed = models.BinaryField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=DeliveryState.choices)

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_delivery"
        indexes = (
            models.Index(fields=("shop", "resource_id"), name="kvitt_delivery_order"),
            # Only of the few that named no order: taking in the others stays as cheap.
            models.Index(
                fields=("state", "id"),
                name="kvitt_delivery_odd",
                condition=~models.Q(state=DeliveryState.ACCEPTED.value),
            ),
        )

    def __str__(self) -> str:
        return f"{self.state} {self.resource_id or ''}".strip()


class Deletion(models.Model):
    """That records of webhooks were deleted, how many, and up to when: the proof of it.

    It names no shop's customer and is kept itself for as long as the installation is.
    """

    at = models.DateTimeField(db_index=True)
    #: Everything that was received before this moment is gone.
    received_before = models.DateTimeField()
    deliveries = models.BigIntegerField()
    #: How many of them had a body that was kept.
    bodies = models.BigIntegerField()

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_deletion"

    def __str__(self) -> str:
        return f"{self.deliveries} deliveries, {self.bodies} bodies"


class RejectCounter(models.Model):
    """How often a thing came that leaves no other trace: a ping, a bad signature."""

    #: Row id of the shop; 0 where none was recognised.
    shop = models.BigIntegerField()
    reason = models.CharField(max_length=40)
    day = models.DateField()
    count = models.BigIntegerField(default=0, db_default=0)
    last_at = models.DateTimeField()

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_reject_counter"
        constraints = (
            models.UniqueConstraint(
                fields=("shop", "reason", "day"), name="kvitt_reject_counter_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.reason}: {self.count}"
