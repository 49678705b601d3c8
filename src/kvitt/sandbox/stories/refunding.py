"""Stories of money given back: in Klarna's portal, and before it was ever taken."""

from typing import TYPE_CHECKING

from kvitt.sandbox.histories import CAPTURED, portal_refund, refund, set_status
from kvitt.sandbox.stories.people import LAMP, MUGS, SHIRTS, one
from kvitt.sandbox.stories.stage import Scene, Stage, Story, both, each, every, noted

if TYPE_CHECKING:
    from kvitt.sandbox.town import Town

_GOODWILL = 12_500


def _booked(town: "Town", order_id: int, klarna_id: str) -> bool:
    """Say whether the shop has booked a refund for the order."""
    del klarna_id
    return bool(town.desk.books.refunds(order_id))


PORTAL_REFUND = Story(
    name="portal-refund",
    title="Refund in Klarna's portal",
    teaches=(
        "Customer service gives 125.00 back in Klarna's portal, where the shop does not see "
        "it. The refund is found there and booked in the shop, so that stock, reports and "
        "bookkeeping agree with what the customer received. It is booked, never sent: the "
        "customer is paid once."
    ),
    baskets=one(LAMP, MUGS),
    scenes=(
        Scene(says="The order is shipped: Completed.", happens=each(set_status("completed"))),
        Scene(
            says="It is captured. Customer service gives 125.00 back in Klarna's portal.",
            ready=both(every(CAPTURED), noted),
            happens=each(portal_refund(_GOODWILL)),
        ),
        Scene(says="The refund is booked in the shop.", ready=both(every(_booked), noted)),
    ),
)


def _lowered(stage: Stage) -> bool:
    """Say whether Klarna's authorization is lower than what was bought."""
    return all(record.order_amount < record.original_order_amount for record in stage.records())


REFUND_BEFORE_CAPTURE = Story(
    name="refund-before-capture",
    title="Refund before capture",
    teaches=(
        "One of three shirts is sold out, and it is refunded before anything was shipped. "
        "Klarna has taken no money yet, so there is none to give back: the authorization is "
        "lowered instead. When the rest is shipped, only that is captured. The customer never "
        "pays for the missing shirt, not even for a day."
    ),
    baskets=one(SHIRTS),
    scenes=(
        Scene(
            says="One shirt is sold out and refunded with the button in the shop.",
            happens=each(refund(quantity=1, reason="Sold out")),
        ),
        Scene(
            says="Klarna's authorization is lowered. The other two are shipped: Completed.",
            ready=both(_lowered, noted),
            happens=each(set_status("completed")),
        ),
        Scene(says="Only the rest is captured.", ready=both(every(CAPTURED), noted)),
    ),
)
