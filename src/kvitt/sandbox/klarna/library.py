"""What the books hold, kind by kind: each has a chapter, written to one shelf.

Law: a kind of record is named here once; how it is written and read stands beside its
values. Chapters are opened, dumped and replaced together.
"""

from dataclasses import dataclass, fields
from typing import Any, Self

from kvitt.sandbox.klarna import (
    hpp,
    idempotency,
    journal,
    notices,
    orders,
    payments,
    subscriptions,
)
from kvitt.sandbox.klarna.chapters import Chapter
from kvitt.sandbox.klarna.hpp import HostedPage
from kvitt.sandbox.klarna.idempotency import Remembered
from kvitt.sandbox.klarna.notices import Notice
from kvitt.sandbox.klarna.orders import Json, Order
from kvitt.sandbox.klarna.payments import Session, Token
from kvitt.sandbox.klarna.store import Shelf
from kvitt.sandbox.klarna.subscriptions import CustomerToken


@dataclass(frozen=True, kw_only=True, slots=True)
class Library:
    """Every chapter of one sandbox."""

    orders: Chapter[Order]
    sessions: Chapter[Session]
    tokens: Chapter[Token]
    customer_tokens: Chapter[CustomerToken]
    pages: Chapter[HostedPage]
    answers: Chapter[Remembered]
    requests: Chapter[journal.Entry]
    notices: Chapter[Notice]

    @classmethod
    def on(cls, shelf: Shelf) -> Self:
        """Return the chapters of a shelf, not opened yet."""
        return cls(
            orders=Chapter(
                "order",
                shelf=shelf,
                write=orders.to_record,
                read=orders.from_record,
                age=lambda order: order.created_at,
            ),
            answers=Chapter(
                "answer",
                shelf=shelf,
                write=idempotency.to_record,
                read=idempotency.from_record,
                age=lambda answer: answer.stored_at,
            ),
            requests=Chapter(
                "request",
                shelf=shelf,
                write=journal.to_record,
                read=journal.from_record,
                age=lambda entry: entry.number,
            ),
            notices=Chapter(
                "notice",
                shelf=shelf,
                write=notices.to_record,
                read=notices.from_record,
                age=lambda notice: notice.created_at,
            ),
            **_of_the_checkout(shelf),
        )

    @property
    def chapters(self) -> tuple[Chapter[Any], ...]:
        """All of them."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def open(self) -> None:
        """Take in what the shelf has."""
        for chapter in self.chapters:
            chapter.open()

    def dump(self) -> Json:
        """Return every record as JSON, by kind."""
        return {chapter.kind: chapter.dump() for chapter in self.chapters}

    def replace(self, dump: Json) -> None:
        """Take in other records, on an emptied shelf; a kind that is missing is empty."""
        for chapter in self.chapters:
            chapter.replace(dump.get(chapter.kind, {}))


def _of_the_checkout(shelf: Shelf) -> dict[str, Any]:
    """Return the chapters of what stands between a basket and its order."""
    return {
        "sessions": Chapter(
            "session",
            shelf=shelf,
            write=payments.session_record,
            read=payments.read_session,
            age=lambda session: session.created_at,
        ),
        "tokens": Chapter(
            "token",
            shelf=shelf,
            write=payments.token_record,
            read=payments.read_token,
            age=lambda token: token.issued_at,
        ),
        "customer_tokens": Chapter(
            "customer_token",
            shelf=shelf,
            write=subscriptions.to_record,
            read=subscriptions.from_record,
            age=lambda token: token.created_at,
        ),
        "pages": Chapter(
            "hpp",
            shelf=shelf,
            write=hpp.to_record,
            read=hpp.from_record,
            age=lambda page: page.created_at,
        ),
    }
