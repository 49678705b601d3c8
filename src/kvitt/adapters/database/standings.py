"""What is remembered of each connected shop: what was found, what is wrong, who acts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from kvitt.adapters.database import shapes
from kvitt.adapters.database.models import Order, Shop, ShopStanding, ShopState
from kvitt.adapters.database.queue import OrderQueue
from kvitt.adapters.database.repositories import ShopRepository
from kvitt.domain.errors import ConfigurationError
from kvitt.domain.health import Condition
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.newcomer import Standing
from kvitt.domain.plan import Guard
from kvitt.domain.policy import Policy
from kvitt.domain.shop import Found, Trouble

Switches = Mapping[str, Mapping[str, str]]


#: Workers have found that it does not answer, or refuses the key.
_ALARMING = Q(health__condition__in=(Condition.OPEN.value, Condition.REFUSED.value))


@dataclass(frozen=True, kw_only=True, slots=True)
class StandingRepository:
    """The standings. Fits ``Standings`` and ``HandOvers`` of the use cases by shape."""

    shops: ShopRepository
    queue: OrderQueue
    now: Callable[[], datetime]
    #: Where shops reach this installation; empty where they cannot.
    public_url: str = ""

    def standing(self, shop: ShopId) -> Standing:
        """Return how things are with a shop. Raises ConfigurationError."""
        row, shop_row = self._row(shop), self.shops.shop(shop)
        return Standing(
            url=shop_row.url,
            home_url=row.home_url,
            store_id=row.store_id,
            found=None if row.found is None else shapes.unpack(Found, row.found),
            checked_at=row.checked_at,
            trouble=Trouble(row.problem) if row.problem else None,
            about=row.problem_about,
            trouble_since=row.problem_since,
            subscribed_at=row.subscribed_at,
            switches_before=row.switches_before,
            taken_over_at=row.taken_over_at,
        )

    def due(self, *, before: datetime, troubled_before: datetime) -> list[ShopId]:
        """Return the shops that were not looked over since then.

        A shop that is paused is left in peace; one that is stopped may be well again.
        """
        never = Q(standing=None) | Q(standing__checked_at=None)
        old = Q(standing__checked_at__lt=before)
        troubled = Q(standing__checked_at__lt=troubled_before) & (
            ~Q(standing__problem="") | Q(trouble_since__isnull=False) | _ALARMING
        )
        # Its webhooks come from another address: it may have moved.
        elsewhere = Q(standing__heard_from_at__gt=F("standing__checked_at"))
        asked = Shop.objects.exclude(state=ShopState.PAUSED.value)
        due = asked.filter(never | old | troubled | elsewhere)
        return [ShopId(pk) for pk in due.order_by("pk").values_list("pk", flat=True)]

    def save_found(self, shop: ShopId, found: Found) -> None:
        """Remember what was found, now."""
        self._change(shop, found=shapes.pack(Found, found), checked_at=self.now())
        Shop.objects.filter(pk=shop).update(currency=found.facts.currency)

    def save_trouble(self, shop: ShopId, trouble: Trouble | None, about: str = "") -> None:
        """Remember what is wrong, since now where it is new; None is nothing."""
        code = trouble.value if trouble else ""
        row = self._row(shop)
        since = row.problem_since if row.problem == code else self.now()
        self._change(
            shop,
            problem=code,
            problem_about=about[:500],
            problem_since=since if code else None,
            checked_at=self.now(),
        )

    def save_subscribed(self, shop: ShopId) -> None:
        """Remember that the webhooks were created now."""
        self._change(shop, subscribed_at=self.now())

    def twin(self, shop: ShopId, store_id: str) -> str:
        """Return the name of a shop of the same identity that is worked on, or nothing."""
        row = self._twins(shop, store_id).exclude(shop__state=ShopState.STOPPED.value).first()
        return "" if row is None else row.shop.name

    def stop(self, shop: ShopId) -> None:
        """Let nothing be done for a shop until a person has spoken."""
        self.shops.set_state(shop, ShopState.STOPPED)

    def policy(self, shop: ShopId) -> Policy:
        """Return how the shop wants its orders kept in step."""
        return self.shops.policy(self.shops.shop(shop))

    def save_policy(self, shop: ShopId, policy: Policy) -> None:
        """Store how the shop wants its orders kept in step."""
        self.shops.save_policy(shop, policy)

    def hook_url(self, shop: ShopId) -> str:
        """Return where its webhooks go; empty where no shop can reach us."""
        token = self.shops.shop(shop).hook_token
        return f"{self.public_url}/hooks/{token}" if self.public_url else ""

    def begin(self, shop: ShopId, latest: datetime | None) -> None:
        """Remember when a shop had changed an order last as it came; None is a shop without.

        What is known already stays.
        """
        now = self.now()
        new = Shop.objects.filter(pk=shop, swept_until=None, begun_at=None)
        # A shop whose clock is ahead is swept from now on all the same.
        new.update(begun_at=latest, swept_until=min(latest or now, now))

    def vouch(self, shop: ShopId, *, home_url: str, store_id: str) -> None:
        """Believe that this is the shop, and work on it again.

        Others of its identity are its copies then, and are stopped.
        """
        for twin in self._twins(shop, store_id) if store_id else ():
            copy = ShopId(twin.shop_id)
            self.stop(copy)
            self.save_trouble(copy, Trouble.SAME_IDENTITY, self.shops.shop(shop).name)
        self._change(shop, home_url=home_url, store_id=store_id)
        self.save_trouble(shop, None)
        self.shops.set_state(shop, ShopState.ACTIVE)

    def move(self, shop: ShopId, url: str) -> None:
        """Remember that a shop is at another address now."""
        self.shops.move(shop, url)

    def pause(self, shop: ShopId) -> None:
        """Stop working on a shop's orders. What happens meanwhile is kept."""
        self.shops.set_state(shop, ShopState.PAUSED)

    def resume(self, shop: ShopId) -> None:
        """Work on a shop's orders again, unless it is in doubt whose they are."""
        if self.shops.shop(shop).state == ShopState.PAUSED.value:
            self.shops.set_state(shop, ShopState.ACTIVE)

    def save_switches(self, shop: ShopId, before: Switches) -> None:
        """Remember what the switches were, unless that is known already."""
        if not self._row(shop).switches_before:
            self._change(
                shop, switches_before={gateway: dict(of) for gateway, of in before.items()}
            )

    def save_taken_over(self, shop: ShopId, *, actor: str) -> None:
        """Remember that kvitt acts since now."""
        self._change(shop, taken_over_at=self.now(), taken_over_by=actor)

    def save_handed_back(self, shop: ShopId) -> None:
        """Remember that the shop's own management acts again."""
        self._change(shop, taken_over_at=None, taken_over_by="", switches_before=None)

    def look_at_all(self, shop: ShopId, *, why: str) -> int:
        """Make the orders due that were only watched; return how many."""
        watched = Order.objects.filter(shop=shop, guard=Guard.ANOTHER_PLUGIN.value)
        ids = [StoreOrderId(pk) for pk in watched.values_list("store_order_id", flat=True)]
        self.queue.want_many(shop, ids, why=why)
        return len(ids)

    def order(self, row: int) -> tuple[ShopId, StoreOrderId]:
        """Return the shop and the shop's id of an order. Raises ConfigurationError."""
        found = Order.objects.filter(pk=row).values_list("shop", "store_order_id").first()
        if found is None:
            raise ConfigurationError(f"there is no order {row}")
        return ShopId(found[0]), StoreOrderId(found[1])

    def look_at(self, shop: ShopId, order: StoreOrderId, *, why: str) -> None:
        """Make one order due."""
        self.queue.want(shop, order, why=why)

    def _twins(self, shop: ShopId, store_id: str) -> "QuerySet[ShopStanding]":
        same = ShopStanding.objects.filter(store_id=store_id).exclude(shop=shop)
        return same.select_related("shop").order_by("pk")

    def _row(self, shop: ShopId) -> ShopStanding:
        row, _ = ShopStanding.objects.get_or_create(
            shop_id=shop, defaults={"home_url": self.shops.shop(shop).url}
        )
        return row

    @transaction.atomic
    def _change(self, shop: ShopId, **changes: object) -> None:
        self._row(shop)
        ShopStanding.objects.filter(shop=shop).update(**changes)
