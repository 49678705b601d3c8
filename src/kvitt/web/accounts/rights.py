"""The four roles and what each may do.

The law: ``RIGHTS`` is the only place that says which role may do what. Nothing here asks
the database; who has which role in which shop is asked in ``roles.py``.
"""

from enum import StrEnum


class Role(StrEnum):
    """What a person is to a shop. Each may all that the one before may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    MANAGER = "manager"
    OWNER = "owner"


class Right(StrEnum):
    """One thing that a person may or may not do."""

    SEE = "see"
    #: Read both halves of an order again, now.
    LOOK_AGAIN = "look_again"
    #: Try again what was refused, or what waits for a person.
    RETRY = "retry"
    #: Claim money, give up an authorization, change its lines.
    CAPTURE = "capture"
    #: Money leaves the shop: refunds are the right that theft would want.
    REFUND = "refund"
    #: Connect shops, change their rules.
    CONFIGURE = "configure"
    #: Make accounts and give roles.
    PEOPLE = "people"


_VIEWER = frozenset({Right.SEE})
_OPERATOR = _VIEWER | {Right.LOOK_AGAIN, Right.RETRY, Right.CAPTURE}
_MANAGER = _OPERATOR | {Right.REFUND, Right.CONFIGURE}

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: _VIEWER,
    Role.OPERATOR: _OPERATOR,
    Role.MANAGER: _MANAGER,
    Role.OWNER: _MANAGER | {Right.PEOPLE},
}


def role_with(rights: frozenset[Right]) -> Role | None:
    """Return the highest role whose rights these hold, if they hold any."""
    held = [role for role in Role if RIGHTS[role] <= rights]
    return held[-1] if held else None
