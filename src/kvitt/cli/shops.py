"""``kvitt shop``: connect a shop by hand, list shops, pause and resume."""

import getpass
import secrets
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from cyclopts import App
from rich.console import Console
from rich.table import Table

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.adapters.woocommerce.setup import ORDER_TOPICS, StoreSetup
from kvitt.bootstrap import Parts
from kvitt.domain.errors import ConfigurationError, NotFound
from kvitt.domain.ids import KlarnaOrderId, ShopId

if TYPE_CHECKING:
    from kvitt.adapters.database.models import Shop

shops = App(name="shop", help="Shops that kvitt keeps in step.")
console = Console(highlight=False)

#: No order has this id.
NO_ORDER = KlarnaOrderId("00000000-0000-4000-8000-000000000000")


@shops.command
def add(
    url: str,
    *,
    name: str = "",
    environment: str = "playground",
    country: str = "SE",
    klarna_url: str = "",
    webhooks: bool = True,
) -> None:
    """Connect a shop with a REST key and Klarna credentials, asked for or read line by line.

    Both are checked with calls that move nothing. Nothing is stored unless both work.

    Parameters
    ----------
    url
        The shop's address, like https://shop.example.
    name
        What the console calls it; else its address.
    environment
        Of the Klarna account: playground or live.
    country
        A country the account sells in; it decides which of Klarna's regions is asked.
    klarna_url
        Address of a practice Klarna on this machine, instead of Klarna's own.
    webhooks
        Create the webhooks in the shop. Without them kvitt asks the shop every few minutes.
    """
    if environment not in {"playground", "live"}:
        raise ConfigurationError("the environment is playground or live")
    parts = _parts()
    asked = _ask("REST key (ck_…)", "REST secret (cs_…)", "Klarna user", "Klarna password")
    # Models can be imported only now.
    from kvitt.adapters.database.repositories import NewAccount, NewShop
    from kvitt.adapters.klarna import regions

    region = regions.region_of(country).value
    base_url = klarna_url or regions.host(region, environment)
    _check_shop(parts, url, asked[0], asked[1])
    _check_klarna(parts, base_url, environment, asked[2], asked[3])
    shop = parts.shops.add_shop(
        NewShop(
            uid=uuid4(),
            name=name or url,
            url=url.rstrip("/"),
            consumer_key=asked[0],
            consumer_secret=asked[1],
            hook_token=secrets.token_urlsafe(24),
            hook_secret=secrets.token_urlsafe(32),
        )
    )
    parts.accounts.add_account(
        NewAccount(
            uid=uuid4(),
            shop=ShopId(shop.pk),
            label=f"Klarna {environment}",
            region="custom" if klarna_url else region,
            base_url=klarna_url,
            environment=environment,
            username=asked[2],
            password=asked[3],
        )
    )
    parts.shops.advance(ShopId(shop.pk), datetime.now(UTC))
    console.print(f"Connected {shop.name}.")
    if webhooks:
        _subscribe(parts, shop)


@shops.command(name="list")
def list_shops() -> None:
    """List the connected shops and how they are."""
    parts = _parts()
    table = Table("id", "name", "address", "state", "last webhook", "trouble", box=None)
    for shop in parts.shops.all_shops():
        heard = f"{shop.heard_at:%Y-%m-%d %H:%M}" if shop.heard_at else "none yet"
        table.add_row(str(shop.pk), shop.name, shop.url, shop.state, heard, shop.trouble)
    console.print(table)


@shops.command
def pause(shop: int) -> None:
    """Stop working on a shop's orders. Hints that come meanwhile are kept."""
    parts = _parts()
    from kvitt.adapters.database.models import ShopState

    parts.shops.set_state(ShopId(shop), ShopState.PAUSED)
    console.print(f"Shop {shop} is paused: nothing is sent until kvitt shop resume {shop}.")


@shops.command
def resume(shop: int) -> None:
    """Work on a shop's orders again."""
    parts = _parts()
    from kvitt.adapters.database.models import ShopState

    parts.shops.set_state(ShopId(shop), ShopState.ACTIVE)
    console.print(f"Shop {shop} is worked on again.")


def _parts() -> Parts:
    settings = configuration.load_or_create()
    bootstrap.start_django(settings)
    bootstrap.migrate()
    return bootstrap.assemble(settings)


def _ask(*what: str) -> tuple[str, ...]:
    """Ask for secrets without showing them, or read a line of standard input for each."""
    answers = tuple(
        getpass.getpass(f"{one}: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
        for one in what
    )
    for name, answer in zip(what, answers, strict=True):
        if not answer:
            raise ConfigurationError(f"{name} is missing: nothing was stored")
    return answers


def _check_shop(parts: Parts, url: str, key: str, secret: str) -> None:
    """Ask the shop what it runs. Raises what it answers."""
    from kvitt.adapters.http import Http
    from kvitt.adapters.woocommerce.client import StoreClient
    from kvitt.adapters.woocommerce.credentials import StoreCredentials

    with Http(policy=parts.connections.policy) as http, console.status("Asking the shop …"):
        client = StoreClient(
            http,
            base_url=url.rstrip("/"),
            credentials=StoreCredentials(consumer_key=key, consumer_secret=secret),
            now=parts.connections.now,
            nonce=parts.connections.nonce,
        )
        found = StoreSetup(client).fetch_shop()
    console.print(f"The shop answers: WooCommerce {found.woocommerce}, {found.currency}.")


def _check_klarna(
    parts: Parts, base_url: str, environment: str, username: str, password: str
) -> None:
    """Ask Klarna for an order that cannot exist: only the credentials are judged."""
    from kvitt.adapters.http import Http
    from kvitt.adapters.klarna.client import KlarnaClient
    from kvitt.adapters.klarna.credentials import KlarnaCredentials

    with Http(policy=parts.connections.policy) as http, console.status("Asking Klarna …"):
        client = KlarnaClient(
            http,
            credentials=KlarnaCredentials(username=username, password=password),
            base_url=base_url,
            environment=environment,
            account="check",
        )
        with suppress(NotFound):
            client.fetch_order(NO_ORDER)
    console.print("Klarna accepts the credentials.")


def _subscribe(parts: Parts, shop: "Shop") -> None:
    """Create the webhooks, where this installation has an address that the shop can reach."""
    public = parts.settings.public_url
    if not public:
        console.print(
            "KVITT_PUBLIC_URL is not set, so the shop cannot send webhooks: "
            "kvitt asks it every few minutes instead."
        )
        return
    secret = parts.shops.hook_secrets(shop)[0]
    setup = StoreSetup(parts.connections.store(ShopId(shop.pk)))
    for topic in ORDER_TOPICS:
        setup.create_webhook(
            name=f"kvitt: {topic}",
            topic=topic,
            delivery_url=f"{public}/hooks/{shop.hook_token}",
            secret=secret,
        )
    console.print(f"Created {len(ORDER_TOPICS)} webhooks.")
