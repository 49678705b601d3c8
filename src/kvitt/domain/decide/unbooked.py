"""Refunds made at Klarna without the shop: where in its books they go.

The shop can refund no more than its order comes to. What Klarna has given back beyond
that was captured too much before, or it is money lost, and a person has to look.
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum

from kvitt.domain.decide.matching import name_of
from kvitt.domain.decide.view import NOTHING, Finding, View
from kvitt.domain.intents import State
from kvitt.domain.klarna_order import KlarnaRefund
from kvitt.domain.money import Money
from kvitt.domain.plan import Hold, HoldCode
from kvitt.domain.steps import Kind


class Place(Enum):
    """Where a refund made at Klarna goes in the shop, in words."""

    BOOKED = "it is booked in the shop"
    SURPLUS = "it makes up for what was captured beyond the shop's total"
    NO_ROOM = "the shop has no room left to book it"


def unbooked(view: View) -> Finding:
    """Hold where Klarna has given back more than the shop has booked or could book."""
    lost = unbooked_refunds(view)
    booked = _booked(view)
    if not lost or view.klarna.refunded <= booked or not view.situation.policy.write_back:
        return NOTHING
    amount = Money.total((refund.amount for refund in lost), view.order.currency)
    hold = Hold(
        code=HoldCode.REFUND_UNBOOKED,
        wanted="",
        why=f"Klarna has refunded {amount} without the shop, and the shop cannot book it: of "
        f"its {view.order.total}, {booked} is refunded there already.",
        next_step="Look in Klarna's portal whether the customer got money twice, and ask for "
        "it back if so; correct the shop's refunds if they are wrong. Then mark this as seen.",
        amount=amount,
    )
    return Finding(hold=hold)


def unbooked_refunds(view: View) -> tuple[KlarnaRefund, ...]:
    """Return refunds made at Klarna that the shop has no room for and nobody has seen."""
    read = replace(view, klarna=view.situation.klarna or view.klarna)
    places = places_of(read)
    return tuple(
        refund
        for refund in _foreign(read)
        if places[name_of(refund)] is Place.NO_ROOM and seen_code(refund) not in view.approved
    )


def seen_code(refund: KlarnaRefund) -> str:
    """Return what is remembered once a person has seen that a refund cannot be booked."""
    return f"refund_unbooked:{name_of(refund)}"


def places_of(view: View) -> Mapping[str, Place]:
    """Return where each refund made at Klarna without the shop goes, by its name.

    Those noted already come first: they may be booked, and the shop not read since.
    """
    room = view.order.total - _booked(view)
    surplus = max(-view.due, view.zero)
    adopted = view.situation.journal.adopted
    places = {}
    for refund in sorted(_foreign(view), key=lambda each: name_of(each) not in adopted):
        place = Place.NO_ROOM
        if refund.amount <= surplus:
            place, surplus = Place.SURPLUS, surplus - refund.amount
        elif refund.amount <= room:
            place, room = Place.BOOKED, room - refund.amount
        places[name_of(refund)] = place
    return places


def _booked(view: View) -> Money:
    return Money.total((refund.amount for refund in view.order.refunds), view.order.currency)


def _foreign(view: View) -> tuple[KlarnaRefund, ...]:
    """Return Klarna's refunds that are neither the shop's nor ours."""
    own = {
        str(record.remote_id)
        for record in view.situation.journal.records
        if record.kind is Kind.REFUND and record.state is State.DONE
    }
    return tuple(each for each in view.matching.foreign if name_of(each) not in own)
