"""Who may do what in which shop.

The law: a question names the shop it is about, or says that it is about every shop
(``everywhere``) or about any (``somewhere``). A person's rights in a shop are those of
their role in that shop together with those of their role in every shop.

Views are guarded by ``requires``, which finds the shop in the address by itself; lists
are narrowed by ``shops_of``.
"""

from collections.abc import Iterable
from typing import TypeAlias

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import transaction

from kvitt.web.accounts.models import Membership
from kvitt.web.accounts.rights import RIGHTS, Right, Role, role_with

__all__ = [
    "RIGHTS",
    "Right",
    "Role",
    "give",
    "may",
    "may_everywhere",
    "may_somewhere",
    "rights_everywhere",
    "rights_in",
    "rights_somewhere",
    "role_with",
    "shops_of",
    "take",
]

Anyone: TypeAlias = AbstractBaseUser | AnonymousUser
#: Row id of a shop → what the person may do there; None is every shop.
Held: TypeAlias = dict[int | None, frozenset[Right]]

_KNOWN = "kvitt_rights"
_NOTHING: frozenset[Right] = frozenset()


def rights_everywhere(user: Anyone) -> frozenset[Right]:
    """Return what the user may do in every shop, and so with the installation itself."""
    return _held(user).get(None, _NOTHING)


def rights_in(user: Anyone, shop: int) -> frozenset[Right]:
    """Return what the user may do in one shop, by its row id."""
    return rights_everywhere(user) | _held(user).get(shop, _NOTHING)


def rights_somewhere(user: Anyone) -> frozenset[Right]:
    """Return what the user may do in at least one shop."""
    return _NOTHING.union(*_held(user).values())


def may(user: Anyone, right: Right, shop: int) -> bool:
    """Say whether the user may do it in this shop, by its row id."""
    return right in rights_in(user, shop)


def may_everywhere(user: Anyone, right: Right) -> bool:
    """Say whether the user may do it in every shop, and so with the installation itself."""
    return right in rights_everywhere(user)


def may_somewhere(user: Anyone, right: Right) -> bool:
    """Say whether the user may do it in at least one shop."""
    return right in rights_somewhere(user)


def shops_of(user: Anyone, right: Right = Right.SEE) -> frozenset[int] | None:
    """Return the row ids of the shops in which the user has the right; None is every shop."""
    if may_everywhere(user, right):
        return None
    return frozenset(
        shop for shop, rights in _held(user).items() if shop is not None and right in rights
    )


@transaction.atomic
def give(user: User, role: Role, *, shop: int | None = None) -> None:
    """Give the user this role in a shop, or in every shop, instead of the one they had."""
    take(user, shop=shop)
    Membership.objects.create(user=user, shop_id=shop, role=role.value)
    forget(user)


def take(user: User, *, shop: int | None = None) -> None:
    """Take the user's role in a shop, or in every shop, away."""
    Membership.objects.filter(user=user, shop=shop).delete()
    forget(user)


def forget(user: User) -> None:
    """Ask the database again the next time."""
    user.__dict__.pop(_KNOWN, None)


def _held(user: Anyone) -> Held:
    """Return every right the user has and where; asked of the database once per request."""
    if not isinstance(user, User) or not user.is_active:
        return {}
    if user.is_superuser:
        return {None: frozenset(Right)}
    known: Held | None = user.__dict__.get(_KNOWN)
    if known is None:
        known = _read(Membership.objects.filter(user=user).values_list("shop", "role"))
        user.__dict__[_KNOWN] = known
    return known


def _read(rows: Iterable[tuple[int | None, str]]) -> Held:
    return {shop: RIGHTS[Role(role)] for shop, role in rows}
