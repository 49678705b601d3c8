"""What each command is called and what it does, in the reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kvitt.domain.asks import Command
from kvitt.web.accounts.rights import Right


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """One command, as its pages say it."""

    #: "Capture"
    name: Any
    #: What the form is for, in a sentence or two.
    purpose: Any
    #: On the button that carries it out; has the amount put in where there is one.
    button: Any
    #: What happens at Klarna, and then in the shop.
    at_klarna: Any
    in_shop: Any
    right: Right = Right.CAPTURE
    #: Whether lines, an amount and more can be chosen; else the review comes at once.
    choices: frozenset[str] = frozenset()
    #: It gives something up or gives something back that cannot be had again.
    heavy: bool = False
    #: The next one an order screen offers is the one that takes money.
    main: bool = False


WORDING: Mapping[Command, Wording] = {
    Command.CAPTURE: Wording(
        name=pgettext_lazy("command", "Capture"),
        purpose=_("Take money that the customer has authorized: when something is shipped."),
        button=_("Capture %(amount)s at Klarna"),
        at_klarna=_("Klarna takes %(amount)s from the customer."),
        in_shop=_(
            "The shop's order gets a note with the invoice number. It is set to Completed "
            "when all that is due is captured."
        ),
        choices=frozenset({"lines", "amount", "parcel"}),
        main=True,
    ),
    Command.REFUND: Wording(
        name=pgettext_lazy("command", "Refund"),
        purpose=_("Give captured money back to the customer."),
        button=_("Refund %(amount)s at Klarna"),
        at_klarna=_("Klarna gives the customer %(amount)s back. This cannot be undone."),
        in_shop=_("The shop books the refund, without paying it a second time, with a note."),
        right=Right.REFUND,
        choices=frozenset({"lines", "amount", "reason", "fee", "restock"}),
        heavy=True,
    ),
    Command.UPDATE: Wording(
        name=_("Update order lines"),
        purpose=_("Send Klarna the shop's lines and total as they are now."),
        button=_("Update to %(amount)s at Klarna"),
        at_klarna=_("Klarna's amount and order lines become the shop's: %(amount)s."),
        in_shop=_("The shop's order gets a note with the old and the new amount."),
    ),
    Command.CANCEL: Wording(
        name=pgettext_lazy("command", "Cancel"),
        purpose=_("Give up the whole authorization. Nothing is taken from the customer."),
        button=_("Cancel %(amount)s at Klarna"),
        at_klarna=_(
            "Klarna gives up the authorization of %(amount)s. This cannot be undone: the "
            "customer would have to order again."
        ),
        in_shop=_("The shop's order is set to Cancelled, with a note."),
        heavy=True,
    ),
    Command.RELEASE: Wording(
        name=_("Release the rest"),
        purpose=_("Give up what is left of the authorization after a part was captured."),
        button=_("Release %(amount)s at Klarna"),
        at_klarna=_(
            "Klarna gives up the %(amount)s that is left. It cannot be captured later."
        ),
        in_shop=_("The shop's order gets a note."),
        heavy=True,
    ),
    Command.EXTEND: Wording(
        name=_("Extend the authorization"),
        purpose=_("Ask Klarna for more time before the authorization ends."),
        button=_("Ask Klarna for more time"),
        at_klarna=_("Klarna moves the day on which the authorization ends."),
        in_shop=_("The shop's order gets a note with the new day."),
    ),
    Command.RESEND: Wording(
        name=_("Send Klarna's message again"),
        purpose=_("The customer gets Klarna's message about the last capture once more."),
        button=_("Have it sent again"),
        at_klarna=_("Klarna sends the customer its message about the last capture again."),
        in_shop=_("The shop's order gets a note."),
    ),
    Command.DUE_DATE: Wording(
        name=_("Give more time to pay"),
        purpose=_("Move the day by which the customer pays Klarna. Klarna charges a fee."),
        button=_("Move the due date"),
        at_klarna=_("Klarna moves the customer's due date, and charges the shop its fee."),
        in_shop=_("The shop's order gets a note."),
        choices=frozenset({"days"}),
    ),
}
