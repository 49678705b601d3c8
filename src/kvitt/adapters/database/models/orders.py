"""The order row: the queue, the figures that lists show, and what was last seen."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from kvitt.adapters.database.models.shops import KlarnaAccount, Shop
from kvitt.domain.comparison import Verdict
from kvitt.domain.money import Money


class OrderState(models.TextChoices):
    """Where an order stands, as the console lists it."""

    #: Something is to be done, or has not been looked at yet.
    WORKING = "working"
    IN_STEP = "in_step"
    #: A person has to look.
    HELD = "held"
    #: Left alone on purpose: not Klarna's, not paid, switched off.
    GUARDED = "guarded"


class Order(models.Model):
    """One order of one shop. Columns with a database default can be left out by the inbox."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="orders")
    store_order_id = models.BigIntegerField()
    created_at = models.DateTimeField()
    #: When the customer placed it, as Klarna says; until Klarna has said it, when it came.
    placed_at = models.DateTimeField(null=True, blank=True)

    # --- the queue (queue.py, hints.py) ---
    #: Raised by every hint.
    wanted = models.BigIntegerField(default=0, db_default=0)
    #: What ``wanted`` was when last looked at with success.
    reconciled = models.BigIntegerField(default=0, db_default=0)
    wanted_why = models.CharField(max_length=100, default="", db_default="", blank=True)
    #: When to look; None is at the next hint. While leased: when the lease ends.
    due_at = models.DateTimeField(null=True, blank=True)
    lease_owner = models.CharField(max_length=100, default="", db_default="", blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    #: Looks in a row that failed.
    failures = models.IntegerField(default=0, db_default=0)
    last_error = models.CharField(max_length=300, default="", db_default="", blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)

    # --- what lists of the shop showed (sightings.py), and restored backups (restoring.py) ---
    #: Digest of the order's row in a list of the shop, as last seen.
    sighted_mark = models.CharField(max_length=64, default="", db_default="", blank=True)
    #: When the shop last said, in a list, that the order is there.
    sighted_at = models.DateTimeField(null=True, blank=True)
    #: The database was restored since: Klarna's record comes before the journal.
    must_match = models.BooleanField(default=False, db_default=False)

    # --- figures for lists, from the last look (figures.py) ---
    number = models.CharField(max_length=100, default="", db_default="", blank=True)
    customer = models.CharField(max_length=200, default="", db_default="", blank=True)
    store_status = models.CharField(max_length=50, default="", db_default="", blank=True)
    #: When the shop's order was last modified as it was first seen in this status.
    store_status_since = models.DateTimeField(null=True, blank=True)
    klarna_status = models.CharField(max_length=20, default="", db_default="", blank=True)
    fraud_status = models.CharField(max_length=20, default="", db_default="", blank=True)
    currency = models.CharField(max_length=3, default="", db_default="", blank=True)
    total_minor = models.BigIntegerField(null=True, blank=True)
    #: What the shop's refunds come to.
    store_refunded_minor = models.BigIntegerField(null=True, blank=True)
    authorized_minor = models.BigIntegerField(null=True, blank=True)
    captured_minor = models.BigIntegerField(null=True, blank=True)
    refunded_minor = models.BigIntegerField(null=True, blank=True)
    remaining_minor = models.BigIntegerField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    klarna_order_id = models.CharField(max_length=64, default="", db_default="", blank=True)
    #: Whose credentials made the order; pinned when first seen.
    account = models.ForeignKey(
        KlarnaAccount, on_delete=models.PROTECT, null=True, blank=True, related_name="orders"
    )

    # --- where it stands (ledger/standing.py) ---
    state = models.CharField(
        max_length=10,
        choices=OrderState.choices,
        default=OrderState.WORKING.value,
        db_default=OrderState.WORKING.value,
    )
    state_since = models.DateTimeField(null=True, blank=True)
    guard = models.CharField(max_length=30, default="", db_default="", blank=True)
    hold_code = models.CharField(max_length=40, default="", db_default="", blank=True)
    hold_text = models.TextField(default="", db_default="", blank=True)
    hold_minor = models.BigIntegerField(null=True, blank=True)
    hold_since = models.DateTimeField(null=True, blank=True)
    #: ``Hold``, by ``shapes.py``.
    hold: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)
    #: The latest hold that moved the shop's order aside, until nothing is held any more.
    open_hold: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)
    plan_text = models.TextField(default="", db_default="", blank=True)
    #: Imported, and its report is not approved yet: looked at, and nothing is sent.
    observed = models.BooleanField(default=False, db_default=False)
    #: What would be done with an order that is only observed: its sentences, by name.
    would: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)

    # --- what a bookkeeper finds (comparing.py) ---
    #: ``Verdict``.
    comparison = models.CharField(
        max_length=30,
        default=Verdict.NEVER_READ.value,
        db_default=Verdict.NEVER_READ.value,
        blank=True,
    )
    differs = models.BooleanField(default=True, db_default=True)
    #: The amounts that were compared; None where there are none.
    shop_says_minor = models.BigIntegerField(null=True, blank=True)
    klarna_says_minor = models.BigIntegerField(null=True, blank=True)

    # --- what was last seen and agreed (ledger/snapshots.py) ---
    #: ``StoreOrder`` by ``shapes.py``, sealed: it holds an address.
    store_sealed = models.TextField(default="", db_default="", blank=True)
    klarna: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)
    klarna_read_at = models.DateTimeField(null=True, blank=True)
    #: Empty until the halves have agreed on lines.
    agreed_fingerprint = models.TextField(default="", db_default="", blank=True)
    #: ``Money``, by ``shapes.py``.
    agreed_amount: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)
    #: Refund id → ``Money``: refunds of the shop that were ever seen.
    refunds_seen: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)
    wishes: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)
    #: What a person has allowed: codes, and ids of refused calls.
    approvals: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)
    #: A person has told kvitt to leave the order alone.
    switched_off = models.BooleanField(default=False, db_default=False)

    # --- the end of the timeline's chain (timeline.py) ---
    chain_length = models.IntegerField(default=0, db_default=0)
    chain_head = models.CharField(max_length=64, default="", db_default="", blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_order"
        constraints = (
            models.UniqueConstraint(
                fields=("shop", "store_order_id"), name="kvitt_order_once_per_shop"
            ),
            models.CheckConstraint(
                condition=Q(lease_token=None, lease_until=None)
                | Q(lease_token__isnull=False, lease_until__isnull=False),
                name="kvitt_order_lease_whole",
            ),
        )
        indexes = (
            models.Index(
                fields=("shop", "due_at", "id"),
                name="kvitt_order_shop_due",
                condition=Q(due_at__isnull=False),
            ),
            models.Index(
                fields=("lease_until", "shop"),
                name="kvitt_order_leased",
                condition=Q(lease_until__isnull=False),
            ),
            models.Index(F("created_at").desc(), F("id").desc(), name="kvitt_order_newest"),
            models.Index(
                F("shop"),
                F("created_at").desc(),
                F("id").desc(),
                name="kvitt_order_shop_newest",
            ),
            models.Index(
                F("state"),
                F("created_at").desc(),
                F("id").desc(),
                name="kvitt_order_state_newest",
            ),
            models.Index(
                F("store_status"),
                F("created_at").desc(),
                F("id").desc(),
                name="kvitt_order_store_newest",
            ),
            models.Index(
                F("klarna_status"),
                F("created_at").desc(),
                F("id").desc(),
                name="kvitt_order_klarna_newest",
            ),
            models.Index(fields=("shop", "state"), name="kvitt_order_shop_state"),
            models.Index(
                fields=("shop", "id"),
                name="kvitt_order_observed",
                condition=Q(observed=True),
            ),
            models.Index(
                fields=("hold_since", "id"),
                name="kvitt_order_held",
                condition=Q(state=OrderState.HELD.value),
            ),
            models.Index(
                F("store_status"),
                F("klarna_status"),
                F("created_at").desc(),
                F("id").desc(),
                name="kvitt_order_both_newest",
            ),
            models.Index(
                Coalesce("changed_at", "created_at").desc(),
                F("id").desc(),
                name="kvitt_order_changed",
            ),
            # What is still authorized: few among many, so these two stay small. The first
            # also holds all that the dashboard sums, so that no row is opened for it.
            models.Index(
                fields=(
                    "expires_at",
                    "id",
                    "klarna_status",
                    "currency",
                    "remaining_minor",
                    "created_at",
                    "shop",
                ),
                name="kvitt_order_open",
                condition=Q(remaining_minor__gt=0),
            ),
            models.Index(
                F("created_at").desc(),
                F("id").desc(),
                name="kvitt_order_open_newest",
                condition=Q(remaining_minor__gt=0),
            ),
            # Its last column is what its condition asks, so that no row is opened to count.
            models.Index(
                F("created_at").desc(),
                F("id").desc(),
                F("refunded_minor"),
                name="kvitt_order_refunded",
                condition=Q(refunded_minor__gt=0),
            ),
            models.Index(
                fields=("klarna_order_id",),
                name="kvitt_order_klarna",
                condition=~Q(klarna_order_id=""),
            ),
            # Holds all that a reconciliation sums, so that no row is opened for it.
            models.Index(
                fields=(
                    "placed_at",
                    "comparison",
                    "shop",
                    "currency",
                    "shop_says_minor",
                    "klarna_says_minor",
                    "looked_at",
                    "klarna_read_at",
                ),
                name="kvitt_order_month",
                condition=~Q(comparison=""),
            ),
            models.Index(
                fields=("placed_at", "id"),
                name="kvitt_order_apart",
                condition=Q(differs=True),
            ),
        )

    def __str__(self) -> str:
        return f"order {self.number or self.store_order_id}"

    @property
    def total(self) -> Money | None:
        """The shop's total."""
        return self._money(self.total_minor)

    @property
    def authorized(self) -> Money | None:
        """Klarna's order amount."""
        return self._money(self.authorized_minor)

    @property
    def captured(self) -> Money | None:
        """Captured at Klarna."""
        return self._money(self.captured_minor)

    @property
    def refunded(self) -> Money | None:
        """Refunded at Klarna."""
        return self._money(self.refunded_minor)

    @property
    def remaining(self) -> Money | None:
        """Still authorized at Klarna."""
        return self._money(self.remaining_minor)

    @property
    def verdict(self) -> Verdict:
        """What the comparison of both halves came to."""
        return Verdict(self.comparison)

    @property
    def shop_says(self) -> Money | None:
        """The shop's amount, as it was compared."""
        return self._money(self.shop_says_minor)

    @property
    def klarna_says(self) -> Money | None:
        """Klarna's amount, as it was compared."""
        return self._money(self.klarna_says_minor)

    @property
    def hold_amount(self) -> Money | None:
        """What the hold is about."""
        return self._money(self.hold_minor)

    def _money(self, minor: int | None) -> Money | None:
        return None if minor is None or not self.currency else Money(minor, self.currency)


class OrderTerm(models.Model):
    """A word an order is found by: its number, Klarna's ids, the customer's names."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="terms")
    #: Lower case.
    term = models.CharField(max_length=100, db_index=True)

    class Meta:
        """How the table is named and kept."""

        db_table = "kvitt_order_term"
        constraints = (
            models.UniqueConstraint(fields=("order", "term"), name="kvitt_order_term_once"),
        )

    def __str__(self) -> str:
        return self.term
