"""The webhooks that came, and what came instead of one. Bodies are shown as shapes only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Max, Sum
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import Delivery, DeliveryState, Order, RejectCounter
from kvitt.adapters.database.reads import Shops
from kvitt.adapters.database.vault import Vault
from kvitt.web.console import masking
from kvitt.web.console.words import Badge

PAGE = 50
ID_DIGITS = 18
#: More of a body's shape is not shown.
SHOWN_LETTERS = 4_000

STATES: Mapping[str, Badge] = {
    DeliveryState.ACCEPTED.value: Badge(text=_("Verified"), tone="good"),
    DeliveryState.IGNORED.value: Badge(text=_("Verified, about no order")),
    DeliveryState.UNREADABLE.value: Badge(text=_("Verified, but unreadable"), tone="warn"),
}
#: What was not taken in, by the codes of ``web/hooks/front.py``.
REJECTS: Mapping[str, Any] = {
    "ping": _("WooCommerce's test of the address: as it should be"),
    "bad_signature": _("Signature that does not match"),
    "unknown_address": _("Address that no shop was given"),
    "too_large": _("Larger than a webhook can be"),
    "no_length": _("Length not given"),
    "too_slow": _("Came too slowly"),
    "cut_off": _("Broke off"),
    "method": _("Not a webhook"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One reading of the list's address."""

    state: str = ""
    shop: int | None = None
    #: Show what came before this row id; 0 is the beginning.
    after: int = 0

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """Read an address. Never fails."""
        state = query.get("state", "")
        return cls(
            state=state if state in STATES else "",
            shop=_row_id(query.get("shop", "")) or None,
            after=_row_id(query.get("after", "")),
        )

    @property
    def narrowed(self) -> bool:
        """Say whether anything is left out."""
        return bool(self.state or self.shop)

    def page(self, after: int) -> str:
        """Return the address of another page of the same list."""
        parts = {"state": self.state, "shop": str(self.shop or ""), "after": str(after or "")}
        return "?" + urlencode({name: text for name, text in parts.items() if text})


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A webhook as the list shows it."""

    delivery: Delivery
    state: Badge
    #: Row id of the order it named, where that is known; 0 otherwise.
    order: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of webhooks, with the row id that the next begins below; 0 at the end."""

    received: tuple[Received, ...]
    next: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Reject:
    """How often something came that was not taken in."""

    what: Any
    shop: str
    count: int
    last: datetime


def page(question: Question, *, shops: Shops) -> Page:
    """Return the page of webhooks that the address asks for, newest first."""
    rows = Delivery.objects.all() if shops is None else Delivery.objects.filter(shop__in=shops)
    if question.shop is not None:
        rows = rows.filter(shop=question.shop)
    if question.state:
        rows = rows.filter(state=question.state)
    if question.after:
        rows = rows.filter(pk__lt=question.after)
    newest = rows.prefetch_related("shop").defer("body_sealed").order_by("-pk")
    found = list(newest[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    known = _orders(found)
    return Page(
        received=tuple(
            Received(
                delivery=each,
                state=STATES.get(each.state, Badge(text=each.state)),
                order=known.get((each.shop_id, each.resource_id), 0),
            )
            for each in found
        ),
        next=found[-1].pk if more else 0,
    )


def rejects(*, since: date, shops: Shops) -> tuple[Reject, ...]:
    """Return what was not taken in lately, the most frequent first.

    What came to no shop's address belongs to nobody, and is shown to who sees every shop.
    """
    names = dict(reads.visible_shops(shops).values_list("pk", "name"))
    counters = RejectCounter.objects.filter(day__gte=since)
    if shops is not None:
        counters = counters.filter(shop__in=names)
    summed = counters.values_list("shop", "reason").annotate(
        times=Sum("count"), last=Max("last_at")
    )
    return tuple(
        Reject(what=REJECTS.get(reason, reason), shop=names.get(shop, ""), count=times, last=at)
        for shop, reason, times, at in summed.order_by("-times")
    )


def get(shop: int, delivery: int) -> Delivery | None:
    """Return a webhook of a shop."""
    if delivery >= 2**63:
        return None
    return Delivery.objects.filter(shop=shop, pk=delivery).select_related("shop").first()


def shape_of(delivery: Delivery, vault: Vault) -> str:
    """Return the form of a kept body without its words; empty where none is kept.

    Raises ConfigurationError where it does not open.
    """
    if not delivery.body_sealed:
        return ""
    sealed = bytes(delivery.body_sealed).decode("ascii")
    body = vault.open(sealed, context=f"delivery {delivery.body_sha256}")
    return masking.shape_of(body[:SHOWN_LETTERS])


def _orders(found: list[Delivery]) -> Mapping[tuple[int, int | None], int]:
    """Return the rows of the orders that were named."""
    shops = {each.shop_id for each in found}
    named = {each.resource_id for each in found if each.resource_id is not None}
    rows = Order.objects.filter(shop__in=shops, store_order_id__in=named)
    return {
        (shop, number): row
        for shop, number, row in rows.values_list("shop", "store_order_id", "pk")
    }


def _row_id(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= ID_DIGITS else 0
