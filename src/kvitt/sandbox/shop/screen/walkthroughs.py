"""The four things a merchant does with a Klarna order, step by step, for practice."""

from collections.abc import Sequence
from dataclasses import dataclass

from kvitt.sandbox.shop import statuses


@dataclass(frozen=True, slots=True, kw_only=True)
class Walkthrough:
    """One thing to do, from which statuses, how, and what one sees when it worked."""

    title: str
    starts_from: frozenset[str]
    steps: Sequence[str]
    result: str

    def readiness(self, status: str) -> str:
        """Say whether an order of this status can be used, and if not, which could."""
        if status in self.starts_from:
            return "This order is ready for it."
        needed = [name for slug, name in statuses.NAMES.items() if slug in self.starts_from]
        now = statuses.name(status)
        return f"Needs an order that is {' or '.join(needed)}; this one is {now}."


ALL = (
    Walkthrough(
        title="Cancel an order",
        starts_from=frozenset({"processing"}),
        steps=(
            "Open an order that is Processing.",
            "In the Order details box, set Order status to Cancelled.",
            "Press Save Order, at the top right.",
        ),
        result="The note “Klarna order cancellation completed.” appears by itself.",
    ),
    Walkthrough(
        title="Update an order",
        starts_from=frozenset({"processing", "on-hold"}),
        steps=(
            "Open an order that is not Completed yet.",
            "Set Order status to On hold and press Save Order. Now its items can be edited.",
            "In the Order items box, press the pencil of an item; change quantity or price.",
            "Press Save below the items.",
            "If tax or sums look old, press Calculate Taxes, then Calculate Total.",
            "Set Order status back to Processing and press Save Order.",
        ),
        result="A note tells Klarna's old and new amount.",
    ),
    Walkthrough(
        title="Capture an order",
        starts_from=frozenset({"processing"}),
        steps=(
            "Open an order that is Processing.",
            "In the Order details box, set Order status to Completed.",
            "Press Save Order.",
        ),
        result="A note tells the amount, the capture and the invoice number.",
    ),
    Walkthrough(
        title="Refund an order",
        starts_from=frozenset({"completed"}),
        steps=(
            "Open an order that is Completed.",
            "In the Order items box, press Refund.",
            "To give all of it back, type the order's total into Refund amount.",
            "Or, for one item, give the quantity or the amount on its line instead.",
            "Press Refund via Klarna Payments and confirm.",
        ),
        result="A note tells the amount and Klarna's refund.",
    ),
)
