"""Who looks after an order that waits, and until when it is out of sight.

The law: what is put aside comes back by itself: when its time is over, when it waits for
something else, and in any case before its money is lost.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kvitt.adapters.database.models import Order
from kvitt.domain.errors import NotAllowedNow
from kvitt.web.accounts import roles
from kvitt.web.accounts.rights import Right
from kvitt.web.console.models import Care

#: What ends sooner than this cannot be put aside.
BEFORE_THE_END = timedelta(days=3)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """One choice of how long something may be out of sight."""

    name: Any
    length: timedelta


PAUSES: Mapping[str, Pause] = {
    "hour": Pause(name=_("1 hour"), length=timedelta(hours=1)),
    "day": Pause(name=_("1 day"), length=timedelta(days=1)),
    "three-days": Pause(name=_("3 days"), length=timedelta(days=3)),
    "week": Pause(name=_("1 week"), length=timedelta(days=7)),
}


def out_of_sight(*, now: datetime) -> Q:
    """Return which orders somebody has put aside for now."""
    return Q(care__snoozed_until__gt=now, care__snoozed_code=F("hold_code"))


def put_aside(*, now: datetime) -> Q:
    """Return the same for many orders, by the few row ids that the database has for it.

    Asked of it as a subquery, SQLite would go through every order there is.
    """
    aside = Care.objects.filter(snoozed_until__gt=now)
    found: defaultdict[str, list[int]] = defaultdict(list)
    for order, code in aside.values_list("order", "snoozed_code"):
        found[code].append(order)
    wanted = Q(pk__in=())
    for code, orders in found.items():
        wanted |= Q(pk__in=orders, hold_code=code)
    return wanted


def assign(order: Order, to: int | None) -> str:
    """Give an order to a person, by row id, or to nobody; return the person's name.

    Raises NotAllowedNow for somebody who could do nothing about it.
    """
    person = None if to is None else User.objects.filter(pk=to, is_active=True).first()
    able = person is not None and roles.may(person, Right.RETRY, order.shop_id)
    if to is not None and not able:
        raise NotAllowedNow("not_able", _t("That person may not do anything in this shop."))
    Care.objects.update_or_create(order=order, defaults={"assignee": person})
    return person.get_username() if person else ""


def snooze(order: Order, pause: str, *, now: datetime) -> datetime | None:
    """Put an order out of sight, and return until when; None shows it again.

    Raises NotAllowedNow where its money would be lost meanwhile.
    """
    if pause not in PAUSES:
        Care.objects.filter(order=order).update(snoozed_until=None, snoozed_code="")
        return None
    until = now + PAUSES[pause].length
    if order.remaining_minor and order.expires_at is not None:
        until = min(until, order.expires_at - BEFORE_THE_END)
    if until <= now:
        raise NotAllowedNow(
            "ends_soon", _t("The authorization ends too soon for this to be put aside.")
        )
    Care.objects.update_or_create(
        order=order, defaults={"snoozed_until": until, "snoozed_code": order.hold_code}
    )
    return until


def people(shops: set[int]) -> tuple[User, ...]:
    """Return everybody who could look after an order of one of these shops."""
    active = User.objects.filter(is_active=True)
    able = Q(is_superuser=True) | Q(
        Q(memberships__shop=None) | Q(memberships__shop__in=shops),
        memberships__role__in=[
            role for role in roles.Role if Right.RETRY in roles.RIGHTS[role]
        ],
    )
    return tuple(active.filter(able).distinct().order_by("username"))
