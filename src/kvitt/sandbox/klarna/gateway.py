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
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.wrappers import Request

from kvitt.sandbox.klarna import (
    auth,
    clock,
    delivery,
    errors,
    faults,
    journal,
    keys,
    operations,
    regions,
    wire,
)
from kvitt.sandbox.klarna.books import Books
from kvitt.sandbox.klarna.calls import Call
from kvitt.sandbox.klarna.delivery import Parcel
from kvitt.sandbox.klarna.errors import KlarnaError
from kvitt.sandbox.klarna.exchange import Exchange
from kvitt.sandbox.klarna.faults import Faults, Kind, Phase
from kvitt.sandbox.klarna.journal import Entry
from kvitt.sandbox.klarna.keys import Keys
from kvitt.sandbox.klarna.rates import Rates
from kvitt.sandbox.klarna.settings import Merchant

#: Klarna's limit on a body (§3.3).
LARGEST_BODY = 1024 * 1024


class Gateway:
    """Answers calls to Klarna's paths."""

    def __init__(self, books: Books, *, faults: Faults, pause: Callable[[float], None]) -> None:
        self._books = books
        self._faults = faults
        self._pause = pause
        self._rates = Rates()
        self._keys = Keys(books)

    def answer(self, request: Request) -> Parcel:
        """Answer one request."""
        settings = self._books.settings
        door = regions.door_of(request.environ)
        if not door.exists:
            return delivery.error_page(HTTPStatus.NOT_FOUND)
        merchant = auth.merchant_of(
            request.headers.get("Authorization", ""), settings.merchants
        )
        if merchant is None or not door.opens_to(merchant):
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
            door=regions.door_of(request.environ),
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
            with self._keys.held(call) as remembered:
                if remembered:
                    parcel, told = keys.replay(call, remembered)
                    self._noted(call, parcel, told=told)
                else:
                    parcel = self._struck_before(call) or self._carried_out(call)
        except KlarnaError as refused:
            # Refused before the operation: nothing to remember.
            return self._noted(call, self._refusal(call, refused))
        return self._struck_after(call, parcel)

    # --- the work itself ---

    def _carried_out(self, call: Call) -> Parcel:
        """Run the operation; its changes and its answer become durable together."""
        if call.method == "GET":
            with self._books.reading():
                return self._noted(call, self._performed(call))
        with self._books.writing() as now:
            parcel = self._performed(call)
            if not self._keys.remember(call, parcel, now=now):
                return self._noted(call, parcel)
            told = parcel.with_headers(("X-Sim-Idempotency", "stored"))
            return self._noted(call, told, told="stored")

    def _performed(self, call: Call) -> Parcel:
        settings = self._books.settings
        exchange = Exchange(
            books=self._books,
            merchant=call.merchant,
            operation=call.operation,
            ids=call.ids,
            raw=call.raw,
            base_url=call.base_url,
            door=call.door,
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
        if not self._books.settings.keeps_journal:
            return parcel
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
        if not self._books.settings.keeps_journal:
            return
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
