"""``kvitt shop``: connect a shop by hand, list shops, pause and resume."""

from cyclopts import App
from rich.console import Console
from rich.table import Table

from kvitt import bootstrap
from kvitt.cli.accounts import accounts
from kvitt.cli.connect import ACTOR, ask_for_key, finish, in_words, open_parts
from kvitt.domain.ids import ShopId
from kvitt.domain.newcomer import GivenAccount

shops = App(name="shop", help="Shops that kvitt keeps in step.")
shops.command(accounts)
console = Console(highlight=False)


@shops.command
def add(
    url: str,
    *,
    name: str = "",
    environment: str = "",
    kustom: bool = False,
    live: bool = False,
    klarna_url: str = "",
) -> None:
    """Connect a shop with a REST key and Klarna credentials, asked for or read line by line.

    Both are checked with calls that move nothing. Nothing is stored unless both work.

    Example: kvitt shop add https://shop.example

    Parameters
    ----------
    url
        The shop's address, like https://shop.example.
    name
        What the console calls it; else what it calls itself.
    environment
        Of the Klarna account: playground or live. Mostly recognised by itself.
    kustom
        The account is with Kustom, not with Klarna.
    live
        Yes, this account moves real money.
    klarna_url
        Address of a practice Klarna on this machine, instead of Klarna's own.
    """
    parts = open_parts()
    desk = bootstrap.shops_of(parts)
    with in_words():
        attempt = desk.connecting.begin(url, actor=ACTOR)
        ask_for_key(desk.connecting, attempt.uid)
    asked = GivenAccount(
        password="",
        environment=environment,
        kustom=kustom,
        live_confirmed=live,
        base_url=klarna_url,
    )
    shop = finish(parts, attempt, asked)
    if name:
        parts.shops.rename(shop, name)


@shops.command(name="list")
def list_shops() -> None:
    """List the connected shops and how they are.

    Example: kvitt shop list
    """
    open_parts()
    # Models can be imported only now.
    from kvitt.web.console.shops import reads

    table = Table("id", "name", "address", "standing", "last webhook", "trouble", box=None)
    for row in reads.list_shops(None):
        shop = row.shop
        heard = f"{shop.heard_at:%Y-%m-%d %H:%M}" if shop.heard_at else "none yet"
        trouble = str(row.trouble.what) if row.trouble else ""
        table.add_row(str(shop.pk), shop.name, shop.url, str(row.state.text), heard, trouble)
    console.print(table)


@shops.command
def pause(shop: int) -> None:
    """Stop working on a shop's orders. Hints that come meanwhile are kept.

    Example: kvitt shop pause 1
    """
    parts = open_parts()
    bootstrap.shops_of(parts).keeper.pause(ShopId(shop))
    console.print(f"Shop {shop} is paused: nothing is sent until kvitt shop resume {shop}.")


@shops.command
def resume(shop: int) -> None:
    """Work on a shop's orders again.

    Example: kvitt shop resume 1
    """
    parts = open_parts()
    bootstrap.shops_of(parts).keeper.resume(ShopId(shop))
    console.print(f"Shop {shop} is worked on again.")


@shops.command(name="take-over")
def take_over(shop: int) -> None:
    """Switch the shop's own Klarna order management off, and act from now on.

    Example: kvitt shop take-over 1
    """
    parts = open_parts()
    count = bootstrap.shops_of(parts).hand_over.take_over(ShopId(shop), actor=ACTOR)
    console.print(f"kvitt has taken over; {count} orders are looked at anew.")


@shops.command(name="hand-back")
def hand_back(shop: int) -> None:
    """Stop acting, and switch the shop's own Klarna order management on as it was.

    Example: kvitt shop hand-back 1
    """
    parts = open_parts()
    bootstrap.shops_of(parts).hand_over.hand_back(ShopId(shop))
    console.print("The shop's own plugin acts again; kvitt only watches.")
