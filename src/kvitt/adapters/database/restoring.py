"""A database that was put back from a backup has forgotten what was sent since.

How that is noticed: once a minute a number is raised in the database, and written to a
file beside the keys, outside of it. A database whose number is behind the file's was put
back in time. An SQLite file whose number has no file was carried here alone, and may be old.

What follows (reliability.md P6): nothing is sent for an order until it was read anew at
Klarna and its calls were matched there by reference. What was asked for by people is not
carried out a second time, and notes are looked for before they are written.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.db.models import F, Q

from kvitt.adapters.database.models import AskRow, Installation, IntentRow, Order, WriteBackRow
from kvitt.domain.asks import AskState
from kvitt.domain.intents import State

Now = Callable[[], datetime]

FILE = "beat.json"
_ONLY = 1
_ASK_ANSWER = (
    "A backup was put back before this was answered, so nobody can tell here whether it was "
    "done. Look at the order as it is now, and ask again if it is still wanted."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Restoring:
    """Notices a restored database, and makes it safe to go on with."""

    data_dir: Path
    now: Now

    def beat(self) -> bool:
        """Raise the number; say whether the database was found restored, and is safe now.

        To be called before any worker starts, and once a minute while they work.
        """
        with transaction.atomic():
            Installation.objects.get_or_create(pk=_ONLY)
            row = Installation.objects.select_for_update().get(pk=_ONLY)
            restored = self._is_restored(row.beat)
            if restored:
                self._enter(row)
            row.beat = max(row.beat, self._read() or 0) + 1
            row.save()
        self._write(row.beat)
        return restored

    def enter(self) -> int:
        """Take the database to be restored, as a person says; return how many orders it has."""
        with transaction.atomic():
            row, _ = Installation.objects.get_or_create(pk=_ONLY)
            return self._enter(row)

    def waiting(self) -> int:
        """Return how many orders have not been read anew since a backup was put back."""
        return Order.objects.filter(must_match=True).count()

    def restored_at(self) -> datetime | None:
        """Return when a backup was last put back."""
        rows = Installation.objects.filter(pk=_ONLY)
        return rows.values_list("restored_at", flat=True).first()

    def _is_restored(self, beat: int) -> bool:
        known = self._read()
        if known is None:
            # Several machines share one PostgreSQL, and each begins without a file.
            return connection.vendor == "sqlite" and beat > 0
        return beat < known

    def _enter(self, row: Installation) -> int:
        now = self.now()
        row.restored_at = now
        row.save()
        unsure = IntentRow.objects.filter(state__in=(State.SENT.value, State.UNKNOWN.value))
        # The last attempt may have been made since the backup: count the quiet period from now.
        unsure.update(last_sent_at=now)
        WriteBackRow.objects.filter(outcome="").update(attempts=F("attempts") + 1)
        AskRow.objects.filter(state=AskState.WAITING.value).update(
            state=AskState.REFUSED.value, answer=_ASK_ANSWER, settled_at=now
        )
        # Leases of before the backup have ended, or end by themselves: their tokens are as old.
        unfinished = Q(intents__in=unsure) | Q(write_backs__outcome="")
        wanted = Order.objects.filter(unfinished).values("pk")
        Order.objects.filter(pk__in=wanted, lease_until=None).update(due_at=now)
        return Order.objects.update(must_match=True, klarna_read_at=None)

    def _read(self) -> int | None:
        """Return the number in the file; None where there is none that can be read."""
        try:
            told = json.loads((self.data_dir / FILE).read_text(encoding="ascii"))
            return int(told["beat"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write(self, beat: int) -> None:
        """Replace the file in one step, so that it is never half written."""
        file = self.data_dir / FILE
        fresh = file.with_name(f"{FILE}.{os.getpid()}")
        fresh.write_text(json.dumps({"beat": beat}) + "\n", encoding="ascii")
        fresh.replace(file)
