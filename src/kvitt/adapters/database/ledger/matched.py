"""The part of the journal that knows of restored backups (``restoring.py``)."""

from django.db.models import F

from kvitt.adapters.database.ledger.book import Book
from kvitt.adapters.database.models import WriteBackRow
from kvitt.domain.journal import Lease


class Matched(Book):
    """Remembers of an order that its calls were held against Klarna's record."""

    def record_matched(self, lease: Lease) -> None:
        """Note that the order was read anew since the database was restored."""
        with self._writing(lease) as order:
            order.must_match = False
            order.save(update_fields=("must_match",))
            # What is owed may have been written since the backup: it is looked for first.
            owed = WriteBackRow.objects.filter(order=order, outcome="")
            owed.update(attempts=F("attempts") + 1)
            self._note(order, "matched", "Read anew at Klarna after a backup was put back.")
