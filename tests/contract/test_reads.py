"""What pages ask of the order rows."""

from datetime import timedelta

import pytest

from clocks import StandingClock
from contract.rows import LEASE, add_shop, klarna_order, shop_id, store_order
from kvitt.adapters.database import reads
from kvitt.adapters.database.details import OrderReader
from kvitt.adapters.database.ledger import OrderLedger
from kvitt.adapters.database.models import Order
from kvitt.adapters.database.queue import OrderQueue
from kvitt.adapters.database.reads import Filters
from kvitt.adapters.database.vault import Vault
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.journal import Snapshot
from kvitt.domain.plan import Hold, HoldCode, Plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("each_database")]

DAY = timedelta(days=1)
HOLD = Hold(code=HoldCode.IDENTITY, wanted="Capture", why="No.", next_step="Look.")


@pytest.fixture
def shop(vault: Vault, clock: StandingClock) -> ShopId:
    return shop_id(add_shop(vault, clock.now))


@pytest.fixture
def seen(
    queue: OrderQueue, ledger: OrderLedger, shop: ShopId, clock: StandingClock
) -> list[int]:
    """Give five orders, a day apart, of which the second is held."""
    people = ["Östen Ek", "Anna Berg", "Ekaterina Lund", "Åsa Ek", "Bo Dahl"]
    for nth, customer in enumerate(people, start=1):
        clock.pass_by(DAY)
        queue.want(shop, StoreOrderId(1000 + nth), why="webhook")
        lease = queue.claim(worker="a", lease=LEASE)
        assert lease is not None
        order = store_order(1000 + nth, customer=customer)
        klarna = klarna_order(expires_at=clock.now() + DAY * 10)
        ledger.save_snapshot(lease, Snapshot(store=order, klarna=klarna))
        ledger.save_plan(lease, Plan(hold=HOLD) if nth == 2 else Plan())
        queue.settle(lease, due=None)
    return [1000 + nth for nth in range(1, 6)]


def ids(orders: tuple[Order, ...]) -> list[int]:
    return [order.store_order_id for order in orders]


def test_the_list_is_newest_first(seen: list[int]) -> None:
    """The order that came last is on top, and one page has no neighbours."""
    page = reads.list_orders(Filters())

    assert ids(page.orders) == seen[::-1]
    assert (page.newer, page.older) == ("", "")


@pytest.mark.usefixtures("seen")
def test_pages_go_there_and_back() -> None:
    """Older and newer lead through every order once, and back over the same pages."""
    first = reads.list_orders(Filters(), size=2)
    second = reads.list_orders(Filters(), size=2, cursor=first.older)
    third = reads.list_orders(Filters(), size=2, cursor=second.older)
    back = reads.list_orders(Filters(), size=2, cursor=third.newer)

    assert [ids(page.orders) for page in (first, second, third)] == [
        [1005, 1004],
        [1003, 1002],
        [1001],
    ]
    assert ids(back.orders) == [1003, 1002]
    assert (first.newer, third.older) == ("", "")


@pytest.mark.parametrize(
    "cursor", ["x", ">", ">2026~1", "<2026-03-02T00:00:00+00:00~" + "9" * 30, "~", "\x00"]
)
def test_a_cursor_that_was_made_up_is_the_first_page(seen: list[int], cursor: str) -> None:
    """Whatever stands in an address bar, a list comes."""
    assert ids(reads.list_orders(Filters(), cursor=cursor).orders) == seen[::-1]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("1003", [1003]),
        ("100", [1005, 1004, 1003, 1002, 1001]),
        ("ek", [1004, 1003, 1001]),
        ("EK ÖST", [1001]),
        ("åsa", [1004]),
        ("k4madny5", [1005, 1004, 1003, 1002, 1001]),
        ("stranger", []),
        ("%", []),
        ("10_3", []),
        ("stran\0ger", []),
    ],
)
@pytest.mark.usefixtures("seen")
def test_orders_are_found_by_the_beginnings_of_words(search: str, found: list[int]) -> None:
    """Number, names and Klarna's references are found; every word has to fit."""
    assert ids(reads.list_orders(Filters(search=search)).orders) == found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(state="held"), [1002]),
        (Filters(hold_code="identity"), [1002]),
        (Filters(hold_code="order_gone"), []),
        (Filters(store_status="com\0pleted"), []),
        (Filters(store_status="completed"), []),
        (Filters(klarna_status="AUTHORIZED", state="held"), [1002]),
    ],
)
@pytest.mark.usefixtures("seen")
def test_lists_are_narrowed(filters: Filters, found: list[int]) -> None:
    """Filters add up."""
    assert ids(reads.list_orders(filters).orders) == found


@pytest.mark.usefixtures("seen")
def test_nobody_sees_a_shop_without_rights_in_it(shop: ShopId) -> None:
    """Every question is narrowed to the shops a person may see."""
    elsewhere = [shop + 1]
    order = reads.find_order(shop, 1002)

    assert order is not None
    assert reads.list_orders(Filters(), shops=elsewhere).orders == ()
    assert set(reads.count_by_state(shops=elsewhere).values()) == {0}
    assert reads.list_holds(shops=elsewhere).orders == ()
    assert reads.get_order(order.pk, shops=elsewhere) is None


@pytest.mark.usefixtures("seen")
def test_orders_are_counted_by_where_they_stand() -> None:
    """Each state has a figure, also where it is nought."""
    assert reads.count_by_state() == {"working": 0, "in_step": 4, "held": 1, "guarded": 0}


@pytest.mark.usefixtures("seen")
def test_what_waits_for_a_person_is_listed() -> None:
    """Held orders come with their sentence."""
    waiting = reads.list_holds().orders

    assert [(order.store_order_id, order.hold_text) for order in waiting] == [
        (1002, HOLD.sentence)
    ]


@pytest.mark.usefixtures("seen")
def test_authorizations_that_end_soon_come_first(clock: StandingClock) -> None:
    """Only what ends before the given day is listed, soonest first."""
    assert ids(reads.expiring(before=clock.now() + DAY * 8)) == [1001, 1002]


@pytest.mark.usefixtures("seen")
def test_one_order_comes_with_all_that_is_known(shop: ShopId, vault: Vault) -> None:
    """Both halves, the hold and the timeline are there, opened."""
    order = reads.find_order(shop, 1002)
    assert order is not None
    detail = OrderReader(vault).detail(order)

    assert detail.snapshot.store == store_order(1002, customer="Anna Berg")
    assert detail.hold == HOLD
    assert [row.what for row in detail.timeline] == ["seen", "held"]
