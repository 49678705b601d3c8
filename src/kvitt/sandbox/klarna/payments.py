"""Payments sessions and authorization tokens: what stands between a basket and an order.

Values and rules only; the calls are in `operations/payments.py` (klarna-api.md §9.1).
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kvitt.sandbox.klarna import clock, orders, sums
from kvitt.sandbox.klarna.errors import KlarnaError
from kvitt.sandbox.klarna.fields import Flaw
from kvitt.sandbox.klarna.orders import Json

SESSION_LIFE = timedelta(hours=48)
TOKEN_LIFE = timedelta(minutes=60)

#: What the order must repeat of the session that was authorized.
_MATCHED = ("purchase_country", "purchase_currency", "order_amount", "order_tax_amount")


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """A basket on its way to being authorized."""

    session_id: str
    merchant_id: str
    client_token: str
    body: Json
    created_at: datetime
    complete: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """The customer's yes to a session; spent once it became an order or was given up."""

    token: str
    merchant_id: str
    issued_at: datetime
    session_id: str = ""
    order_id: str = ""
    #: Tells a repeat of the order call from another one.
    fingerprint: str = ""
    given_up: bool = False
    #: Where the customer goes when the order is placed.
    confirmation_url: str = ""


def fingerprint(body: Json) -> str:
    """Return what tells two order bodies apart."""
    text = json.dumps(body, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def bad_values(names: list[str]) -> KlarnaError:
    """Return the refusal that names every bad field."""
    return KlarnaError(400, "BAD_VALUE", f"Bad value: {', '.join(names)}")


def check_flaws(flaws: list[Flaw]) -> None:
    """Raise if a body could not be read; this API has one code for all of it (§4.2)."""
    if flaws:
        raise bad_values([flaw.dotted for flaw in flaws])


def check_sums(body: Json) -> None:
    """Raise unless lines, amount and tax agree: hard here, unlike later (§6.2)."""
    lines = body.get("order_lines", ())
    bad = sums.crooked_fields(lines)
    if sums.total(lines) != body.get("order_amount"):
        bad.append("order_amount")
    if "order_tax_amount" in body and body["order_tax_amount"] != sums.tax_total(lines):
        bad.append("order_tax_amount")
    if bad:
        raise bad_values(bad)


def check_match(session: Json, order: Json) -> None:
    """Raise unless the order is what the customer authorized."""
    wrong = [name for name in _MATCHED if name in session and session[name] != order.get(name)]
    there, here = len(session.get("order_lines", ())), len(order.get("order_lines", ()))
    if there != here:
        wrong.append(
            f"Incorrect number of items in the cart. Expected: {there}, Actual: {here}"
        )
    if wrong:
        raise KlarnaError(409, "BAD_VALUE", f"Not matching fields: [{', '.join(wrong)}]")


def session_record(session: Session) -> Json:
    """Write a session as JSON."""
    return {**orders.shallow(session), "created_at": clock.render(session.created_at)}


def read_session(record: Json) -> Session:
    """Read back what `session_record` wrote."""
    return Session(**{**record, "created_at": clock.parse(record["created_at"])})


def token_record(token: Token) -> Json:
    """Write a token as JSON."""
    return {**orders.shallow(token), "issued_at": clock.render(token.issued_at)}


def read_token(record: Any) -> Token:
    """Read back what `token_record` wrote."""
    return Token(**{**record, "issued_at": clock.parse(record["issued_at"])})
