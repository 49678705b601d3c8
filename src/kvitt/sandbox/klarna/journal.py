"""The journal of requests: what was asked and answered, without secrets or persons.

Law: credentials never enter it, and personal data is masked before it does
(klarna-api.md §14).
"""

from dataclasses import dataclass
from typing import Any

from kvitt.sandbox.klarna import orders
from kvitt.sandbox.klarna.orders import Json

#: Entries kept; the oldest make room.
LONGEST = 2000
MASK = "***"

_PERSONAL = frozenset(
    (
        "organization_name attention given_name family_name title street_address "
        "street_address2 postal_code city region email phone date_of_birth "
        "national_identification_number organization_registration_id"
    ).split()
)
#: Request headers worth keeping; `Authorization` is not among them.
_HEADERS = ("Klarna-Idempotency-Key", "Klarna-Integrator", "User-Agent", "Content-Type")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One request and its answer."""

    number: int
    at: str
    merchant_id: str
    method: str
    path: str
    operation: str
    headers: dict[str, str]
    request: Any
    status: int
    answer: Any
    correlation_id: str
    idempotency: str = ""
    warnings: tuple[str, ...] = ()
    fault: str = ""


def masked(value: Any) -> Any:
    """Return decoded JSON with every personal field masked."""
    if isinstance(value, dict):
        return {
            masked(name): MASK if name in _PERSONAL and item else masked(item)
            for name, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [masked(item) for item in value]
    if isinstance(value, str):
        # Half a character, which JSON escapes can spell, could not be stored.
        return value.encode(errors="replace").decode()
    return value if isinstance(value, (int, bool, type(None))) else str(value)


def kept_headers(headers: Any) -> dict[str, str]:
    """Return the request headers worth keeping, of anything with `get`."""
    found = {name: headers.get(name) for name in _HEADERS}
    return {name: value for name, value in found.items() if value}


def to_record(entry: Entry) -> Json:
    """Write an entry as JSON."""
    return {**orders.shallow(entry), "warnings": list(entry.warnings)}


def from_record(record: Json) -> Entry:
    """Read back what `to_record` wrote."""
    return Entry(**{**record, "warnings": tuple(record["warnings"])})
