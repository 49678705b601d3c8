"""How fast Klarna may be asked, and what it says of that itself. Pure.

Klarna allows each account 200 requests a second, 50 in the playground, and says on every
reply how many are left in the second (klarna-api.md §3.2, §3.3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

#: Requests a second that Klarna allows an account, by environment.
LIMITS: Mapping[str, int] = {"live": 200, "playground": 50}
#: What is left unused, in percent: seconds of two clocks do not begin together.
SPARE_PERCENT = 5
#: With this share of a second's requests left, in percent, the rest is left to others.
LOW_PERCENT = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Quota:
    """What a reply says of the rate."""

    limit: int
    remaining: int
    reset: timedelta

    @property
    def is_low(self) -> bool:
        """Say whether the next request may be one too many."""
        return self.remaining <= self.limit * LOW_PERCENT // 100


def limit_of(environment: str) -> int:
    """Return how many requests a second an account is allowed; unknown is the least."""
    return LIMITS.get(environment, min(LIMITS.values()))


def usable(limit: int) -> int:
    """Return how many of them all our processes use together; at least one."""
    return max(1, limit * (100 - SPARE_PERCENT) // 100)


def divide(capacity: int, wanted: Sequence[int]) -> tuple[int, ...]:
    """Divide a capacity among those who want parts of it: small wishes are met in full.

    What is returned never comes to more than the capacity, nor any part to more than
    what was wanted.
    """
    shares = [0] * len(wanted)
    left = capacity
    by_size = sorted(range(len(wanted)), key=lambda nth: wanted[nth])
    for done, nth in enumerate(by_size):
        shares[nth] = min(wanted[nth], left // (len(wanted) - done))
        left -= shares[nth]
    return tuple(shares)
