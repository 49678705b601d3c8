"""How a shop came to be connected, what was found in it, and the import of its orders."""

from typing import Any

from django.db import models
from django.db.models import Q

from kvitt.adapters.database.models.shops import Shop


class ConnectAttempt(models.Model):
    """A connection under way: an address that was checked, and the key once it is there."""

    #: Names the attempt's page, and is told to the shop as the user's id.
    uid = models.UUIDField(unique=True, editable=False)
    #: SHA-256 of the unguessable part of the callback's address.
    nonce_hash = models.CharField(max_length=64, unique=True)
    nonce_sealed = models.TextField()
    url = models.URLField(max_length=500)
    #: The address the shop says it has.
    home_url = models.CharField(max_length=500)
    name = models.CharField(max_length=200)
    #: The connected shop whose key is to be replaced; at the end, the shop that came of it.
    shop = models.ForeignKey(
        Shop, on_delete=models.CASCADE, null=True, blank=True, related_name="attempts"
    )
    actor = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    #: When the callback was used, which it is once.
    used_at = models.DateTimeField(null=True, blank=True)
    consumer_key_sealed = models.TextField(blank=True, default="")
    consumer_secret_sealed = models.TextField(blank=True, default="")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_connect_attempt"

    def __str__(self) -> str:
        return self.name


class ShopStanding(models.Model):
    """What was last found in a shop, and what stands in the way of working with it."""

    shop = models.OneToOneField(
        Shop, on_delete=models.CASCADE, primary_key=True, related_name="standing"
    )
    #: The address and identity the shop had when it was connected, or last vouched for.
    home_url = models.CharField(max_length=500, blank=True, default="")
    store_id = models.CharField(max_length=100, blank=True, default="", db_index=True)
    #: ``Found``, by ``shapes.py``; None before the first look.
    found: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    #: ``ProblemCode`` of ``application/found.py``; empty where nothing is wrong.
    problem = models.CharField(max_length=40, blank=True, default="")
    #: What the problem is about: an address, another shop.
    problem_about = models.CharField(max_length=500, blank=True, default="")
    problem_since = models.DateTimeField(null=True, blank=True)
    #: When the webhooks were created, so that a ping since then is theirs.
    subscribed_at = models.DateTimeField(null=True, blank=True)
    #: The host that last delivered a signed webhook and is not the shop's: it has moved, or a
    #: copy of its database is somewhere.
    heard_from = models.CharField(max_length=200, blank=True, default="", db_default="")
    heard_from_at = models.DateTimeField(null=True, blank=True)
    #: Gateway → switch → value, as they were before kvitt took over.
    switches_before: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)
    taken_over_at = models.DateTimeField(null=True, blank=True)
    taken_over_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_shop_standing"

    def __str__(self) -> str:
        return f"standing of shop {self.pk}"


class ImportState(models.TextChoices):
    """How far an import is."""

    #: Pages of orders are listed, and each page's orders looked at.
    READING = "reading"
    #: Everything was looked at; the differences wait for a person.
    REPORT = "report"
    APPROVED = "approved"


class ShopImport(models.Model):
    """The taking in of a shop's orders from before it was connected."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="imports")
    #: Orders received after this are taken in.
    since = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=ImportState.choices, default=ImportState.READING.value
    )
    #: The page to be listed next; 0 once all are.
    page = models.IntegerField(default=1)
    #: Orders the shop has in that time, as it said last.
    total = models.IntegerField(null=True, blank=True)
    #: Orders listed so far, and those of them that Klarna has to do with.
    listed = models.IntegerField(default=0)
    taken = models.IntegerField(default=0)
    trouble = models.TextField(blank=True, default="")
    #: When to go on; moved ahead while one process lists a page, so that another does not.
    due_at = models.DateTimeField()
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=150)
    ended_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_shop_import"
        constraints = (
            models.UniqueConstraint(
                fields=("shop",),
                condition=~Q(state="approved"),
                name="kvitt_import_one_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"import of shop {self.shop_id}"
