"""How a database finds what queue and lists ask for: by an index, not by walking the table.

A planner walks through a small table whatever indexes there are, so PostgreSQL is told not
to where it can help it; SQLite always prefers an index.
"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clocks import StandingClock
from contract.rows import LEASE, add_shop, shop_id
from kvitt.adapters.database import reads
from kvitt.adapters.database.models import Order
from kvitt.adapters.database.queue import OrderQueue
from kvitt.adapters.database.reads import Filters
from kvitt.adapters.database.vault import Vault
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.web.console import listing
from kvitt.web.console.question import Question

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("each_database")]

DUE = "kvitt_order_shop_due"
LEASED = "kvitt_order_leased"


@pytest.fixture
def shop(vault: Vault, clock: StandingClock) -> ShopId:
    shop = shop_id(add_shop(vault, clock.now))
    OrderQueue(clock.now).want_many(shop, [StoreOrderId(1), StoreOrderId(2)], why="test")
    return shop


def plans_of(asked: CaptureQueriesContext) -> list[str]:
    """Return how the database would find the rows of each question."""
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    plans = []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
        for query in asked.captured_queries:
            if query["sql"].strip().startswith(("SELECT", "UPDATE")):
                cursor.execute(f"{explain} {query['sql']}")
                plans.append("\n".join(str(row) for row in cursor.fetchall()))
    return plans


def test_a_claim_goes_straight_to_what_is_due(shop: ShopId, clock: StandingClock) -> None:
    """The shops' heads, those that are held, and the order: each by an index of its own."""
    queue = OrderQueue(clock.now, shop_concurrency=2)
    with CaptureQueriesContext(connection) as asked:
        lease = queue.claim(worker="a", lease=LEASE)
    plans = plans_of(asked)

    assert lease is not None
    assert lease.shop == shop
    used = [name for plan in plans for name in (LEASED, DUE) if name in plan]
    assert used == [DUE, LEASED, LEASED, DUE]
    assert "Sort" not in plans[-1]
    assert "TEMP B-TREE" not in plans[-1]


@pytest.mark.usefixtures("shop")
def test_counting_what_is_due_walks_through_nothing_else(clock: StandingClock) -> None:
    """Orders that wait for a later time, or for a hint, are not counted one by one."""
    queue = OrderQueue(clock.now)
    clock.pass_by(timedelta(minutes=1))
    with CaptureQueriesContext(connection) as asked:
        counted = queue.due_count(at_most=1)

    assert counted == 1
    assert all(DUE in plan for plan in plans_of(asked))


@pytest.mark.usefixtures("shop")
def test_words_are_found_by_their_index() -> None:
    """The beginning of a word is a range of the index, whatever the database's language."""
    with CaptureQueriesContext(connection) as asked:
        reads.list_orders(Filters(search="ek"))

    assert all("kvitt_order_term_term" in plan for plan in plans_of(asked))


@pytest.mark.parametrize("sort", ["newest", "oldest", "changed", "ends"])
def test_the_orders_beside_one_are_two_steps_along_an_index(
    shop: ShopId, clock: StandingClock, sort: str
) -> None:
    """Two questions, whatever the table holds, and nothing is sorted for either."""
    order = Order.objects.filter(shop=shop).latest("pk")
    order.expires_at = clock.now()
    with CaptureQueriesContext(connection) as asked:
        listing.beside(Question(sort=sort), order, now=clock.now(), shops=None)
    plans = plans_of(asked)

    assert len(plans) == 2
    assert all("kvitt_order" in plan for plan in plans)
    assert not [plan for plan in plans if "TEMP B-TREE" in plan or "Sort" in plan]
