"""What the console may ask of the use cases, as one Protocol.

The law: a page never calls a shop or Klarna. It asks the desk, which puts the
order in the queue and returns at once. ``bootstrap`` says which desk there is,
because it alone knows every part.
"""

from typing import Protocol
from uuid import UUID

from kvitt.domain.errors import ConfigurationError


class Desk(Protocol):
    """An operator's wishes. ``order_id`` is the order's row id, ``actor`` who asks."""

    def look_again(self, order_id: int, actor: str) -> None:
        """Have both halves of the order read again, now."""
        ...

    def retry(self, order_id: int, actor: str) -> None:
        """Have what waits for a person tried again. Raises NotAllowedNow."""
        ...

    def approve(self, order_id: int, actor: str, *, seen: str = "") -> None:
        """Allow what the order waits for, as it was ``seen``. Raises NotAllowedNow."""
        ...

    def decline(self, order_id: int, actor: str, *, seen: str = "") -> None:
        """Leave out what the order waits for, as it was ``seen``. Raises NotAllowedNow."""
        ...

    def settle_by_hand(
        self, order_id: int, intent: UUID, *, done: bool, reason: str, actor: str
    ) -> None:
        """Say what became of a call that nobody answered. Raises NotAllowedNow."""
        ...


_desks: dict[str, Desk | None] = {"console": None}


def use(desk: Desk | None) -> None:
    """Make this the desk that the pages ask; None takes it away."""
    _desks["console"] = desk


def installed() -> Desk | None:
    """Return the desk in use, if there is one."""
    return _desks["console"]


def current() -> Desk:
    """Return the desk in use. Raises ConfigurationError where there is none."""
    desk = installed()
    if desk is None:
        raise ConfigurationError("No desk is set: bootstrap calls console.desk.use(…) first.")
    return desk
