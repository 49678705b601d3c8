"""Which orders a run is about, by the address of its review; never more than may be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.http import QueryDict

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import Order
from kvitt.adapters.database.reads import Shops
from kvitt.domain.runs import MOST
from kvitt.web.console import listing
from kvitt.web.console.question import ID_DIGITS, Question
from kvitt.web.console.runs import results

CHOSEN, PAGE, ALL = "chosen", "page", "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The orders that were chosen, as many as one run may have."""

    orders: tuple[Order, ...]
    #: More were chosen than one run may have.
    more: bool
    #: The query of the list they were chosen in.
    back: str


def read(query: QueryDict, *, now: datetime, shops: Shops, most: int = MOST) -> Choice:
    """Return the orders that an address asks for."""
    back = Question.read(QueryDict(query.get("list", "").removeprefix("?")))
    which = query.get("which", CHOSEN)
    if which == ALL:
        found = list(islice(listing.every(back, now=now, shops=shops), most + 1))
    elif which == PAGE:
        found = list(listing.page(back, now=now, shops=shops).orders)
    elif (run := _uuid(query.get("again", ""))) is not None:
        found = of_ids(results.not_done(run, now=now, shops=shops), shops=shops)
    else:
        found = of_ids(ids_in(query), shops=shops)
    return Choice(orders=tuple(found[:most]), more=len(found) > most, back=back.address)


def ids_in(query: QueryDict) -> list[int]:
    """Return the row ids that were ticked, each once, one more than a run may have at most."""
    plain = [each for each in query.getlist("order") if each.isascii() and each.isdecimal()]
    return list(dict.fromkeys(int(each) for each in plain if len(each) <= ID_DIGITS))[
        : MOST + 1
    ]


def of_ids(ids: Sequence[int], *, shops: Shops) -> list[Order]:
    """Return these orders, as far as they may be seen, in the same sequence."""
    rows = reads.visible(shops).filter(pk__in=ids).prefetch_related("shop")
    found = {order.pk: order for order in rows.defer(*listing.HEAVY)}
    return [found[each] for each in ids if each in found]


def _uuid(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None
