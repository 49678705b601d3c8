"""Looking a shop over: on connecting, each day, when it stops answering, and when asked to.

1. Read what the shop runs, and who takes Klarna payments in it.
2. Make sure that it is the shop that was connected, and that it is one shop only.
3. Make sure that the webhooks are there and active.
4. Where the shop's own order management acts, only watch, until it is handed over.

The law: a look moves no money, and where there is doubt whose money it would be, all
work for the shop stops until a person has spoken.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from kvitt.application.gate import Gate, shop_party
from kvitt.application.ports import Clock
from kvitt.domain.errors import (
    KvittError,
    NotAllowed,
    NotConnectable,
    RemoteError,
    Unauthorized,
)
from kvitt.domain.ids import ShopId
from kvitt.domain.newcomer import Standing
from kvitt.domain.policy import Policy
from kvitt.domain.shop import (
    STOPPING,
    Found,
    Gateway,
    ShopAddress,
    ShopFacts,
    Trouble,
    Webhook,
    klarna_gateway,
    place_of,
)
from kvitt.domain.store_order import KLARNA_GATEWAYS

#: A shop that answers is looked over this often.
EVERY = timedelta(hours=24)
#: One in trouble is looked at again after this time: it may be well again.
TROUBLED_EVERY = timedelta(minutes=15)


class Setup(Protocol):
    """One shop, apart from its orders. Every method raises RemoteError or MalformedReply."""

    def fetch_shop(self) -> ShopFacts:
        """Read what the shop runs."""
        ...

    def fetch_latest_change(self) -> datetime | None:
        """Return when an order was changed last, by the shop's own clock; None without one."""
        ...

    def fetch_prices_include_tax(self) -> bool:
        """Say whether prices are entered with tax."""
        ...

    def fetch_gateway(self, gateway: str) -> Gateway | None:
        """Read a payment gateway, or None where the shop has none of that name."""
        ...

    def change_gateway(self, gateway: str, settings: Mapping[str, str]) -> None:
        """Set some settings of a payment gateway."""
        ...

    def may_write(self) -> bool:
        """Say whether the key may write."""
        ...

    def list_webhooks(self) -> Sequence[Webhook]:
        """Read the shop's webhooks."""
        ...


class Shops(Protocol):
    """Reaching connected shops, and finding out where one that does not answer went."""

    def setup(self, shop: ShopId) -> Setup:
        """Return what a connected shop can be asked. Raises ConfigurationError."""
        ...

    def find(self, typed: str) -> ShopAddress:
        """Return the shop at an address. Raises NotConnectable."""
        ...


class Hooks(Protocol):
    """Keeps webhooks alive."""

    def keep(self, shop: ShopId) -> int:
        """Mend what is wrong with one shop's webhooks; return how many."""
        ...


