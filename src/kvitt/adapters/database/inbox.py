"""The inbox: webhooks as rows, and the orders they name made due, in one commit.

Called by the one writer thread of the webhook front, with everything that waits.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from kvitt.adapters.database import cards, hints
from kvitt.adapters.database.models import (
    Deletion,
    Delivery,
    DeliveryState,
    Shop,
    ShopStanding,
)
from kvitt.adapters.database.vault import Vault
from kvitt.domain.ids import ShopId, StoreOrderId

logger = logging.getLogger(__name__)

#: More of a body that cannot be read is not kept.
KEPT_BYTES = 64 * 1024
#: A shop that is heard from another address is looked over no more often for it.
TOLD_EVERY = timedelta(hours=1)

# Written by hand, for a model of each row costs more than all the rest of taking one in.
_KEEP = """
INSERT INTO kvitt_delivery
    (shop_id, received_at, topic, body_sha256, resource_id, body_sealed, state)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""

_COUNT = """
INSERT INTO kvitt_reject_counter (shop, reason, day, count, last_at)
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (shop, reason, day) DO UPDATE SET
    count = kvitt_reject_counter.count + excluded.count,
    last_at = excluded.last_at
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A delivery with a good signature."""

    shop: ShopId
    received_at: datetime
    topic: str
    body_sha256: str
    state: DeliveryState
    resource_id: StoreOrderId | None = None
    #: Only of one that cannot be read.
    body: bytes | None = None
    #: The host it says it comes from, where that is not the shop's.
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """All that is left of what was not accepted. Row id 0 is no known shop."""

    shop: int
    reason: str


class Inbox:
    """Stores what the front received."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def store(
        self, deliveries: Sequence[Received], traces: Mapping[Trace, int], *, now: datetime
    ) -> None:
        """Commit deliveries, the hints they are, and counters, together."""
        with transaction.atomic():
            self._keep(deliveries)
            hints.want(
                [
                    (one.shop, one.resource_id)
                    for one in deliveries
                    if one.resource_id is not None
                ],
                why="webhook",
                now=now,
            )
            heard = Counter(one.shop for one in deliveries)
            if heard:
                Shop.objects.filter(pk__in=heard).update(heard_at=now)
            for one in deliveries:
                if one.elsewhere:
                    self._note_elsewhere(one, now)
            self._count(traces, now)

    def forget(self, *, older_than: timedelta, now: datetime) -> int:
        """Delete what was received before then, and note that; return how many rows went.

        The note is committed with the deletion: it is there where the rows are not.
        """
        before = now - older_than
        with transaction.atomic():
            gone = Delivery.objects.filter(received_at__lt=before)
            bodies = gone.filter(body_sealed__isnull=False).count()
            deleted, _ = gone.delete()
            if deleted:
                Deletion.objects.create(
                    at=now, received_before=before, deliveries=deleted, bodies=bodies
                )
        return deleted

    def _note_elsewhere(self, one: Received, now: datetime) -> None:
        """Have the shop looked over, once an hour at most: it has moved, or been copied."""
        known = ShopStanding.objects.filter(shop=one.shop).exclude(
            heard_from=one.elsewhere, heard_from_at__gt=now - TOLD_EVERY
        )
        known.update(heard_from=one.elsewhere, heard_from_at=now)

    def _keep(self, deliveries: Sequence[Received]) -> None:
        adapted = connection.ops.adapt_datetimefield_value
        rows = [
            (
                one.shop,
                adapted(one.received_at),
                one.topic[:100],
                one.body_sha256,
                one.resource_id,
                self._sealed(one),
                one.state.value,
            )
            for one in deliveries
        ]
        if rows:
            with connection.cursor() as cursor:
                cursor.executemany(_KEEP, rows)

    def _sealed(self, one: Received) -> bytes | None:
        if one.body is None:
            return None
        text, found = cards.mask(one.body[:KEPT_BYTES].decode("latin-1"))
        if found:
            logger.warning(
                "a webhook held what looks like card numbers: they were not kept",
                extra={"shop": one.shop, "count": found},
            )
        return self._vault.seal(text, context=f"delivery {one.body_sha256}").encode("ascii")

    def _count(self, traces: Mapping[Trace, int], now: datetime) -> None:
        if not traces:
            return
        day = connection.ops.adapt_datefield_value(now.astimezone(UTC).date())
        moment = connection.ops.adapt_datetimefield_value(now)
        with connection.cursor() as cursor:
            cursor.executemany(
                _COUNT,
                [
                    (trace.shop, trace.reason, day, times, moment)
                    for trace, times in sorted(
                        traces.items(), key=lambda item: (item[0].shop, item[0].reason)
                    )
                ],
            )
