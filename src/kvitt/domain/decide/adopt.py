"""Adopt: what happened at Klarna without us is written to the shop, once. No call, ever."""

from kvitt.domain.decide import unbooked
from kvitt.domain.decide.matching import name_of
from kvitt.domain.decide.unbooked import Place
from kvitt.domain.decide.view import NOTHING, Aim, Finding, View, hold_stands
from kvitt.domain.intents import State
from kvitt.domain.klarna_order import KlarnaCapture, KlarnaRefund, KlarnaStatus
from kvitt.domain.plan import Adopt, Adopted
from kvitt.domain.steps import Kind
from kvitt.domain.store_order import StoreRefund

#: Where an order waits for its payment, or to be shipped: what Klarna says moves it on,
#: whatever the policy sends to Klarna from there.
_WAITING = frozenset({"pending", "on-hold", "processing"})


def adopt(view: View) -> Finding:
    """Return what is to be written to the shop of what others did at Klarna."""
    if not view.situation.policy.write_back:
        return NOTHING
    found = (*_captures(view), *_refunds(view), *_cancellation(view))
    return Finding(actions=found)


def _captures(view: View) -> tuple[Adopt, ...]:
    new = [capture for capture in view.klarna.captures if not _is_known(view, capture)]
    status = status_when_captured(view)
    last = len(new) - 1
    return tuple(
        Adopt(
            what=Adopted.CAPTURE,
            remote_id=capture.id,
            amount=capture.amount,
            invoice=capture.klarna_reference,
            store_status=status if position == last else "",
            reason=f"Klarna has captured {capture.amount}; it is noted in the shop.",
        )
        for position, capture in enumerate(new)
    )


def _is_known(view: View, capture: KlarnaCapture) -> bool:
    """Say whether a capture is ours, or written to the shop already.

    The plugin passes the id through a filter that lowers its case
    (plugin-behaviour.md §2.1).
    """
    journal = view.situation.journal
    own = {str(r.remote_id) for r in journal.records if r.kind is Kind.CAPTURE}
    if str(capture.id) in own | journal.adopted:
        return True
    return str(capture.id).lower() == view.order.capture_id.lower()


def status_when_captured(view: View) -> str:
    """Return where the shop's order goes once all that is due has been captured."""
    policy = view.situation.policy
    if view.due > view.zero or not view.klarna.captured:
        return ""
    waits = view.order.status in policy.update_statuses | _WAITING
    if not waits or view.order.status in policy.capture_statuses:
        return ""
    return policy.captured_at_klarna_status


def _refunds(view: View) -> tuple[Adopt, ...]:
    journal = view.situation.journal
    # One that an operator asked for here is booked when it is settled, by its lines.
    own = {
        str(record.remote_id)
        for record in journal.records
        if record.kind is Kind.REFUND and record.state is State.DONE
    }
    known = own | journal.adopted
    paired = tuple(
        _pair(ours, theirs)
        for ours, theirs in view.matching.pairs
        if name_of(theirs) not in known
    )
    foreign = [theirs for theirs in view.matching.foreign if name_of(theirs) not in known]
    return (*paired, *_bookings(view, foreign))


def _pair(ours: StoreRefund, theirs: KlarnaRefund) -> Adopt:
    return Adopt(
        what=Adopted.REFUND,
        remote_id=name_of(theirs),
        amount=theirs.amount,
        store_refund_id=ours.id,
        reason=f"Klarna has refunded {theirs.amount} already: this is refund {ours.id} of the "
        "shop.",
    )


def _bookings(view: View, foreign: list[KlarnaRefund]) -> tuple[Adopt, ...]:
    """Return refunds made at Klarna that the shop has yet to book, as far as it can."""
    places = unbooked.places_of(view)
    return tuple(
        Adopt(
            what=Adopted.REFUND,
            remote_id=name_of(theirs),
            amount=theirs.amount,
            book_refund=places[name_of(theirs)] is Place.BOOKED,
            reason=f"Klarna has refunded {theirs.amount} without the shop; "
            f"{places[name_of(theirs)].value}.",
        )
        for theirs in foreign
    )


def _cancellation(view: View) -> tuple[Adopt, ...]:
    klarna = view.klarna
    if klarna.status is not KlarnaStatus.CANCELLED or klarna.captured:
        return ()
    waits = view.order.status in view.situation.policy.update_statuses | _WAITING
    if not waits or str(klarna.id) in view.situation.journal.adopted:
        return ()
    if hold_stands(view.situation) and view.aim is not Aim.CANCEL:
        return ()
    return (
        Adopt(
            what=Adopted.CANCEL,
            remote_id=str(klarna.id),
            amount=klarna.order_amount,
            store_status=view.situation.policy.cancelled_at_klarna_status,
            ours=bool(view.count(Kind.CANCEL)),
            reason=f"Klarna has cancelled this order of {klarna.order_amount}.",
        ),
    )