class Standings(Protocol):
    """What is remembered of each connected shop."""

    def standing(self, shop: ShopId) -> Standing:
        """Return how things are with a shop."""
        ...

    def due(self, *, before: datetime, troubled_before: datetime) -> list[ShopId]:
        """Return the shops that were not looked over since then."""
        ...

    def save_found(self, shop: ShopId, found: Found) -> None:
        """Remember what was found, now."""
        ...

    def save_trouble(self, shop: ShopId, trouble: Trouble | None, about: str = "") -> None:
        """Remember what is wrong, since now where it is new; None is nothing."""
        ...

    def save_subscribed(self, shop: ShopId) -> None:
        """Remember that the webhooks were created now."""
        ...

    def twin(self, shop: ShopId, store_id: str) -> str:
        """Return the name of another connected shop of the same identity, or nothing."""
        ...

    def stop(self, shop: ShopId) -> None:
        """Let nothing be done for a shop until a person has spoken."""
        ...

    def policy(self, shop: ShopId) -> Policy:
        """Return how the shop wants its orders kept in step."""
        ...

    def save_policy(self, shop: ShopId, policy: Policy) -> None:
        """Store how the shop wants its orders kept in step."""
        ...

    def hook_url(self, shop: ShopId) -> str:
        """Return where its webhooks go; empty where no shop can reach us."""
        ...

    def begin(self, shop: ShopId, latest: datetime | None) -> None:
        """Remember when a shop had changed an order last as it came; None is a shop without.

        What is known already stays.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkup:
    """The use case."""

    shops: Shops
    standings: Standings
    hooks: Hooks
    gate: Gate
    clock: Clock
    #: What a shop has to tell of.
    topics: tuple[str, ...]

    def after_connecting(self, shop: ShopId) -> None:
        """Look a new shop over. What goes wrong is seen on its page and undoes nothing."""
        self.standings.begin(shop, self._latest_change(shop))
        self.look(shop)

    def look_due(self) -> int:
        """Look over the shops that are due; return how many."""
        now = self.clock.now()
        due = self.standings.due(before=now - EVERY, troubled_before=now - TROUBLED_EVERY)
        for shop in due:
            self.look(shop)
        return len(due)

    def look(self, shop: ShopId) -> Standing:
        """Look one shop over, and return how things are with it."""
        known = self.standings.standing(shop)
        try:
            setup = self.shops.setup(shop)
            # What refused a key before is asked again by everybody once this one works.
            with self.gate.watch(shop_party(shop), write=True):
                facts = setup.fetch_shop()
                trouble, about = self._doubt(shop, known, facts)
                found = self._read(shop, setup, facts, mend=trouble is None)
        except KvittError as error:
            self.standings.save_trouble(shop, *self._explain(known.url, error))
            return self.standings.standing(shop)
        self.standings.save_found(shop, found)
        if trouble in STOPPING:
            self.standings.stop(shop)
        elif not found.writes:
            trouble = Trouble.KEY_READ_ONLY
        self.standings.save_trouble(shop, trouble, about)
        self._watch_only(shop, found)
        return self.standings.standing(shop)

    def _read(self, shop: ShopId, setup: Setup, facts: ShopFacts, *, mend: bool) -> Found:
        gateways = klarna_gateways(setup)
        writes = setup.may_write()
        return Found(
            facts=facts,
            gateways=tuple(klarna_gateway(one, facts.plugins) for one in gateways),
            prices_include_tax=_optional(setup.fetch_prices_include_tax),
            writes=writes,
            # What may be a copy is not told to send its changes here.
            topics=self._topics(shop, setup) if writes and mend else (),
        )

    def _latest_change(self, shop: ShopId) -> datetime | None:
        """Return when an order was changed last there: later changes are ours to hear of.

        By the shop's own clock, for a sweep asks by that; by ours where it does not tell.
        """
        try:
            return self.shops.setup(shop).fetch_latest_change()
        except KvittError:
            return self.clock.now()

    def _topics(self, shop: ShopId, setup: Setup) -> tuple[str, ...]:
        """Make sure that the webhooks are there; return the topics that are told."""
        address = self.standings.hook_url(shop)
        if not address:
            return ()
        told = _told(setup, address)
        if not set(self.topics) <= told:
            if not told:
                self.standings.save_subscribed(shop)
            self.hooks.keep(shop)
            told = _told(setup, address)
        return tuple(topic for topic in self.topics if topic in told)

    def _doubt(
        self, shop: ShopId, known: Standing, facts: ShopFacts
    ) -> tuple[Trouble | None, str]:
        """Say whether this may not be the shop that was connected."""
        if facts.home_url and place_of(facts.home_url) != place_of(known.home_url or known.url):
            return Trouble.ANOTHER_ADDRESS, facts.home_url
        if known.store_id and facts.store_id and facts.store_id != known.store_id:
            return Trouble.SAME_IDENTITY, ""
        twin = self.standings.twin(shop, facts.store_id) if facts.store_id else ""
        return (Trouble.SAME_IDENTITY, twin) if twin else (None, "")

    def _watch_only(self, shop: ShopId, found: Found) -> None:
        policy = self.standings.policy(shop)
        if found.managing and not policy.observe_only:
            self.standings.save_policy(shop, replace(policy, observe_only=True))

    def _explain(self, url: str, error: KvittError) -> tuple[Trouble, str]:
        """Say why a connected shop does not answer as it did."""
        if isinstance(error, Unauthorized):
            return Trouble.KEY_REVOKED, ""
        if isinstance(error, NotAllowed) and error.code:
            return Trouble.KEY_WEAK, ""
        try:
            address = self.shops.find(url)
        except NotConnectable as refusal:
            return Trouble(refusal.code), refusal.about
        if address.url != url:
            return Trouble.MOVED, address.url
        return Trouble.FAULT, str(error)


def _told(setup: Setup, address: str) -> set[str]:
    """Return the topics of which the shop tells us."""
    ours = (one for one in setup.list_webhooks() if one.delivery_url == address)
    return {one.topic for one in ours if one.status == "active"}


def klarna_gateways(setup: Setup) -> tuple[Gateway, ...]:
    """Return the gateways of a shop that take Klarna payments."""
    found = (setup.fetch_gateway(name) for name in sorted(KLARNA_GATEWAYS))
    return tuple(gateway for gateway in found if gateway is not None)


def _optional(ask: Callable[[], bool]) -> bool | None:
    """Ask what a shop may be without: a missing setting is no reason not to connect."""
    try:
        return ask()
    except RemoteError:
        return None
