"""A sweep finds every change that no message told, whatever the shop's clock shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from clocks import StandingClock
from kvitt.application.drift import AT_ONCE, UNSEEN, Drift, Spread
from kvitt.application.sweep import OVERLAP, SWEEP_EVERY, WIDE_OVERLAP, Sweep
from kvitt.domain.errors import KvittError, RemoteFault, Withheld
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.sighting import Sighting

SHOP, OTHER = ShopId(1), ShopId(2)
SECOND = timedelta(seconds=1)
PAGE, TWICE = 3, 1


@dataclass
class Books:
    """A shop's orders: when each was changed, by the shop's own clock, and what it shows."""

    clock: StandingClock
    #: How far the shop's clock is ahead.
    ahead: timedelta = timedelta()
    rows: dict[int, tuple[datetime, str]] = field(default_factory=dict)
    #: Called before a page is given, with its number.
    meanwhile: dict[int, Any] = field(default_factory=dict)
    refuses: KvittError | None = None
    asked: int = 0

    def change(self, order: int, content: str) -> None:
        moment = (self.clock.now() + self.ahead).replace(microsecond=0)
        self.rows[order] = (moment, content)

    def modified_since(self, moment: datetime, *, page: int) -> Sequence[Sighting]:
        self.asked += 1
        if self.refuses is not None:
            raise self.refuses
        self.meanwhile.pop(page, lambda: None)()
        # Strictly greater, by whole seconds (woocommerce-facts.md §9).
        whole = moment.replace(microsecond=0)
        found = [self._sighting(order) for order in sorted(self.rows)]
        found = [one for one in found if one.modified_at > whole]
        start = (page - 1) * (PAGE - TWICE)
        return found[start : start + PAGE]

    def sight(self, order_ids: Sequence[StoreOrderId]) -> Sequence[Sighting]:
        self.asked += 1
        if self.refuses is not None:
            raise self.refuses
        return [self._sighting(order) for order in order_ids if order in self.rows]

    def _sighting(self, order: int) -> Sighting:
        at, content = self.rows[order]
        return Sighting(id=StoreOrderId(order), modified_at=at, mark=f"{at} {content}")


@dataclass
class Desk:
    """The queue, the clients and the memory, as far as a sweep needs them."""

    books: Books
    mark: datetime | None = None
    marks: dict[int, str] = field(default_factory=dict)
    wanted: list[int] = field(default_factory=list)
    unseen: list[int] = field(default_factory=list)
    noted: list[int] = field(default_factory=list)
    waiting: int = 0

    def shops(self) -> list[ShopId]:
        return [SHOP]

    def store(self, shop: ShopId) -> Books:
        del shop
        if isinstance(self.books.refuses, Withheld):
            raise self.books.refuses
        return self.books

    def want(self, shop: ShopId, order_id: StoreOrderId, *, why: str) -> None:
        del shop, why
        self.wanted.append(order_id)

    def watermark(self, shop: ShopId) -> datetime | None:
        del shop
        return self.mark

    def advance(self, shop: ShopId, to: datetime) -> None:
        del shop
        self.mark = to

    def news(self, shop: ShopId, seen: Sequence[Sighting]) -> Sequence[Sighting]:
        del shop
        return [one for one in seen if self.marks.get(one.id) != one.mark]

    def changed(self, shop: ShopId, seen: Sequence[Sighting]) -> Sequence[Sighting]:
        return [one for one in self.news(shop, seen) if one.id in self.marks]

    def remember(self, shop: ShopId, seen: Sequence[Sighting]) -> None:
        del shop
        self.marks |= {one.id: one.mark for one in seen}

    def longest_unseen(
        self, shop: ShopId, *, before: datetime, limit: int
    ) -> Sequence[StoreOrderId]:
        del shop
        assert before == self.books.clock.now() - UNSEEN
        return [StoreOrderId(order) for order in self.unseen[:limit]]

    def note_asked(self, shop: ShopId, asked: Sequence[StoreOrderId]) -> None:
        del shop
        self.noted += asked

    def due_count(self, shop: ShopId, *, within: timedelta) -> int:
        del shop, within
        self.waiting += 1
        return 12_000


@pytest.fixture
def books(clock: StandingClock) -> Books:
    return Books(clock)


@pytest.fixture
def desk(books: Books) -> Desk:
    return Desk(books)


def sweep(desk: Desk) -> list[int]:
    """Sweep once, four minutes after the last time, and return what became due."""
    desk.wanted.clear()
    any_desk: Any = desk
    Sweep(queue=any_desk, connections=any_desk, watermarks=any_desk, clock=desk.books.clock)()
    found = list(desk.wanted)
    desk.books.clock.pass_by(SWEEP_EVERY)
    return found


def settled(desk: Desk) -> None:
    """Sweep until everything that there is was seen."""
    for _ in range(20):
        sweep(desk)


@pytest.mark.parametrize("ahead", [-90, -10, -1, 0, 1, 10, 90])
def test_a_change_is_found_whatever_the_shops_clock_shows(desk: Desk, ahead: int) -> None:
    """Its clock may be an hour and a half off: within an hour everything was found once."""
    desk.books.ahead = timedelta(minutes=ahead)
    sweep(desk)
    found: list[int] = []
    for order in range(1, 40):
        desk.books.change(order, "new")
        found += sweep(desk)
    for _ in range(20):
        found += sweep(desk)

    assert sorted(found) == list(range(1, 40))


def test_a_change_is_found_at_the_next_sweep(desk: Desk) -> None:
    """A lost webhook is noticed within five minutes, and what is known is left alone."""
    settled(desk)
    desk.books.change(1, "a")

    assert (sweep(desk), sweep(desk)) == ([1], [])


def test_two_changes_in_one_second_are_both_found(desk: Desk) -> None:
    """The time is the same, so the content decides."""
    settled(desk)
    desk.books.change(1, "a")
    moment = desk.books.clock.now()
    first = sweep(desk)
    desk.books.clock.moment = moment
    desk.books.change(1, "b")
    desk.books.clock.pass_by(SWEEP_EVERY)

    assert (first, sweep(desk)) == ([1], [1])


def test_an_order_that_leaves_the_list_while_pages_are_turned_hides_no_other(
    desk: Desk,
) -> None:
    """One is trashed between two pages: the one after the page's edge is found all the same."""
    settled(desk)
    for order in range(1, 8):
        desk.books.change(order, "a")
    desk.books.meanwhile[2] = lambda: desk.books.rows.pop(1)

    assert sorted(set(sweep(desk))) == [1, 2, 3, 4, 5, 6, 7]


