"""What the console remembers for people: their views, their wishes, who looks after what.

Nothing here decides about money. The journal does not read these tables.
"""

from typing import Any

from django.conf import settings
from django.db import models

from kvitt.adapters.database.models import Order, Shop


class Theme(models.TextChoices):
    """How bright the pages are."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Preferences(models.Model):
    """What one person has chosen; without a row everything is as the browser says."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="preferences",
    )
    #: A code of ``settings.LANGUAGES``; empty is what the browser asks for.
    language = models.CharField(max_length=10, blank=True, default="")
    #: A name of the time zone database; empty is the browser's own.
    zone = models.CharField(max_length=64, blank=True, default="")
    theme = models.CharField(
        max_length=10, choices=Theme.choices, default=Theme.SYSTEM.value, blank=True
    )
    #: Single keys do something (WCAG 2.2, 2.1.4: it can be switched off).
    shortcuts = models.BooleanField(default=True)

    class Meta:
        """Named as people would look for it."""

        db_table = "kvitt_preferences"

    def __str__(self) -> str:
        return self.language or "as the browser says"


class Pace(models.TextChoices):
    """How often a person is written to."""

    NEVER = "never"
    #: As soon as there is something, and then not again for some minutes.
    SOON = "soon"
    HOURLY = "hourly"
    #: Each morning.
    DAILY = "daily"


class Notices(models.Model):
    """What a person is told by e-mail, and up to when they have been told."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="notices",
    )
    address = models.EmailField(blank=True, default="")
    pace = models.CharField(max_length=10, choices=Pace.choices, default=Pace.NEVER.value)
    #: Orders that wait for a person.
    held = models.BooleanField(default=True)
    #: Authorizations that end within days.
    ending = models.BooleanField(default=True)
    #: Shops whose connection a person has to mend.
    shops = models.BooleanField(default=True)
    #: What began before this moment has been told, or is not to be.
    told_until = models.DateTimeField()
    #: When it is looked again whether there is something to tell; None is never.
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    #: Messages fail since then, each with an error of this class.
    failing_since = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=50, blank=True, default="")
    #: A message to try the address was asked for, and is not sent yet.
    trial = models.BooleanField(default=False)

    class Meta:
        """Named as people would look for it."""

        db_table = "kvitt_notices"

    def __str__(self) -> str:
        return f"notices of user {self.user_id}"


class SavedView(models.Model):
    """A list that somebody keeps: its address under a name."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(max_length=60)
    #: The query of the list, as ``Question.address`` writes it.
    query = models.CharField(max_length=1000)

    class Meta:
        """One view of a name for each person."""

        db_table = "kvitt_saved_view"
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("user", "name"), name="kvitt_saved_view_once"),
        )

    def __str__(self) -> str:
        return self.name


class Care(models.Model):
    """Who looks after an order that waits, and until when it is out of sight."""

    order = models.OneToOneField(
        Order, on_delete=models.CASCADE, primary_key=True, related_name="care"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="cares",
    )
    snoozed_until = models.DateTimeField(null=True, blank=True)
    #: What it waited for when it was put aside: something new is shown at once.
    snoozed_code = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        """Named as people would look for it."""

        db_table = "kvitt_care"

    def __str__(self) -> str:
        return f"care of order {self.order_id}"


class PolicyChange(models.Model):
    """Who changed a shop's rules, when, and what they were before. Never changed itself."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="policy_changes")
    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    #: Name of the rule → ``[before, after]``, each as ``shapes.py`` packs it.
    changes: "models.JSONField[Any, Any]" = models.JSONField()

    class Meta:
        """Newest first."""

        db_table = "kvitt_policy_change"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.actor} at {self.at}"
