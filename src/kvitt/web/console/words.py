"""The words for what orders, calls and rows are: WooCommerce's, Klarna's, ours.

The law: a code becomes words here and nowhere else. A code without a row is
shown as it is, never hidden: shops have statuses of their own.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kvitt.adapters.database.models import Order, OrderState


@dataclass(frozen=True, kw_only=True, slots=True)
class Badge:
    """A status as it is shown: words in a border; the tone only adds to them."""

    text: Any
    #: ``good``, ``warn``, ``bad``, ``calm`` or nothing: a class of the stylesheet.
    tone: str = ""


#: WooCommerce's own labels (its ``wc_get_order_statuses``).
STORE = {
    "pending": Badge(text=_("Pending payment")),
    "processing": Badge(text=_("Processing"), tone="calm"),
    "on-hold": Badge(text=_("On hold"), tone="warn"),
    "completed": Badge(text=_("Completed"), tone="good"),
    "cancelled": Badge(text=_("Cancelled")),
    "refunded": Badge(text=_("Refunded")),
    "failed": Badge(text=_("Failed"), tone="bad"),
    "checkout-draft": Badge(text=_("Draft")),
    "trash": Badge(text=_("In the trash")),
}

#: The words of Klarna's merchant portal.
KLARNA = {
    "AUTHORIZED": Badge(text=_("Authorized"), tone="calm"),
    "PART_CAPTURED": Badge(text=_("Partly captured"), tone="calm"),
    "CAPTURED": Badge(text=_("Captured"), tone="good"),
    "CANCELLED": Badge(text=pgettext_lazy("Klarna order", "Cancelled")),
    "EXPIRED": Badge(text=_("Expired"), tone="bad"),
    "CLOSED": Badge(text=_("Closed")),
}

FRAUD = {
    "PENDING": Badge(text=_("Under review"), tone="warn"),
    "REJECTED": Badge(text=_("Refused"), tone="bad"),
    "STOPPED": Badge(text=_("Stopped"), tone="bad"),
}

#: What an order's timeline says of a judgement that stands in nobody's way.
ACCEPTED = {"ACCEPTED": _("Accepted")}

NEEDS_ATTENTION = Badge(text=_("Needs attention"), tone="bad")
#: For a shop or a Klarna account that is left alone for now.
WAITS = Badge(text=_("Waiting"), tone="warn")
EXPIRES_SOON = Badge(text=_("Expires soon"), tone="warn")
EXPIRED = KLARNA["EXPIRED"]

CALLS = {
    "cancel": _("Cancel"),
    "capture": _("Capture"),
    "update": _("Update"),
    "refund": _("Refund"),
    "release": _("Release the rest"),
    "extend": _("Extend"),
    "references": _("Set references"),
    "customer": _("Change address"),
    "tracking": _("Add tracking"),
    "resend": _("Send the message again"),
    "due_date": _("More time to pay"),
}

#: Three outcomes, and what comes before them. Unknown is never shown as failed.
CALL_STATES = {
    "planned": Badge(text=_("Waiting to be sent")),
    "sent": Badge(text=_("Sent"), tone="calm"),
    "done": Badge(text=_("Done"), tone="good"),
    "refused": Badge(text=_("Refused, nothing happened"), tone="bad"),
    "unknown": Badge(text=_("Outcome unknown, asking Klarna"), tone="warn"),
    "parked": Badge(text=_("Outcome unknown, needs attention"), tone="bad"),
}

WRITES = {
    "note": _("Order note"),
    "marks": _("Status and marks"),
    "refund": _("Refund row"),
}

WRITE_STATES = {
    "": Badge(text=_("Waiting to be written"), tone="warn"),
    "written": Badge(text=_("Written"), tone="good"),
    "found": Badge(text=_("Was there already"), tone="good"),
    "overtaken": Badge(text=_("No longer needed")),
    "rejected": Badge(text=_("The shop did not accept it"), tone="bad"),
}

GUARDS = {
    "not_klarna": _("Not paid with Klarna, so it is left alone."),
    "sync_off": _("Order management is switched off for this order in the shop."),
    "not_paid": _("Not paid yet: there is nothing at Klarna to keep in step."),
    "no_klarna_id": _("The shop's order does not say which Klarna order it belongs to."),
    "identity": _("The two orders do not fit together, so nothing is sent."),
    "another_plugin": _("The shop's own Klarna plugin manages this order; kvitt only watches."),
    "imported": _("Imported: kvitt only watches until the import's report is approved."),
    "under_review": _("Klarna reviews this order. Nothing can be done until it decides."),
    "refused": _("Klarna has refused this order."),
}

#: What an order waits for (``HoldCode``), as a heading.
HOLDS = {
    "no_klarna_id": _("No Klarna order named"),
    "identity": _("The two orders do not fit together"),
    "under_review": _("Under review at Klarna"),
    "fraud_refused": _("Refused by Klarna's review"),
    "cancel_after_capture": _("Cancelled after the capture"),
    "capture_too_large": _("More to capture than is authorized"),
    "capture_of_cancelled": _("Completed, but cancelled at Klarna"),
    "capture_of_expired": _("Completed, but expired at Klarna"),
    "capture_of_closed": _("Completed, but closed at Klarna"),
    "captured_too_much": _("More captured than the order's total"),
    "update_refused": _("Change refused by Klarna"),
    "update_after_capture": _("Changed after the capture"),
    "refund_too_large": _("More to refund than is captured"),
    "refund_ask": _("Refund that asks for approval"),
    "refund_deleted": _("Refund deleted in the shop"),
    "refund_doubtful": _("Refund that may be there already"),
    "refund_unbooked": _("Refund that the shop did not take"),
    "refund_overbooked": _("Refund booked otherwise in the shop"),
    "order_gone": _("Order gone from the shop"),
    "klarna_unknown": _("Order not known to Klarna"),
    "expires_soon": _("Authorization ends soon"),
    "refused_by_klarna": _("Refused by Klarna"),
    "unreadable": _("Figures that cannot be read"),
    "outcome_unknown": _("Outcome unknown"),
    "service_down": _("A service does not answer"),
    "credentials_refused": _("Credentials refused"),
}

#: The codes of the timeline (``adapters/database/ledger`` and ``orders.py``).
HAPPENINGS = {
    "planned": _("Decided"),
    "sent": _("Sent to Klarna"),
    "done": _("Done at Klarna"),
    "refused": _("Refused by Klarna"),
    "refused_in_doubt": _("Refused by Klarna, but an earlier request may still arrive"),
    "unsent": _("Could not be sent"),
    "unknown": _("No answer from Klarna"),
    "parked": _("Needs attention"),
    "new_key": _("Klarna forgot the key, so a new one is used"),
    "seen": _("Noticed"),
    "agreed": _("Order lines agreed with Klarna"),
    "adopted": _("Done elsewhere, taken over"),
    "written": _("Written to the shop"),
    "found": _("Was in the shop already"),
    "overtaken": _("No longer needed in the shop"),
    "rejected": _("The shop did not accept it"),
    "working": _("At work"),
    "in_step": _("In step"),
    "held": _("Needs attention"),
    "guarded": _("Left alone"),
    "failed": _("Could not be read"),
    "look_again": _("Asked to look again"),
    "approved": _("Asked to try again"),
    "wished": _("Asked for"),
    "wish_met": _("No longer asked for"),
    "asked": _("Asked for by a person"),
    "ask_withdrawn": _("Taken back by a person"),
    "ask_done": _("Done as asked"),
    "ask_refused": _("Asked for, and not done"),
    "approval_withdrawn": _("An approval was taken back"),
    "found_done": _("Seen to be done at Klarna"),
    "found_not_done": _("Seen not to be done at Klarna"),
    "switched_off": _("Left alone from now on"),
    "switched_on": _("Taken up again"),
}

#: The figures whose change the timeline tells.
SEEN = {
    "store_status": "WooCommerce",
    "klarna_status": "Klarna",
    "fraud_status": _("Klarna's judgement"),
    "total_minor": _("Order total"),
    "authorized_minor": _("Authorized"),
    "captured_minor": _("Captured"),
    "refunded_minor": _("Refunded"),
    "remaining_minor": _("Remaining"),
}


def store_status(code: str) -> Badge:
    """Return the shop's status; a custom one in its own letters."""
    return STORE.get(code) or Badge(
        text=code.replace("-", " ").capitalize() or _("Not read yet")
    )


def klarna_status(code: str, *, read: bool = True) -> Badge:
    """Return Klarna's status; an order that has been read may have none."""
    return KLARNA.get(code) or Badge(text=code or (_("None") if read else _("Not read yet")))


def fraud_status(code: str) -> Badge | None:
    """Return Klarna's judgement where it stands in the way; an accepted order has none."""
    return FRAUD.get(code)


def standing(order: Order) -> Any:
    """Say in a sentence where kvitt stands with the order."""
    if order.switched_off:
        return _("Left alone: a person has told kvitt to.")
    if order.state == OrderState.HELD.value:
        return _("Needs attention.")
    if order.state == OrderState.GUARDED.value:
        return GUARDS.get(order.guard, order.guard)
    if order.state == OrderState.IN_STEP.value:
        return _("The shop and Klarna agree. There is nothing to do.")
    return _("kvitt is working on this order.")
