"""The order's notes as the page lists them, and the marks by which a page knows it is old."""

import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from kvitt.sandbox.shop.notes import SYSTEM
from kvitt.sandbox.shop.records import Note, Order
from kvitt.sandbox.shop.screen.pages import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRow:
    """One note: what it says, who wrote it, when, and whether the customer was told."""

    id: int
    text: str
    author: str
    kind: str
    label: str
    written: str
    written_iso: str


def rows(visit: Visit, order: Order) -> Sequence[NoteRow]:
    """Return the notes, the newest first."""
    return [_row(visit, note) for note in visit.desk.books.notes(order.id)]


def digest(notes: Sequence[NoteRow]) -> str:
    """Return a mark that differs when the list differs."""
    return _mark(*(f"{note.id} {note.text}" for note in notes))


def version(visit: Visit, order: Order) -> str:
    """Return a mark of all that an open page shows and somebody else may change.

    A change of meta data alone is none: kvitt keeps its marks there, and they are not shown.
    """
    items = (f"{item.id} {item.total} {item.taxes}" for item in order.items())
    refunds = (str(refund.id) for refund in visit.desk.books.refunds(order.id))
    return _mark(order.status, str(order.total), *items, *refunds)


def _mark(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _plain(text: str) -> str:
    """Return a note as it reads: the few tags a note may have are left out.

    The shop stores `&` as an entity. The template escapes the text again.
    """
    return html.unescape(re.sub(r"</?[a-zA-Z][^>]*>", "", text))


def _row(visit: Visit, note: Note) -> NoteRow:
    kind = "customer" if note.customer_note else "private" if note.by_user else "system"
    labels = {"customer": "To customer", "private": "Private", "system": "System"}
    return NoteRow(
        id=note.id,
        text=_plain(note.text),
        # "System" says it already; other programs sign with their own name.
        author="" if note.author == SYSTEM else note.author,
        kind=kind,
        label=labels[kind],
        written=visit.clock_text(note.created),
        written_iso=note.created.isoformat(),
    )
