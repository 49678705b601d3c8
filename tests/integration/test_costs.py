"""What each look costs, so that nobody makes one dearer without noticing.

Fewer is welcome: lower the figure then. ``docs/explained/costs.md`` tells what they are for.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integration.worlds import World
from kvitt.sandbox.shop.records import Order

pytestmark = pytest.mark.django_db(transaction=True)

Deed = Callable[[World, Order], object]


def nothing(world: World, order: Order) -> None:
    """Leave the order as it is."""
    del world, order


def completed(world: World, order: Order) -> None:
    """Complete the order, and have it captured."""
    world.set_status(order, "completed")


def shipped(world: World, order: Order) -> None:
    """Complete the order."""
    world.town.desk.set_status(order.id, "completed")


def cancelled(world: World, order: Order) -> None:
    """Cancel the order."""
    world.town.desk.set_status(order.id, "cancelled")


def discounted(world: World, order: Order) -> None:
    """Take 20.00 off the order."""
    world.town.desk.add_fee(order.id, name="Discount", amount=Decimal("-20.00"))


def refunded(world: World, order: Order) -> None:
    """Refund 100.00 in the order screen."""
    world.book_refund(order, "100.00")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What a look at an order may cost at the most, once this was done to it."""

    name: str
    prepare: Deed = nothing
    deed: Deed = nothing
    #: Statements to the database; ends of transactions and the empty claim afterwards too.
    statements: int
    #: Of them, commits: each is a wait for the disk.
    commits: int
    #: What Klarna is asked, exactly.
    calls: tuple[str, ...] = ()


COSTS = (
    Cost(name="nothing to do", statements=17, commits=2),
    Cost(
        name="capture",
        deed=shipped,
        statements=87,
        commits=12,
        calls=("get_order", "create_capture"),
    ),
    Cost(
        name="cancel",
        deed=cancelled,
        statements=83,
        commits=12,
        calls=("get_order", "cancel"),
    ),
    Cost(
        name="update",
        deed=discounted,
        statements=74,
        commits=10,
        calls=("get_order", "update_authorization"),
    ),
    Cost(
        name="refund",
        prepare=completed,
        deed=refunded,
        statements=69,
        commits=9,
        calls=("get_order", "create_refund"),
    ),
)


#: Of rates and of who answers, which is asked anew after some seconds, whatever is looked at.
METERS = ("kvitt_rate_share", "kvitt_party_health")


def of_the_look(told: Iterable[str]) -> list[str]:
    """Return the statements that are told of orders, transaction by transaction."""
    kept: list[str] = []
    together: list[str] = []
    for statement in told:
        together.append(statement)
        if together[0].startswith("BEGIN") and statement != "COMMIT":
            continue
        if not any(meter in one for one in together for meter in METERS):
            kept += together
        together = []
    return kept


@pytest.mark.parametrize("cost", COSTS, ids=lambda cost: cost.name)
def test_a_look_costs_no_more_than_it_did(world: World, cost: Cost) -> None:
    """The case is loaded once for each step, and nothing is written that is there already.

    Klarna's half is read before money moves, and not to confirm that it has.
    """
    order = world.buy()
    world.look(order)
    cost.prepare(world, order)
    cost.deed(world, order)
    world.hint(order)
    asked = len(world.calls())
    with CaptureQueriesContext(connection) as told:
        looks = world.work()
    statements = of_the_look(query["sql"] for query in told.captured_queries)

    assert looks == 1
    assert tuple(world.calls()[asked:]) == cost.calls
    assert len(statements) <= cost.statements
    assert statements.count("COMMIT") <= cost.commits
