"""A shop and an account on their way in: what was given, what was granted, how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from kvitt.domain.ids import KlarnaOrderId, ShopId
from kvitt.domain.shop import Found, Trouble


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreKey:
    """A shop's REST key. Never printed."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """The key a shop has handed over, and to which attempt."""

    user_id: str
    #: ``read``, ``write`` or ``read_write``.
    permissions: str
    key: StoreKey


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """A connection under way."""

    uid: UUID
    #: The unguessable part of the callback's address.
    nonce: str = field(repr=False)
    url: str
    home_url: str
    name: str
    actor: str
    expires_at: datetime
    #: The shop that is connected anew; at the end, the shop that came of it.
    shop: ShopId | None = None
    #: None until the shop, or a person, has given one.
    key: StoreKey | None = None
    finished: bool = False

    def is_over(self, now: datetime) -> bool:
        """Say whether nothing more can come of it."""
        return self.finished or now >= self.expires_at


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenAccount:
    """What somebody said of a Klarna account. Secrets stay out of its text."""

    username: str = field(default="", repr=False)
    password: str = field(repr=False)
    #: ``playground``, ``live``, or nothing where it is to be recognised.
    environment: str = ""
    #: Kustom instead of Klarna; a key that begins with ``kco_`` says so by itself.
    kustom: bool = False
    #: A practice Klarna on this machine, instead of Klarna's own hosts.
    base_url: str = ""
    #: Somebody has said that real money may move.
    live_confirmed: bool = False
    #: Purchase countries and currencies it is for; empty is all.
    countries: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownAccount:
    """Where credentials were accepted."""

    region: str
    environment: str
    base_url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredAccount:
    """A Klarna account of a connected shop, as far as it may be changed."""

    shop: ShopId
    #: Empty for a key alone.
    username: str = field(default="", repr=False)
    region: str
    environment: str
    #: Only of one at an address of its own: a practice Klarna.
    base_url: str = ""
    #: The latest order that is known to have been made with it.
    latest_order: KlarnaOrderId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How things are with a connected shop."""

    url: str = ""
    #: The address and identity it had when it was connected, or last vouched for.
    home_url: str = ""
    store_id: str = ""
    found: Found | None = None
    checked_at: datetime | None = None
    trouble: Trouble | None = None
    #: What the trouble is about: an address, another shop.
    about: str = ""
    trouble_since: datetime | None = None
    subscribed_at: datetime | None = None
    #: Gateway → switch → value, as they were before kvitt took over.
    switches_before: Mapping[str, Mapping[str, str]] | None = None
    taken_over_at: datetime | None = None
