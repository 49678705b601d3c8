"""Rate limits: so many requests a second for each merchant and kind of call.

Law: the headers are on every answer (klarna-api.md §3.2); 429 only comes when a limit was
configured, since a demo should not be refused.
"""

from dataclasses import dataclass
from datetime import datetime

from kvitt.sandbox.klarna.settings import Settings

#: What the playground allows (§3.3), shown when nothing is configured.
_SHOWN = 50
_SHOWN_SESSIONS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """What is left of the present second."""

    limit: int
    remaining: int
    exceeded: bool

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The three headers in the form recorded from the real service."""
        return (
            ("X-Ratelimit-Limit", f"{self.limit}, {self.limit};w=1"),
            ("X-Ratelimit-Remaining", str(self.remaining)),
            ("X-Ratelimit-Reset", "1"),
        )


class Rates:
    """Counts requests; callers hold the lock of the books."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, bool], tuple[datetime, int]] = {}

    def count(
        self, merchant_id: str, *, session: bool, now: datetime, settings: Settings
    ) -> Rate:
        """Count one request and say whether it was one too many."""
        second = now.replace(microsecond=0)
        since, count = self._windows.get((merchant_id, session), (second, 0))
        count = count + 1 if since == second else 1
        self._windows[merchant_id, session] = second, count
        limit = settings.session_rate_limit if session else settings.rate_limit
        if not limit:
            shown = _SHOWN_SESSIONS if session else _SHOWN
            return Rate(limit=shown, remaining=shown - 1, exceeded=False)
        return Rate(limit=limit, remaining=max(0, limit - count), exceeded=count > limit)
