"""Everything that waits for a person, and what it costs to leave it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import Order, OrderState, Shop
from kvitt.adapters.database.reads import Shops
from kvitt.domain.asks import Command
from kvitt.domain.money import Money
from kvitt.domain.plan import HoldCode
from kvitt.web.console import care, rows, text, words
from kvitt.web.console.places import places_of
from kvitt.web.console.rows import Row

#: What one page shows and one press of "Retry all" asks for.
PAGE = 50
COUNT_LIMIT = 999
#: Orders that are looked through for what they wait for.
MOST = 2_000

#: Whose orders a page shows.
WHOSE: Mapping[str, Any] = {
    "all": _("All"),
    "mine": _("Mine"),
    "nobody": _("Unassigned"),
    "aside": _("Put aside"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What a person may answer to a hold, on the buttons; no second one where there is none."""

    yes: Any
    no: Any = ""


#: What is answered (``domain/decide/approvals.py``); everything else is mended and tried again.
ANSWERS: Mapping[str, Answers] = {
    HoldCode.REFUND_ASK.value: Answers(yes=_("Send it to Klarna"), no=_("Leave it out")),
    HoldCode.REFUND_DOUBTFUL.value: Answers(
        yes=_("Another refund: send it"), no=_("The same refund: send nothing")
    ),
    HoldCode.REFUND_DELETED.value: Answers(yes=_("I know of it: leave it as it is")),
    HoldCode.REFUND_UNBOOKED.value: Answers(yes=_("I have seen it: leave it as it is")),
    HoldCode.REFUND_OVERBOOKED.value: Answers(yes=_("I have seen it: leave it as it is")),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Instead:
    """What a person would rather do than try again, on a button."""

    command: Command
    name: Any

    @property
    def address(self) -> str:
        """Return the name of the page where it is asked for."""
        return f"console:ask-{self.command.value}"


_REFUND = Instead(command=Command.REFUND, name=pgettext_lazy("command", "Refund"))
#: Where trying again alone changes nothing: the next step that a hold names.
INSTEAD: Mapping[str, Instead] = {
    HoldCode.EXPIRES_SOON.value: Instead(
        command=Command.EXTEND, name=_("Ask Klarna for more time")
    ),
    HoldCode.CANCEL_AFTER_CAPTURE.value: _REFUND,
    HoldCode.CAPTURED_TOO_MUCH.value: _REFUND,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One order that waits."""

    row: Row
    order: Order
    code: str
    wanted: str
    #: What it waits for in a few words, for a hold that wanted nothing.
    title: Any
    why: str
    next_step: str
    #: As the person reads it: what is approved is this and nothing newer.
    sentence: str
    amount: Money | None
    since: datetime | None
    #: What is lost, and when, if nobody does anything; empty where nothing is.
    cost: Any
    urgent: bool
    #: None where the order is mended and tried again.
    answers: Answers | None
    #: What helps, where that is a command; None mostly.
    instead: Instead | None
    #: Where the shop shows the order, which is where most of it is mended.
    shop_page: str
    #: A call whose outcome nobody knows: it is settled by hand.
    unknown: bool
    assignee: str
    aside_until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """One page of what waits, with the address of the next; empty at the end."""

    cases: tuple[Case, ...]
    next: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What a page of the list is asked for."""

    whose: str = "all"
    #: Row id of who asks.
    user: int = 0
    #: Only what waits for this (``HoldCode``); empty is everything.
    code: str = ""
    #: Only of this shop, by row id.
    shop: int | None = None
    #: The place that an earlier page gave.
    after: str = ""

    @property
    def parts(self) -> dict[str, str]:
        """Return what stands in the address of the list's first page."""
        parts = {
            "whose": self.whose if self.whose != "all" else "",
            "code": self.code,
            "shop": str(self.shop or ""),
        }
        return {name: text for name, text in parts.items() if text}


EVERYTHING = Question()


def page(question: Question = EVERYTHING, *, now: datetime, shops: Shops) -> Waiting:
    """Return what has waited longest first."""
    orders = _of(question.whose, reads.visible(shops), user=question.user, now=now)
    if question.code:
        orders = orders.filter(hold_code=question.code)
    if question.shop is not None:
        orders = orders.filter(shop=question.shop)
    place = _place(question.after)
    if place is not None:
        moment, pk = place
        orders = orders.filter(hold_since__gte=moment).filter(
            Q(hold_since__gt=moment) | Q(pk__gt=pk)
        )
    oldest = orders.prefetch_related("shop", "account", "care__assignee").defer(
        "store_sealed", "klarna"
    )
    found = list(oldest.order_by("hold_since", "pk")[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    onward = ""
    if more and found[-1].hold_since is not None:
        mark = f"{found[-1].hold_since.isoformat()}~{found[-1].pk}"
        onward = "?" + urlencode({**question.parts, "after": mark})
    return Waiting(cases=tuple(case_of(order, now=now) for order in found), next=onward)


def count(*, now: datetime, shops: Shops) -> int:
    """Return how many orders wait and are in sight, up to one more than the limit."""
    in_sight = _of("all", reads.visible(shops), user=0, now=now)
    return in_sight[: COUNT_LIMIT + 1].count()


def causes(*, now: datetime, shops: Shops) -> tuple[tuple[str, int], ...]:
    """Return what orders in sight wait for, the most frequent code first."""
    in_sight = _of("all", reads.visible(shops), user=0, now=now).order_by("hold_since", "pk")
    return tuple(Counter(in_sight.values_list("hold_code", flat=True)[:MOST]).most_common())


def by_shop(*, now: datetime, shops: Shops) -> Mapping[int, int]:
    """Return how many orders of each shop wait and are in sight."""
    in_sight = _of("all", reads.visible(shops), user=0, now=now)
    return dict(in_sight.order_by().values_list("shop").annotate(times=Count("pk")))


def troubled_shops(*, shops: Shops) -> tuple[Shop, ...]:
    """Return the shops whose connection a person has to mend."""
    seen = reads.visible_shops(shops).select_related("standing")
    wrong = ~Q(trouble="") | (Q(standing__isnull=False) & ~Q(standing__problem=""))
    return tuple(seen.filter(wrong).order_by("trouble_since", "pk"))


def _of(
    whose: str, orders: "QuerySet[Order]", *, user: int, now: datetime
) -> "QuerySet[Order]":
    held = orders.filter(state=OrderState.HELD.value)
    if whose == "aside":
        return held.filter(care.out_of_sight(now=now))
    held = held.exclude(care.put_aside(now=now))
    if whose == "mine":
        return held.filter(care__assignee=user)
    if whose == "nobody":
        return held.filter(Q(care=None) | Q(care__assignee=None))
    return held


def case_of(order: Order, *, now: datetime) -> Case:
    """Return what waits of an order."""
    hold = order.hold or {}
    looked_after = getattr(order, "care", None)
    aside = looked_after.snoozed_until if looked_after else None
    return Case(
        row=rows.row_of(order, now=now),
        order=order,
        code=order.hold_code,
        wanted=str(hold.get("wanted", "")),
        title=words.HOLDS.get(order.hold_code, _("Needs attention")),
        why=str(hold.get("why", "")) or order.hold_text,
        next_step=str(hold.get("next_step", "")),
        sentence=order.hold_text,
        amount=order.hold_amount,
        since=order.hold_since,
        cost=_cost(order, now=now),
        urgent=rows.expires_soon(order, now=now),
        answers=ANSWERS.get(order.hold_code),
        instead=INSTEAD.get(order.hold_code),
        shop_page=places_of(order).shop,
        unknown=order.hold_code == HoldCode.OUTCOME_UNKNOWN.value,
        assignee=(
            looked_after.assignee.get_username()
            if looked_after and looked_after.assignee
            else ""
        ),
        aside_until=aside if aside and aside > now else None,
    )


def _cost(order: Order, *, now: datetime) -> str:
    if not order.remaining or order.expires_at is None:
        return ""
    amount = text.money(order.remaining)
    if order.expires_at <= now:
        return _t("The authorization of %(amount)s has ended.") % {"amount": amount}
    if order.hold_code == HoldCode.EXPIRES_SOON.value:
        return ""  # The hold itself says it.
    return _t("%(amount)s can no longer be captured after %(day)s, in %(span)s.") % {
        "amount": amount,
        "day": text.day(order.expires_at),
        "span": text.span(order.expires_at - now),
    }


def _place(mark: str) -> tuple[datetime, int] | None:
    """Read a mark; one that was tampered with is the beginning."""
    moment, _between, pk = mark.partition("~")
    try:
        found = datetime.fromisoformat(moment), int(pk)
    except ValueError:
        return None
    return found if found[0].tzinfo is not None and 0 < found[1] < 2**63 else None
