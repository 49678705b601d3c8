"""A desk that remembers what the console asks of it: a fixture that its tests import."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

import pytest

from kvitt.application.commands import Desk, Orders, Situations
from kvitt.application.ports import Clock
from kvitt.bootstrap import SystemClock
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.plan import Situation
from kvitt.web import desk


class Unread:
    """Halves of orders that nobody has read, so that nothing can be reviewed."""

    def of(self, order: int) -> Situation:
        raise NotAllowedNow("not_read", f"Order {order} was not read yet.")


@dataclass(frozen=True, kw_only=True, slots=True)
class ListeningDesk(Desk):
    """Remembers what was asked, and refuses the orders it is told to refuse."""

    # Nothing that it overrides asks for the rows.
    orders: Orders = field(default_factory=lambda: cast("Orders", None))
    situations: Situations = field(default_factory=Unread)
    clock: Clock = field(default_factory=SystemClock)
    asked: list[tuple[str, int, str]] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)

    def look_again(self, order_id: int, actor: str) -> None:
        self.asked.append(("look again", order_id, actor))

    def retry(self, order_id: int, actor: str) -> None:
        self._ask("retry", order_id, actor)

    def approve(self, order_id: int, actor: str, *, seen: str = "") -> None:
        self._ask(f"approve {seen}", order_id, actor)

    def decline(self, order_id: int, actor: str, *, seen: str = "") -> None:
        self._ask(f"decline {seen}", order_id, actor)

    def settle_by_hand(
        self, order_id: int, intent: UUID, *, done: bool, reason: str, actor: str
    ) -> None:
        del intent
        self._ask(f"{'done' if done else 'not done'}: {reason}", order_id, actor)

    def _ask(self, what: str, order_id: int, actor: str) -> None:
        if order_id in self.refused:
            raise NotAllowedNow("settled", "There is nothing to try again.")
        self.asked.append((what, order_id, actor))


@pytest.fixture
def listening() -> Iterator[ListeningDesk]:
    """Give the console a desk that only listens."""
    before = desk.installed()
    listening = ListeningDesk()
    desk.use(listening)
    yield listening
    desk.use(before)
