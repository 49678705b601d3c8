"""The words for events, deliveries, and what is done with a subscriber.

The law: of an answer only its status is known, or why there was none; both are said here.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kvitt.adapters.database.models import Message, MessageState, Subscriber, SubscriberDeed
from kvitt.domain.events import TRIAL, Event
from kvitt.web.console.words import Badge

#: What a program may be told, each in a sentence.
EVENTS: Mapping[str, Any] = {
    Event.CAPTURED.value: _("Money was taken at Klarna, in full or in part."),
    Event.REFUNDED.value: _("Money was given back to the customer."),
    Event.CANCELLED.value: _("The whole authorization was given up."),
    Event.UPDATED.value: _("Klarna got changed order lines or another amount."),
    Event.RELEASED.value: _("The rest of an authorization was given up."),
    Event.ADOPTED.value: _("What others did at Klarna was taken over into the shop."),
    Event.HELD.value: _("The order waits for a person."),
    Event.RESOLVED.value: _("The order waited for a person, and does not any more."),
}
#: Of a message that tells of no order.
TRIES = _("A test: it tells of no order.")

NEW = Badge(text=_("Nothing sent yet"))
WELL = Badge(text=_("Works"), tone="good")
FAILING = Badge(text=_("Deliveries fail"), tone="warn")
PAUSED = Badge(text=_("Paused"), tone="warn")
OFF = Badge(text=_("Switched off"), tone="bad")

STATES: Mapping[str, Badge] = {
    MessageState.WAITING.value: Badge(text=_("On its way"), tone="calm"),
    MessageState.DELIVERED.value: Badge(text=_("Delivered"), tone="good"),
    MessageState.GIVEN_UP.value: Badge(text=_("Not delivered"), tone="bad"),
}
HELD_BACK = Badge(text=_("Waits"), tone="warn")
AGAIN = Badge(text=_("Not delivered yet"), tone="warn")

DEEDS: Mapping[str, Any] = {
    SubscriberDeed.ADDED.value: _("Added"),
    SubscriberDeed.RENEWED.value: _("Secret replaced"),
    SubscriberDeed.TRIED.value: _("Test sent"),
    SubscriberDeed.TOLD_AGAIN.value: _("A message sent again"),
    SubscriberDeed.PAUSED.value: _("Paused"),
    SubscriberDeed.SWITCHED_OFF.value: _("Switched off"),
    SubscriberDeed.RESUMED.value: _("Resumed"),
    SubscriberDeed.REMOVED.value: _("Deleted"),
}

_SUCCESS = range(200, 300)
_GONE = 410
_ERRORS: Mapping[str, Any] = {
    "Unreachable": _("The address could not be reached."),
    "OutcomeUnknown": _("No answer came in time."),
    "MalformedReply": _("The answer was not one of the web."),
    "ConfigurationError": _("Nothing may be posted to this address."),
}


def meaning_of(event: str) -> Any:
    """Return what a message of this event tells."""
    return TRIES if event == TRIAL else EVENTS.get(event, event)


def state_of(row: Subscriber) -> Badge:
    """Return how things are with a subscriber."""
    if row.disabled_at is not None:
        return PAUSED if row.paused_by else OFF
    if row.failing_since is not None:
        return FAILING
    return NEW if row.tried_at is None else WELL


def state_of_message(message: Message, *, off: bool) -> Badge:
    """Return where a message stands; ``off`` says that its subscriber is switched off."""
    if message.state == MessageState.WAITING.value:
        if off:
            return HELD_BACK
        return AGAIN if message.status or message.error else STATES[message.state]
    return STATES[message.state]


def answer(status: int | None, error: str) -> str:
    """Return what the address answered, or why it did not; empty where nothing was tried."""
    if status is None:
        return str(_ERRORS.get(error, error))
    if status in _SUCCESS:
        return _t("%(status)s: taken") % {"status": status}
    if status == _GONE:
        return _t("%(status)s: gone for good") % {"status": status}
    return _t("%(status)s: not taken") % {"status": status}
