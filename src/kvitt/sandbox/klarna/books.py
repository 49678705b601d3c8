"""The books: everything the sandbox's Klarna knows, under one lock.

Law: nothing is read or changed outside `reading` and `writing`. Both first let the clock
do what is due (expiry, reviews); `writing` makes all of it durable before it returns, so
what was answered survives `kill -9`.
"""

import heapq
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from kvitt.sandbox.klarna import (
    capturing,
    errors,
    hpp,
    idempotency,
    journal,
    lifecycle,
    notices,
    orders,
    payments,
    purchases,
)
from kvitt.sandbox.klarna.chapters import Chapter
from kvitt.sandbox.klarna.clock import Clock, render
from kvitt.sandbox.klarna.hpp import HostedPage
from kvitt.sandbox.klarna.idempotency import Remembered
from kvitt.sandbox.klarna.ids import Ids
from kvitt.sandbox.klarna.lifecycle import Act
from kvitt.sandbox.klarna.notices import Notice
from kvitt.sandbox.klarna.orders import FraudStatus, Json, Order
from kvitt.sandbox.klarna.payments import Session, Token
from kvitt.sandbox.klarna.purchases import Purchase
from kvitt.sandbox.klarna.rendered import Rendered
from kvitt.sandbox.klarna.settings import Merchant, Settings
from kvitt.sandbox.klarna.store import MemoryShelf, Shelf, SqliteShelf

#: Versions of an order kept for reads that lag behind (§7.4).
_VERSIONS = 8
#: Journal entries of mere looking that may be lost if the process is killed.
_MOST_WAITING = 500


