"""Stories of shipping: in parts, late, and very much of it."""

from datetime import datetime, timedelta

from kvitt.sandbox.checkout import Basket
from kvitt.sandbox.histories import CAPTURED, is_now, portal_capture, set_status
from kvitt.sandbox.klarna import Status, portal
from kvitt.sandbox.stories.people import LAMP, MUGS, SHIRTS, basket, one
from kvitt.sandbox.stories.stage import Scene, Stage, Story, both, each, every, noted

#: The first parcel of the split shipment: three shirts.
_FIRST_PARCEL = 74_700
_RUSH = 200

SPLIT_SHIPMENT = Story(
    name="split-shipment",
    title="Split shipment",
    teaches=(
        "Three shirts are in stock and two mugs are not. The shirts are shipped and paid for "
        "first: here somebody captures their amount in Klarna's portal. When the mugs follow "
        "and the order is set to Completed, only what is still due is captured. The customer "
        "gets two invoices that add up to the order, and nothing is charged twice."
    ),
    baskets=one(SHIRTS, MUGS),
    scenes=(
        Scene(
            says="The shirts are shipped, and captured in Klarna's portal.",
            happens=each(portal_capture(_FIRST_PARCEL)),
        ),
        Scene(
            says="The shop has heard of it. The mugs are shipped: Completed.",
            ready=noted,
            happens=each(set_status("completed")),
        ),
        Scene(
            says="What was still due is captured.",
            ready=both(every(CAPTURED), noted),
        ),
    ),
)


def _waiting_for_weeks(now: datetime) -> tuple[Basket, ...]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    placed = now - timedelta(days=26)
    return (basket(LAMP, placed=placed, expires=midnight + timedelta(days=2)),)


def _extend(stage: Stage) -> None:
    for placed in stage.orders:
        portal.extend(stage.town.books, placed.klarna_id)


EXPIRING_BACKORDER = Story(
    name="expiring-backorder",
    title="Expiring backorder",
    teaches=(
        "A lamp has been on order for 26 days, and Klarna's promise to pay ends the day after "
        "tomorrow. A note says so in time, with what can be done: ship, cancel, or ask Klarna "
        "for more time. Here somebody extends the authorization; the lamp arrives, the order "
        "is completed and the money is there. Without the extension it would have been gone."
    ),
    baskets=_waiting_for_weeks,
    scenes=(
        Scene(
            says="The warning is on the order. More time is asked for in Klarna's portal.",
            ready=noted,
            happens=_extend,
        ),
        Scene(
            says="The lamp has arrived and is shipped: Completed.",
            happens=each(set_status("completed")),
        ),
        Scene(
            says="The money is captured, in time.",
            ready=both(every(CAPTURED), noted),
        ),
    ),
)


def _crowd(now: datetime) -> tuple[Basket, ...]:
    del now
    return (basket(MUGS),) * _RUSH


def _complete_all(stage: Stage) -> None:
    chosen = [placed.order_id for placed in stage.orders]
    stage.town.desk.bulk_status(chosen, "completed", by="admin")


BLACK_FRIDAY = Story(
    name="black-friday",
    title="Black Friday",
    teaches=(
        f"{_RUSH} orders are ticked in the list and completed with one bulk action. The shop "
        "answers as quickly as ever, because nothing waits for Klarna while the page loads: "
        "each order becomes due, and is captured one after another as fast as Klarna takes "
        "them. Every order ends with exactly one capture and one note."
    ),
    baskets=_crowd,
    scenes=(
        Scene(
            says=f"All {_RUSH} orders are completed with one bulk action.",
            ready=every(is_now(Status.AUTHORIZED)),
            happens=_complete_all,
        ),
        Scene(
            says="Every one is captured, once.",
            ready=both(every(CAPTURED), noted),
        ),
    ),
)
