"""What the address asks of the list of orders: tab, search, filters, sort, page.

The law: the whole state of the list is in its address, so that it can be kept,
shared and gone back to. What cannot be read is left out and named, never guessed.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kvitt.adapters.database.models import OrderState
from kvitt.adapters.database.sums import OPEN
from kvitt.web.console import moved
from kvitt.web.console.moved import Moved

#: An authorization with less than this left is listed as expiring.
SOON = timedelta(days=7)
#: Longer than any order number, name or id that is searched for.
SEARCH_LIMIT = 100
#: What every database can compare with a row's id.
ID_DIGITS = 18
#: In an address: authorizations whose end is not known.
UNKNOWN = "unknown"
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tab:
    """One way to look at the orders, with what its emptiness means."""

    code: str
    title: Any
    #: Why nothing is there, and what to do or expect next.
    empty: Any
    next_step: Any


TABS = (
    Tab(
        code="all",
        title=_("All"),
        empty=_("No orders yet."),
        next_step=_(
            "Orders paid with Klarna appear here as soon as a connected shop sends them."
        ),
    ),
    Tab(
        code="to-capture",
        title=_("To capture"),
        empty=_("Nothing waits to be captured."),
        next_step=_("An order is captured when its status in the shop becomes Completed."),
    ),
    Tab(
        code="expires-soon",
        title=_("Expires soon"),
        empty=_("No authorization ends within seven days."),
        next_step=_("Orders appear here while there is still time to capture or extend."),
    ),
    Tab(
        code="attention",
        title=_("Needs attention"),
        empty=_("Nothing needs attention."),
        next_step=_("What kvitt cannot do by itself waits here with its reason."),
    ),
    Tab(
        code="captured",
        title=_("Captured"),
        empty=_("Nothing is captured in full yet."),
        next_step=_("An order is captured when its status in the shop becomes Completed."),
    ),
    Tab(
        code="refunded",
        title=_("Refunded"),
        empty=_("Nothing is refunded."),
        next_step=_(
            "A refund made in the shop's order screen appears here once Klarna has it."
        ),
    ),
    Tab(
        code="cancelled",
        title=_("Cancelled"),
        empty=_("No order is cancelled at Klarna."),
        next_step=_("Setting an order's status to Cancelled in the shop cancels it at Klarna."),
    ),
)


def condition(tab: str, *, now: datetime) -> Q:
    """Return which orders a tab shows."""
    return {
        "to-capture": OPEN,
        "expires-soon": OPEN & Q(expires_at__gt=now, expires_at__lte=now + SOON),
        "attention": Q(state=OrderState.HELD.value),
        "captured": Q(klarna_status="CAPTURED"),
        "refunded": Q(refunded_minor__gt=0),
        "cancelled": Q(klarna_status="CANCELLED"),
    }.get(tab, Q())


SORTS = {
    "newest": _("Newest first"),
    "oldest": _("Oldest first"),
    "changed": _("Last changed"),
    "ends": _("Ending first"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One reading of the list's address."""

    tab: str = "all"
    search: str = ""
    shop: int | None = None
    store_status: str = ""
    klarna_status: str = ""
    since: date | None = None
    until: date | None = None
    #: The authorization ends on these days.
    ends_from: date | None = None
    ends_to: date | None = None
    #: Nobody knows when it ends.
    ends_unknown: bool = False
    #: Orders, or movements, of this currency; empty is every one.
    currency: str = ""
    #: Money has moved so; the overview leads here.
    moved: Moved | None = None
    sort: str = "newest"
    #: Show what comes after, or before, this place. At most one is set.
    after: str = ""
    before: str = ""
    #: What in the address could not be read, in words.
    problems: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """Read an address. Never fails."""
        problems: list[str] = []
        tab, sort = query.get("view", "all"), query.get("sort", "newest")
        return cls(
            tab=tab if any(tab == known.code for known in TABS) else "all",
            search=" ".join(query.get("q", "").replace("\x00", "").split())[:SEARCH_LIMIT],
            shop=_row_id(query.get("shop", "")),
            store_status=query.get("store", "")[:50].replace("\x00", ""),
            klarna_status=query.get("klarna", "")[:20].replace("\x00", ""),
            since=_day(query.get("from", ""), _t("From"), problems),
            until=_day(query.get("to", ""), _t("To"), problems),
            ends_from=_day(query.get("ends-from", ""), _t("Ends from"), problems),
            ends_to=_day(query.get("ends-to", ""), _t("Ends until"), problems),
            ends_unknown=query.get("ends") == UNKNOWN,
            currency=_currency(query.get("currency", "")),
            moved=moved.read(
                query.get("moved", ""),
                reason=query.get("reason", ""),
                waited=query.get("waited", ""),
            ),
            sort=sort if sort in SORTS else "newest",
            after=query.get("after", "")[:100],
            before=query.get("before", "")[:100],
            problems=tuple(problems),
        )

    @property
    def only_moved(self) -> bool:
        """Say whether the list is what moved in one currency, and nothing narrows it more."""
        places = replace(self, sort="newest", after="", before="")
        return bool(self.moved and self.currency) and places == Question(
            moved=self.moved, currency=self.currency
        )

    @property
    def narrowed(self) -> bool:
        """Say whether anything besides the tab leaves orders out."""
        return self != Question(
            tab=self.tab, sort=self.sort, after=self.after, before=self.before
        )

    def on(self, tab: str) -> str:
        """Return the address of another tab, with the same search and filters."""
        return replace(self, tab=tab, after="", before="").address

    def page(self, *, after: str = "", before: str = "") -> str:
        """Return the address of another page of the same list."""
        return replace(self, after=after, before=before).address

    @property
    def address(self) -> str:
        """Return the query of this list; defaults are left out."""
        parts = {
            "view": self.tab if self.tab != "all" else "",
            "q": self.search,
            "shop": str(self.shop or ""),
            "store": self.store_status,
            "klarna": self.klarna_status,
            "from": self.since.isoformat() if self.since else "",
            "to": self.until.isoformat() if self.until else "",
            "ends-from": self.ends_from.isoformat() if self.ends_from else "",
            "ends-to": self.ends_to.isoformat() if self.ends_to else "",
            "ends": UNKNOWN if self.ends_unknown else "",
            "currency": self.currency,
            **(self.moved.parts if self.moved else {}),
            "sort": self.sort if self.sort != "newest" else "",
            "after": self.after,
            "before": self.before,
        }
        return "?" + urlencode({name: text for name, text in parts.items() if text})


def _currency(text: str) -> str:
    return text if _CURRENCY.fullmatch(text) else ""


def _row_id(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= ID_DIGITS else None


def _day(text: str, name: str, problems: list[str]) -> date | None:
    if not text:
        return None
    day = moved.day_in(text)
    if day is None:
        problems.append(
            _t("“%(name)s” is not a date such as 2026-11-22, so it is left out.")
            % {"name": name}
        )
    return day
