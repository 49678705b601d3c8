"""A request that was let in, as the gateway passes it from room to room."""

from dataclasses import dataclass
from typing import Any

from kvitt.sandbox.klarna.faults import Kind
from kvitt.sandbox.klarna.rates import Rate
from kvitt.sandbox.klarna.regions import Door
from kvitt.sandbox.klarna.settings import Merchant

#: Methods that an idempotency key makes safe to repeat (klarna-api.md §3.4).
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
    door: Door
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
