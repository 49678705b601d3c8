"""What each command is called, and what it does, when it is asked of many orders."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy as _n
from django.utils.translation import pgettext_lazy

from kvitt.domain.money import Money
from kvitt.domain.runs import RunCommand
from kvitt.web.accounts import roles
from kvitt.web.accounts.rights import Right
from kvitt.web.console import text


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """One command, as the pages of a run say it."""

    name: Any
    #: On the button that begins it: how many orders, and what they come to.
    button: Any
    at_klarna: Any
    in_shop: Any
    right: Right = Right.CAPTURE
    #: It gives something up or gives something back that cannot be had again.
    heavy: bool = False
    #: Its amounts change hands, or are given up, so that their sum means something.
    sums: bool = True


_NOTE = _("Each order in the shop gets a note.")

WORDING: Mapping[RunCommand, Wording] = {
    RunCommand.CAPTURE: Wording(
        name=pgettext_lazy("command", "Capture"),
        button=_n(
            "Capture %(count)s order: %(amount)s",
            "Capture %(count)s orders: %(amount)s",
            "number",
        ),
        at_klarna=_("Klarna takes all that is left of each order from its customer."),
        in_shop=_(
            "Each order in the shop gets a note with the invoice number, and is set to "
            "Completed."
        ),
    ),
    RunCommand.EXTEND: Wording(
        name=_("Extend the authorization"),
        button=_n(
            "Ask for more time for %(count)s order",
            "Ask for more time for %(count)s orders",
            "number",
        ),
        at_klarna=_("Klarna moves the day on which each authorization ends."),
        in_shop=_("Each order in the shop gets a note with the new day."),
        sums=False,
    ),
    RunCommand.UPDATE: Wording(
        name=_("Update order lines"),
        button=_n(
            "Update %(count)s order to %(amount)s",
            "Update %(count)s orders to %(amount)s",
            "number",
        ),
        at_klarna=_("Klarna's amount and order lines of each order become the shop's."),
        in_shop=_("Each order in the shop gets a note with the old and the new amount."),
    ),
    RunCommand.CANCEL: Wording(
        name=pgettext_lazy("command", "Cancel"),
        button=_n(
            "Cancel %(count)s order: give up %(amount)s",
            "Cancel %(count)s orders: give up %(amount)s",
            "number",
        ),
        at_klarna=_(
            "Klarna gives up each authorization. This cannot be undone: the customers "
            "would have to order again."
        ),
        in_shop=_("Each order in the shop is set to Cancelled, with a note."),
        heavy=True,
    ),
    RunCommand.RELEASE: Wording(
        name=_("Release the rest"),
        button=_n(
            "Release %(amount)s of %(count)s order",
            "Release %(amount)s of %(count)s orders",
            "number",
        ),
        at_klarna=_(
            "Klarna gives up what is left of each authorization. It cannot be captured later."
        ),
        in_shop=_NOTE,
        heavy=True,
    ),
    RunCommand.REFUND: Wording(
        name=pgettext_lazy("command", "Refund"),
        button=_n(
            "Refund %(count)s order: %(amount)s",
            "Refund %(count)s orders: %(amount)s",
            "number",
        ),
        at_klarna=_(
            "Klarna gives each customer back all that was captured and not yet refunded. "
            "This cannot be undone."
        ),
        in_shop=_("The shop books each refund, without paying it a second time, with a note."),
        right=Right.REFUND,
        heavy=True,
    ),
    RunCommand.SYNC: Wording(
        name=_("Look again"),
        button=_n("Look at %(count)s order again", "Look at %(count)s orders again", "number"),
        at_klarna=_("Each order is read again at Klarna and in the shop."),
        in_shop=_("What the shop's rules ask for is done, as always."),
        right=Right.LOOK_AGAIN,
    ),
}


def offered(user: AbstractBaseUser | AnonymousUser) -> dict[RunCommand, Wording]:
    """Return the commands that the reader may give in at least one shop."""
    held = roles.rights_somewhere(user)
    return {code: each for code, each in WORDING.items() if each.right in held}


def totals(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """Return the sum of each currency, by its letters."""
    by_currency: dict[str, list[Money]] = {}
    for amount in amounts:
        by_currency.setdefault(amount.currency, []).append(amount)
    return tuple(Money.total(by_currency[code], code) for code in sorted(by_currency))


def in_words(amounts: Iterable[Money]) -> str:
    """Return sums as one text: "SEK 1,176.00 + EUR 50.00"."""
    return " + ".join(text.money(amount) for amount in amounts)


def button_of(wording: Wording, *, number: int, sums: Iterable[Money]) -> str:
    """Return what the button says that begins a run of so many orders."""
    figures = {"number": number, "count": text.number(number), "amount": in_words(sums)}
    return str(wording.button % figures)
