"""Connected shops, and the Klarna accounts their orders are paid through."""

from typing import Any

from django.db import models


class ShopState(models.TextChoices):
    """Whether a shop is worked on."""

    ACTIVE = "active"
    #: Hints are still noted; nothing is claimed until a person resumes it.
    PAUSED = "paused"
    #: Something is wrong with whose shop this is: nothing is written anywhere until told.
    STOPPED = "stopped"


class Shop(models.Model):
    """A connected WooCommerce shop. ``sealed`` columns are opened by ``vault.py`` only."""

    #: The shop's identity, as it is part of every key. It never changes.
    uid = models.UUIDField(unique=True, editable=False)
    name = models.CharField(max_length=200)
    url = models.URLField(max_length=500)
    state = models.CharField(
        max_length=20, choices=ShopState.choices, default=ShopState.ACTIVE.value
    )
    #: As the shop reports it; empty until first asked.
    currency = models.CharField(max_length=3, blank=True, default="")
    consumer_key_sealed = models.TextField(default="")
    consumer_secret_sealed = models.TextField(default="")
    #: The unguessable part of the webhook's address.
    hook_token = models.CharField(max_length=64, unique=True)
    hook_secret_sealed = models.TextField(default="")
    #: The secret before the present one, while the shop may still sign with it.
    hook_secret_before_sealed = models.TextField(blank=True, default="")
    #: ``Policy``, by ``shapes.py``; empty is every default.
    policy: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    #: Up to when a sweep has asked the shop for changed orders.
    swept_until = models.DateTimeField(null=True, blank=True)
    #: Orders last changed before then, by the shop's own clock, are an import's to take in.
    begun_at = models.DateTimeField(null=True, blank=True)
    #: When the shop last delivered a webhook with a good signature.
    heard_at = models.DateTimeField(null=True, blank=True)
    #: What is wrong with the connection, in words for a person; empty when nothing is.
    trouble = models.TextField(blank=True, default="")
    trouble_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_shop"
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Region(models.TextChoices):
    """Where an account lives (klarna-api.md §1). ``custom`` gives its own address."""

    EUROPE = "eu"
    NORTH_AMERICA = "na"
    OCEANIA = "oc"
    KUSTOM = "kustom"
    CUSTOM = "custom"


class KlarnaAccount(models.Model):
    """Credentials of one merchant account at Klarna."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="accounts")
    #: The account's identity, as it is part of every key. It never changes.
    uid = models.UUIDField(unique=True, editable=False)
    label = models.CharField(max_length=200)
    region = models.CharField(max_length=20, choices=Region.choices)
    #: Only for the region ``custom``: the sandbox.
    base_url = models.CharField(max_length=500, blank=True, default="")
    #: ``playground`` or ``live``.
    environment = models.CharField(max_length=20)
    username_sealed = models.TextField(default="")
    password_sealed = models.TextField(default="")
    #: Purchase countries this account is for; empty is every country.
    countries: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    #: Currencies it is for; empty is every currency.
    currencies: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_klarna_account"
        ordering = ("shop", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(environment__in=("playground", "live")),
                name="kvitt_account_environment",
            ),
        )

    def __str__(self) -> str:
        return self.label
