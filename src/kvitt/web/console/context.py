"""What every page shows: where one is, which money this is, and what waits."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from kvitt.web.accounts import roles, subjects
from kvitt.web.console import preferences, trail, waiting
from kvitt.web.console.models import Theme


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """Which money a page is about, in words that nobody can miss."""

    code: str
    name: Any
    meaning: Any


WORLDS = {
    world.code: world
    for world in (
        World(code="demo", name=_("Demo"), meaning=_("No real money moves here.")),
        World(
            code="playground",
            name=_("Playground"),
            meaning=_("Klarna's test environment. No real money moves here."),
        ),
        World(
            code="live",
            name=_("Live"),
            meaning=_("Captures and refunds move real money."),
        ),
    )
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rights:
    """What the reader may press, and what the reader is called."""

    role: Any
    look_again: bool
    retry: bool
    people: bool


ROLE_NAMES = {
    roles.Role.VIEWER: _("viewer"),
    roles.Role.OPERATOR: _("operator"),
    roles.Role.MANAGER: _("manager"),
    roles.Role.OWNER: _("owner"),
}


def console(request: HttpRequest) -> dict[str, Any]:
    """Return the values of the page's frame. The database is asked only when one is shown."""
    return {
        "world": WORLDS[settings.KVITT.environment.value],
        "sandbox_shop_url": getattr(settings, "KVITT_SANDBOX_SHOP_URL", ""),
        "sandbox_klarna_url": getattr(settings, "KVITT_SANDBOX_KLARNA_URL", ""),
        "rights": SimpleLazyObject(lambda: _rights(request)),
        "theme": SimpleLazyObject(lambda: _theme(request)),
        "shortcuts": SimpleLazyObject(lambda: preferences.of(request).shortcuts),
        # A name that no view's own values have: theirs go before these.
        "orders_waiting": SimpleLazyObject(lambda: _waiting(request)),
        "trail": SimpleLazyObject(lambda: trail.of(request)),
    }


def _theme(request: HttpRequest) -> str:
    """Return the brightness that was chosen; empty is the system's."""
    theme: str = preferences.of(request).theme
    return "" if theme == Theme.SYSTEM else theme


def _waiting(request: HttpRequest) -> str:
    """Return how many orders wait, for the badge; empty where none does."""
    found = waiting.count(now=timezone.now(), shops=roles.shops_of(request.user))
    return f"{waiting.COUNT_LIMIT}+" if found > waiting.COUNT_LIMIT else str(found or "")


def _rights(request: HttpRequest) -> Rights:
    """Return what the reader may do with what the address is about."""
    match = request.resolver_match
    try:
        shop = subjects.shop_of(match.kwargs) if match else None
    except subjects.NoSuchSubject:
        shop = None
    user = request.user
    found = roles.rights_somewhere(user) if shop is None else roles.rights_in(user, shop)
    # The highest role whose rights the reader has: a superuser reads as the owner.
    role = roles.role_with(found)
    return Rights(
        role=ROLE_NAMES[role] if role else "",
        look_again=roles.Right.LOOK_AGAIN in found,
        retry=roles.Right.RETRY in found,
        people=roles.Right.PEOPLE in found,
    )
