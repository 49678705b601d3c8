"""A desk that remembers what the console asks of it: a fixture that its tests import."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from kvitt.domain.errors import NotAllowedNow
from kvitt.web.console import desk


class ListeningDesk:
    """Remembers what was asked, and refuses the orders it is told to refuse."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, str]] = []
        self.refused: set[int] = set()

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
