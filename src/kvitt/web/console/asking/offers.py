"""Every command on an order's page: offered, or not with its reason."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from kvitt.adapters.database.models import AskRow, Order
from kvitt.domain.asks import AskState, Command
from kvitt.domain.decide.commands import why_not
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.plan import Situation
from kvitt.web import desk
from kvitt.web.accounts.rights import Right
from kvitt.web.console.asking.wording import WORDING

#: As ``shortcuts.py`` tells the reader.
_KEYS = {Command.CAPTURE: "c", Command.REFUND: "r"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A command as a button, or as the reason why it is none."""

    command: str
    name: Any
    address: str
    #: Why it is not possible now; empty where it is.
    why_not: str
    #: The reason is a sentence of the domain, which is written in English.
    in_english: bool
    main: bool
    #: The single key that presses it; empty for most.
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Barred:
    """Commands that are not possible now for one reason, which is said once."""

    why_not: str
    in_english: bool
    offers: tuple[Offer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A request that has no answer yet."""

    name: Any
    key: UUID


def offered(order: Order, rights: Collection[Right]) -> dict[str, Any]:
    """Return what an order's page shows of commands.

    Nothing before the first look, and nothing where no desk can carry anything out.
    """
    chair = desk.installed()
    if chair is None:
        return {}
    try:
        situation = chair.situations.of(order.pk)
    except NotAllowedNow:
        return {}
    waiting = AskRow.objects.filter(order=order, state=AskState.WAITING.value)
    offers = offers_of(situation, order.pk, rights)
    return {
        "possible": [offer for offer in offers if not offer.why_not],
        "not_now": by_reason(offer for offer in offers if offer.why_not),
        "waiting_asks": [
            Waiting(name=WORDING[Command(row.command)].name, key=row.uid) for row in waiting
        ],
    }


def offers_of(
    situation: Situation, order_id: int, rights: Collection[Right]
) -> tuple[Offer, ...]:
    """Return every command with its address, or the reason why it is not possible."""
    offers = []
    for command, wording in WORDING.items():
        reason = why_not(situation, command)
        in_english = reason is not None
        if reason is None and wording.right not in rights:
            reason = _("Your role does not allow this. Ask a manager.")
        offers.append(
            Offer(
                command=command.value,
                name=wording.name,
                address=reverse(f"console:ask-{command.value}", args=[order_id]),
                why_not=reason or "",
                in_english=in_english,
                main=wording.main,
                key=_KEYS.get(command, ""),
            )
        )
    return tuple(offers)


def by_reason(offers: Iterable[Offer]) -> tuple[Barred, ...]:
    """Return what is not possible, by its reasons: the one that bars most comes last."""
    groups: dict[tuple[str, bool], list[Offer]] = {}
    for offer in offers:
        groups.setdefault((offer.why_not, offer.in_english), []).append(offer)
    barred = (
        Barred(why_not=why_not, in_english=in_english, offers=tuple(found))
        for (why_not, in_english), found in groups.items()
    )
    return tuple(sorted(barred, key=lambda each: len(each.offers)))
