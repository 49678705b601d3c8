"""Stories of Klarna's risk review: it takes its time, and it may say no."""

from kvitt.sandbox.histories import CAPTURED, is_now, set_status
from kvitt.sandbox.klarna import FraudStatus, Status, portal
from kvitt.sandbox.stories.people import LAMP, MUGS, one
from kvitt.sandbox.stories.stage import Scene, Stage, Story, both, each, every, noted

_CANCELLED = is_now(Status.CANCELLED)
#: A product of 249.00 that the customer adds by telephone.
_ADDED = "TS-BLUE"


def _accept(stage: Stage) -> None:
    for placed in stage.orders:
        portal.judge(stage.town.books, placed.klarna_id, FraudStatus.ACCEPTED)


CANCEL_DURING_REVIEW = Story(
    name="cancel-during-review",
    title="Cancelled during review",
    teaches=(
        "Klarna is still reviewing the order when the customer changes their mind and it is "
        "cancelled in the shop. Klarna takes no cancellation during a review, so the wish is "
        "remembered, and a note says so. As soon as Klarna decides, here in the customer's "
        "favour, the order is cancelled there too. A late yes never revives it."
    ),
    baskets=one(LAMP, status="on-hold", paid=False, fraud_status=FraudStatus.PENDING),
    scenes=(
        Scene(
            says="The customer changes their mind: Cancelled.",
            happens=each(set_status("cancelled")),
        ),
        Scene(
            says="The wish is noted. Klarna's review ends, and accepts the order.",
            ready=noted,
            happens=_accept,
        ),
        Scene(says="The order is cancelled at Klarna.", ready=both(every(_CANCELLED), noted)),
    ),
)


def _add_a_shirt(stage: Stage) -> None:
    desk = stage.town.desk
    shirt = next(one for one in desk.books.products() if one.sku == _ADDED)
    for placed in stage.orders:
        desk.set_status(placed.order_id, "on-hold", by="admin")
        desk.add_line(placed.order_id, shirt.id)


def _take_it_off(stage: Stage) -> None:
    desk = stage.town.desk
    for placed in stage.orders:
        order = desk.bench.order(placed.order_id)
        desk.remove_item(placed.order_id, order.lines[-1].id)
        desk.set_status(placed.order_id, "completed", by="admin")


RAISED_ORDER_REFUSED = Story(
    name="raised-order-refused",
    title="Raised order refused",
    teaches=(
        "A customer who paid by card adds a shirt by telephone. Klarna does not let this "
        "payment grow, so the new total is refused and the order waits with a note that says "
        "why; the old authorization stands. The shirt is taken off again, the order is "
        "completed, and what was authorized is captured. Never ship more than Klarna has "
        "agreed to."
    ),
    baskets=one(MUGS, payment_method="PAY_BY_CARD"),
    scenes=(
        Scene(says="A shirt is added to the order.", happens=_add_a_shirt),
        Scene(
            says="Klarna refused, and the order says so. The shirt is taken off: Completed.",
            ready=noted,
            happens=_take_it_off,
        ),
        Scene(says="What was authorized is captured.", ready=both(every(CAPTURED), noted)),
    ),
)
