"""What was answered to which idempotency key.

Law: only the key identifies a repeat; what the request asks for is disregarded, as
Klarna says (klarna-api.md §3.4). A repeat that asks for something else is answered with
the first answer all the same, and marked in a header only the sandbox sends.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from kvitt.sandbox.klarna import clock, orders
from kvitt.sandbox.klarna.orders import Json
from kvitt.sandbox.klarna.settings import Settings

#: Refusals that say nothing about the order, so a repeat is tried afresh.
_NEVER_KEPT = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Remembered:
    """A final answer, as it goes over the wire again."""

    stored_at: datetime
    fingerprint: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    #: What the body calls itself; a replay puts its own id there.
    correlation_id: str


def address(key: str, *, merchant_id: str, operation: str, settings: Settings) -> str:
    """Return where the answer to a key is remembered: per merchant, or per operation too."""
    scope = operation if settings.idempotency_scope == "operation" else ""
    return f"{merchant_id}\n{scope}\n{key}"


def fingerprint(method: str, path: str, body: bytes) -> str:
    """Return what tells two requests apart, for the sandbox's warning only."""
    return hashlib.sha256(b"\n".join((method.encode(), path.encode(), body))).hexdigest()


def is_kept(status: int, *, settings: Settings) -> bool:
    """Say whether an answer is final: a success, or a refusal by the business rules."""
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return True
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _NEVER_KEPT:
        return False
    return settings.idempotency_keeps_refusals


def to_record(value: Remembered) -> Json:
    """Write a remembered answer as JSON."""
    return {
        **orders.shallow(value),
        "stored_at": clock.render(value.stored_at),
        "headers": [list(pair) for pair in value.headers],
    }


def from_record(record: Json) -> Remembered:
    """Read back what `to_record` wrote."""
    headers = tuple((name, value) for name, value in record["headers"])
    stored_at = clock.parse(record["stored_at"])
    return Remembered(**{**record, "headers": headers, "stored_at": stored_at})
