"""Keep each shop's webhooks alive.

WooCommerce switches a webhook off after a few failures in a row and tells nobody, and
whoever tidies up in the shop may delete one (woocommerce-facts.md §10). What was missed
meanwhile is found by the sweep; this makes the next change be heard at once again.

The law: only webhooks that deliver to this installation's own unguessable address are
touched. Another installation's, of the same shop, has another one.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from kvitt.application.gate import Gate, shop_party
from kvitt.application.ports import Clock
from kvitt.domain.errors import ConfigurationError, KvittError, Withheld
from kvitt.domain.ids import ShopId
from kvitt.domain.shop import Webhook

logger = logging.getLogger(__name__)

#: One call for each shop.
HOOKS_EVERY = timedelta(minutes=15)
ACTIVE = "active"
#: Switched off by a person, on purpose.
PAUSED = "paused"


class HookAddress(Protocol):
    """Where a shop's webhooks go, and what they are signed with."""

    @property
    def url(self) -> str:
        """The address, unguessable."""
        ...

    @property
    def secret(self) -> str:
        """The secret."""
        ...


class HookShop(Protocol):
    """One shop's webhooks. Every method raises RemoteError or MalformedReply."""

    def list_webhooks(self) -> Sequence[Webhook]:
        """Read the shop's webhooks."""
        ...

    def create_webhook(
        self, *, name: str, topic: str, delivery_url: str, secret: str
    ) -> Webhook:
        """Create a webhook; the shop pings the address before it answers."""
        ...

    def mend_webhook(self, webhook_id: int, *, delivery_url: str, secret: str) -> Webhook:
        """Switch a webhook on, with this address and secret."""
        ...


class HookShops(Protocol):
    """Reaching shops."""

    def setup(self, shop: ShopId) -> HookShop:
        """Return what a connected shop can be asked. Raises ConfigurationError."""
        ...


class HookBook(Protocol):
    """What is known here of each shop's webhooks."""

    def shops(self) -> list[ShopId]:
        """Return the shops whose webhooks are kept."""
        ...

    def hook(self, shop: ShopId) -> HookAddress | None:
        """Return where its webhooks go; None where no shop can reach us."""
        ...

    def wrongly_signed_at(self, shop: ShopId) -> datetime | None:
        """Return when it last delivered with a wrong signature, if nothing good came since."""
        ...

    def replace_secret(self, shop: ShopId, secret: str) -> None:
        """Sign with a new secret from now on; the one before is accepted as well."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class HookKeeper:
    """The use case."""

    shops: HookShops
    book: HookBook
    gate: Gate
    clock: Clock
    topics: tuple[str, ...]
    #: When secrets were last given anew, by this process.
    _resigned: dict[ShopId, datetime] = field(default_factory=dict)

    def __call__(self) -> int:
        """Look at every shop's webhooks; return how many were mended."""
        return sum(self.keep(shop) for shop in self.book.shops())

    def keep(self, shop: ShopId) -> int:
        """Look at one shop's webhooks; return how many were mended."""
        hook = self.book.hook(shop)
        if hook is None:
            return 0
        party = shop_party(shop)
        try:
            self.gate.admit(party)
            with self.gate.watch(party, write=True):
                return self._mend(shop, self.shops.setup(shop), hook)
        except Withheld:
            return 0
        except KvittError as error:
            logger.warning("webhooks could not be looked at: %s", error, extra={"shop": shop})
            return 0

    def give_secret(self, shop: ShopId, secret: str) -> int:
        """Give the shop's webhooks a new secret; return how many have it now.

        What is signed with the one before is taken until that is forgotten: deliveries are on
        their way, and other programs may sign with it. One that a person has paused gets it as
        soon as it is switched on. Raises ConfigurationError, RemoteError: then the shop signs
        with the one before, and the same again goes on.
        """
        hook = self.book.hook(shop)
        if hook is None:
            raise ConfigurationError("no shop can reach this kvitt: set KVITT_PUBLIC_URL first")
        setup = self.shops.setup(shop)
        ours = [one for one in _ours(setup, hook) if one.status != PAUSED]
        self.book.replace_secret(shop, secret)
        for one in ours:
            setup.mend_webhook(one.id, delivery_url=hook.url, secret=secret)
        return len(ours)

    def _mend(self, shop: ShopId, setup: HookShop, hook: HookAddress) -> int:
        ours = _ours(setup, hook)
        resign = self._must_resign(shop)
        mended = 0
        for topic in self.topics:
            of_topic = sorted(
                (one for one in ours if one.topic == topic),
                key=lambda one: (one.status != ACTIVE, one.delivery_url != hook.url, one.id),
            )
            if not of_topic:
                setup.create_webhook(
                    name=f"kvitt: {topic}",
                    topic=topic,
                    delivery_url=hook.url,
                    secret=hook.secret,
                )
                _tell(shop, topic, "it was gone, and was made anew")
            elif fault := _fault_of(of_topic[0], hook.url, resign=resign):
                setup.mend_webhook(of_topic[0].id, delivery_url=hook.url, secret=hook.secret)
                _tell(shop, topic, fault)
            else:
                continue
            mended += 1
        return mended

    def _must_resign(self, shop: ShopId) -> bool:
        """Say whether the shop signs with another secret than ours, as far as was heard.

        Its secret is never told, so deliveries that were refused are all there is to go by.
        """
        heard = self.book.wrongly_signed_at(shop)
        given = self._resigned.get(shop)
        if heard is None or (given is not None and heard <= given):
            return False
        self._resigned[shop] = self.clock.now()
        return True


def _ours(setup: HookShop, hook: HookAddress) -> list[Webhook]:
    """Return the shop's webhooks that come to this address, whatever its host was called."""
    path = urlsplit(hook.url).path
    return [one for one in setup.list_webhooks() if urlsplit(one.delivery_url).path == path]


def _fault_of(webhook: Webhook, url: str, *, resign: bool) -> str:
    """Say what is wrong with a webhook; one that a person has paused is left alone."""
    if webhook.status == PAUSED:
        return ""
    if webhook.status != ACTIVE:
        return "the shop had switched it off, and it is on again"
    if webhook.delivery_url != url:
        return "it delivered to another address, and has the right one"
    return "it was signed with another secret, and has ours" if resign else ""


def _tell(shop: ShopId, topic: str, what: str) -> None:
    logger.warning("webhook mended: %s", what, extra={"shop": shop, "topic": topic})
