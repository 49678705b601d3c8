"""What begins and stops runs for the console, and the one place it is kept.

The law: a page never calls a shop or Klarna. ``bootstrap`` says what there is.
"""

from kvitt.application.bulk import Bulk
from kvitt.domain.errors import ConfigurationError

_kept: list[Bulk] = []


def use(bulk: Bulk | None) -> None:
    """Make this what is asked; None takes it away."""
    _kept[:] = [] if bulk is None else [bulk]


def installed() -> Bulk | None:
    """Return what is asked, if there is anything."""
    return _kept[0] if _kept else None


def current() -> Bulk:
    """Return what is asked. Raises ConfigurationError where there is nothing."""
    if not _kept:
        raise ConfigurationError("No runs are set: bootstrap calls web.bulk.use(…) first.")
    return _kept[0]
