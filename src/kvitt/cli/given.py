"""What a command line may say of a Klarna account: the same options wherever one is added.

The law: an account's key is no option. It would stand in the shell's history and in the list
of processes, so it is asked for, or read from standard input.
"""

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from kvitt.domain.newcomer import GivenAccount


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True, slots=True)
class AccountOptions:
    """The options of every command that adds an account."""

    environment: Annotated[
        str,
        Parameter(
            help="Of the Klarna account: playground or live. Mostly recognised by itself."
        ),
    ] = ""
    kustom: Annotated[bool, Parameter(help="The account is with Kustom, not with Klarna.")] = (
        False
    )
    live: Annotated[bool, Parameter(help="Yes, this account moves real money.")] = False
    klarna_url: Annotated[
        str,
        Parameter(
            help="Address of a practice Klarna on this machine, instead of Klarna's own."
        ),
    ] = ""

    def given(
        self,
        username: str,
        password: str,
        *,
        countries: tuple[str, ...] = (),
        currencies: tuple[str, ...] = (),
    ) -> GivenAccount:
        """Return the account with the secrets that were asked for."""
        return GivenAccount(
            username=username,
            password=password,
            environment=self.environment,
            kustom=self.kustom,
            base_url=self.klarna_url,
            live_confirmed=self.live,
            countries=countries,
            currencies=currencies,
        )


#: Nothing was said: all of it is recognised, or is as it mostly is.
NOTHING_SAID = AccountOptions()
