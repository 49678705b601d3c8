"""What the console may ask of the use cases, as one Protocol.

The law: a page never calls a shop or Klarna. It asks the desk, which puts the
order in the queue and returns at once. ``bootstrap`` says which desk there is,
because it alone knows every part.
"""

from typing import Protocol

from kvitt.domain.errors import ConfigurationError


class Desk(Protocol):
    """An operator's wishes. ``order_id`` is the order's row id, ``actor`` who asks."""

    def look_again(self, order_id: int, actor: str) -> None:
        """Have both halves of the order read again, now."""
        ...

    def retry(self, order_id: int, actor: str) -> None:
        """Have what waits for a person tried again. Raises NotAllowedNow."""
        ...


_desks: list[Desk] = []


def use(desk: Desk) -> None:
    """Make this the desk that the pages ask."""
    _desks[:] = [desk]


def current() -> Desk:
    """Return the desk in use."""
    if not _desks:
        raise ConfigurationError("No desk is set: bootstrap calls console.desk.use(…) first.")
    return _desks[0]
