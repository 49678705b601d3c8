"""``kvitt shop``: connect a shop by hand, list shops, pause and resume."""

from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.prompt import Confirm
from rich.table import Table

from kvitt import bootstrap
from kvitt.cli.accounts import accounts
from kvitt.cli.asking import EXIT_REFUSED, check_somebody_is_there
from kvitt.cli.connect import ACTOR, ask_for_key, finish, in_words, open_parts
from kvitt.cli.given import NOTHING_SAID, AccountOptions
from kvitt.cli.telling import AsJson, print_rows
from kvitt.domain.ids import ShopId
from kvitt.domain.plan import Guard

shops = App(name="shop", help="Shops that kvitt keeps in step.")
shops.command(accounts)
console = Console(highlight=False)


@shops.command
def add(
    url: str,
    *,
    name: str = "",
    options: AccountOptions = NOTHING_SAID,
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
    """
    parts = open_parts()
    desk = bootstrap.shops_of(parts)
    with in_words():
        attempt = desk.connecting.begin(url, actor=ACTOR)
        ask_for_key(desk.connecting, attempt.uid)
    shop = finish(parts, attempt, options)
    if name:
        parts.shops.rename(shop, name)


@shops.command(name="list")
def list_shops(*, as_json: AsJson = False) -> None:
    """List the connected shops and how they are.

    Example: kvitt shop list
    """
    open_parts()
    # Models can be imported only now.
    from kvitt.web.console.shops import reads

    rows = [
        {
            "id": str(row.shop.pk),
            "name": row.shop.name,
            "address": row.shop.url,
            "standing": str(row.state.text),
            "last webhook": _heard(row.shop.heard_at),
            "trouble": str(row.trouble.what) if row.trouble else "",
        }
        for row in reads.list_shops(None)
    ]
    nothing = "No shop is connected yet: kvitt connect https://shop.example"
    print_rows(rows, as_json=as_json, nothing=nothing)


def _heard(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "none yet"


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


@shops.command(name="new-secret")
def new_secret(
    shop: int, *, forget_before: Annotated[bool, Parameter(negative=())] = False
) -> None:
    """Give the shop's webhooks a new secret, because somebody may have seen the one they have.

    The one before is taken as well until it is forgotten: deliveries are on their way, and a
    program that asks for refunds signs with it. Forget it at once if it is known to others.

    Example: kvitt shop new-secret 1

    Parameters
    ----------
    shop
        The shop's number, as in kvitt shop list.
    forget_before
        Give none, and take nothing any more that the one before has signed.
    """
    parts, row = open_parts(), ShopId(shop)
    with in_words():
        name = parts.shops.shop(row).name
        if forget_before:
            parts.shops.forget_hook_secret_before(row)
            console.print(f"Only the present secret of {name} is taken from now on.")
            return
        count = parts.hook_keeper.give_secret(row, token_urlsafe(32))
    console.print(
        f"{count} webhooks of {name} have a new secret. The one before is taken too, until: "
        f"kvitt shop new-secret {shop} --forget-before"
    )


@shops.command(name="take-over")
def take_over(
    shop: int,
    *,
    yes: Annotated[bool, Parameter(name=("--yes", "-y"), negative=())] = False,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Switch the shop's own Klarna order management off, and act from now on.

    What kvitt would do first is shown and asked about.

    Example: kvitt shop take-over 1

    Parameters
    ----------
    shop
        The shop's number, as in kvitt shop list.
    yes
        Do not ask first.
    dry_run
        Show what kvitt would do, and change nothing.
    """
    parts = open_parts()
    _show_what_it_would_do(shop)
    if dry_run:
        return 0
    if not yes:
        check_somebody_is_there()
        if not Confirm.ask(f"Take over shop {shop}?", console=console, default=False):
            return EXIT_REFUSED
    count = bootstrap.shops_of(parts).hand_over.take_over(ShopId(shop), actor=ACTOR)
    console.print(f"kvitt has taken over; {count} orders are looked at anew.")
    return 0


def _show_what_it_would_do(shop: int) -> None:
    from kvitt.web.console.shops import reads

    observed = reads.side_by_side(shop, Guard.ANOTHER_PLUGIN, now=datetime.now(UTC))
    table = Table("order", "WooCommerce", "Klarna", "what kvitt would do", box=None)
    for each in observed:
        would = " ".join((*each.steps, each.hold)).strip()
        store, klarna = str(each.row.store.text), str(each.row.klarna.text)
        table.add_row(each.row.number, store, klarna, would)
    if observed:
        console.print(table)
    else:
        console.print("In no order of this shop is there anything to do now.")


@shops.command(name="hand-back")
def hand_back(shop: int) -> None:
    """Stop acting, and switch the shop's own Klarna order management on as it was.

    Example: kvitt shop hand-back 1
    """
    parts = open_parts()
    bootstrap.shops_of(parts).hand_over.hand_back(ShopId(shop))
    console.print("The shop's own plugin acts again; kvitt only watches.")
