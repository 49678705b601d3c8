"""What the shops' pages may ask of the use cases.

The law: these are the only pages that wait for a shop or for Klarna, each call with a
deadline of its own, for a person stands there and wants to know whether it works.
``bootstrap`` says which use cases there are, because it alone knows every part.
"""

from dataclasses import dataclass
from typing import Protocol

from kvitt.application.checkup import Checkup
from kvitt.application.connect import Connecting
from kvitt.application.handover import HandOver
from kvitt.application.importing import Import
from kvitt.domain.errors import ConfigurationError
from kvitt.domain.ids import ShopId
from kvitt.domain.newcomer import Standing


class Keeper(Protocol):
    """What a person may say of a connected shop."""

    def standing(self, shop: ShopId) -> Standing:
        """Return how things are with a shop."""
        ...

    def vouch(self, shop: ShopId, *, home_url: str, store_id: str) -> None:
        """Believe that this is the shop, and work on it again."""
        ...

    def move(self, shop: ShopId, url: str) -> None:
        """Remember that a shop is at another address now."""
        ...

    def pause(self, shop: ShopId) -> None:
        """Stop working on a shop's orders."""
        ...

    def resume(self, shop: ShopId) -> None:
        """Work on a shop's orders again."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopDesk:
    """The use cases of the shops' pages."""

    connecting: Connecting
    health: Checkup
    hand_over: HandOver
    imports: Import
    keeper: Keeper


_desks: dict[str, ShopDesk | None] = {"shops": None}


def use(desk: ShopDesk | None) -> None:
    """Make this the desk that the shops' pages ask; None takes it away."""
    _desks["shops"] = desk


def current() -> ShopDesk:
    """Return the desk in use. Raises ConfigurationError where there is none."""
    desk = _desks["shops"]
    if desk is None:
        raise ConfigurationError("No shop desk is set: bootstrap calls use(…) first.")
    return desk
