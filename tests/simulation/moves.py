"""What a shop does to an order that changes which order at Klarna it is, or seems to be.

Nothing that was sent may be lost by it: a call belongs to the order at Klarna that it was
sent to (reliability.md T10, T11, K11). Each act is undone after a while, or never.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from kvitt.domain.ids import KlarnaOrderId, StoreOrderId
from kvitt.domain.klarna_order import KlarnaOrder, KlarnaStatus
from kvitt.domain.money import Money
from simulation.schedule import HOUR, MINUTE

if TYPE_CHECKING:
    from simulation.world import World

#: An order that never came to anything: only such a one is paid anew.
_OVER = (KlarnaStatus.CANCELLED, KlarnaStatus.EXPIRED)
_LASTS = (2 * MINUTE, HOUR, 25 * HOUR)


class Moves:
    """A merchant, or a plugin, who changes what the shop says of an order's payment."""

    def __init__(self, world: "World", orders: tuple[StoreOrderId, ...]) -> None:
        self._world = world
        self._orders = orders

    def come(self, *, within: int) -> None:
        """Have one or two such acts happen in a time."""
        choices = self._world.choices
        for _ in range(1 + choices.below(2)):
            self._world.schedule.at(choices.below(within), self.act)

    def act(self) -> None:
        """Change one thing about one order."""
        choices = self._world.choices
        if self._world.weather.calm:
            return
        order = choices.one(self._orders)
        acts: tuple[Callable[[StoreOrderId], object], ...] = (
            self._renumber,
            self._pay_otherwise,
            self._take_the_id_off,
            self._pay_anew,
        )
        choices.one(acts)(order)

    def _renumber(self, order: StoreOrderId) -> None:
        """Let a plugin give the order another number."""
        self._set(order, "gets another number", {"number": f"A-{order}"})

    def _pay_otherwise(self, order: StoreOrderId) -> None:
        """Choose another payment method in the order screen, and maybe see the mistake."""
        self._for_a_while(
            order,
            "is paid with something else",
            {"payment_method": "bacs"},
            {"payment_method": "klarna_payments"},
        )

    def _take_the_id_off(self, order: StoreOrderId) -> None:
        """Empty the field with Klarna's order id, and maybe put it back."""
        self._for_a_while(
            order,
            "names no order at Klarna",
            {"klarna_order_id": None},
            {"klarna_order_id": self._world.klarna_ids[order]},
        )

    def _pay_anew(self, order: StoreOrderId) -> None:
        """Have the customer pay again, where Klarna's order came to nothing."""
        world, known = self._world, self._world.shop.orders.get(order)
        before = world.klarna.truth(world.klarna_ids[order])
        if known is None or known.refunds or before.status not in _OVER or before.captured:
            return
        fresh = _placed_anew(before, known.total)
        world.klarna_ids[order] = world.klarna.place(fresh)
        world.moved_at[order] = world.now
        paid = {"klarna_order_id": world.klarna_ids[order], "status": "processing"}
        self._set(order, "is paid anew", paid)

    def _for_a_while(
        self,
        order: StoreOrderId,
        what: str,
        changed: Mapping[str, object],
        undone: Mapping[str, object],
    ) -> None:
        choices = self._world.choices
        lasts = choices.one(_LASTS)
        self._set(order, what, changed)
        if choices.chance(0.7):
            at = self._world.now + lasts
            self._world.schedule.at(at, lambda: self._set(order, "is corrected", undone))

    def _set(self, order: StoreOrderId, what: str, fields: Mapping[str, object]) -> None:
        known = self._world.shop.orders.get(order)
        if known is None or known.status == "trash" or self._world.weather.calm:
            return
        self._world.tell("shop", f"order {order} {what}")
        self._world.shop.change(order, now=self._world.moment(), **fields)


def _placed_anew(before: KlarnaOrder, amount: Money) -> KlarnaOrder:
    """Return an order as the customer places it a second time."""
    return replace(
        before,
        id=KlarnaOrderId(f"{before.id[:-1]}{int(before.id[-1]) + 1}"),
        status=KlarnaStatus.AUTHORIZED,
        order_amount=amount,
        original_order_amount=amount,
        remaining=amount,
        lines=(),
    )
