"""One call to Klarna's interface, and its answer, as values.

An operation gets an `Exchange` and returns an `Answer` or raises `KlarnaError`; HTTP
begins outside (`gateway.py`, `delivery.py`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from kvitt.sandbox.klarna import errors, schemas, sums
from kvitt.sandbox.klarna.books import Books
from kvitt.sandbox.klarna.errors import KlarnaError
from kvitt.sandbox.klarna.fields import Reading, Record
from kvitt.sandbox.klarna.lifecycle import Act
from kvitt.sandbox.klarna.orders import Json, Order
from kvitt.sandbox.klarna.regions import ANYWHERE, Door
from kvitt.sandbox.klarna.settings import Merchant, Settings

#: Stands for "no body at all", since null is a body.
NOTHING: Any = object()


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What an operation answers."""

    status: int
    body: Any = NOTHING
    headers: tuple[tuple[str, str], ...] = ()
    #: What the sandbox finds doubtful and the real service would let pass.
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One call, with everything an operation may look at."""

    books: Books
    merchant: Merchant
    operation: str
    ids: Mapping[str, str]
    raw: bytes
    #: Host and prefix that were called, for absolute locations.
    base_url: str
    now: datetime
    door: Door = ANYWHERE
    risk_rejects: bool = False
    payment_fails: bool = False
    read_lag_ms: int = 0

    @property
    def settings(self) -> Settings:
        """The switches in force."""
        return self.books.settings

    @property
    def act(self) -> Act:
        """This call, as the rules see it."""
        return Act(
            at=self.now,
            settings=self.settings,
            merchant=self.merchant,
            risk_rejects=self.risk_rejects,
        )

    @property
    def line_types(self) -> frozenset[str]:
        """The order line types this merchant may send."""
        kustom = self.merchant.persona == "kustom"
        return schemas.KUSTOM_LINE_TYPES if kustom else schemas.LINE_TYPES

    def order(self) -> Order:
        """Return the order the path names, if it is this merchant's."""
        oid = self.ids["oid"]
        found = self.books.orders.get(oid.lower())
        if not found or not self.is_mine(found.merchant_id, found.purchase_country):
            cid = self.ids.get("cid", "")
            raise errors.no_such_order(self.operation, oid=oid, cid=cid)
        return found

    def is_mine(self, merchant_id: str, country: str) -> bool:
        """Say whether a purchase is this merchant's and behind this door (§1)."""
        return merchant_id == self.merchant.merchant_id and self.door.leads_to(country)

    def json(self) -> Any:
        """Return the decoded body, an empty object for an empty one; 400 if malformed."""
        if not self.raw.strip():
            return {}
        try:
            return json.loads(self.raw, parse_float=Decimal)
        except (ValueError, RecursionError):
            raise KlarnaError(400, "BAD_VALUE", "Bad value: body is not JSON") from None

    def flaws(self, schema: Record) -> tuple[Json, Reading]:
        """Return the body as understood, and what is wrong with it."""
        reading = Reading(integral_fractions=self.settings.accept_integral_fractions)
        body: Json = schema.read(self.json(), (), reading)
        return body, reading

    def read(self, schema: Record) -> Json:
        """Return the body; 400 for a wrong type, 422 for a broken limit (§4.2)."""
        body, reading = self.flaws(schema)
        malformed = [flaw.dotted or "body" for flaw in reading.flaws if flaw.malformed]
        if malformed:
            raise KlarnaError(400, "BAD_VALUE", f"Bad value: {', '.join(malformed)}")
        if reading.flaws:
            raise self.unprocessable(*(flaw.text for flaw in reading.flaws))
        return body

    def unprocessable(self, *texts: str) -> KlarnaError:
        """Return the refusal of a field outside its limits."""
        status = self.settings.field_limit_status
        code = "BAD_VALUE" if status == errors.BAD_REQUEST else "UNPROCESSABLE_ENTITY"
        return KlarnaError(status, code, *texts)

    def check_lines(self, lines: Sequence[Json], *, amount: int) -> tuple[str, ...]:
        """Return doubts about line sums; they are a refusal for a strict merchant (§6.2)."""
        if self.merchant.sums == "lenient" or not lines:
            return ()
        doubts = sums.crooked_fields(lines)
        total = sums.total(lines)
        if total != amount:
            doubts.append(f"order_lines sum {total} is not the amount {amount}")
        if doubts and self.merchant.sums == "strict":
            texts = (f"Bad value: {doubt}" for doubt in doubts)
            raise self.unprocessable(*texts)
        return tuple(doubts)

    def url(self, path: str) -> str:
        """Return where something made by this call is found."""
        if self.settings.location == "relative":
            return path
        return self.base_url.rstrip("/") + path
