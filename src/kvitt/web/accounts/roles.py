"""The four roles and what each may do.

The law: ``RIGHTS`` is the only place that says who may do what. Views ask with
``requires``, templates with ``may``; neither names a role. A role is a Django
group of the same name, so the admin's own pages can give it.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, TypeAlias

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

Anyone: TypeAlias = AbstractBaseUser | AnonymousUser
View: TypeAlias = Callable[..., HttpResponseBase]


class Role(StrEnum):
    """What a person is to the shop. Each may all that the one before may."""

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


def rights_of(user: Anyone) -> frozenset[Right]:
    """Return everything the user may do; asked of the database once per request."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    if user.is_superuser:
        return frozenset(Right)
    known: frozenset[Right] | None = user.__dict__.get("kvitt_rights")
    if known is None:
        names = user.groups.filter(name__in=list(Role)).values_list("name", flat=True)
        known = frozenset[Right]().union(*(RIGHTS[Role(name)] for name in names))
        user.__dict__["kvitt_rights"] = known
    return known


def may(user: Anyone, right: Right) -> bool:
    """Say whether the user may do it."""
    return right in rights_of(user)


def requires(right: Right) -> Callable[[View], View]:
    """Refuse a view with 403 to those who lack the right."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not may(request.user, right):
                raise PermissionDenied(right)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def make_groups() -> None:
    """Make sure that every role has its group."""
    for role in Role:
        Group.objects.get_or_create(name=role)


def give(user: User, role: Role) -> None:
    """Give the user this role and take the others away."""
    user.groups.remove(*Group.objects.filter(name__in=list(Role)))
    user.groups.add(Group.objects.get(name=role))
    user.__dict__.pop("kvitt_rights", None)