class Books:
    """Orders, sessions, remembered answers, notices and the journal of one sandbox."""

    def __init__(self, shelf: Shelf, *, clock: Clock, ids: Ids, settings: Settings) -> None:
        self.clock = clock
        self.ids = ids
        self.settings = settings
        self.lock = threading.RLock()
        self._shelf = shelf
        self._writers = 0
        self._due: list[tuple[datetime, str]] = []
        self.rendered = Rendered()
        self._versions: dict[str, deque[tuple[datetime, Order]]] = {}
        self.orders: Chapter[Order] = Chapter(
            "order",
            shelf=shelf,
            write=orders.to_record,
            read=orders.from_record,
            age=lambda order: order.created_at,
        )
        self.sessions: Chapter[Session] = Chapter(
            "session",
            shelf=shelf,
            write=payments.session_record,
            read=payments.read_session,
            age=lambda session: session.created_at,
        )
        self.tokens: Chapter[Token] = Chapter(
            "token",
            shelf=shelf,
            write=payments.token_record,
            read=payments.read_token,
            age=lambda token: token.issued_at,
        )
        self.pages: Chapter[HostedPage] = Chapter(
            "hpp",
            shelf=shelf,
            write=hpp.to_record,
            read=hpp.from_record,
            age=lambda page: page.created_at,
        )
        self.answers: Chapter[Remembered] = Chapter(
            "answer",
            shelf=shelf,
            write=idempotency.to_record,
            read=idempotency.from_record,
            age=lambda answer: answer.stored_at,
        )
        self.requests: Chapter[journal.Entry] = Chapter(
            "request",
            shelf=shelf,
            write=journal.to_record,
            read=journal.from_record,
            age=lambda entry: entry.number,
        )
        self.notices: Chapter[Notice] = Chapter(
            "notice",
            shelf=shelf,
            write=notices.to_record,
            read=notices.from_record,
            age=lambda notice: notice.created_at,
        )
        self._chapters: tuple[Chapter[Any], ...] = (
            self.orders,
            self.sessions,
            self.tokens,
            self.pages,
            self.answers,
            self.requests,
            self.notices,
        )

    @classmethod
    def open(cls, path: Path | None, *, clock: Clock, ids: Ids, settings: Settings) -> Self:
        """Open the books of a file, or new ones in memory."""
        shelf = SqliteShelf(path) if path else MemoryShelf()
        books = cls(shelf, clock=clock, ids=ids, settings=settings)
        for chapter in books._chapters:
            chapter.open()
        books._recall(dict(shelf.records("meta")))
        return books

    def close(self) -> None:
        """Commit and let go of the file."""
        with self.lock:
            self._shelf.close()

    @contextmanager
    def reading(self) -> Iterator[datetime]:
        """Hold the books while looking; gives the time, up to which all has happened."""
        with self.lock:
            yield self._catch_up()
            # Looking only adds to the journal, which may wait a while to be durable.
            if not self._writers and self._shelf.waiting > _MOST_WAITING:
                self._shelf.commit()

    @contextmanager
    def writing(self) -> Iterator[datetime]:
        """Hold the books while changing them; what changed is durable afterwards."""
        with self.lock:
            self._writers += 1
            try:
                yield self._catch_up()
            finally:
                self._writers -= 1
                # Only the outermost commits, so that an order and the answer that
                # tells of it become durable together or not at all.
                if not self._writers:
                    self._shelf.put("meta", "books", self._meta())
                    self._shelf.commit()

    def order(self, order_id: str) -> Order | None:
        """Return an order as it is now."""
        with self.reading():
            return self.orders.get(order_id)

    def existing(self, order_id: str) -> Order:
        """Return an order that the books know, or raise Klarna's 404."""
        found = self.orders.get(order_id)
        if found is None:
            raise errors.no_such_order("get_order", oid=order_id)
        return found

    def order_as_read(self, order: Order, *, lag_ms: int) -> Order:
        """Return an order as a read that lags behind its writes sees it (§7.4)."""
        if not lag_ms:
            return order
        seen_until = self.clock.now() - timedelta(milliseconds=lag_ms)
        versions = self._versions.get(order.order_id, ())
        # Versions are stored with the moment they were replaced.
        return next((old for ended, old in versions if ended > seen_until), order)

    def save(self, order: Order) -> None:
        """Write an order down, and announce the end of its fraud review."""
        before = self.orders.get(order.order_id)
        if before:
            versions = self._versions.setdefault(order.order_id, deque(maxlen=_VERSIONS))
            versions.append((self.clock.now(), before))
            decided = order.fraud_status is not FraudStatus.PENDING
            if before.fraud_status is FraudStatus.PENDING and decided:
                self.announce(order, notices.event_of(order.fraud_status))
        self.orders.put(order.order_id, order)
        self._watch(order)

    def announce(self, order: Order, event_type: str) -> None:
        """Put a fraud notification on its way, if the order has somewhere to send it."""
        if not order.notification_url:
            return
        body: Json = {"order_id": order.order_id, "event_type": event_type}
        if self.settings.notification_timestamp:
            body["timestamp"] = render(self.clock.now())
        self.send(order.notification_url.replace("{order.id}", order.order_id), body)

    def send(self, url: str, body: Json) -> None:
        """Put a notice on its way to a shop."""
        now = self.clock.now()
        notice_id = self.ids.uuid("notice")
        notice = Notice(notice_id=notice_id, url=url, body=body, created_at=now, next_at=now)
        self.notices.put(notice_id, notice)

    def place_order(self, purchase: Purchase) -> str:
        """Place an order as if a customer had, and return its id."""
        with self.writing() as now:
            merchant = self.settings.merchant(purchase.merchant_id)
            order = purchases.build(
                purchase,
                merchant=merchant,
                order_id=self.ids.order_id(),
                reference=self.ids.klarna_reference(),
                now=now,
            )
            if purchases.is_capturable_at_once(order, purchase):
                act = Act(at=order.created_at, settings=self.settings, merchant=merchant)
                order = capturing.capture(
                    order,
                    replace(act, by=lifecycle.KLARNA),
                    claim=capturing.Claim(
                        amount=order.order_amount, order_lines=order.order_lines
                    ),
                    capture_id=self.ids.uuid("capture"),
                )
            self.save(order)
            self._catch_up()
            return order.order_id

    def reset(self) -> None:
        """Forget everything, and put the clock back to where it runs by itself."""
        self.load({})

    def dump(self) -> Json:
        """Return everything as JSON that `load` takes back."""
        with self.reading():
            chapters = {chapter.kind: chapter.dump() for chapter in self._chapters}
            return {"meta": self._meta(), **chapters}

    def load(self, dump: Json) -> None:
        """Replace everything by what a dump holds; an empty one is a reset."""
        with self.lock:
            self._shelf.clear()
            for chapter in self._chapters:
                chapter.replace(dump.get(chapter.kind, {}))
            self._recall({"books": dump.get("meta", {"offset_us": 0, "drawn": {}})})
            with self.writing():
                self._versions.clear()

    def _meta(self) -> Json:
        offset = self.clock.offset // timedelta(microseconds=1)
        return {"offset_us": offset, "drawn": dict(self.ids.drawn)}

    def _recall(self, meta: dict[str, Any]) -> None:
        if "books" in meta:
            self.clock.offset = timedelta(microseconds=meta["books"]["offset_us"])
            self.ids.drawn = dict(meta["books"]["drawn"])
        self._due = []
        for order in self.orders:
            self._watch(order)

    def switch(self, name: str, value: object) -> None:
        """Change one switch; ValueError if there is none of that name or kind."""
        with self.writing():
            self.settings = self.settings.switched(name, value)
            # A switch may change when orders are due.
            for order in self.orders:
                self._watch(order)

    def change_merchant(self, merchant_id: str, **changes: Any) -> None:
        """Change how one merchant is treated; KeyError or ValueError if that cannot be."""
        with self.writing():
            changed = self.settings.merchant(merchant_id).changed(**changes)
            self.settings = self.settings.with_merchant(changed)

    def _watch(self, order: Order) -> None:
        due = lifecycle.next_change_at(order, self.settings)
        if due:
            heapq.heappush(self._due, (due, order.order_id))

    def _catch_up(self) -> datetime:
        """Let everything happen that is due by now, in the order of its time."""
        now = self.clock.now()
        while self._due and self._due[0][0] <= now:
            due, order_id = heapq.heappop(self._due)
            order = self.orders.get(order_id)
            if order and lifecycle.next_change_at(order, self.settings) == due:
                act = Act(
                    at=due,
                    settings=self.settings,
                    # Time passes for orders of merchants no longer configured too.
                    merchant=Merchant(merchant_id=order.merchant_id, password=""),
                    by=lifecycle.KLARNA,
                )
                self.save(lifecycle.pass_time(order, act))
        return now
