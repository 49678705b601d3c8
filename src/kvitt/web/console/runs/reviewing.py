"""The review of a run: what will be done, what will not and why, and what was reviewed.

The law: the form gives back, for each order, the figures that were shown. Whatever comes
back without them, or for a shop without the right, is not begun.
"""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from kvitt.adapters.database.models import Order
from kvitt.application.bulk import Prospect
from kvitt.domain.asks import Request, Seen
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.money import Money
from kvitt.domain.runs import MOST, RunCommand, Wanted
from kvitt.web import bulk
from kvitt.web.accounts import roles
from kvitt.web.console.rows import number_of
from kvitt.web.console.runs import choosing
from kvitt.web.console.runs.wording import WORDING, button_of, in_words, offered, totals

#: What stands in the form where no money moves.
_NOTHING = "-"
#: What would move, what is captured, what is refunded, in minor units: "117600/0/0/SEK".
_FIGURES = re.compile(r"(\d{1,15}|-)/(\d{1,15})/(\d{1,15})/([A-Z]{3})", re.ASCII)


def command_in(request: HttpRequest) -> RunCommand | None:
    """Return the command that is asked for; None where it is none that the reader may give."""
    given = (request.POST or request.GET).get("command", "")
    return next((code for code in offered(request.user) if code == given), None)


def key_in(typed: Mapping[str, str]) -> UUID:
    """Return the key that the review was given; a new one where it is no key of ours."""
    try:
        return UUID(typed.get("key", ""))
    except ValueError:
        return uuid4()


def context(
    request: HttpRequest, command: RunCommand | None, *, key: UUID, refusal: str = ""
) -> dict[str, Any]:
    """Return what the review shows."""
    query = request.POST or request.GET
    shops = roles.shops_of(request.user)
    choice = choosing.read(query, now=timezone.now(), shops=shops)
    shown: dict[str, Any] = {
        "section": "orders",
        "command": command,
        "commands": offered(request.user),
        "key": key,
        "back": choice.back,
        "chosen": len(choice.orders),
        "most": MOST if choice.more else None,
        "several_shops": len({order.shop_id for order in choice.orders}) > 1,
        "refusal": refusal,
    }
    if command is None:
        return shown
    rows = _rows(request, command, key, choice.orders)
    will = [row for row in rows if not row["why_not"]]
    wording = WORDING[command]
    sums = totals(row["amount"] for row in will if row["amount"] and wording.sums)
    return {
        **shown,
        "wording": wording,
        "will": will,
        "will_not": [row for row in rows if row["why_not"]],
        "sums": in_words(sums),
        "button": button_of(wording, number=len(will), sums=sums),
    }


def wanted_in(request: HttpRequest, command: RunCommand) -> list[Wanted]:
    """Return what was reviewed. Raises NotAllowedNow where that cannot be said."""
    typed, right = request.POST, WORDING[command].right
    allowed = roles.shops_of(request.user, right)
    ids = choosing.ids_in(typed)
    orders = choosing.of_ids(ids, shops=allowed)
    if len(orders) != len(ids):
        raise NotAllowedNow(
            "changed", "What you may do has changed since you looked. Nothing was begun."
        )
    return [_wanted(order, command, typed.get(f"seen-{order.pk}", "")) for order in orders]


def _rows(
    request: HttpRequest, command: RunCommand, key: UUID, orders: tuple[Order, ...]
) -> list[dict[str, Any]]:
    """Review each order, unless the reader lacks the right in its shop."""
    right = WORDING[command].right
    allowed = roles.shops_of(request.user, right)
    possible = [each.pk for each in orders if allowed is None or each.shop_id in allowed]
    found = bulk.current().review(key, command, possible)
    prospects = {prospect.order: prospect for prospect in found}
    return [_row(order, prospects.get(order.pk)) for order in orders]


def _row(order: Order, prospect: Prospect | None) -> dict[str, Any]:
    told = {"order": order, "number": number_of(order), "amount": None, "seen": _NOTHING}
    if prospect is None:
        reason = _("Your role in this shop does not allow this. Ask a manager.")
        return {**told, "why_not": reason, "in_english": False}
    return {
        **told,
        "amount": prospect.amount,
        "why_not": prospect.why_not,
        "in_english": True,
        "seen": _shown(prospect.request),
    }


def _shown(request: Request | None) -> str:
    """Return the figures of a review as the form keeps them: "117600/0/0/SEK"."""
    if request is None or request.seen is None:
        return _NOTHING
    captured, refunded = request.seen.captured, request.seen.refunded
    expects = _NOTHING if request.expects is None else str(request.expects.minor)
    return f"{expects}/{captured.minor}/{refunded.minor}/{captured.currency}"


def _wanted(order: Order, command: RunCommand, shown: str) -> Wanted:
    """Read the figures back. Raises NotAllowedNow where they are not ours."""
    if command.command is None:
        return Wanted(order=order.pk, request=None)
    found = _FIGURES.fullmatch(shown)
    if found is None:
        raise NotAllowedNow("unread", "The review could not be read. Nothing was begun.")
    expects, captured, refunded, currency = found.groups()
    request = Request(
        command=command.command,
        expects=None if expects == _NOTHING else Money(int(expects), currency),
        seen=Seen(
            captured=Money(int(captured), currency), refunded=Money(int(refunded), currency)
        ),
    )
    return Wanted(order=order.pk, request=request)
