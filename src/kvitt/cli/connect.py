"""``kvitt connect``: let a shop hand over a key by itself, and connect it.

What other commands of this family need, to ask for secrets and to say what is wrong, is
here as well.
"""

import getpass
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from rich.console import Console

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.application.connect import Connecting
from kvitt.bootstrap import Parts
from kvitt.cli.given import NOTHING_SAID, AccountOptions
from kvitt.domain.errors import ConfigurationError, NotConnectable
from kvitt.domain.ids import ShopId
from kvitt.domain.newcomer import Attempt, StoreKey

console = Console(highlight=False)

ACTOR = "the command line"
#: How often the database is asked whether the shop has handed over a key, seconds.
LOOKS_EVERY = 1.0


def connect(
    url: str,
    *,
    wait_minutes: int = 15,
    options: AccountOptions = NOTHING_SAID,
) -> None:
    """Connect a shop: approve in its own admin, then give its Klarna account.

    The shop hands its key to ``kvitt serve``, which has to be running where KVITT_PUBLIC_URL
    says. Without that address the key is asked for.

    Example: kvitt connect https://shop.example

    Parameters
    ----------
    url
        The shop's address, as the browser shows it.
    wait_minutes
        How long to wait for the approval.
    """
    parts = open_parts()
    desk = bootstrap.shops_of(parts)
    with in_words():
        attempt = desk.connecting.begin(url, actor=ACTOR)
        console.print(f"Found {attempt.name} at {attempt.url}.")
        consent = desk.connecting.consent_url(attempt)
        if consent:
            console.print("Open this address, sign in to the shop, and press Approve:\n")
            console.print(f"  {consent}\n", soft_wrap=True)
            _wait_for_key(desk.connecting, attempt, timedelta(minutes=wait_minutes))
        else:
            console.print("KVITT_PUBLIC_URL is not set: make a key in the shop, Read/Write.")
            ask_for_key(desk.connecting, attempt.uid)
    finish(parts, attempt, options)


def finish(parts: Parts, attempt: Attempt, options: AccountOptions) -> ShopId:
    """Ask for the Klarna account where one is needed, connect, and say what was found."""
    from kvitt.cli import doctor

    desk = bootstrap.shops_of(parts)
    given = None
    if desk.connecting.needs_account(attempt):
        username, password = ask("Klarna user (empty for a key alone)", "Klarna key", some=True)
        given = options.given(username, password)
    with in_words(), console.status("Checking both …"):
        shop = desk.connecting.finish(attempt.uid, given)
    console.print(f"Connected {attempt.name} as shop {shop}.")
    doctor.report(parts, shop)
    return shop


def ask_for_key(connecting: Connecting, attempt: UUID) -> None:
    """Take a key that was made by hand. Raises NotConnectable where it does not work."""
    key, secret = ask("REST key (ck_…)", "REST secret (cs_…)")
    with console.status("Asking the shop …"):
        connecting.give_key(attempt, StoreKey(consumer_key=key, consumer_secret=secret))


def ask(*what: str, some: bool = False) -> tuple[str, ...]:
    """Ask for secrets without showing them, or read a line of standard input for each.

    Where only ``some`` are needed, the first may be left empty.
    """
    answers = tuple(
        getpass.getpass(f"{one}: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
        for one in what
    )
    for name, answer in list(zip(what, answers, strict=True))[1 if some else 0 :]:
        if not answer:
            raise ConfigurationError(f"{name} is missing: nothing was stored")
    return answers


def open_parts() -> Parts:
    """Put kvitt together over the database of the settings."""
    settings = configuration.load_or_create()
    bootstrap.start_django(settings)
    bootstrap.migrate()
    return bootstrap.assemble(settings)


@contextmanager
def in_words() -> Iterator[None]:
    """Say what is wrong with a connection, and what to do next, in one line."""
    from kvitt.web.console.shops.troubles import said_of_trouble

    try:
        yield
    except NotConnectable as refusal:
        said = said_of_trouble(refusal.code, refusal.about)
        raise ConfigurationError(f"{said.what} {said.next_step}") from refusal


def _wait_for_key(
    connecting: Connecting,
    attempt: Attempt,
    patience: timedelta,
) -> None:
    """Wait until the shop has handed its key to the process that serves."""
    never = threading.Event()
    with console.status("Waiting for the shop …"):
        for _ in range(int(patience.total_seconds() / LOOKS_EVERY)):
            known = connecting.attempt(attempt.uid)
            if known is not None and known.key is not None:
                return
            never.wait(LOOKS_EVERY)
    raise ConfigurationError(
        "the shop has handed over no key: check that kvitt serve is running and that the "
        "shop's server can reach KVITT_PUBLIC_URL, or use kvitt shop add with a key"
    )
