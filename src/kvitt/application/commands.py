"""What an operator asks for. Each command is stored, and the worker carries it out.

A command never talks to a service: it changes what is wanted of an order and
makes it due, so that the same decision, journal and keys serve people and statuses
alike, and a double click asks once.
"""

from dataclasses import dataclass
from typing import Protocol

from kvitt.domain.plan import Hold, Wish


class Orders(Protocol):
    """The order rows, as people act on them; by row id, under no lease."""

    def hold_of(self, order: int) -> Hold | None:
        """Return what the order waits for."""
        ...

    def look_again(self, order: int, *, actor: str) -> None:
        """Make the order due now, with Klarna's half to be read anew."""
        ...

    def approve_refused(self, order: int, *, actor: str) -> None:
        """Allow the calls that Klarna refused to be asked once more, under new keys."""
        ...

    def wish(self, order: int, wish: Wish, *, actor: str) -> None:
        """Remember what a person wants of the order."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """The commands, as the console, the command line and the API call them."""

    orders: Orders

    def look_again(self, order_id: int, actor: str) -> None:
        """Read both halves anew and decide again."""
        self.orders.look_again(order_id, actor=actor)

    def retry(self, order_id: int, actor: str) -> None:
        """Try again what the order waits for.

        1. Calls that Klarna refused may be asked again, under new keys.
        2. A capture whose failure moved the shop's order aside is wanted again.
        3. The order is due now.
        """
        hold = self.orders.hold_of(order_id)
        self.orders.approve_refused(order_id, actor=actor)
        if hold is not None and hold.store_status:
            self.orders.wish(order_id, Wish.CAPTURE, actor=actor)
        self.orders.look_again(order_id, actor=actor)
