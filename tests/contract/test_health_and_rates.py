"""What several processes know of a shop, and how they share an account's rate."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clocks import StandingClock
from contract.rows import LEASE, add_shop, in_threads, shop_id
from kvitt.adapters.database import health as health_rows
from kvitt.adapters.database.health import HealthBook
from kvitt.adapters.database.models import KlarnaAccount, Order, PartyHealth, RateShare, Shop
from kvitt.adapters.database.queue import OrderQueue
from kvitt.adapters.database.rates import RateShares
from kvitt.adapters.database.repositories import AccountRepository, NewAccount
from kvitt.adapters.database.vault import Vault
from kvitt.application.gate import Gate, account_party, shop_party
from kvitt.domain.errors import RemoteFault, Unauthorized, Withheld
from kvitt.domain.health import OPENS_AFTER, Condition, Party
from kvitt.domain.ids import ShopId, StoreOrderId

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("each_database"),
]

LASTING = timedelta(seconds=4)


@pytest.fixture
def shop(vault: Vault, clock: StandingClock) -> Shop:
    return add_shop(vault, clock.now)


@pytest.fixture
def account(shop: Shop, vault: Vault, clock: StandingClock) -> KlarnaAccount:
    return AccountRepository(vault, clock.now).add_account(
        NewAccount(
            uid=shop.uid,
            shop=shop_id(shop),
            label="Klarna",
            region="eu",
            environment="playground",
            username="K1",
            password="p",
        )
    )


def gate(clock: StandingClock) -> Gate:
    """Return the gate of one more process, which asks the database each time."""
    book = HealthBook(clock.now, monotonic=lambda: 0.0, fresh_for=0.0)
    return Gate(healths=book, clock=clock, dice=lambda _: 0)


def fail(at: Gate, party: Party, *, order: int) -> None:
    with pytest.raises(RemoteFault), at.watch(party, order=order):
        raise RemoteFault("the shop answered 503")


def test_failures_that_several_processes_see_are_counted_together(
    shop: Shop, clock: StandingClock
) -> None:
    """Each saw too few to notice; together they open the circuit for all."""
    party = shop_party(shop_id(shop))
    processes = [gate(clock) for _ in range(OPENS_AFTER)]
    for nth, process in enumerate(processes, start=1):
        process.admit(party)
        fail(process, party, order=nth)

    for process in processes:
        with pytest.raises(Withheld):
            process.admit(party)
    assert PartyHealth.objects.get().condition == Condition.OPEN
    assert "503" in Shop.objects.get().trouble


def test_one_of_many_workers_gets_to_probe(shop: Shop, clock: StandingClock) -> None:
    """When the pause is over one asks, and the others wait for what becomes of it."""
    party = shop_party(shop_id(shop))
    for nth in range(OPENS_AFTER):
        fail(gate(clock), party, order=nth + 1)
    clock.pass_by(timedelta(minutes=1))
    through: list[bool] = []

    def ask() -> None:
        try:
            gate(clock).admit(party)
        except Withheld:
            through.append(False)
        else:
            through.append(True)

    in_threads(*[ask] * 4)

    assert sorted(through) == [False, False, False, True]
    with gate(clock).watch(party):
        pass
    gate(clock).admit(party)
    assert Shop.objects.get().trouble == ""


def test_only_the_orders_of_who_is_left_alone_are_not_claimed(
    shop: Shop, account: KlarnaAccount, vault: Vault, clock: StandingClock
) -> None:
    """Another shop's orders, and those of this shop's other accounts, go on."""
    other = add_shop(vault, clock.now, nth=2)
    book = HealthBook(clock.now, monotonic=lambda: 0.0, fresh_for=0.0)
    queue = OrderQueue(clock.now, blocked=book.blocked)
    for order in (1, 2):
        queue.want(shop_id(shop), StoreOrderId(order), why="test")
    Order.objects.filter(store_order_id=1).update(account=account)
    queue.want(ShopId(other.pk), StoreOrderId(3), why="test")
    with pytest.raises(Unauthorized), gate(clock).watch(account_party(str(account.uid))):
        raise Unauthorized("Klarna answered 401")

    claimed = [queue.claim(worker="a", lease=LEASE) for _ in range(3)]
    assert [lease.store_order_id if lease else None for lease in claimed] == [2, 3, None]

    health_rows.ask_anew(shop=shop.pk, account=account.pk)
    lease = queue.claim(worker="a", lease=LEASE)
    assert lease is not None
    assert lease.store_order_id == 1


def test_an_order_that_could_not_be_looked_at_is_as_it_was(
    shop: Shop, clock: StandingClock
) -> None:
    """No attempt is counted, no hint forgotten, and a lost lease gives nothing back."""
    queue = OrderQueue(clock.now)
    queue.want(shop_id(shop), StoreOrderId(1), why="test")
    lease = queue.claim(worker="a", lease=LEASE)
    assert lease is not None
    queue.postpone(lease, due=clock.now() + timedelta(seconds=10))
    row = Order.objects.get()

    assert (row.failures, row.reconciled, row.wanted, row.lease_token) == (0, 0, 1, None)
    assert queue.claim(worker="a", lease=LEASE) is None
    clock.pass_by(timedelta(seconds=10))
    assert queue.claim(worker="a", lease=LEASE) is not None


def test_a_party_that_is_well_costs_no_question(shop: Shop, clock: StandingClock) -> None:
    """Within a second everything is answered from memory, failures of others included."""
    book = HealthBook(clock.now, monotonic=lambda: 0.0)
    known = Gate(healths=book, clock=clock, dice=lambda _: 0)
    party = shop_party(shop_id(shop))
    known.admit(party)
    with CaptureQueriesContext(connection) as asked:
        for order in range(20):
            known.admit(party)
            with known.watch(party, order=order):
                pass

    assert len(asked) == 0


def test_what_is_lent_at_a_time_is_never_more_than_there_is(
    account: KlarnaAccount, clock: StandingClock
) -> None:
    """Eight processes that want everything share it, and a dead one's share comes back."""
    names = [f"process {nth}" for nth in range(8)]
    lent: dict[str, int] = {}

    def borrow(name: str) -> None:
        shares = RateShares(clock.now, holder=name)
        lent[name] = shares.borrow(str(account.uid), capacity=40, wanted=40, lasting=LASTING)
        assert sum(RateShare.objects.values_list("share", flat=True)) <= 40

    in_threads(*[lambda name=name: borrow(name) for name in names])
    for name in names * 2:
        borrow(name)
    fair = set(lent.values())
    clock.pass_by(LASTING)
    borrow(names[0])

    assert fair == {5}
    assert lent[names[0]] == 40


def test_the_console_reads_who_is_not_well(
    shop: Shop, account: KlarnaAccount, clock: StandingClock
) -> None:
    """A name, a shop, a condition and a sentence; nothing of who is well."""
    assert health_rows.overview() == ()
    with pytest.raises(Unauthorized), gate(clock).watch(account_party(str(account.uid))):
        raise Unauthorized("Klarna answered 401")
    fail(gate(clock), shop_party(shop_id(shop)), order=1)

    first, second = health_rows.overview()
    assert (first.name, first.shop, first.health.condition) == (
        "Klarna",
        shop.pk,
        Condition.REFUSED,
    )
    assert "refuses our credentials" in first.sentence
    assert (second.name, second.health.condition, second.sentence) == (
        shop.name,
        Condition.FAILING,
        "",
    )
