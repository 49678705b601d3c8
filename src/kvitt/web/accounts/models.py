"""Who may do what in which shop, how they prove who they are, and where they are signed in.

The law: nothing in these tables signs anybody in. Session keys, recovery codes and the
links of invitations are kept as digests, the secret of a second factor is sealed.
"""

from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
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


class SecondFactor(models.Model):
    """A person's authenticator: codes that change every half minute (RFC 6238)."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor"
    )
    secret_sealed = models.TextField()
    #: None until the first code was right: until then it is asked of nobody.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    #: The half minute of the last code that was taken: no code is taken twice.
    last_step = models.BigIntegerField(default=0)

    class Meta:
        """How the table is named."""

        db_table = "kvitt_second_factor"

    def __str__(self) -> str:
        return "confirmed" if self.confirmed_at else "not confirmed"


class RecoveryCode(models.Model):
    """One of a person's codes for the day the authenticator is lost."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    #: Of 120 random bits, so a plain digest cannot be searched (ASVS 5.0, 6.5.2).
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """How the table is named."""

        db_table = "kvitt_recovery_code"

    def __str__(self) -> str:
        return "used" if self.used_at else "unused"


class Invitation(models.Model):
    """A link that lets one person choose a password, once, for a few days."""

    digest = models.CharField(max_length=64, unique=True)
    #: Who gets a new password; None makes a new account.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True
    )
    #: What a new account may do, and where; a shop of None is every shop.
    role = models.CharField(max_length=10, blank=True, default="")
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, null=True, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        """How the table is named."""

        db_table = "kvitt_invitation"

    def __str__(self) -> str:
        return self.role or "new password"


class ConsoleSession(AbstractBaseSession):
    """A browser that is signed in. ``session_key`` is the digest of the cookie's value."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="console_sessions",
    )
    #: A number to name it by on pages: the key itself opens nothing, and is shown nowhere.
    number = models.UUIDField(null=True, blank=True)
    browser = models.CharField(max_length=100, blank=True, default="")
    signed_in_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta(AbstractBaseSession.Meta):
        """How the table is named."""

        abstract = False
        db_table = "kvitt_session"

    @classmethod
    def get_session_store_class(cls) -> Any:
        """Return the store that reads and writes these rows."""
        # The store imports this module.
        from kvitt.web.accounts.sessions import SessionStore

        return SessionStore
