"""Delivering what other programs are told of orders.

The laws: a message is delivered at least once and bears the same id each time; one that
fails is tried again for about three days, and one that only tries the address is not; a
subscriber to whom nothing could be delivered for five days is switched off, with one alert.
What happens while a subscriber is switched off waits for it, for as long as messages are kept.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from kvitt.application.ports import Clock
from kvitt.domain.errors import KvittError
from kvitt.domain.parcels import Parcel

logger = logging.getLogger(__name__)

#: How long after each failure the next try comes, as the specification proposes; a tenth is
#: added by chance. https://github.com/standard-webhooks/standard-webhooks, "Retries"
AGAIN = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
SWITCHED_OFF_AFTER = timedelta(days=5)
#: The most that one round delivers, and how many failures end it: other jobs wait for it.
MOST = 50
FAILURES = 2
_GONE = 410
_SUCCESS = range(200, 300)


class Outbox(Protocol):
    """Messages that are to be delivered."""

    def due(self, *, size: int) -> Sequence[Parcel]:
        """Return what is due, the longest due first."""
        ...

    def claim(self, parcel: Parcel) -> bool:
        """Take a message for this process; say whether nobody else has."""
        ...

    def delivered(self, parcel: Parcel, *, status: int) -> None:
        """Note that the subscriber has it."""
        ...

    def failed(
        self, parcel: Parcel, *, status: int | None, error: str, again_at: datetime | None
    ) -> None:
        """Note that it has not; ``again_at`` None gives the message up."""
        ...

    def switch_off(self, subscriber: int, *, why: str) -> None:
        """Deliver nothing more to a subscriber until a person says so."""
        ...


class Courier(Protocol):
    """Carries a message to its address."""

    def deliver(self, parcel: Parcel) -> int:
        """Return the status of the answer. Raises KvittError."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Postman:
    """One round of deliveries; a job of the engine."""

    outbox: Outbox
    courier: Courier
    clock: Clock
    #: A whole number below its argument.
    dice: Callable[[int], int]

    def __call__(self) -> int:
        """Deliver what is due, and return how many messages have arrived."""
        arrived = 0
        troubled: set[int] = set()
        for parcel in self.outbox.due(size=MOST):
            if parcel.subscriber in troubled or not self.outbox.claim(parcel):
                continue
            if self._deliver(parcel):
                arrived += 1
                continue
            troubled.add(parcel.subscriber)
            if len(troubled) == FAILURES:
                break
        return arrived

    def _deliver(self, parcel: Parcel) -> bool:
        status, error = None, ""
        try:
            status = self.courier.deliver(parcel)
        except KvittError as failure:
            error = type(failure).__name__
        if status is not None and status in _SUCCESS:
            self.outbox.delivered(parcel, status=status)
            return True
        again_at = None if parcel.trial else self._again_at(parcel.attempts)
        self.outbox.failed(parcel, status=status, error=error, again_at=again_at)
        self._judge(parcel, status)
        return False

    def _again_at(self, attempts: int) -> datetime | None:
        if attempts >= len(AGAIN):
            return None
        wait = AGAIN[attempts]
        more = timedelta(seconds=self.dice(int(wait.total_seconds()) // 10 + 1))
        return self.clock.now() + wait + more

    def _judge(self, parcel: Parcel, status: int | None) -> None:
        """Switch a subscriber off that says so itself, or has failed for too long."""
        since = parcel.failing_since
        if status == _GONE:
            why = "The address answered 410 Gone."
        elif since is not None and self.clock.now() - since >= SWITCHED_OFF_AFTER:
            why = f"Nothing could be delivered since {since:%Y-%m-%d %H:%M} UTC."
        else:
            return
        self.outbox.switch_off(parcel.subscriber, why=why)
        logger.error(
            "a webhook was switched off: its subscriber does not answer",
            extra={"code": parcel.subscriber, "status": status, "error": "Undeliverable"},
        )
