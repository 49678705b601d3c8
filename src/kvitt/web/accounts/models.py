"""Who may do what in which shop, and what is remembered of failed sign-ins."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from kvitt.adapters.database.models import Shop
from kvitt.web.accounts.rights import Role


class Membership(models.Model):
    """A person's role in one shop; without a shop, in every shop there is and will be."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    shop = models.ForeignKey(
        Shop, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=[(role.value, role.value) for role in Role])

    class Meta:
        """One role for each person in each shop, and one in all of them."""

        db_table = "kvitt_membership"
        constraints = (
            models.UniqueConstraint(
                fields=("user", "shop"),
                condition=Q(shop__isnull=False),
                name="kvitt_membership_once_per_shop",
            ),
            models.UniqueConstraint(
                fields=("user",),
                condition=Q(shop__isnull=True),
                name="kvitt_membership_once_everywhere",
            ),
        )

    def __str__(self) -> str:
        return self.role


class FailedSignIn(models.Model):
    """How often sign-in has failed for one account or from one address."""

    #: A digest of the account's name or of the address: no list of either is kept.
    subject = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    last_failed_at = models.DateTimeField(db_index=True)

    class Meta:
        """Named as people would look for it."""

        db_table = "kvitt_failed_sign_in"

    def __str__(self) -> str:
        return f"{self.failures} failed sign-ins"
