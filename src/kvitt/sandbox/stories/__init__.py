"""Stories: named histories of orders, to be played in the demo, in training and in tests.

Each places its own orders, plays its scenes as shop and Klarna come that far, and says in
one paragraph what a merchant learns from it.
"""

from kvitt.sandbox.stories import breakdowns, refunding, reviewing, shipping, two_tools
from kvitt.sandbox.stories.stage import Story

#: Every story, in the order in which they are best learnt from.
STORIES: tuple[Story, ...] = (
    shipping.SPLIT_SHIPMENT,
    refunding.PORTAL_REFUND,
    shipping.EXPIRING_BACKORDER,
    refunding.REFUND_BEFORE_CAPTURE,
    reviewing.CANCEL_DURING_REVIEW,
    reviewing.RAISED_ORDER_REFUSED,
    breakdowns.LOST_ANSWER,
    breakdowns.DEAD_CRON,
    two_tools.TWO_TOOLS,
    breakdowns.KEY_REVOKED,
    shipping.BLACK_FRIDAY,
)


def named(name: str) -> Story:
    """Return a story by its name, or raise LookupError."""
    for story in STORIES:
        if story.name == name:
            return story
    raise LookupError(f"there is no story named {name}")
