"""``kvitt keys``: replace the key that seals credentials, without losing what is sealed."""

from cyclopts import App
from rich.console import Console

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.adapters import keyring
from kvitt.domain.errors import ConfigurationError
from kvitt.settings import Settings

keys = App(
    name="keys",
    help="The keys that seal credentials. To replace one, with kvitt stopped: kvitt keys add, "
    "kvitt keys rotate, kvitt keys drop. Without a pause, restart kvitt after each.",
)
console = Console(highlight=False)


@keys.command(name="list")
def list_keys() -> None:
    """Say how many sealed texts each key opens. Keys themselves are never shown.

    Example: kvitt keys list
    """
    settings = _set_up()
    from kvitt.adapters.database import sealed
    from kvitt.adapters.database.vault import Vault

    counted = sealed.count_by_key(Vault.of(settings))
    for place, mark in enumerate(keyring.marks(settings)):
        what = "seals" if place == 0 else "opens only"
        console.print(f"{mark}  {what}, {counted[place]} texts")
    if counted[-1]:
        raise ConfigurationError(
            f"{counted[-1]} texts open with none of these keys: put back the keys they were "
            "sealed with"
        )


@keys.command
def make() -> None:
    """Print a new key, for installations that keep keys in KVITT_ENCRYPTION_KEYS.

    Example: kvitt keys make
    """
    console.print(keyring.new_key(), soft_wrap=True)


@keys.command
def add() -> None:
    """Make a new key that opens and does not seal yet.

    Example: kvitt keys add
    """
    mark = keyring.add(_set_up())
    console.print(f"Key {mark} is there. Restart kvitt if it runs, then: kvitt keys rotate")


@keys.command
def rotate() -> None:
    """Have the newest key seal, and seal everything anew under it.

    Example: kvitt keys rotate
    """
    settings = _set_up()
    if keyring.promote(settings):
        settings = configuration.load()
    from kvitt.adapters.database import sealed
    from kvitt.adapters.database.vault import Vault

    done = sealed.reseal(Vault.of(settings))
    console.print(f"{done.changed} of {done.texts} texts are sealed anew.")
    if done.missed:
        console.print(f"{done.missed} changed meanwhile: run kvitt keys rotate again.")
    console.print("Restart kvitt if it runs and run this again, then: kvitt keys drop")


@keys.command
def drop() -> None:
    """Forget the old key, where it seals nothing any more.

    Example: kvitt keys drop
    """
    settings = _set_up()
    from kvitt.adapters.database import sealed
    from kvitt.adapters.database.vault import Vault

    counted = sealed.count_by_key(Vault.of(settings))
    if left := counted.total() - counted[0]:
        raise ConfigurationError(
            f"{left} texts are sealed under another key: run kvitt keys rotate first"
        )
    if keyring.is_waiting(settings):
        raise ConfigurationError("the new key seals nothing yet: run kvitt keys rotate first")
    keyring.keep_first(settings)
    console.print(
        "One key is left. Make a backup of it, and keep it apart from the database's."
    )


def _set_up() -> Settings:
    settings = configuration.load_or_create()
    bootstrap.start_django(settings)
    bootstrap.migrate()
    return settings
