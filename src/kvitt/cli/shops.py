"""``kvitt shop``: connect a shop by hand, list shops, pause and resume."""

import getpass
import secrets
import sys
from datetime import UTC, datetime
from uuid import uuid4

from cyclopts import App
from rich.console import Console
from rich.table import Table

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.bootstrap import Parts
from kvitt.domain.errors import ConfigurationError
from kvitt.domain.ids import ShopId
from kvitt.settings import Environment

shops = App(name="shop", help="Shops that kvitt keeps in step.")
console = Console(highlight=False)

TOPICS = ("order.created", "order.updated", "order.deleted", "order.restored")


@shops.command
def add(
    url: str,
    *,
    name: str = "",
    environment: str = "playground",
    country: str = "SE",
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
    webhooks
        Create the webhooks in the shop. Without them kvitt asks the shop every few minutes.
    """
    from kvitt.adapters.database.repositories import NewAccount, NewShop
    from kvitt.adapters.klarna import regions

    if environment not in {"playground", "live"}:
        raise ConfigurationError("the environment is playground or live")
    parts = _parts()
    asked = _ask("REST key (ck_…)", "REST secret (cs_…)", "Klarna user", "Klarna password")
    token, secret = secrets.token_urlsafe(24), secrets.token_urlsafe(32)
    new_shop = NewShop(
        uid=uuid4(),
        name=name or url,
        url=url.rstrip("/"),
        consumer_key=asked[0],
        consumer_secret=asked[1],
        hook_token=token,
        hook_secret=secret,
    )
    from django.db import transaction

    with transaction.atomic():
        shop = ShopId(parts.shops.add_shop(new_shop).pk)
        account = parts.accounts.add_account(
            NewAccount(
                uid=uuid4(),
                shop=shop,
                label=f"Klarna {environment}",
                region=regions.region_of(country).value,
                environment=environment,
                username=asked[2],
                password=asked[3],
            )
        )
        _check(parts, shop, account.pk)
        parts.shops.advance(shop, datetime.now(UTC))
    console.print(f"Connected {new_shop.name}.")
    if webhooks:
        _subscribe(parts, shop, token, secret)


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
    from kvitt.adapters.database.models import ShopState

    _parts().shops.set_state(ShopId(shop), ShopState.PAUSED)
    console.print(f"Shop {shop} is paused: nothing is sent until kvitt shop resume {shop}.")


@shops.command
def resume(shop: int) -> None:
    """Work on a shop's orders again."""
    from kvitt.adapters.database.models import ShopState

    _parts().shops.set_state(ShopId(shop), ShopState.ACTIVE)
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


def _check(parts: Parts, shop: ShopId, account: int) -> None:
    """Ask both services something that moves nothing. Raises what they answer."""
    from kvitt.adapters.woocommerce.setup import StoreSetup

    with console.status("Asking the shop …"):
        found = StoreSetup(parts.connections.store(shop)).fetch_shop()
    console.print(f"The shop answers: WooCommerce {found.woocommerce}, {found.currency}.")
    with console.status("Asking Klarna …"):
        parts.connections.check_account(account)
    console.print("Klarna accepts the credentials.")


def _subscribe(parts: Parts, shop: ShopId, token: str, secret: str) -> None:
    """Create the webhooks, where this installation has an address that the shop can reach."""
    from kvitt.adapters.woocommerce.setup import StoreSetup

    public = parts.settings.public_url
    demo = parts.settings.environment is Environment.DEMO
    if not public and not demo:
        console.print(
            "KVITT_PUBLIC_URL is not set, so the shop cannot send webhooks: "
            "kvitt asks it every few minutes instead."
        )
        return
    setup = StoreSetup(parts.connections.store(shop))
    for topic in TOPICS:
        setup.create_webhook(
            name=f"kvitt: {topic}",
            topic=topic,
            delivery_url=f"{public}/hooks/{token}",
            secret=secret,
        )
    console.print(f"Created {len(TOPICS)} webhooks.")
