"""``kvitt api-key``: the keys by which programs call the HTTP API."""

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from kvitt.web.accounts.rights import Right
    from kvitt.web.api.models import ApiKey

api_keys = App(name="api-key", help="Keys by which programs call the HTTP API.")
console = Console(highlight=False)

DAYS = 365


@api_keys.command
def add(
    name: str,
    *,
    scope: Annotated[list[str] | None, Parameter(negative=())] = None,
    shop: Annotated[list[str] | None, Parameter(negative=())] = None,
    days: int = DAYS,
) -> None:
    """Make a key and print its token, which is never shown again.

    Example: kvitt api-key add erp --scope see --scope capture --shop "My shop"

    Parameters
    ----------
    name
        What the key is for; orders' timelines name it.
    scope
        see, look_again, retry, capture, refund or configure; can be given several times.
        Without one, the key may only see.
    shop
        Name, address or number of a shop; can be given several times. Without one, every
        shop there is and will be.
    days
        How long it is good.
    """
    _set_up()
    from kvitt.web.api import keys
    from kvitt.web.api.keys import NewKey

    now = datetime.now(UTC)
    if days < 1:
        raise ConfigurationError("--days is at least 1")
    new = NewKey(
        name=name,
        scopes=frozenset(_right(word) for word in scope or ["see"]),
        shops=_shops(shop) if shop else None,
        created_by="cli",
        expires_at=now + timedelta(days=days),
    )
    row, token = keys.make(new, now=now)
    # The token alone on standard output: a script keeps it without cutting words off.
    sys.stdout.write(f"{token}\n")
    Console(stderr=True, highlight=False).print(
        f"Key {row.prefix} ({name}) is good until {row.expires_at:%Y-%m-%d}. The token is "
        "shown once: keep it where secrets are kept.",
        soft_wrap=True,
    )


@api_keys.command(name="list")
def list_keys(
    *, as_json: Annotated[bool, Parameter(name="--json", negative=())] = False
) -> None:
    """List the keys: what each may, where, and until when.

    Example: kvitt api-key list --json

    Parameters
    ----------
    as_json
        Print JSON.
    """
    _set_up()
    from kvitt.web.api.models import ApiKey

    now = datetime.now(UTC)
    rows = [_told(row, now=now) for row in ApiKey.objects.prefetch_related("shops")]
    if as_json:
        sys.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
        return
    table = Table("Key", "Name", "May", "Where", "Good until", "Last used", box=None)
    for row in rows:
        table.add_row(*row.values())
    console.print(table)


@api_keys.command
def revoke(prefix: str) -> None:
    """Make a key open nothing from now on.

    Example: kvitt api-key revoke 1f2e3d4c

    Parameters
    ----------
    prefix
        As kvitt api-key list shows it: the word after kvitt_ in the token.
    """
    _set_up()
    from kvitt.web.api import keys

    row = keys.revoke(prefix, now=datetime.now(UTC))
    console.print(f"Key {row.prefix} ({row.name}) opens nothing any more.")


def _set_up() -> None:
    bootstrap.start_django(configuration.load_or_create())
    bootstrap.migrate()


def _right(word: str) -> "Right":
    from kvitt.web.accounts.rights import Right

    known = [right for right in Right if right is not Right.PEOPLE]
    if word not in known:
        raise ConfigurationError(f"{word!r} is not a scope: choose one of {', '.join(known)}")
    return Right(word)


def _shops(words: list[str]) -> list[int]:
    from kvitt.adapters.database import lookups

    found = []
    for word in words:
        rows = lookups.find_shops(word)
        if not rows:
            raise ConfigurationError(f"there is no shop {word}: see kvitt shop list")
        found += [row.pk for row in rows]
    return found


def _told(row: "ApiKey", *, now: datetime) -> dict[str, str]:
    until = row.revoked_at or row.expires_at
    word = "revoked " if row.revoked_at else ""
    past = "expired " if not word and until is not None and until <= now else ""
    return {
        "key": row.prefix,
        "name": row.name,
        "scopes": ", ".join(row.scopes),
        "shops": "every shop" if row.everywhere else ", ".join(s.name for s in row.shops.all()),
        "until": f"{word}{past}{until:%Y-%m-%d}" if until else "for good",
        "used": f"{row.used_at:%Y-%m-%d %H:00}" if row.used_at else "never",
    }
