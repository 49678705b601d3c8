"""``kvitt shop account``: the Klarna accounts of a connected shop."""

from cyclopts import App
from rich.console import Console
from rich.table import Table

from kvitt import bootstrap
from kvitt.application.accounts import AccountDesk
from kvitt.bootstrap import Parts
from kvitt.cli.connect import ask, in_words, open_parts
from kvitt.cli.given import NOTHING_SAID, AccountOptions
from kvitt.domain.errors import ConfigurationError
from kvitt.domain.ids import ShopId
from kvitt.domain.newcomer import GivenAccount

accounts = App(name="account", help="Klarna accounts of a shop.")
console = Console(highlight=False)

#: What is asked for, or read line by line.
_ASKED = ("Klarna user (empty for a key alone)", "Klarna key")


@accounts.command(name="list")
def list_accounts(shop: int) -> None:
    """List the Klarna accounts of a shop, and what each is for.

    Example: kvitt shop account list 1

    Parameters
    ----------
    shop
        The shop's number, as in kvitt shop list.
    """
    parts = open_parts()
    table = Table("id", "name", "environment", "region", "countries", "currencies", box=None)
    for row in parts.accounts.accounts(ShopId(shop)):
        served = (", ".join(row.countries) or "all", ", ".join(row.currencies) or "all")
        table.add_row(str(row.pk), row.label, row.environment, row.region, *served)
    console.print(table)


@accounts.command
def add(
    shop: int,
    *,
    countries: str = "",
    currencies: str = "",
    options: AccountOptions = NOTHING_SAID,
) -> None:
    """Add a Klarna account; its user name and key are asked for, or read line by line.

    Example: kvitt shop account add 1 --countries NO,DK

    Parameters
    ----------
    shop
        The shop's number, as in kvitt shop list.
    countries
        Only for orders of these purchase countries, like SE,NO; without it for all.
    currencies
        Only for orders in these currencies, like SEK,EUR; without it for all.
    """
    parts = open_parts()
    # A shop that is not there is told before anything is asked.
    parts.shops.shop(ShopId(shop))
    served = (_codes(countries, letters=2), _codes(currencies, letters=3))
    username, password = ask(*_ASKED, some=True)
    given = options.given(username, password, countries=served[0], currencies=served[1])
    with in_words(), console.status("Asking Klarna …"):
        known = _desk(parts).add(ShopId(shop), given)
    console.print(f"The account is connected ({known.environment}).")


@accounts.command
def replace(account: int) -> None:
    """Give an account a new key of the same merchant; what waits for it is done then.

    Example: kvitt shop account replace 1

    Parameters
    ----------
    account
        The account's number, as in kvitt shop account list.
    """
    parts = open_parts()
    parts.accounts.account(account)
    username, password = ask("Klarna user (empty to keep it)", _ASKED[1], some=True)
    with in_words(), console.status("Asking Klarna …"):
        _desk(parts).replace_credentials(
            account, GivenAccount(username=username, password=password)
        )
    console.print("The new key works. What was waiting for this account is done now.")


@accounts.command
def serve(account: int, *, countries: str = "", currencies: str = "") -> None:
    """Say for which orders an account is. Orders that are known stay with theirs.

    Example: kvitt shop account serve 2 --countries NO

    Parameters
    ----------
    account
        The account's number, as in kvitt shop account list.
    countries
        Only for orders of these purchase countries, like SE,NO; without it for all.
    currencies
        Only for orders in these currencies, like SEK,EUR; without it for all.
    """
    parts = open_parts()
    _desk(parts).serve(
        account,
        countries=_codes(countries, letters=2),
        currencies=_codes(currencies, letters=3),
    )
    console.print("New orders go by this from now on.")


@accounts.command
def remove(account: int) -> None:
    """Forget an account that no order was made with.

    Example: kvitt shop account remove 2

    Parameters
    ----------
    account
        The account's number, as in kvitt shop account list.
    """
    parts = open_parts()
    with in_words():
        _desk(parts).remove(account)
    console.print("The Klarna account is forgotten.")


def _desk(parts: Parts) -> AccountDesk:
    return bootstrap.shops_of(parts).connecting.accounts


def _codes(text: str, *, letters: int) -> tuple[str, ...]:
    codes = tuple(code.upper() for code in text.replace(",", " ").split())
    for code in codes:
        if len(code) != letters or not (code.isascii() and code.isalpha()):
            raise ConfigurationError(f"{code} is not a code of {letters} letters")
    return codes
