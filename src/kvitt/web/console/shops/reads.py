"""What the shops' pages show, read from the database; no shop is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max

from kvitt.adapters.database import imports, shapes
from kvitt.adapters.database.models import (
    ImportState,
    KlarnaAccount,
    Order,
    RejectCounter,
    Shop,
    ShopImport,
    ShopStanding,
    ShopState,
)
from kvitt.adapters.database.reads import Shops
from kvitt.adapters.woocommerce.setup import ORDER_TOPICS
from kvitt.application import found as judged
from kvitt.application.found import AccountSign, Level, Remark, Signs
from kvitt.domain.health import Condition
from kvitt.domain.plan import Guard
from kvitt.domain.policy import Policy
from kvitt.domain.shop import STOPPING, Found, Trouble, host_of
from kvitt.web.console import rows as order_rows
from kvitt.web.console.rows import Row
from kvitt.web.console.shops import words
from kvitt.web.console.shops.troubles import said_of_trouble
from kvitt.web.console.shops.words import Words
from kvitt.web.console.words import Badge

#: Orders whose side by side is shown at once.
SIDE_BY_SIDE = 50
#: So long it is told that webhooks have come from another address.
HEARD_LATELY = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopRow:
    """A shop in the list."""

    shop: Shop
    state: Badge
    trouble: Words | None
    #: Since when it is in trouble.
    since: datetime | None
    environments: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A finding as it is shown."""

    badge: Badge
    words: Words


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportView:
    """An import as it is shown."""

    row: ShopImport
    reading: bool
    report: bool
    looked_at: int
    differing: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopView:
    """Everything that a shop's page shows."""

    shop: Shop
    standing: ShopStanding | None
    state: Badge
    trouble: Words | None
    #: The doubt whose shop this is; only a person ends it.
    doubtful: bool
    moved_to: str
    lines: Sequence[Line]
    accounts: Sequence[Any]
    observing: bool
    taken_over: bool
    hand_over_possible: bool
    imported: ImportView | None


@dataclass(frozen=True, kw_only=True, slots=True)
class WouldRow:
    """An order that is only observed, and what kvitt would do with it."""

    row: Row
    steps: Sequence[str]
    hold: str


def list_shops(among: Shops) -> list[ShopRow]:
    """Return the shops with these row ids, or all, by name."""
    rows = Shop.objects.select_related("standing").prefetch_related("accounts")
    if among is not None:
        rows = rows.filter(pk__in=among)
    return [row_of(shop) for shop in rows]


def row_of(shop: Shop) -> ShopRow:
    """Return a shop as a list shows it."""
    standing = _standing_of(shop)
    problem_since = standing.problem_since if standing else None
    return ShopRow(
        shop=shop,
        state=_state_of(shop, standing),
        trouble=_trouble_of(standing),
        since=problem_since or shop.trouble_since,
        environments=", ".join(sorted({one.environment for one in shop.accounts.all()})),
    )


def view_of(shop_id: int, *, now: datetime) -> ShopView:
    """Return what a shop's page shows."""
    shop = Shop.objects.select_related("standing").get(pk=shop_id)
    standing = _standing_of(shop)
    policy = shapes.unpack(Policy, shop.policy)
    found = _found_of(standing)
    problem = standing.problem if standing else ""
    signs = _signs_of(shop, standing, now=now)
    return ShopView(
        shop=shop,
        standing=standing,
        state=_state_of(shop, standing),
        trouble=_trouble_of(standing),
        doubtful=problem in STOPPING or shop.state == ShopState.STOPPED.value,
        moved_to=standing.problem_about if standing and problem == Trouble.MOVED else "",
        lines=[_line_of(remark) for remark in judged.findings_of(found, signs)],
        accounts=list(shop.accounts.all()),
        observing=policy.observe_only,
        taken_over=bool(standing and standing.taken_over_at),
        hand_over_possible=found is None or all(one.switchable for one in found.managing),
        imported=import_of(shop_id),
    )