def test_a_date_in_the_future_does_not_carry_the_watermark_away(desk: Desk) -> None:
    """An import may write any date: what changes after it is found."""
    settled(desk)
    desk.books.rows[9] = (desk.books.clock.now() + timedelta(days=400), "from the future")
    sweep(desk)
    desk.books.change(1, "a")

    assert sweep(desk) == [1]


def test_a_shop_that_fails_is_asked_from_where_it_was(desk: Desk) -> None:
    """Nothing moves on that was not read to its end; a shop left alone is not even asked."""
    settled(desk)
    desk.books.refuses = RemoteFault("503")
    before = desk.mark
    desk.books.change(1, "a")
    failed = sweep(desk)
    desk.books.refuses = Withheld("shop 1", "503")
    asked = desk.books.asked
    withheld = sweep(desk)

    assert (failed, withheld, desk.mark, desk.books.asked) == ([], [], before, asked)
    desk.books.clock.pass_by(timedelta(days=2))
    desk.books.refuses = None
    assert sweep(desk) == [1]


def test_the_first_sweep_only_remembers_the_time(desk: Desk) -> None:
    """Orders from before are taken in by an import, under a person's eyes."""
    desk.books.change(1, "a")
    desk.books.clock.pass_by(WIDE_OVERLAP + SECOND)

    assert sweep(desk) == []
    assert desk.mark is not None
    assert OVERLAP < WIDE_OVERLAP


def drift(desk: Desk) -> list[int]:
    desk.wanted.clear()
    any_desk: Any = desk
    Drift(queue=any_desk, connections=any_desk, orders=any_desk, clock=desk.books.clock)()
    return list(desk.wanted)


def test_an_open_order_that_went_away_without_a_word_is_looked_at(desk: Desk) -> None:
    """Trashed or deleted: it is in no list any more, and one call found out for fifty."""
    for order in range(1, 60):
        desk.books.change(order, "a")
    desk.unseen = list(range(1, 60))
    del desk.books.rows[7]

    assert drift(desk) == [7]
    assert (desk.books.asked, len(desk.noted)) == (1, AT_ONCE)


def test_drift_is_told_by_content_and_the_first_sight_is_only_remembered(desk: Desk) -> None:
    """An order that nobody listed before is not looked at for that."""
    desk.books.change(1, "a")
    desk.unseen = [1]
    first = drift(desk)
    desk.books.change(1, "b")

    assert (first, drift(desk), drift(desk)) == ([], [1], [])


@pytest.mark.parametrize("error", [RemoteFault("503"), Withheld("shop 1", "503")])
def test_a_shop_that_does_not_answer_has_lost_no_order(desk: Desk, error: KvittError) -> None:
    """Absence of an answer is not absence of orders."""
    desk.books.refuses = error
    desk.unseen = [1, 2]

    assert drift(desk) == []
    assert desk.noted == []


def test_looks_that_nobody_asks_for_are_spread_and_bounded(desk: Desk) -> None:
    """Twelve thousand open orders get two days each, and are counted now and then only."""
    any_desk: Any = desk
    soonest = Spread(orders=any_desk, dice=lambda _: 0, clock=desk.books.clock)
    latest = Spread(orders=any_desk, dice=lambda below: below - 1, clock=desk.books.clock)
    day = timedelta(days=1)
    waits = [soonest(SHOP, day) for _ in range(10)]

    assert set(waits) == {timedelta(hours=45)}
    assert latest(SHOP, day) == timedelta(hours=55)
    assert desk.waiting == 2
