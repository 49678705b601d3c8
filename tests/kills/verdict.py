"""What must be true after any number of kills: the three records agree, and once only."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from kills.harness import Campaign
from kvitt.sandbox.klarna import Order as KlarnaRecord
from kvitt.sandbox.klarna import Status

TOTAL = 29_900


def faults(campaign: Campaign) -> list[str]:
    """Return everything that is not as it must be; empty is a campaign that was passed."""
    told = campaign.tell()
    return [
        *_of_intake(campaign, told),
        *_of_orders(campaign),
        *_of_effects(campaign, told),
        *_of_asks(campaign, told),
        *(f"the timeline of order {order} is broken" for order in told["broken"]),
    ]


def _of_intake(campaign: Campaign, told: dict[str, Any]) -> Iterable[str]:
    """Whatever was answered 200 is in the database."""
    kept = Counter(told["deliveries"])
    for digest in campaign.deeds.acknowledged:
        if not kept[digest]:
            yield f"a delivery was acknowledged and is lost: {digest}"


def _of_orders(campaign: Campaign) -> Iterable[str]:
    """Completed is captured in full, cancelled is cancelled, refunds are paid once."""
    for order in campaign.town.desk.books.orders():
        record = campaign.town.books.order(order.transaction_id)
        if record is None:
            yield f"Klarna has lost order {order.id}"
            continue
        captured = sum(made.captured_amount for made in record.captures)
        notes = [note.text for note in campaign.town.desk.books.notes(order.id)]
        if order.id in campaign.deeds.completed:
            yield from _of_completed(campaign, order.id, record, captured)
        if order.id in campaign.deeds.cancelled and record.status is not Status.CANCELLED:
            yield f"order {order.id} was cancelled and is {record.status}"
        told = sum("Klarna order captured" in note for note in notes)
        if told != len(record.captures):
            yield f"order {order.id}: {len(record.captures)} captures, {told} notes"


def _of_completed(
    campaign: Campaign, order: int, record: KlarnaRecord, captured: int
) -> Iterable[str]:
    early = TOTAL - captured
    refunds = sorted(made.refunded_amount for made in record.refunds)
    booked = sorted(campaign.deeds.refunds.get(order, []))
    # A refund that was booked before the capture lowered it, and is not paid as well.
    if early < 0 or early + sum(refunds) != sum(booked):
        yield f"order {order}: captured {captured}, refunded {refunds}, booked {booked}"
    references = Counter(made.reference for made in record.captures)
    references.update(made.reference for made in record.refunds)
    for reference, times in references.items():
        if times > 1:
            yield f"order {order}: {reference} was carried out {times} times"


def _of_effects(campaign: Campaign, told: dict[str, Any]) -> Iterable[str]:
    """Every effect at Klarna has its row, and every row that is done its effect."""
    done = {
        remote_id: (order, minor)
        for order, kind, state, remote_id, minor in told["calls"]
        if state == "done" and kind in {"capture", "refund"}
    }
    there: dict[str, tuple[int, int]] = {}
    for order in campaign.town.desk.books.orders():
        record = campaign.town.books.order(order.transaction_id)
        for made in record.captures if record else ():
            there[made.capture_id] = (order.id, made.captured_amount)
        for given in record.refunds if record else ():
            there[given.refund_id] = (order.id, given.refunded_amount)
    for effect in sorted(there.keys() - done.keys()):
        yield f"Klarna shows {effect} of order {there[effect][0]}, and no row says so"
    for row in sorted(done.keys() - there.keys()):
        yield f"a row says {row} of order {done[row][0]}, and Klarna does not show it"


def _of_asks(campaign: Campaign, told: dict[str, Any]) -> Iterable[str]:
    """A request that is done moved its amount once; every request has an answer."""
    moved: Counter[int] = Counter()
    for key, (order, minor) in campaign.deeds.asks.items():
        state, answer = told["asks"].get(str(key), ("lost", ""))
        if state not in {"done", "refused"}:
            yield f"the request for {minor} on order {order} is {state}: {answer}"
        moved[order] += minor if state == "done" else 0
    for order, asked in moved.items():
        record = campaign.town.books.order(_klarna_id(campaign, order))
        captured = sum(made.captured_amount for made in record.captures) if record else 0
        if captured != asked:
            yield f"order {order}: {asked} was asked for and done, {captured} is captured"


def _klarna_id(campaign: Campaign, order: int) -> str:
    found = campaign.town.desk.books.order(order)
    return found.transaction_id if found is not None else ""
