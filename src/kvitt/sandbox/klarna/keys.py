"""Idempotency keys at work: held while a call is under way, and answered when it repeats.

Law: of two calls with one key at most one is carried out. What a key remembers and for
how long is said in `idempotency.py` (klarna-api.md §3.4).
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Condition

from kvitt.sandbox.klarna import errors, idempotency
from kvitt.sandbox.klarna.books import Books
from kvitt.sandbox.klarna.calls import Call
from kvitt.sandbox.klarna.delivery import Parcel
from kvitt.sandbox.klarna.idempotency import Remembered

_LOG = logging.getLogger(__name__)


class Keys:
    """The keys of calls under way, over the answers that the books remember."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._under_way: set[str] = set()
        self._ended = Condition(books.lock)

    @contextmanager
    def held(self, call: Call) -> Iterator[Remembered | None]:
        """Hold a call's key; gives what was answered to it before, if anything."""
        if not call.key:
            yield None
            return
        slot = self._slot(call)
        with self._ended:
            remembered = self._recall(slot)
            while not remembered and slot in self._under_way:
                if self._books.settings.idempotency_in_flight == "conflict":
                    raise errors.conflict()
                self._ended.wait()
                remembered = self._recall(slot)
            if not remembered:
                self._under_way.add(slot)
        try:
            yield remembered
        finally:
            if not remembered:
                with self._ended:
                    self._under_way.discard(slot)
                    self._ended.notify_all()

    def remember(self, call: Call, parcel: Parcel, *, now: datetime) -> bool:
        """Write a final answer down under the call's key; False if it is not kept."""
        if not (call.key and idempotency.is_kept(parcel.status, settings=self._books.settings)):
            return False
        remembered = Remembered(
            stored_at=now,
            fingerprint=idempotency.fingerprint(call.method, call.path, call.raw),
            status=parcel.status,
            headers=parcel.headers,
            body=parcel.body.decode(),
            correlation_id=call.correlation_id,
        )
        self._forget_old(now - self._life)
        self._books.answers.put(self._slot(call), remembered)
        return True

    @property
    def _life(self) -> timedelta:
        return timedelta(hours=self._books.settings.idempotency_hours)

    def _slot(self, call: Call) -> str:
        return idempotency.address(
            call.key,
            merchant_id=call.merchant.merchant_id,
            operation=call.operation,
            settings=self._books.settings,
        )

    def _recall(self, slot: str) -> Remembered | None:
        found = self._books.answers.get(slot)
        if found and found.stored_at + self._life <= self._books.clock.now():
            return None
        return found

    def _forget_old(self, horizon: datetime) -> None:
        while (oldest := self._books.answers.oldest()) and oldest[1].stored_at <= horizon:
            self._books.answers.drop(oldest[0])


def replay(call: Call, remembered: Remembered) -> tuple[Parcel, str]:
    """Return the first answer again, but for the correlation id, and what it is called."""
    told = "replayed"
    now = idempotency.fingerprint(call.method, call.path, call.raw)
    if now != remembered.fingerprint:
        told = "replayed-different-request"
        # Klarna would hide this misuse; here a test, or a person, can see it.
        _LOG.warning("an idempotency key was used again for another %s", call.operation)
    body = remembered.body.replace(remembered.correlation_id, call.correlation_id)
    parcel = Parcel(
        status=remembered.status,
        headers=(*remembered.headers, ("X-Sim-Idempotency", told)),
        body=body.encode(),
    )
    return parcel, told
