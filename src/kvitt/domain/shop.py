"""What a shop is, apart from its orders: its address, what it runs, who acts in it.

The law: these are facts as they were read; what follows from them is judged in
``application/found.py``. The names of the plugin's switches are those of
plugin-behaviour.md §4.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

#: The automatic actions of the reference plugin that move money or change an order.
SWITCHES = ("kom_auto_capture", "kom_auto_cancel", "kom_auto_update")
#: Kustom Checkout's switch for all of them, from 2.21.0.
MASTER_SWITCH = "kom_enabled"
#: What a checkbox of WooCommerce holds.
ON, OFF = "yes", "no"

#: What stands before every address of a shop whose server rewrites none.
BEHIND_INDEX = "/index.php"

_ORDER_MANAGEMENT = "klarna-order-management-for-woocommerce/"
#: From these versions on the checkout plugins bring order management of their own
#: (klarna-api.md §12).
_BUNDLES = {
    "klarna_payments": ("klarna-payments-for-woocommerce/", (4, 8)),
    "kco": ("klarna-checkout-for-woocommerce/", (2, 19)),
}


class Trouble(StrEnum):
    """What can be wrong with a connection. Stable: each has its words and its next step."""

    ADDRESS_BAD = "address_bad"
    NO_TLS = "no_tls"
    ADDRESS_PRIVATE = "address_private"
    NO_SUCH_HOST = "no_such_host"
    UNREACHABLE = "unreachable"
    CERTIFICATE_BAD = "certificate_bad"
    NOT_WORDPRESS = "not_wordpress"
    PERMALINKS_OFF = "permalinks_off"
    WOOCOMMERCE_OFF = "woocommerce_off"
    BLOCKED = "blocked"
    FAULT = "fault"
    #: It sends callers on to another address.
    MOVED = "moved"
    #: It answers here and says that it lives elsewhere.
    ANOTHER_ADDRESS = "another_address"
    #: Another connected shop has the same identity: one of them is a copy.
    SAME_IDENTITY = "same_identity"
    KEY_REVOKED = "key_revoked"
    #: A key that a person has just copied.
    KEY_UNKNOWN = "key_unknown"
    KEY_READ_ONLY = "key_read_only"
    KEY_WEAK = "key_weak"
    KEY_BAD = "key_bad"
    ATTEMPT_OVER = "attempt_over"
    KLARNA_REFUSED = "klarna_refused"
    KLARNA_UNREACHABLE = "klarna_unreachable"
    KLARNA_KEY_BAD = "klarna_key_bad"
    #: Nothing in the credentials says whether they are for the playground.
    KLARNA_ENVIRONMENT = "klarna_environment"
    #: Live credentials, and nobody has said that real money may move.
    KLARNA_LIVE = "klarna_live"
    KLARNA_MISMATCH = "klarna_mismatch"
    #: This installation is for practice only.
    KLARNA_NO_LIVE_HERE = "klarna_no_live_here"
    #: Working credentials, of a merchant who has not made the account's orders.
    KLARNA_OTHER_MERCHANT = "klarna_other_merchant"
    #: Orders were made with the account, so it is not removed.
    KLARNA_ACCOUNT_USED = "klarna_account_used"


#: Troubles that mean that the money of another shop might be moved: all work stops.
STOPPING = frozenset({Trouble.ANOTHER_ADDRESS, Trouble.SAME_IDENTITY})


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopAddress:
    """Where a shop was found, without a key."""

    #: The address calls are sent to, without a slash at its end.
    url: str
    #: What the shop calls itself.
    name: str
    #: The address the shop says it has.
    home_url: str

    @property
    def is_elsewhere(self) -> bool:
        """Say whether the shop says it lives at another address: moved, or a copy."""
        return place_of(self.home_url) != place_of(self.url)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plugin:
    """An active plugin: ``folder/file.php``, its name and its version."""

    file: str
    name: str = ""
    version: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopFacts:
    """What the shop runs."""

    woocommerce: str
    wordpress: str
    currency: str
    #: How many decimals it displays; the amounts it stores may have more.
    decimals: int
    hpos: bool
    #: The address the shop says it has.
    home_url: str = ""
    #: WooCommerce's own identity of the shop, which a copy of its database shares.
    store_id: str = ""
    #: WordPress runs its own clock; off, only the host's cron sends webhooks.
    cron: bool = True
    plugins: tuple[Plugin, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """A webhook of the shop. Its secret is never told."""

    id: int
    name: str
    topic: str
    #: ``active``, ``paused``, or ``disabled`` after seven failures in a row.
    status: str
    delivery_url: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gateway:
    """A payment gateway, with its settings as texts. They may hold keys."""

    id: str
    title: str
    enabled: bool
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class KlarnaGateway:
    """A gateway that takes Klarna payments, and what its order management does by itself."""

    id: str
    title: str
    enabled: bool
    #: Names of ``SWITCHES`` that are on; empty where nothing is done automatically.
    automatic: tuple[str, ...] = ()
    #: The switches can be set over REST.
    switchable: bool = False
    version: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What was found in a connected shop."""

    facts: ShopFacts
    gateways: tuple[KlarnaGateway, ...] = ()
    prices_include_tax: bool | None = None
    #: The key may write as well as read.
    writes: bool = True
    #: Topics of our webhooks that are active there.
    topics: tuple[str, ...] = ()

    @property
    def managing(self) -> tuple[KlarnaGateway, ...]:
        """Return the gateways whose order management acts by itself."""
        return tuple(gateway for gateway in self.gateways if gateway.automatic)


def klarna_gateway(gateway: Gateway, plugins: tuple[Plugin, ...]) -> KlarnaGateway:
    """Return what a Klarna gateway does by itself.

    Settings that were never saved are not listed, and their defaults are on.
    """
    known = [name for name in SWITCHES if name in gateway.settings]
    enabled = gateway.enabled and gateway.settings.get(MASTER_SWITCH, ON) != OFF
    checkout = _plugin(_BUNDLES.get(gateway.id, ("", ()))[0], plugins)
    if known:
        automatic = tuple(name for name in SWITCHES if gateway.settings.get(name, ON) != OFF)
    else:
        automatic = SWITCHES if _manages_unseen(gateway.id, plugins) else ()
    return KlarnaGateway(
        id=gateway.id,
        title=gateway.title,
        enabled=gateway.enabled,
        automatic=automatic if enabled else (),
        switchable=bool(known),
        version=checkout.version if checkout else "",
    )


def place_of(url: str) -> str:
    """Return host and path of an address, so that http and https compare as equal."""
    place = url.partition("://")[2].rstrip("/").lower().removeprefix("www.")
    return place.removesuffix(BEHIND_INDEX)


def host_of(url: str) -> str:
    """Return the host of an address, with its port where it has one of its own."""
    return place_of(url).partition("/")[0]


def _manages_unseen(gateway: str, plugins: tuple[Plugin, ...]) -> bool:
    """Say whether an order management is active that does not list its settings."""
    if _plugin(_ORDER_MANAGEMENT, plugins) is not None:
        return True
    folder, since = _BUNDLES.get(gateway, ("", ()))
    checkout = _plugin(folder, plugins)
    return checkout is not None and _version(checkout.version) >= since


def _plugin(folder: str, plugins: tuple[Plugin, ...]) -> Plugin | None:
    found = (one for one in plugins if folder and one.file.startswith(folder))
    return next(found, None)


def _version(text: str) -> tuple[int, ...]:
    parts = text.split(".")[:3]
    return tuple(int(part) for part in parts if part.isascii() and part.isdigit())
