"""Klarna's front door: from an HTTP request to an operation, and back to bytes.

The life of a call, in this order:

1. credentials (an HTML 401), route, size, rate;
2. a fault is drawn; one of the transport may answer at once;
3. the idempotency key is looked up and, if new, held while the call is under way;
4. the operation runs and everything it changed becomes durable, with the answer;
5. a fault may lose or spoil the answer that is now on its way.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from threading import Condition
from typing import Any

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.wrappers import Request

from kvitt.sandbox.klarna import (
    auth,
    clock,
    delivery,
    errors,
    faults,
    idempotency,
    journal,
    operations,
    wire,
)
from kvitt.sandbox.klarna.books import Books
from kvitt.sandbox.klarna.delivery import Parcel
from kvitt.sandbox.klarna.errors import KlarnaError
from kvitt.sandbox.klarna.exchange import Exchange
from kvitt.sandbox.klarna.faults import Faults, Kind, Phase
from kvitt.sandbox.klarna.idempotency import Remembered
from kvitt.sandbox.klarna.journal import Entry
from kvitt.sandbox.klarna.rates import Rate, Rates
from kvitt.sandbox.klarna.settings import Merchant

#: Klarna's limit on a body (§3.3).
LARGEST_BODY = 1024 * 1024
_KEYED = frozenset({"POST", "PATCH"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A request that was let in."""

    merchant: Merchant
    operation: str
    ids: dict[str, str]
    method: str
    path: str
    raw: bytes
    headers: Any
    base_url: str
    correlation_id: str
    rate: Rate
    fault: Kind | None

    @property
    def key(self) -> str:
        """The idempotency key, empty without one."""
        return self.headers.get("Klarna-Idempotency-Key", "") if self.method in _KEYED else ""

    def strikes(self, name: str) -> bool:
        """Say whether the call was struck by a fault of this name."""
        return self.fault is not None and self.fault.name == name


