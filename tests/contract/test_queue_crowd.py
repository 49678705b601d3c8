"""The queue with many workers at once, each with a connection of its own."""

from collections import Counter
from threading import Barrier, Lock

import pytest

from clocks import StandingClock
from contract.rows import LEASE, add_shop, in_threads, shop_id
from kvitt.adapters.database.models import Order
from kvitt.adapters.database.queue import OrderQueue
from kvitt.adapters.database.vault import Vault
from kvitt.domain.errors import LeaseLost
from kvitt.domain.ids import ShopId, StoreOrderId

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("each_database"),
]

#: Workers that start at the same moment.
CROWD = 6


@pytest.fixture
def shop(vault: Vault, clock: StandingClock) -> ShopId:
    return shop_id(add_shop(vault, clock.now))


def test_many_claimers_share_the_orders_out(shop: ShopId, clock: StandingClock) -> None:
    """Claimers that start at once take every order, and none of them twice."""
    queue = OrderQueue(clock.now)
    queue.want_many(shop, [StoreOrderId(order) for order in range(1, 41)], why="sweep")
    taken: list[int] = []
    lock, start = Lock(), Barrier(CROWD)

    def work() -> None:
        start.wait()
        while (lease := queue.claim(worker="any", lease=LEASE)) is not None:
            with lock:
                taken.append(lease.store_order_id)

    in_threads(*[work] * CROWD)

    # Whoever finds all rows locked by others goes away, and comes again with the next poll.
    work_again = queue.claim(worker="any", lease=LEASE)
    while work_again is not None:
        taken.append(work_again.store_order_id)
        work_again = queue.claim(worker="any", lease=LEASE)
    assert sorted(taken) == list(range(1, 41))


def test_a_shop_is_never_asked_by_more_workers_than_it_takes(
    shop: ShopId, vault: Vault, clock: StandingClock
) -> None:
    """Workers that claim at the same moment do not both take a shop's last place."""
    queue = OrderQueue(clock.now, shop_concurrency=2)
    other = shop_id(add_shop(vault, clock.now, nth=2))
    for each in (shop, other):
        queue.want_many(each, [StoreOrderId(order) for order in range(1, 11)], why="sweep")
    held: Counter[int] = Counter()
    lock, start = Lock(), Barrier(CROWD)

    def work() -> None:
        start.wait()
        lease = queue.claim(worker="any", lease=LEASE)
        if lease is not None:
            with lock:
                held[lease.shop] += 1

    in_threads(*[work] * CROWD)
    while (lease := queue.claim(worker="any", lease=LEASE)) is not None:
        held[lease.shop] += 1

    assert held == {shop: 2, other: 2}


def test_one_lease_is_given_back_once(shop: ShopId, clock: StandingClock) -> None:
    """Of many who settle with one token, one does and all others are refused."""
    queue = OrderQueue(clock.now)
    queue.want(shop, StoreOrderId(1042), why="webhook")
    lease = queue.claim(worker="a", lease=LEASE)
    assert lease is not None
    answers: list[str] = []
    lock, start = Lock(), Barrier(CROWD)

    def settle() -> None:
        start.wait()
        try:
            queue.settle(lease, due=None)
            answer = "settled"
        except LeaseLost:
            answer = "refused"
        with lock:
            answers.append(answer)

    in_threads(*[settle] * CROWD)

    assert Counter(answers) == {"settled": 1, "refused": CROWD - 1}


def test_an_order_that_is_taken_over_is_settled_by_its_holder_only(
    shop: ShopId, clock: StandingClock
) -> None:
    """While old and new holder settle at once, only the new one changes the row."""
    queue = OrderQueue(clock.now)
    queue.want(shop, StoreOrderId(1042), why="webhook")
    slow = queue.claim(worker="slow", lease=LEASE)
    clock.pass_by(LEASE)
    quick = queue.claim(worker="quick", lease=LEASE)
    assert slow is not None
    assert quick is not None
    later = clock.now() + LEASE
    start = Barrier(2)
    refused: list[str] = []

    def settle_old() -> None:
        start.wait()
        try:
            queue.settle(slow, due=None)
        except LeaseLost:
            refused.append("slow")

    def settle_new() -> None:
        start.wait()
        queue.settle(quick, due=later)

    in_threads(settle_old, settle_new)

    assert refused == ["slow"]
    assert Order.objects.get(pk=quick.order).due_at == later


def test_hints_that_meet_looks_are_never_lost(shop: ShopId, clock: StandingClock) -> None:
    """However hints and looks interleave, the last hint has been looked at in the end."""
    queue = OrderQueue(clock.now)
    orders = [StoreOrderId(order) for order in range(1, 6)]
    hints_each, start = 12, Barrier(4)
    looked: dict[int, int] = {}
    lock = Lock()

    def hint() -> None:
        start.wait()
        for _ in range(hints_each):
            queue.want_many(shop, orders, why="webhook")

    def look_until_idle() -> None:
        while (lease := queue.claim(worker="any", lease=LEASE)) is not None:
            with lock:
                looked[lease.order] = max(looked.get(lease.order, 0), lease.wanted)
            queue.settle(lease, due=None)

    def look() -> None:
        start.wait()
        for _ in range(hints_each):
            look_until_idle()

    in_threads(hint, hint, look, look)
    look_until_idle()

    assert set(looked.values()) == {2 * hints_each}
    assert queue.due_count() == 0
