"""Connecting a shop: an address, a key, a Klarna account, and then everything is checked.

1. ``begin`` looks for a shop at the address that was typed.
2. ``accept`` takes the key that the shop's own server hands over, once; ``give_key``
   takes one that a person copied.
3. ``finish`` checks both credentials with calls that move nothing, stores them, creates
   the webhooks and looks at what the shop runs.

The laws: nothing is stored of a shop until both credentials work; a playground key is
never carried to a live host or the reverse; live money needs somebody to say so.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar
from uuid import UUID

from kvitt.application import checkup
from kvitt.application.accounts import AccountBook, AccountDesk, Klarnas
from kvitt.application.checkup import Checkup, Setup
from kvitt.application.ports import Clock
from kvitt.domain.errors import (
    KvittError,
    MalformedReply,
    NotAllowed,
    NotConnectable,
    Unauthorized,
)
from kvitt.domain.ids import ShopId
from kvitt.domain.newcomer import Attempt, GivenAccount, Grant, StoreKey
from kvitt.domain.plugin_settings import policy_from_plugin
from kvitt.domain.policy import Policy
from kvitt.domain.shop import ShopAddress, ShopFacts, Trouble, klarna_gateway

T = TypeVar("T")

#: The shop's consent page waits for a person; a key that comes later is not taken.
ATTEMPT_LASTS = timedelta(hours=1)
#: What a key needs, as WooCommerce calls it.
NEEDED = "read_write"


class World(Klarnas, Protocol):
    """Shops and Klarna, for those who are not connected yet."""

    def find(self, typed: str) -> ShopAddress:
        """Return the shop at an address. Raises NotConnectable."""
        ...

    def consent_url(
        self, url: str, *, attempt: UUID, callback_url: str, return_url: str
    ) -> str:
        """Return the address of the shop's own consent page."""
        ...

    def read_grant(self, body: bytes) -> Grant:
        """Return the key that a shop's server posts. Raises MalformedReply."""
        ...

    def visit(self, url: str, key: StoreKey) -> AbstractContextManager[Setup]:
        """Give what a shop can be asked with a key that is not stored."""
        ...


class Attempts(Protocol):
    """Connections under way."""

    def add(
        self,
        address: ShopAddress,
        *,
        nonce: str,
        actor: str,
        shop: ShopId | None,
        lasts: timedelta,
    ) -> Attempt:
        """Store a new attempt."""
        ...

    def find(self, uid: UUID) -> Attempt | None:
        """Return an attempt."""
        ...

    def use(self, nonce: str, grant: Grant) -> bool:
        """Take in a key, once and in time; say whether it was taken."""
        ...

    def put_key(self, uid: UUID, key: StoreKey) -> None:
        """Take in a key that a person gave."""
        ...

    def finish(self, uid: UUID, shop: ShopId) -> None:
        """Remember which shop came of it, and forget the key."""
        ...


