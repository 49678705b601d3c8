"""What is owed to the shop. Owed once, by its id, and settled once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import F, QuerySet

from kvitt.adapters.database import shapes
from kvitt.adapters.database.ledger.book import Book
from kvitt.adapters.database.models import Adoption, Order, WriteBackRow
from kvitt.domain.journal import BookedLine, Lease, WriteBack, WriteKind
from kvitt.domain.money import Money


def store_owed(order: Order, owed: Sequence[WriteBack], *, now: datetime) -> None:
    """Store what is owed, but nothing twice, in the caller's transaction."""
    WriteBackRow.objects.bulk_create(
        (
            WriteBackRow(
                uid=one.id,
                order=order,
                kind=one.kind.value,
                note=one.note,
                meta=dict(one.meta),
                status=one.status,
                status_before=one.status_before,
                amount_minor=one.amount.minor if one.amount else None,
                currency=one.amount.currency if one.amount else "",
                reason=one.reason,
                remote_id=one.remote_id,
                lines=[shapes.pack(BookedLine, line) for line in one.lines],
                restock=one.restock,
                owed_since=one.owed_since or now,
            )
            for one in owed
        ),
        ignore_conflicts=True,
    )


def read_owed(row: WriteBackRow) -> WriteBack:
    """Return what is owed, as the use cases know it."""
    return WriteBack(
        id=row.uid,
        kind=WriteKind(row.kind),
        note=row.note,
        meta=row.meta,
        status=row.status,
        status_before=row.status_before,
        amount=None if row.amount_minor is None else Money(row.amount_minor, row.currency),
        reason=row.reason,
        remote_id=row.remote_id,
        lines=tuple(shapes.unpack(BookedLine, line) for line in row.lines),
        restock=row.restock,
        owed_since=row.owed_since,
        attempts=row.attempts,
    )


class WriteBacks(Book):
    """Notes, marks and refunds that the shop is to be told."""

    def owe(self, lease: Lease, owed: Sequence[WriteBack]) -> None:
        """Owe the shop something; what is owed or written already is not owed again."""
        with self._writing(lease) as order:
            store_owed(order, owed, now=self._now())

    def record_write_attempt(self, lease: Lease, write_back: WriteBack) -> None:
        """Note that a write to the shop is about to be sent."""
        attempt = {"attempts": F("attempts") + 1, "attempted_at": self._now()}
        with self._writing(lease) as order:
            self._change(order, write_back, WriteBackRow.objects.all(), attempt)

    def record_written(self, lease: Lease, write_back: WriteBack, *, outcome: str) -> None:
        """Settle what was owed to the shop: ``written``, ``found`` or ``overtaken``."""
        settled = {"outcome": outcome, "settled_at": self._now()}
        with self._writing(lease) as order:
            owed = WriteBackRow.objects.filter(outcome="")
            if not self._change(order, write_back, owed, settled):
                return
            self._note(
                order,
                outcome,
                write_back.note or write_back.reason,
                facts={
                    "write_back": str(write_back.id),
                    "kind": write_back.kind.value,
                    "status": write_back.status,
                },
            )

    def record_adopted(self, lease: Lease, remote_id: str, owed: Sequence[WriteBack]) -> None:
        """Remember what was done elsewhere at Klarna, and owe the shop the report of it."""
        with self._writing(lease) as order:
            _, is_new = Adoption.objects.get_or_create(
                order=order, remote_id=remote_id, defaults={"at": self._now()}
            )
            store_owed(order, owed, now=self._now())
            if is_new:
                told = next((one.note for one in owed if one.note), "")
                self._note(order, "adopted", told, facts={"remote_id": remote_id})

    def _change(
        self,
        order: Order,
        write_back: WriteBack,
        rows: "QuerySet[WriteBackRow]",
        changes: Mapping[str, object],
    ) -> bool:
        """Change its row, if it is one of these; say whether it was. One not stored yet is."""
        row = rows.filter(uid=write_back.id, order=order)
        if row.update(**changes):
            return True
        store_owed(order, (write_back,), now=self._now())
        return bool(row.update(**changes))