def remarks_of(shop_id: int, *, now: datetime) -> Sequence[Remark]:
    """Return what there is to say of a shop, for the command line."""
    shop = Shop.objects.select_related("standing").get(pk=shop_id)
    standing = _standing_of(shop)
    return judged.findings_of(_found_of(standing), _signs_of(shop, standing, now=now))


def import_of(shop_id: int) -> ImportView | None:
    """Return the latest import of a shop."""
    row = ShopImport.objects.filter(shop=shop_id).order_by("-pk").first()
    if row is None:
        return None
    repository = Order.objects.filter(shop=shop_id, observed=True)
    unread = imports.unread_of(shop_id).count()
    return ImportView(
        row=row,
        reading=row.state == ImportState.READING.value,
        report=row.state == ImportState.REPORT.value,
        looked_at=row.taken - unread,
        differing=repository.filter(would__isnull=False).count(),
    )


def side_by_side(shop_id: int, guard: Guard, *, now: datetime) -> list[WouldRow]:
    """Return orders that are observed for this reason, and what kvitt would do."""
    orders = Order.objects.filter(shop=shop_id, guard=guard.value, would__isnull=False)
    rows = orders.select_related("shop", "account").order_by("-created_at", "-pk")
    return [
        WouldRow(
            row=order_rows.row_of(order, now=now),
            steps=tuple(order.would["steps"]),
            hold=order.would["hold"],
        )
        for order in rows[:SIDE_BY_SIDE]
    ]


def _standing_of(shop: Shop) -> ShopStanding | None:
    return getattr(shop, "standing", None)


def _found_of(standing: ShopStanding | None) -> Found | None:
    if standing is None or standing.found is None:
        return None
    return shapes.unpack(Found, standing.found)


def _signs_of(shop: Shop, standing: ShopStanding | None, *, now: datetime) -> Signs:
    pings = RejectCounter.objects.filter(shop=shop.pk, reason="ping")
    return Signs(
        url=shop.url,
        now=now,
        wanted_topics=ORDER_TOPICS if settings.KVITT.public_url else (),
        subscribed_at=standing.subscribed_at if standing else None,
        pinged_at=pings.aggregate(last=Max("last_at"))["last"],
        heard_at=shop.heard_at,
        heard_from=_heard_from(shop, standing, now=now),
        taken_over=bool(standing and standing.taken_over_at),
        paused=shop.state == ShopState.PAUSED.value,
        accounts=tuple(_account_of(one) for one in shop.accounts.select_related("health")),
    )


def _heard_from(shop: Shop, standing: ShopStanding | None, *, now: datetime) -> str:
    """Return from where else signed deliveries have come lately, if that is elsewhere still."""
    if standing is None or standing.heard_from_at is None:
        return ""
    own = {host_of(shop.url), host_of(standing.home_url)}
    lately = now - standing.heard_from_at < HEARD_LATELY
    return standing.heard_from if lately and standing.heard_from not in own else ""


def _account_of(row: KlarnaAccount) -> AccountSign:
    # An account that never failed has no row of its health.
    health = getattr(row, "health", None)
    refused = health is not None and health.condition == Condition.REFUSED.value
    return AccountSign(label=row.label, environment=row.environment, refused=refused)


def _state_of(shop: Shop, standing: ShopStanding | None) -> Badge:
    if shop.state != ShopState.ACTIVE.value:
        return words.STATES[shop.state]
    if standing and standing.problem:
        return words.IN_TROUBLE
    if shapes.unpack(Policy, shop.policy).observe_only:
        return words.WATCHING
    return words.STATES[shop.state]


def _trouble_of(standing: ShopStanding | None) -> Words | None:
    if standing is None or not standing.problem:
        return None
    return said_of_trouble(standing.problem, standing.problem_about)


def _line_of(remark: Remark) -> Line:
    return Line(badge=words.LEVELS[Level(remark.level)], words=words.said_of(remark))