class Registry(AccountBook, Protocol):
    """Where connected shops and accounts are kept."""

    def shop_at(self, url: str) -> ShopId | None:
        """Return the connected shop at an address."""
        ...

    def store_shop(self, attempt: Attempt, *, currency: str, policy: Policy) -> ShopId:
        """Store the shop of an attempt, or the new key of one that is connected."""
        ...

    def has_account(self, shop: ShopId) -> bool:
        """Say whether a shop has a Klarna account."""
        ...

    def identify(self, shop: ShopId, *, home_url: str, store_id: str) -> None:
        """Remember which shop it is."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Connecting:
    """The use case."""

    world: World
    attempts: Attempts
    registry: Registry
    health: Checkup
    clock: Clock
    tokens: Callable[[], str]
    #: Where browsers and shops reach this installation; empty where they cannot.
    public_url: str = ""
    #: Accounts that move real money may be connected here.
    live_allowed: bool = True
    #: A practice Klarna that stands in for Klarna's own playground hosts.
    klarna_url: str = ""

    def begin(self, typed: str, *, actor: str) -> Attempt:
        """Look for a shop, and start connecting it. Raises NotConnectable."""
        address = self.world.find(typed)
        return self.attempts.add(
            address,
            nonce=self.tokens(),
            actor=actor,
            shop=self.registry.shop_at(address.url),
            lasts=ATTEMPT_LASTS,
        )

    def attempt(self, uid: UUID) -> Attempt | None:
        """Return an attempt."""
        return self.attempts.find(uid)

    def consent_url(self, attempt: Attempt) -> str:
        """Return where the operator lets kvitt in; empty where no answer could come back."""
        if not self.public_url:
            return ""
        return self.world.consent_url(
            attempt.url,
            attempt=attempt.uid,
            callback_url=f"{self.public_url}/connect/woo/{attempt.nonce}",
            return_url=f"{self.public_url}/shops/connect/{attempt.uid}",
        )

    def accept(self, nonce: str, body: bytes) -> bool:
        """Take in what a shop's server posted; say whether it was taken.

        It is not signed: only who was told the unguessable address can know it, and what
        is posted must name the attempt as well.
        """
        try:
            grant = self.world.read_grant(body)
        except MalformedReply:
            return False
        return grant.permissions == NEEDED and self.attempts.use(nonce, grant)

    def give_key(self, uid: UUID, key: StoreKey) -> None:
        """Take in a key that a person copied, if it works. Raises NotConnectable."""
        attempt = self._open(uid)
        with self.world.visit(attempt.url, key) as setup:
            _read_at_first(setup)
            if not _asked(setup.may_write):
                raise NotConnectable(Trouble.KEY_READ_ONLY)
        self.attempts.put_key(uid, key)

    def finish(self, uid: UUID, given: GivenAccount | None) -> ShopId:
        """Check everything, and connect the shop. Raises NotConnectable."""
        attempt = self._open(uid)
        if attempt.key is None:
            raise NotConnectable(Trouble.KEY_BAD)
        is_new = attempt.shop is None
        with self.world.visit(attempt.url, attempt.key) as setup:
            facts = _read_at_first(setup)
            policy = _asked(lambda: _policy_of(setup, facts)) if is_new else Policy()
        known = None if given is None else self.accounts.recognised(given)
        shop = self.registry.store_shop(attempt, currency=facts.currency, policy=policy)
        if is_new:
            # A shop that is connected anew keeps its identity: the check-up compares.
            self.registry.identify(shop, home_url=attempt.url, store_id=facts.store_id)
        if given is not None and known is not None:
            self.registry.store_account(shop, given, known)
        self.attempts.finish(uid, shop)
        self.health.after_connecting(shop)
        return shop

    @property
    def accounts(self) -> AccountDesk:
        """The Klarna accounts of connected shops."""
        return AccountDesk(
            klarnas=self.world,
            book=self.registry,
            live_allowed=self.live_allowed,
            klarna_url=self.klarna_url,
        )

    def needs_account(self, attempt: Attempt) -> bool:
        """Say whether a Klarna account has to be given."""
        return attempt.shop is None or not self.registry.has_account(attempt.shop)

    def _open(self, uid: UUID) -> Attempt:
        attempt = self.attempts.find(uid)
        if attempt is None or attempt.is_over(self.clock.now()):
            raise NotConnectable(Trouble.ATTEMPT_OVER)
        return attempt


def _policy_of(setup: Setup, facts: ShopFacts) -> Policy:
    """Return the policy under which kvitt does what the shop's own plugin has done.

    One whose order management does nothing by itself has nothing to say of it.
    """
    for gateway in checkup.klarna_gateways(setup):
        if klarna_gateway(gateway, facts.plugins).automatic:
            return policy_from_plugin(gateway.settings)
    return Policy()


def _read_at_first(setup: Setup) -> ShopFacts:
    """Read what a shop runs with a key that it has never seen from here."""
    try:
        return _asked(setup.fetch_shop)
    except NotConnectable as refusal:
        if refusal.code != Trouble.KEY_REVOKED:
            raise
        raise NotConnectable(Trouble.KEY_UNKNOWN) from refusal


def _asked(ask: Callable[[], T]) -> T:
    """Ask a shop, and say of what goes wrong which trouble it is."""
    try:
        return ask()
    except Unauthorized as error:
        raise NotConnectable(Trouble.KEY_REVOKED) from error
    except NotAllowed as error:
        raise NotConnectable(Trouble.KEY_WEAK) from error
    except NotConnectable:
        raise
    except KvittError as error:
        raise NotConnectable(Trouble.FAULT) from error
