"""Who may call an operation, and how often.

Every operation says the right it needs (``needs``); a test finds one that does not. The
rate is counted by each process for itself: it protects the process, not a secret.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from django.http import HttpRequest
from ninja.security import HttpBearer

from kvitt.web.accounts.rights import Right
from kvitt.web.api import keys, problems
from kvitt.web.api.keys import Caller

#: Calls that a key may make at once, and how many it regains each second.
BURST = 120
REFILL = 10.0

_CALLER = "kvitt_caller"
_ALLOWANCE = "kvitt_allowance"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a key may still call, as the headers say it."""

    limit: int
    remaining: int
    #: Seconds until all of it is there again.
    reset: int


@dataclass(slots=True)
class Meter:
    """A bucket of calls for each key (monotonic seconds)."""

    now: Callable[[], float] = time.monotonic
    _levels: dict[int, tuple[float, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, key: int) -> Allowance:
        """Count a call. Raises Refusal (429) where the bucket is empty."""
        now = self.now()
        with self._lock:
            level, seen = self._levels.get(key, (float(BURST), now))
            level = min(float(BURST), level + (now - seen) * REFILL)
            if level < 1:
                wait = math.ceil((1 - level) / REFILL)
                raise problems.too_many(wait, limit=BURST, reset=math.ceil(BURST / REFILL))
            self._levels[key] = (level - 1, now)
        missing = BURST - (level - 1)
        return Allowance(BURST, int(level - 1), math.ceil(missing / REFILL))


METER = Meter()


class KeyAuth(HttpBearer):
    """Lets a key in that has the right the operation needs."""

    def __init__(self, right: Right) -> None:
        self.right = right
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """Return who calls. Raises Refusal for a key without the right, or too many calls."""
        caller = keys.find(token, now=datetime.now(UTC))
        if caller is None:
            return None
        setattr(request, _ALLOWANCE, METER.take(caller.key))
        if self.right not in caller.rights:
            raise problems.forbidden(f"This needs a key with the scope {self.right}.")
        setattr(request, _CALLER, caller)
        return caller


def needs(right: Right) -> KeyAuth:
    """Return the guard of an operation."""
    return KeyAuth(right)


def caller_of(request: HttpRequest) -> Caller:
    """Return who calls a guarded operation."""
    caller: Caller = getattr(request, _CALLER)
    return caller


def allowance_of(request: HttpRequest) -> Allowance | None:
    """Return what the caller may still call; None where nobody was let in."""
    found: Allowance | None = getattr(request, _ALLOWANCE, None)
    return found
