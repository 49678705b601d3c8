"""What any queue of orders must do, whichever database holds it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from clocks import StandingClock
from contract.rows import LEASE, add_shop, shop_id
from kvitt.adapters.database.models import Order
from kvitt.adapters.database.queue import OrderQueue
from kvitt.adapters.database.vault import Vault
from kvitt.domain.errors import LeaseLost
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.journal import Lease

MINUTE = timedelta(minutes=1)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("each_database")]


@pytest.fixture
def shop(vault: Vault, clock: StandingClock) -> ShopId:
    return shop_id(add_shop(vault, clock.now))


def want(queue: OrderQueue, shop: ShopId, *orders: int) -> None:
    for order in orders:
        queue.want(shop, StoreOrderId(order), why="webhook")


def claim(queue: OrderQueue, worker: str = "a") -> Lease:
    lease = queue.claim(worker=worker, lease=LEASE)
    assert lease is not None
    return lease


def test_nothing_is_due_where_nothing_was_wanted(queue: OrderQueue) -> None:
    """An empty queue gives no lease and no time to come back at."""
    assert queue.claim(worker="a", lease=LEASE) is None
    assert queue.next_due() is None


def test_a_wanted_order_is_due_at_once(queue: OrderQueue, shop: ShopId) -> None:
    """The lease names the order, its shop and the counter it was claimed at."""
    want(queue, shop, 1042)

    lease = claim(queue)

    assert (lease.shop, lease.store_order_id) == (shop, 1042)
    assert (lease.wanted, lease.failures) == (1, 0)


def test_two_claims_never_hold_one_order(queue: OrderQueue, shop: ShopId) -> None:
    """While one worker has the order, another gets none."""
    want(queue, shop, 1042)
    claim(queue, "a")

    assert queue.claim(worker="b", lease=LEASE) is None


def test_the_order_due_longest_goes_first(
    queue: OrderQueue, shop: ShopId, clock: StandingClock
) -> None:
    """Orders are taken in the order in which they became due."""
    for order in (7, 3, 5):
        want(queue, shop, order)
        clock.pass_by(MINUTE)

    assert [claim(queue).store_order_id for _ in range(3)] == [7, 3, 5]


def test_a_second_hint_does_not_cost_an_order_its_place(
    queue: OrderQueue, shop: ShopId, clock: StandingClock
) -> None:
    """An order wanted again while it waits is due since the first time."""
    want(queue, shop, 7)
    clock.pass_by(MINUTE)
    want(queue, shop, 3)
    clock.pass_by(MINUTE)
    want(queue, shop, 7)

    assert claim(queue).store_order_id == 7


def test_a_settled_order_rests_until_it_is_due(
    queue: OrderQueue, shop: ShopId, clock: StandingClock
) -> None:
    """An order given back for later is not claimed before then, and is from then on."""
    want(queue, shop, 1042)
    queue.settle(claim(queue), due=clock.now() + MINUTE)
    before = queue.claim(worker="a", lease=LEASE)
    clock.pass_by(MINUTE)

    assert before is None
    assert queue.claim(worker="a", lease=LEASE) is not None


def test_an_order_settled_for_good_comes_back_with_the_next_hint(
    queue: OrderQueue, shop: ShopId, clock: StandingClock
) -> None:
    """Due never means due when something happens."""
    want(queue, shop, 1042)
    queue.settle(claim(queue), due=None)
    clock.pass_by(timedelta(days=400))
    resting = queue.claim(worker="a", lease=LEASE)
    want(queue, shop, 1042)

    assert resting is None
    assert claim(queue).wanted == 2


@pytest.mark.parametrize("due", [None, timedelta(days=1)])
def test_a_hint_while_the_order_is_held_is_never_lost(
    queue: OrderQueue, shop: ShopId, clock: StandingClock, due: timedelta | None
) -> None:
    """What was wanted during a look is due at once after it, whatever the look asked for."""
    want(queue, shop, 1042)
    lease = claim(queue)
    want(queue, shop, 1042)
    while_held = queue.claim(worker="b", lease=LEASE)
    queue.settle(lease, due=None if due is None else clock.now() + due)

    assert while_held is None
    assert claim(queue).wanted == 2


def test_a_dead_workers_order_is_free_when_its_lease_ends(
    queue: OrderQueue, shop: ShopId, clock: StandingClock
) -> None:
    """An order that was never given back is claimed by somebody else after the lease."""
    want(queue, shop, 1042)
    first = claim(queue, "a")
    clock.pass_by(LEASE)

    second = claim(queue, "b")

    assert second.order == first.order
    assert second.token != first.token


def test_a_hint_after_the_lease_has_ended_is_due_at_once(
    queue: OrderQueue, shop: ShopId, clock: StandingClock
) -> None:
    """A lease that has run out holds no hint back."""
    want(queue, shop, 1042)
    claim(queue)
    clock.pass_by(LEASE + MINUTE)
    want(queue, shop, 1042)

    assert queue.next_due() is not None
    assert claim(queue).wanted == 2


def test_who_was_overtaken_cannot_settle(
    queue: OrderQueue, shop: ShopId, clock: StandingClock
) -> None:
    """Giving back an order that another worker holds now is refused and changes nothing."""
    want(queue, shop, 1042)
    slow = claim(queue, "a")
    clock.pass_by(LEASE)
    quick = claim(queue, "b")

    with pytest.raises(LeaseLost):
        queue.settle(slow, due=None)

    assert Order.objects.get(pk=quick.order).lease_token == quick.token


def test_settling_twice_is_refused(queue: OrderQueue, shop: ShopId) -> None:
    """A lease is given back once."""
    want(queue, shop, 1042)
    lease = claim(queue)
    queue.settle(lease, due=None)

    with pytest.raises(LeaseLost):
        queue.settle(lease, due=None)


def test_failed_looks_are_counted_until_one_succeeds(
    queue: OrderQueue, shop: ShopId, clock: StandingClock
) -> None:
    """The lease says how many looks in a row have failed."""
    want(queue, shop, 1042)
    counts = []
    for failed in (True, True, False, False):
        lease = claim(queue)
        counts.append(lease.failures)
        queue.settle(lease, due=clock.now(), failed=failed)

    assert counts == [0, 1, 2, 0]


def test_a_failed_look_leaves_the_order_not_reconciled(queue: OrderQueue, shop: ShopId) -> None:
    """Only a look that succeeded has reconciled what was wanted."""
    want(queue, shop, 1042)
    lease = claim(queue)
    queue.settle(lease, due=None, failed=True)

    assert Order.objects.get(pk=lease.order).reconciled == 0


def test_a_renewed_lease_lasts_longer(
    queue: OrderQueue, shop: ShopId, clock: StandingClock
) -> None:
    """A worker that is still busy keeps its order beyond the first lease."""
    want(queue, shop, 1042)
    lease = claim(queue)
    clock.pass_by(LEASE - MINUTE)
    held = queue.renew(lease, lasting=LEASE)
    clock.pass_by(2 * MINUTE)

    assert held
    assert queue.claim(worker="b", lease=LEASE) is None


def test_a_lost_lease_cannot_be_renewed(
    queue: OrderQueue, shop: ShopId, clock: StandingClock
) -> None:
    """Who was overtaken learns of it."""
    want(queue, shop, 1042)
    lease = claim(queue)
    clock.pass_by(LEASE)
    claim(queue, "b")

    assert not queue.renew(lease, lasting=LEASE)


def test_a_paused_shops_orders_wait(
    queue: OrderQueue, shop: ShopId, vault: Vault, clock: StandingClock
) -> None:
    """Hints for a paused shop are kept, and claimed when it is resumed."""
    from kvitt.adapters.database.models import ShopState
    from kvitt.adapters.database.repositories import ShopRepository

    shops = ShopRepository(vault, clock.now)
    shops.set_state(shop, ShopState.PAUSED)
    want(queue, shop, 1042)
    paused = queue.claim(worker="a", lease=LEASE)
    shops.set_state(shop, ShopState.ACTIVE)

    assert paused is None
    assert claim(queue).store_order_id == 1042


def test_a_busy_shop_leaves_room_for_others(
    shop: ShopId, vault: Vault, clock: StandingClock
) -> None:
    """One shop's orders are held at once only so far; the next shop's turn comes."""
    queue = OrderQueue(clock.now, shop_concurrency=2)
    want(queue, shop, 1, 2, 3)
    clock.pass_by(MINUTE)
    other = shop_id(add_shop(vault, clock.now, nth=2))
    want(queue, other, 9)

    taken = [claim(queue) for _ in range(3)]

    assert [lease.store_order_id for lease in taken] == [1, 2, 9]
    assert queue.claim(worker="a", lease=LEASE) is None


def test_one_order_can_be_claimed_by_name(queue: OrderQueue, shop: ShopId) -> None:
    """A person's command takes this very order, due or not, but never a held one."""
    want(queue, shop, 1042)
    lease = claim(queue)
    held = queue.claim_order(lease.order, worker="desk", lease=LEASE)
    queue.settle(lease, due=None)

    assert held is None
    assert queue.claim_order(lease.order, worker="desk", lease=LEASE) is not None


def test_the_bell_rings_after_a_hint_is_committed(
    shop: ShopId,
    clock: StandingClock,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    """Workers of the process are woken, and not before there is something to find."""
    rung: list[datetime] = []
    queue = OrderQueue(clock.now, on_hint=lambda: rung.append(clock.now()))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        want(queue, shop, 1042)
        before_commit = list(rung)

    assert before_commit == []
    assert rung == [clock.now()]
