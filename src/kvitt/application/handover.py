"""Taking over from the shop's own order management, and giving it back.

The laws:

1. What the switches were is stored before one of them is touched, so that they can
   always be put back.
2. kvitt acts only once the shop itself says that its own management does nothing; on the
   way back kvitt stops acting first. There may be a moment when nobody acts, and none
   when both do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from kvitt.application.checkup import Checkup, Shops, Standings
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.shop import OFF, ON, SWITCHES, KlarnaGateway, Trouble

#: The first keeps the plugin from an order, the second says that it was kvitt who did.
TAKEN_OVER = {"_kom_disconnect": "yes", "_kvitt_order_management": "yes"}

Switches = Mapping[str, Mapping[str, str]]


class HandOvers(Protocol):
    """What is remembered of a hand-over."""

    def save_switches(self, shop: ShopId, before: Switches) -> None:
        """Remember what the switches were."""
        ...

    def save_taken_over(self, shop: ShopId, *, actor: str) -> None:
        """Remember that kvitt acts since now."""
        ...

    def save_handed_back(self, shop: ShopId) -> None:
        """Remember that the shop's own management acts again."""
        ...

    def look_at_all(self, shop: ShopId, *, why: str) -> int:
        """Make the orders due that were only watched; return how many."""
        ...

    def order(self, row: int) -> tuple[ShopId, StoreOrderId]:
        """Return the shop and the shop's id of an order. Raises ConfigurationError."""
        ...

    def look_at(self, shop: ShopId, order: StoreOrderId, *, why: str) -> None:
        """Make one order due."""
        ...


class Marks(Protocol):
    """One shop's orders, as far as a mark is put on one."""

    def set_marks(
        self, order_id: StoreOrderId, *, meta: Mapping[str, str], status: str = ""
    ) -> None:
        """Set meta data. Raises RemoteError, MalformedReply."""
        ...


class Stores(Protocol):
    """Reaching connected shops' orders."""

    def store(self, shop: ShopId) -> Marks:
        """Return the shop's client. Raises ConfigurationError."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class HandOver:
    """The use case."""

    shops: Shops
    standings: Standings
    hand_overs: HandOvers
    stores: Stores
    health: Checkup

    def take_over(self, shop: ShopId, *, actor: str) -> int:
        """Switch the shop's own management off, and act from now on.

        Returns how many orders are looked at anew. Raises NotAllowedNow where it cannot
        be switched off from here, RemoteError.
        """
        setup = self.shops.setup(shop)
        found = self.health.look(shop).found
        managing = found.managing if found is not None else ()
        for gateway in managing:
            if not gateway.switchable:
                raise _by_hand(gateway)
        if managing:
            self.hand_overs.save_switches(shop, _before(managing))
        for gateway in managing:
            setup.change_gateway(gateway.id, dict.fromkeys(gateway.automatic, OFF))
        self._check_off(shop)
        policy = self.standings.policy(shop)
        self.standings.save_policy(shop, replace(policy, observe_only=False))
        self.hand_overs.save_taken_over(shop, actor=actor)
        return self.hand_overs.look_at_all(shop, why="hand-over")

    def take_over_order(self, row: int) -> None:
        """Keep the plugin from one order, and act on it. Raises RemoteError.

        Both marks go out in one request, so that there is no moment with one of them.
        """
        shop, order = self.hand_overs.order(row)
        self.stores.store(shop).set_marks(order, meta=TAKEN_OVER)
        self.hand_overs.look_at(shop, order, why="hand-over")

    def hand_back(self, shop: ShopId) -> None:
        """Stop acting, and switch the shop's own management on as it was."""
        before = self.standings.standing(shop).switches_before
        if not before:
            raise NotAllowedNow(
                "nothing_to_hand_back",
                "kvitt has switched nothing off in this shop: there is nothing to put back.",
            )
        policy = self.standings.policy(shop)
        self.standings.save_policy(shop, replace(policy, observe_only=True))
        setup = self.shops.setup(shop)
        for gateway, switches in before.items():
            setup.change_gateway(gateway, switches)
        self.hand_overs.save_handed_back(shop)
        self.health.look(shop)

    def _check_off(self, shop: ShopId) -> None:
        """Believe the shop, not the answer to the change: another plugin may have a say."""
        standing = self.health.look(shop)
        found = standing.found
        if standing.trouble not in {None, Trouble.KEY_READ_ONLY} or found is None:
            raise NotAllowedNow(
                "not_verified",
                "The shop did not answer when it was asked whether its own order management "
                "is off. kvitt goes on watching only: try again.",
            )
        for gateway in found.managing:
            raise _by_hand(gateway)


def _before(managing: tuple[KlarnaGateway, ...]) -> Switches:
    return {
        gateway.id: {name: ON if name in gateway.automatic else OFF for name in SWITCHES}
        for gateway in managing
    }


def _by_hand(gateway: KlarnaGateway) -> NotAllowedNow:
    return NotAllowedNow(
        "switch_off_by_hand",
        f"The order management of {gateway.title} cannot be switched off from here. In the "
        "shop's WooCommerce → Settings → Payments, open that method, untick its automatic "
        "order management, save, and try again.",
    )
