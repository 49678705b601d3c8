"""What stands before a view: a login, a right in the shop concerned.

The law: every view has exactly one rule, set by ``requires``, ``own_account`` or
``for_anybody``, and a test finds the view that has none. What may not be seen is not
found (404); what may be seen and not done is refused (403).

``recent.recently_signed_in`` is added where money moves or where it is changed who may.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeAlias

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from kvitt.web.accounts import roles, subjects
from kvitt.web.accounts.rights import Right

View: TypeAlias = Callable[..., HttpResponseBase]

_RULE = "kvitt_rule"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Who may open an address."""

    #: None is no right at all: anybody who is signed in, or anybody.
    right: Right | None = None
    #: The right is needed in every shop: the address is about the installation itself.
    everywhere: bool = False
    #: No login is needed.
    anybody: bool = False


def requires(right: Right, *, everywhere: bool = False) -> Callable[[View], View]:
    """Guard a view by a right in the shop that its address is about.

    An address that names no shop needs the right in any shop, and its view narrows what
    it shows and does to ``roles.shops_of``; or, with ``everywhere``, in every shop.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            held = _rights_at(request, kwargs, everywhere=everywhere)
            if right not in held:
                raise PermissionDenied(right)
            return view(request, *args, **kwargs)

        return _ruled(guarded, Rule(right=right, everywhere=everywhere))

    return decorate


def own_account(view: View) -> View:
    """Leave a view to everybody who is signed in: it is about themselves only."""
    return _ruled(view, Rule())


def for_anybody(view: View) -> View:
    """Leave a view to everybody, signed in or not."""
    return _ruled(login_not_required(view), Rule(anybody=True))


def person_of(request: HttpRequest) -> User:
    """Return who is signed in. Raises PermissionDenied for nobody."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def rule_of(view: object) -> Rule | None:
    """Return the rule that a view was given."""
    found: Rule | None = getattr(view, _RULE, None)
    return found


def _rights_at(
    request: HttpRequest, names: dict[str, Any], *, everywhere: bool
) -> frozenset[Right]:
    """Return what the reader may do with what the address names. Raises Http404."""
    if everywhere:
        return roles.rights_everywhere(request.user)
    try:
        shop = subjects.shop_of(names)
    except subjects.NoSuchSubject:
        # Who may see nothing learns nothing, not even what there is not.
        if not roles.may_somewhere(request.user, Right.SEE):
            raise PermissionDenied from None
        raise Http404 from None
    if shop is None:
        return roles.rights_somewhere(request.user)
    held = roles.rights_in(request.user, shop)
    if Right.SEE not in held and roles.may_somewhere(request.user, Right.SEE):
        raise Http404
    return held


def _ruled(view: View, rule: Rule) -> View:
    setattr(view, _RULE, rule)
    return view