class Gateway:
    """Answers calls to Klarna's paths."""

    def __init__(self, books: Books, *, faults: Faults, pause: Callable[[float], None]) -> None:
        self._books = books
        self._faults = faults
        self._pause = pause
        self._rates = Rates()
        self._under_way: set[str] = set()
        self._ended = Condition(books.lock)

    def answer(self, request: Request) -> Parcel:
        """Answer one request."""
        settings = self._books.settings
        merchant = auth.merchant_of(
            request.headers.get("Authorization", ""), settings.merchants
        )
        if merchant is None:
            return self._turned_away(request)
        path = re.sub(r"//+", "/", request.path)
        try:
            endpoint, ids = operations.ROUTES.bind("sandbox").match(path, request.method)
        except MethodNotAllowed as wrong:
            allow = ("Allow", ", ".join(wrong.valid_methods or ()))
            return delivery.error_page(HTTPStatus.METHOD_NOT_ALLOWED).with_headers(allow)
        except NotFound:
            return delivery.error_page(settings.unknown_path_status)
        if not operations.exists(endpoint, merchant=merchant, settings=settings):
            return delivery.error_page(settings.unknown_path_status)
        return self._let_in(request, merchant=merchant, operation=endpoint, ids=dict(ids))

    def _turned_away(self, request: Request) -> Parcel:
        with self._books.reading() as now:
            entry = self._entry(request.method, request.path, at=clock.render(now))
            headers = journal.kept_headers(request.headers)
            self._record(replace(entry, status=HTTPStatus.UNAUTHORIZED, headers=headers))
        challenge = ("WWW-Authenticate", 'Basic realm="very closed site"')
        return delivery.page(HTTPStatus.UNAUTHORIZED, errors.UNAUTHORIZED_PAGE, challenge)

    def _let_in(
        self, request: Request, *, merchant: Merchant, operation: str, ids: dict[str, str]
    ) -> Parcel:
        raw = request.stream.read(LARGEST_BODY + 1)
        with self._books.reading() as now:
            rate = self._rates.count(
                merchant.merchant_id,
                session=operations.is_session_call(operation),
                now=now,
                settings=self._books.settings,
            )
            correlation_id = self._books.ids.uuid("correlation")
        call = Call(
            merchant=merchant,
            operation=operation,
            ids=ids,
            method=request.method,
            path=request.path,
            raw=raw,
            headers=request.headers,
            base_url=request.host_url.rstrip("/") + request.root_path,
            correlation_id=correlation_id,
            rate=rate,
            fault=self._faults.draw(operation=operation, order_id=ids.get("oid", "")),
        )
        parcel = self._answer_call(call)
        return delivery.stamped(parcel, correlation_id=correlation_id, rate=rate.headers)

    def _answer_call(self, call: Call) -> Parcel:
        try:
            if len(call.raw) > LARGEST_BODY:
                raise errors.too_large()
            if call.rate.exceeded:
                raise errors.too_many_requests()
            with self._held(call) as remembered:
                if remembered:
                    parcel = self._replayed(call, remembered)
                else:
                    parcel = self._struck_before(call) or self._carried_out(call)
        except KlarnaError as refused:
            # Refused before the operation: nothing to remember.
            return self._noted(call, self._refusal(call, refused))
        return self._struck_after(call, parcel)

    # --- idempotency (§3.4) ---

    @contextmanager
    def _held(self, call: Call) -> Iterator[Remembered | None]:
        """Hold the call's key; gives what was answered to it before, if anything."""
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

    def _slot(self, call: Call) -> str:
        return idempotency.address(
            call.key,
            merchant_id=call.merchant.merchant_id,
            operation=call.operation,
            settings=self._books.settings,
        )

    def _recall(self, slot: str) -> Remembered | None:
        found = self._books.answers.get(slot)
        life = timedelta(hours=self._books.settings.idempotency_hours)
        if found and found.stored_at + life <= self._books.clock.now():
            return None
        return found

    def _replayed(self, call: Call, remembered: Remembered) -> Parcel:
        """Return the first answer again, byte for byte but for the correlation id."""
        same = remembered.fingerprint == idempotency.fingerprint(
            call.method, call.path, call.raw
        )
        told = "replayed" if same else "replayed-different-request"
        body = remembered.body.replace(remembered.correlation_id, call.correlation_id)
        parcel = Parcel(
            status=remembered.status,
            headers=(*remembered.headers, ("X-Sim-Idempotency", told)),
            body=body.encode(),
        )
        return self._noted(call, parcel, told=told)

    # --- the work itself ---

    def _carried_out(self, call: Call) -> Parcel:
        """Run the operation; its changes and its answer become durable together."""
        if call.method == "GET":
            with self._books.reading():
                return self._noted(call, self._performed(call))
        with self._books.writing() as now:
            parcel = self._performed(call)
            kept = idempotency.is_kept(parcel.status, settings=self._books.settings)
            if call.key and kept:
                slot = self._slot(call)
                remembered = Remembered(
                    stored_at=now,
                    fingerprint=idempotency.fingerprint(call.method, call.path, call.raw),
                    status=parcel.status,
                    headers=parcel.headers,
                    body=parcel.body.decode(),
                    correlation_id=call.correlation_id,
                )
                self._forget_old_answers()
                self._books.answers.put(slot, remembered)
                parcel = parcel.with_headers(("X-Sim-Idempotency", "stored"))
            return self._noted(call, parcel, told="stored" if call.key and kept else "")

    def _forget_old_answers(self) -> None:
        life = timedelta(hours=self._books.settings.idempotency_hours)
        horizon = self._books.clock.now() - life
        while (oldest := self._books.answers.oldest()) and oldest[1].stored_at <= horizon:
            self._books.answers.drop(oldest[0])

    def _performed(self, call: Call) -> Parcel:
        settings = self._books.settings
        exchange = Exchange(
            books=self._books,
            merchant=call.merchant,
            operation=call.operation,
            ids=call.ids,
            raw=call.raw,
            base_url=call.base_url,
            now=self._books.clock.now(),
            risk_rejects=call.strikes("risk_reject"),
            payment_fails=call.strikes("payment_method_failed"),
            read_lag_ms=settings.read_lag_ms
            or (faults.LAG_MS if call.strikes("read_lag") else 0),
        )
        try:
            return delivery.pack(operations.OPERATIONS[call.operation](exchange))
        except KlarnaError as refused:
            return self._refusal(call, refused)

    def _refusal(self, call: Call, refused: KlarnaError) -> Parcel:
        body = wire.dumps(refused.body(call.correlation_id))
        return Parcel(status=refused.status, headers=(delivery.JSON,), body=body)

    # --- faults (§14) ---

    def _struck_before(self, call: Call) -> Parcel | None:
        fault = call.fault
        if fault is None:
            return None
        if fault.pause and fault.phase is not Phase.AFTER:
            self._wait(fault)
        if fault.phase is not Phase.BEFORE:
            return None
        return self._noted(call, self._faulty(call, fault))

    def _struck_after(self, call: Call, parcel: Parcel) -> Parcel:
        fault = call.fault
        if fault is None or fault.phase is not Phase.AFTER:
            return parcel
        if fault.pause:
            self._wait(fault)
        if fault.status:
            return self._faulty(call, fault)
        return replace(parcel, cut=fault.cut)

    def _wait(self, fault: Kind) -> None:
        settings = self._books.settings
        slow = fault.pause == "slow"
        self._pause(settings.slow_seconds if slow else settings.timeout_seconds)

    def _faulty(self, call: Call, fault: Kind) -> Parcel:
        if fault.cut:
            return Parcel(status=HTTPStatus.OK, cut=fault.cut)
        if fault.html:
            return delivery.error_page(fault.status)
        texts = (fault.text,) if fault.text else ()
        return self._refusal(call, KlarnaError(fault.status, fault.code, *texts))

    # --- the journal ---

    def _noted(self, call: Call, parcel: Parcel, *, told: str = "") -> Parcel:
        """Write the call into the journal, masked, and pass its answer on."""
        with self._books.reading() as now:
            entry = self._entry(call.method, call.path, at=clock.render(now))
            warnings = tuple(v for name, v in parcel.headers if name == "X-Sim-Warning")
            filled = replace(
                entry,
                merchant_id=call.merchant.merchant_id,
                operation=call.operation,
                headers=journal.kept_headers(call.headers),
                request=_decoded(call.raw),
                status=parcel.status,
                answer=_decoded(parcel.body),
                correlation_id=call.correlation_id,
                idempotency=told,
                warnings=warnings,
                fault=call.fault.name if call.fault else "",
            )
            self._record(filled)
        return parcel

    def _entry(self, method: str, path: str, *, at: str) -> Entry:
        last = self._books.requests.latest()
        return Entry(
            number=last.number + 1 if last else 1,
            at=at,
            merchant_id="",
            method=method,
            path=path,
            operation="",
            headers={},
            request=None,
            status=0,
            answer=None,
            correlation_id="",
        )

    def _record(self, entry: Entry) -> None:
        self._books.requests.put(f"{entry.number:012d}", entry)
        self._books.requests.drop_oldest(beyond=journal.LONGEST)


def _decoded(raw: bytes) -> Any:
    """Return a body masked for the journal; what is no JSON is only measured."""
    if not raw:
        return None
    try:
        return journal.masked(json.loads(raw))
    except (ValueError, RecursionError):
        return f"{len(raw)} bytes that are not JSON"
