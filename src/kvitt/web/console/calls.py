"""Every call to Klarna and every write to a shop, by what has become of it.

The law: the cost of a page does not grow with the table: newest first by row id within a
state, and a search only by what has an index: an order, a correlation id, what Klarna
made, a key. What is owed to shops is listed oldest first: it is short, or something is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import IntentRow, WriteBackRow
from kvitt.adapters.database.reads import Shops
from kvitt.domain.intents import State
from kvitt.web.console import moved, progress, search, words
from kvitt.web.console.progress import Operation

_Row = TypeVar("_Row", IntentRow, WriteBackRow)

PAGE = 50
COUNT_LIMIT = 999
ID_DIGITS = 18
SEARCH_LIMIT = 100
#: Of a name that very many bear, the calls of the newest orders are found.
MOST_ORDERS = 500
OWED = "owed"
#: In an address: refused without a code.
NO_CODE = "-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tab:
    """Calls in some states, with what their absence means."""

    code: str
    title: Any
    states: tuple[State, ...]
    empty: Any


TABS: Mapping[str, Tab] = {
    tab.code: tab
    for tab in (
        Tab(
            code="parked",
            title=_("Needs attention"),
            states=(State.PARKED,),
            empty=_("Every call has an outcome, or kvitt is finding it out."),
        ),
        Tab(
            code="unknown",
            title=_("Outcome unknown"),
            states=(State.UNKNOWN,),
            empty=_("Klarna has answered every call."),
        ),
        Tab(
            code="waiting",
            title=_("Waiting"),
            states=(State.PLANNED, State.SENT),
            empty=_("No call waits to be sent."),
        ),
        Tab(
            code="refused",
            title=_("Refused by Klarna"),
            states=(State.REFUSED,),
            empty=_("Klarna has refused nothing."),
        ),
        Tab(
            code="done",
            title=_("Done"),
            states=(State.DONE,),
            empty=_("Nothing has been done at Klarna yet."),
        ),
        Tab(
            code=OWED,
            title=_("Owed to shops"),
            states=(),
            empty=_("Every note, mark and refund row is written in its shop."),
        ),
    )
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One reading of the list's address."""

    tab: str = "parked"
    search: str = ""
    kind: str = ""
    #: Klarna's code of a refusal.
    code: str = ""
    shop: int | None = None
    #: Planned on this day or later.
    since: date | None = None
    #: Show what comes after this row id; 0 is the beginning.
    after: int = 0

    @classmethod
    def read(cls, query: QueryDict, *, default: str = "parked") -> Self:
        """Read an address. Never fails."""
        tab, kind = query.get("state", default), query.get("kind", "")
        return cls(
            tab=tab if tab in TABS else default,
            search=" ".join(query.get("q", "").replace("\x00", "").split())[:SEARCH_LIMIT],
            kind=kind if kind in words.CALLS or kind in words.WRITES else "",
            code=query.get("code", "").replace("\x00", "")[:100],
            shop=_row_id(query.get("shop", "")) or None,
            since=moved.day_in(query.get("since", "")),
            after=_row_id(query.get("after", "")),
        )

    @property
    def narrowed(self) -> bool:
        """Say whether anything besides the tab leaves calls out."""
        return bool(self.search or self.kind or self.code or self.shop or self.since)

    def on(self, tab: str) -> str:
        """Return the address of another tab, with the same search and filters."""
        kept = self.kind if (tab == OWED) == (self.tab == OWED) else ""
        return replace(self, tab=tab, kind=kept, code="", since=None, after=0).address

    def page(self, after: int) -> str:
        """Return the address of another page of the same list."""
        return replace(self, after=after).address

    @property
    def address(self) -> str:
        """Return the query of this list."""
        parts = {
            "state": self.tab,
            "q": self.search,
            "kind": self.kind,
            "code": self.code,
            "shop": str(self.shop or ""),
            "since": self.since.isoformat() if self.since else "",
            "after": str(self.after or ""),
        }
        return "?" + urlencode({name: text for name, text in parts.items() if text})


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of calls, with the row id that the next begins after; 0 at the end."""

    operations: tuple[Operation, ...]
    next: int


def page(question: Question, *, shops: Shops) -> Page:
    """Return the page of calls, or of writes, that the address asks for."""
    if question.tab == OWED:
        writes = _narrowed(WriteBackRow.objects.filter(outcome=""), question, shops)
        oldest = writes.filter(pk__gt=question.after).order_by("pk")
        owed, more = _cut(oldest.prefetch_related("order__shop"))
        return Page(
            operations=tuple(progress.operation_of_write(row) for row in owed),
            next=owed[-1].pk if more else 0,
        )
    states = [state.value for state in TABS[question.tab].states]
    calls = _narrowed(IntentRow.objects.filter(state__in=states), question, shops)
    if question.code:
        code = "" if question.code == NO_CODE else question.code
        calls = calls.filter(error_code=code)
    if question.since:
        calls = calls.filter(created_at__gte=moved.start_of(question.since))
    if question.after:
        calls = calls.filter(pk__lt=question.after)
    newest = calls.prefetch_related("order__shop").defer("body_sealed", "fingerprint")
    found, more = _cut(newest.order_by("-pk"))
    return Page(
        operations=tuple(progress.operation_of_call(row) for row in found),
        next=found[-1].pk if more else 0,
    )


def count(*, shops: Shops) -> dict[str, int]:
    """Count the calls of every tab, up to one more than the limit."""
    found = {}
    for tab in TABS.values():
        rows: QuerySet[Any] = (
            WriteBackRow.objects.filter(outcome="")
            if tab.code == OWED
            else IntentRow.objects.filter(state__in=[state.value for state in tab.states])
        )
        if shops is not None:
            rows = rows.filter(order__shop__in=shops)
        # In no order: counted in that of their row ids, all would be gone through.
        found[tab.code] = rows.order_by()[: COUNT_LIMIT + 1].count()
    return found


def get(order: int, call: UUID) -> IntentRow | None:
    """Return a call of an order."""
    return IntentRow.objects.filter(order=order, uid=call).select_related("order__shop").first()


def _narrowed(rows: QuerySet[_Row], question: Question, shops: Shops) -> QuerySet[_Row]:
    if shops is not None:
        rows = rows.filter(order__shop__in=shops)
    if question.shop is not None:
        rows = rows.filter(order__shop=question.shop)
    if question.kind:
        rows = rows.filter(kind=question.kind)
    if question.search:
        rows = rows.filter(_found_by(question.search, shops, is_call=question.tab != OWED))
    return rows


def _found_by(text: str, shops: Shops, *, is_call: bool) -> Q:
    """Return what finds a row: the order it belongs to, or an id it bears."""
    orders = search.narrow(reads.visible(shops), text).order_by("-pk")[:MOST_ORDERS]
    wanted = Q(order__in=list(orders.values_list("pk", flat=True)))
    return wanted | Q(pk__in=_bearing(text)) if is_call else wanted


def _bearing(text: str) -> list[int]:
    """Return the calls that bear an id, each kind asked of its own index."""
    known = IntentRow.objects.order_by()
    # What an index leaves out is left out in words too, so that the index is used.
    asked = [
        known.filter(correlation_id=text).exclude(correlation_id=""),
        known.filter(remote_id=text).exclude(remote_id=""),
    ]
    try:
        named = UUID(text)
    except ValueError:
        pass
    else:
        asked += [known.filter(key=named), known.filter(uid=named)]
    return [pk for rows in asked for pk in rows.values_list("pk", flat=True)[:PAGE]]


def _cut(rows: QuerySet[_Row]) -> tuple[list[_Row], bool]:
    found = list(rows[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def _row_id(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= ID_DIGITS else 0
