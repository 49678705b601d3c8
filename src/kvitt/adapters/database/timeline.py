"""What happened to an order, append-only, each row chained to the one before.

The hash of a row covers everything in it and the hash before it, and the order row
holds the last hash and the count: so a row that was changed, taken out, put in or
cut off at the end is found by ``verify`` (reliability.md §4.14).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from kvitt.adapters.database import outbox
from kvitt.adapters.database.models import Order, TimelineRow
from kvitt.domain.lines import Json


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainReport:
    """What checking a timeline found."""

    rows: int
    #: The first row that is not what was written; None where all are.
    broken_at: int | None

    @property
    def intact(self) -> bool:
        """Say whether nothing was changed."""
        return self.broken_at is None


def append(
    order: Order, *, at: datetime, what: str, text: str, actor: str, data: Mapping[str, Json]
) -> None:
    """Add a row, in the caller's transaction; ``order`` is locked by it."""
    row = TimelineRow(
        order=order,
        nth=order.chain_length + 1,
        at=at.astimezone(UTC),
        actor=actor,
        what=what,
        text=text,
        data=dict(data),
        prev_hash=order.chain_head,
    )
    row.hash = hash_of(row)
    row.save(force_insert=True)
    outbox.put(order, row)
    order.chain_length = row.nth
    order.chain_head = row.hash
    order.changed_at = row.at
    order.save(update_fields=("chain_length", "chain_head", "changed_at"))


def hash_of(row: TimelineRow) -> str:
    """Return the hash that a row should bear."""
    parts = (
        row.order_id,
        row.nth,
        row.at.astimezone(UTC).isoformat(),
        row.actor,
        row.what,
        row.text,
        row.data,
        row.prev_hash,
    )
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def verify(order_id: int) -> ChainReport:
    """Check every row of an order's timeline."""
    order = Order.objects.only("chain_length", "chain_head").get(pk=order_id)
    head, count = "", 0
    for row in TimelineRow.objects.filter(order=order_id).order_by("nth").iterator():
        count += 1
        if row.nth != count or row.prev_hash != head or row.hash != hash_of(row):
            return ChainReport(rows=count, broken_at=count)
        head = row.hash
    if (count, head) != (order.chain_length, order.chain_head):
        return ChainReport(rows=count, broken_at=count + 1)
    return ChainReport(rows=count, broken_at=None)
