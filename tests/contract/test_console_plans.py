"""What the overview sums and its lists read: on every database the same, and by an index.

A planner walks through a small table whatever indexes there are, so PostgreSQL is told not
to where it can help it (``test_queue_plans.py``).
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clocks import StandingClock
from contract.rows import add_shop, shop_id
from contract.test_queue_plans import plans_of
from kvitt.adapters.database import sums
from kvitt.adapters.database.models import Movement, MovementKind, Order
from kvitt.adapters.database.queue import OrderQueue
from kvitt.adapters.database.sums import Share
from kvitt.adapters.database.vault import Vault
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.web.console import listing, moved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("each_database")]

#: No row is opened: the index holds all that is asked of it.
FLOW = {
    "postgresql": "Index Only Scan using kvitt_movement_flow",
    "sqlite": "COVERING INDEX kvitt_movement_flow",
}
FIRST = datetime(2026, 7, 1, tzinfo=UTC)
DAY = timedelta(days=1)
WAITS = (timedelta(seconds=10), timedelta(minutes=1))


@pytest.fixture
def shop(vault: Vault, clock: StandingClock) -> ShopId:
    """A shop of three orders: captured in two parts, captured and refunded, and neither."""
    shop = shop_id(add_shop(vault, clock.now))
    numbers = [StoreOrderId(number) for number in (1, 2, 3)]
    OrderQueue(clock.now).want_many(shop, numbers, why="test")
    first, second, _third = Order.objects.order_by("pk")
    rows = (
        (first, "capture", FIRST, 100, 5),
        (first, "capture", FIRST + DAY - timedelta(microseconds=1), 10, 10),
        (second, "capture", FIRST + DAY, 1_000, 60),
        (second, "capture", FIRST + 2 * DAY, 10_000, None),
        (second, "refund", FIRST + DAY, 7, None),
    )
    Movement.objects.bulk_create(
        Movement(
            order=order,
            shop_id=order.shop_id,
            kind=kind,
            remote_id=str(nth),
            at=at,
            currency="SEK",
            minor=minor,
            waited=waited,
            reason="Damaged" if kind == "refund" else "",
        )
        for nth, (order, kind, at, minor, waited) in enumerate(rows)
    )
    return shop


@pytest.mark.usefixtures("shop")
def test_days_are_stretches_of_one_index() -> None:
    """What moved belongs to the day it was on, to the microsecond, and no row is opened."""
    limits = [FIRST + nth * DAY for nth in range(3)]
    with CaptureQueriesContext(connection) as asked:
        found = [
            sums.by_day(limits, kind=kind, currency="SEK", shops=None) for kind in MovementKind
        ]

    assert found == [
        (Share(count=2, minor=110), Share(count=1, minor=1_000)),
        (Share(), Share(count=1, minor=7)),
    ]
    assert sums.by_day(limits[:1], kind=MovementKind.REFUND, currency="SEK", shops=None) == ()
    assert all(FLOW[connection.vendor] in plan for plan in plans_of(asked))


@pytest.mark.usefixtures("shop")
def test_waits_and_reasons_are_read_from_the_same_index() -> None:
    """Captures are counted by how long they waited, and refunds summed by their reason."""
    mine = set(Order.objects.values_list("shop", flat=True))
    with CaptureQueriesContext(connection) as asked:
        waits = sums.by_wait(WAITS, since=FIRST, currency="SEK", shops=None)
        reasons = sums.refund_reasons(since=FIRST, currency="SEK", shops=None, most=8)

    assert waits == {0: 1, 1: 1, 2: 1, None: 1}
    assert reasons == (("Damaged", Share(count=1, minor=7)),)
    assert all(FLOW[connection.vendor] in plan for plan in plans_of(asked))
    for shops, found in ((mine, waits), ([], dict.fromkeys(waits, 0))):
        seen = sums.by_wait(WAITS, since=FIRST, currency="SEK", shops=shops)
        assert seen == found


@pytest.mark.usefixtures("shop")
def test_a_list_of_what_moved_is_read_from_the_same_index() -> None:
    """Its orders, each once, and what it comes to."""
    question = moved.read("capture-2026-07-01~2026-07-03")
    assert question is not None
    newest = moved.Stretch(beyond=None, ascending=False, most=2)
    with CaptureQueriesContext(connection) as asked:
        whole = moved.share_of(question, currency="SEK", shops=None)
        orders = moved.orders_of(question, newest, currency="SEK", shops=None)

    first, second, _third = Order.objects.order_by("pk").values_list("pk", flat=True)
    assert whole == Share(count=4, minor=11_110)
    assert orders == (second, first)
    assert all(FLOW[connection.vendor] in plan for plan in plans_of(asked))


@pytest.mark.usefixtures("shop")
def test_tabs_are_counted_in_indexes_of_their_few(clock: StandingClock) -> None:
    """What is open, and what is refunded, is found where nothing else stands."""
    with CaptureQueriesContext(connection) as asked:
        listing.count(now=clock.now(), shops=None)
    plans = plans_of(asked)
    few = [plan for plan in plans if "kvitt_order_open" in plan or "refunded" in plan]

    assert len(few) == len({"to capture", "expires soon", "refunded"})
