"""``kvitt health``: which shops and Klarna accounts are left alone now, and why."""

from datetime import UTC, datetime

from cyclopts import App
from rich.console import Console

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.cli.telling import AsJson, print_rows
from kvitt.domain.errors import ConfigurationError
from kvitt.domain.ids import ShopId

health = App(
    name="health",
    help="Shops and Klarna accounts that do not answer.\n\nExample: kvitt health",
)
console = Console(highlight=False)


@health.default
def show(*, as_json: AsJson = False) -> int:
    """List who is not well; ends with 1 where a person should know.

    A shop or account that fails again and again, or refuses our credentials, is left alone
    for a while: its orders wait and nobody else's do.
    """
    bootstrap.start_django(configuration.load())
    # Models can be imported only now.
    from kvitt.adapters.database.health import overview

    found = overview()
    rows = []
    for one in found:
        health_now = one.health
        rows.append(
            {
                "shop": str(one.shop),
                "who": one.name,
                "is": health_now.condition.value,
                "since": f"{health_now.since:%Y-%m-%d %H:%M}" if health_now.since else "",
                "asked again": (
                    f"{health_now.blocked_until:%H:%M:%S}"
                    if health_now.blocked_until
                    else "now"
                ),
                "what it says": health_now.why,
            }
        )
    nothing = "Every shop and every Klarna account answers."
    print_rows(rows, as_json=as_json, nothing=nothing)
    return int(any(one.sentence for one in found))


@health.command
def retry(shop: int) -> None:
    """Ask a shop and its Klarna accounts again at once, because something was mended.

    Example: kvitt health retry 1
    """
    settings = configuration.load()
    bootstrap.start_django(settings)
    parts = bootstrap.assemble(settings)
    from kvitt.adapters.database import hints
    from kvitt.adapters.database.health import ask_anew

    if ShopId(shop) not in {ShopId(row.pk) for row in parts.shops.all_shops()}:
        raise ConfigurationError(f"there is no shop {shop}: kvitt shop list shows them")
    ask_anew(shop=shop)
    hints.want_waiting(shop, why="retry", now=datetime.now(UTC))
    for account in parts.accounts.accounts(ShopId(shop)):
        ask_anew(shop=shop, account=account.pk)
    console.print(f"Shop {shop} and its Klarna accounts are asked again.")
