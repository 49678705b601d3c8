"""How well each shop and each Klarna account answers, shared by every worker."""

from django.db import models
from django.db.models import Q

from kvitt.adapters.database.models.shops import KlarnaAccount, Shop
from kvitt.domain.health import Condition


class PartyHealth(models.Model):
    """``Health`` of a shop or of an account. There is no row for one that never failed."""

    shop = models.OneToOneField(
        Shop, on_delete=models.CASCADE, null=True, blank=True, related_name="health"
    )
    account = models.OneToOneField(
        KlarnaAccount, on_delete=models.CASCADE, null=True, blank=True, related_name="health"
    )
    condition = models.CharField(
        max_length=10,
        choices=[(condition.value, condition.value) for condition in Condition],
        default=Condition.WELL.value,
    )
    failures = models.IntegerField(default=0)
    failed_order = models.BigIntegerField(default=0)
    times = models.IntegerField(default=0)
    since = models.DateTimeField(null=True, blank=True)
    #: None of its orders is claimed before then.
    blocked_until = models.DateTimeField(null=True, blank=True)
    refused_write = models.BooleanField(default=False)
    why = models.CharField(max_length=300, blank=True, default="")
    changed_at = models.DateTimeField()

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_party_health"
        constraints = (
            models.CheckConstraint(
                condition=Q(shop__isnull=False, account__isnull=True)
                | Q(shop__isnull=True, account__isnull=False),
                name="kvitt_party_health_of_one",
            ),
        )

    def __str__(self) -> str:
        return f"{self.condition} ({self.failures} failures)"
