"""What other programs are told of an order, by the names they subscribe to. Pure.

An event follows from one row of the order's timeline, and is told because of nothing else.
"""

from collections.abc import Mapping
from enum import StrEnum

from kvitt.domain.lines import Json
from kvitt.domain.steps import Kind


class Event(StrEnum):
    """What a program may subscribe to."""

    CAPTURED = "order.captured"
    REFUNDED = "order.refunded"
    CANCELLED = "order.cancelled"
    UPDATED = "order.updated"
    RELEASED = "order.released"
    #: Something done at Klarna by others was taken over into the shop.
    ADOPTED = "order.adopted"
    #: The order waits for a person.
    HELD = "order.held"
    #: It waited for a person, and does not any more.
    RESOLVED = "order.resolved"


#: A message that tells of no order: somebody tries whether an address takes messages. Nobody
#: subscribes to it; it is sent when a person or a program asks for it.
TRIAL = "webhook.test"

#: Rows that say that a call was carried out.
DONE = frozenset({"done", "found_done"})
#: Rows that say where the order stands.
STANDINGS = frozenset({"working", "in_step", "held", "guarded"})
_HELD = "held"
_BY_KIND: Mapping[str, Event] = {
    Kind.CAPTURE.value: Event.CAPTURED,
    Kind.REFUND.value: Event.REFUNDED,
    Kind.CANCEL.value: Event.CANCELLED,
    Kind.UPDATE.value: Event.UPDATED,
    Kind.RELEASE.value: Event.RELEASED,
}


def may_be_told(what: str) -> bool:
    """Say whether a row of this name can be an event."""
    return what in DONE or what in STANDINGS or what == "adopted"


def event_of(what: str, facts: Mapping[str, Json], *, stood: str) -> Event | None:
    """Return what a row of the timeline tells others, if it is anything to them.

    ``facts`` of a call name its ``kind``; ``stood`` is where the order stood before.
    """
    if what in DONE:
        return _BY_KIND.get(str(facts.get("kind", "")))
    if what == "adopted":
        return Event.ADOPTED
    if what == _HELD:
        return Event.HELD
    if what in STANDINGS and stood == _HELD:
        return Event.RESOLVED
    return None
