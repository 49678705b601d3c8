"""The desk that pages and the API ask, and the one place it is kept.

The law: a page never calls a shop or Klarna. It asks the desk, which stores what is
wanted, puts the order in the queue and returns at once. ``bootstrap`` says which desk
there is, because it alone knows every part.
"""

from kvitt.application.commands import Desk
from kvitt.domain.errors import ConfigurationError

_desks: list[Desk] = []


def use(desk: Desk | None) -> None:
    """Make this the desk that is asked; None takes it away."""
    _desks[:] = [] if desk is None else [desk]


def installed() -> Desk | None:
    """Return the desk in use, if there is one."""
    return _desks[0] if _desks else None


def current() -> Desk:
    """Return the desk in use. Raises ConfigurationError where there is none."""
    if not _desks:
        raise ConfigurationError("No desk is set: bootstrap calls web.desk.use(…) first.")
    return _desks[0]
