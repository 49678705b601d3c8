"""The books: everything the sandbox's Klarna knows, under one lock.

Law: nothing is read or changed outside `reading` and `writing`. Both first let the clock
do what is due (expiry, reviews); `writing` makes all of it durable before it returns, so
what was answered survives `kill -9`.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from kvitt.sandbox.klarna import capturing, errors, lifecycle, notices, purchases
from kvitt.sandbox.klarna.agenda import Agenda, Versions
from kvitt.sandbox.klarna.clock import Clock, render
from kvitt.sandbox.klarna.ids import Ids
from kvitt.sandbox.klarna.library import Library
from kvitt.sandbox.klarna.lifecycle import Act
from kvitt.sandbox.klarna.notices import Notice
from kvitt.sandbox.klarna.orders import FraudStatus, Json, Order
from kvitt.sandbox.klarna.purchases import Purchase
from kvitt.sandbox.klarna.rendered import Rendered
from kvitt.sandbox.klarna.settings import Merchant, Settings
from kvitt.sandbox.klarna.store import MemoryShelf, Shelf, SqliteShelf

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
        self._agenda = Agenda()
        self._versions = Versions()
        self.rendered = Rendered()
        self._library = library = Library.on(shelf)
        self.orders = library.orders
        self.requests = library.requests
        self.notices = library.notices
        self.sessions = library.sessions
        self.tokens = library.tokens
        self.customer_tokens = library.customer_tokens
        self.pages = library.pages
        self.answers = library.answers

    @classmethod
    def open(cls, path: Path | None, *, clock: Clock, ids: Ids, settings: Settings) -> Self:
        """Open the books of a file, or new ones in memory."""
        shelf = SqliteShelf(path) if path else MemoryShelf()
        books = cls(shelf, clock=clock, ids=ids, settings=settings)
        books._library.open()
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
        return self._versions.as_of(order, self.clock.now() - timedelta(milliseconds=lag_ms))

    def save(self, order: Order) -> None:
        """Write an order down, and announce the end of its fraud review."""
        before = self.orders.get(order.order_id)
        if before:
            self._versions.keep(before, replaced_at=self.clock.now())
            decided = order.fraud_status is not FraudStatus.PENDING
            if before.fraud_status is FraudStatus.PENDING and decided:
                self.announce(order, notices.event_of(order.fraud_status))
        self.orders.put(order.order_id, order)
        self._agenda.watch(order, self.settings)

    def announce(self, order: Order, event_type: str) -> None:
        """Put a fraud notification on its way, if the order has somewhere to send it."""
        if not order.notification_url:
            return
        body: Json = {"order_id": order.order_id, "event_type": event_type}
        if self.settings.notification_timestamp:
            body["timestamp"] = render(self.clock.now())
        self.send(_naming(order, order.notification_url), body)

    def send(
        self, url: str, body: Json | None, *, pace: str = notices.DECISION, order_id: str = ""
    ) -> None:
        """Put a notice on its way to a shop."""
        now = self.clock.now()
        notice = Notice(
            notice_id=self.ids.uuid("notice"),
            url=url,
            body=body,
            created_at=now,
            next_at=now,
            pace=pace,
            order_id=order_id,
        )
        self.notices.put(notice.notice_id, notice)

    def due_notices(self) -> list[Notice]:
        """Return what is to be sent now; a push of an acknowledged order is over."""
        with self.writing() as now:
            due = [n for n in self.notices if not n.done and n.next_at <= now]
            for notice in due:
                if self._is_moot(notice):
                    self.notices.put(notice.notice_id, replace(notice, done=True))
            return [notice for notice in due if not self._is_moot(notice)]

    def _is_moot(self, notice: Notice) -> bool:
        order = self.orders.get(notice.order_id)
        return notice.waits_for_acknowledgement and (order is None or order.acknowledged)

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
            if purchase.push_url:
                where = _naming(order, purchase.push_url)
                self.send(where, None, pace=notices.PUSH, order_id=order.order_id)
            return order.order_id

    def reset(self) -> None:
        """Forget everything, and put the clock back to where it runs by itself."""
        self.load({})

    def dump(self) -> Json:
        """Return everything as JSON that `load` takes back."""
        with self.reading():
            return {"meta": self._meta(), **self._library.dump()}

    def load(self, dump: Json) -> None:
        """Replace everything by what a dump holds; an empty one is a reset."""
        with self.lock:
            self._shelf.clear()
            self._library.replace(dump)
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
        self._agenda.clear()
        self._watch_all()

    def switch(self, name: str, value: object) -> None:
        """Change one switch; ValueError if there is none of that name or kind."""
        with self.writing():
            self.settings = self.settings.switched(name, value)
            # A switch may change when orders are due.
            self._watch_all()

    def change_merchant(self, merchant_id: str, **changes: Any) -> None:
        """Change how one merchant is treated; KeyError or ValueError if that cannot be."""
        with self.writing():
            changed = self.settings.merchant(merchant_id).changed(**changes)
            self.settings = self.settings.with_merchant(changed)

    def _watch_all(self) -> None:
        for order in self.orders:
            self._agenda.watch(order, self.settings)

    def _catch_up(self) -> datetime:
        """Let everything happen that is due by now, in the order of its time."""
        now = self.clock.now()
        for due, order_id in self._agenda.until(now):
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


def _naming(order: Order, url: str) -> str:
    """Return an address of a shop's with the order's id where it has a place for it."""
    for place in ("{order.id}", "{checkout.order.id}"):
        url = url.replace(place, order.order_id)
    return url
