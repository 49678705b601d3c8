"""The keys by which programs call the API.

The law: the secret is shown once and never kept. What is kept is a digest of it, which
opens nothing.
"""

from typing import Any

from django.db import models

from kvitt.adapters.database.models import Shop


class ApiKey(models.Model):
    """A program's key: what it may do, in which shops, and until when."""

    #: The part of the token that may be shown and logged.
    prefix = models.CharField(max_length=16, unique=True)
    #: SHA-256 of the secret, which has 256 bits of its own.
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=100)
    #: Values of ``Right``.
    scopes: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    #: Every shop there is and will be; else only those of ``shops``.
    everywhere = models.BooleanField(default=False)
    shops: "models.ManyToManyField[Shop, Any]" = models.ManyToManyField(
        Shop, blank=True, related_name="api_keys", db_table="kvitt_api_key_shop"
    )
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    #: To the hour: a key in use does not write with every request.
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_api_key"
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"
