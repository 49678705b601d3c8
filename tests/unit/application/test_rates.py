"""No second has more calls than Klarna allows, however many processes there are."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvitt.application.rates import LENT_FOR, RateKeeper
from kvitt.domain import quota
from kvitt.domain.errors import RateLimited
from kvitt.domain.quota import Quota

LIMIT = 50
CAPACITY = quota.usable(LIMIT)


@dataclass
class Time:
    """A monotonic clock that sleeping moves."""

    moment: float = 1000.0

    def now(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += seconds


@dataclass
class Lender:
    """Lends what there is, and remembers who asked for how much."""

    lend: Callable[[int, int], int] = min
    asked: list[int] = field(default_factory=list)

    def borrow(self, account: str, *, capacity: int, wanted: int, lasting: timedelta) -> int:
        del account, lasting
        self.asked.append(wanted)
        return self.lend(capacity, wanted)


def keeper(time: Time, lender: Lender) -> RateKeeper:
    return RateKeeper(lender, monotonic=time.now, sleep=time.sleep)


def most_in_a_second(calls: list[float]) -> int:
    return max(sum(1 for other in calls if at <= other < at + 1) for at in calls)


def test_calls_one_after_another_fill_the_rate_and_never_more() -> None:
    """Any second, wherever it begins, has no more calls than Klarna allows."""
    time, lender = Time(), Lender()
    rates = keeper(time, lender)
    calls = []
    for _ in range(400):
        rates.take("a", environment="playground")
        calls.append(time.now())

    assert most_in_a_second(calls) <= LIMIT
    assert 400 / (calls[-1] - calls[0]) >= 0.9 * LIMIT


def test_a_busy_process_asks_the_database_every_other_second() -> None:
    """No call of its own costs a question."""
    time, lender = Time(), Lender()
    rates = keeper(time, lender)
    for _ in range(400):
        rates.take("a", environment="playground")

    assert len(lender.asked) <= 2 + (400 / CAPACITY) / (LENT_FOR.total_seconds() / 2)


def test_a_process_that_needs_little_asks_for_little() -> None:
    """It leaves the rest to others, and can have it back."""
    time, lender = Time(), Lender()
    rates = keeper(time, lender)
    for _ in range(10):
        rates.take("a", environment="playground")
        time.sleep(1)

    assert lender.asked[0] == CAPACITY
    assert max(lender.asked[1:]) <= 5


def test_where_nothing_is_left_to_borrow_a_call_waits_and_then_gives_up() -> None:
    """Nothing was sent, so the order comes back later; no worker waits for ever."""
    time = Time()
    rates = keeper(time, Lender(lend=lambda *_: 0))

    with pytest.raises(RateLimited) as told:
        rates.take("a", environment="playground")
    assert time.moment - 1000 <= 15
    assert told.value.retry_after is not None


def test_little_left_of_a_second_is_left_to_others() -> None:
    """The shop's own plugin asks under the same account: Klarna's word pauses us."""
    time = Time()
    rates = keeper(time, Lender())
    rates.take("a", environment="live")
    told = Quota(limit=200, remaining=2, reset=timedelta(seconds=1))
    rates.heard("a", told)
    rates.heard("unknown", told)
    before = time.moment
    rates.take("a", environment="live")

    assert time.moment - before >= 1


def test_a_lower_limit_that_klarna_names_is_kept() -> None:
    """What a reply says wins over what is assumed, at once."""
    time, lender = Time(), Lender()
    rates = keeper(time, lender)
    rates.take("a", environment="live")
    rates.heard("a", Quota(limit=20, remaining=19, reset=timedelta(seconds=1)))
    calls = []
    for _ in range(100):
        rates.take("a", environment="live")
        calls.append(time.now())

    assert most_in_a_second(calls) <= 20


@given(capacity=st.integers(1, 500), wanted=st.lists(st.integers(0, 500), min_size=1))
def test_shares_never_come_to_more_than_there_is(capacity: int, wanted: list[int]) -> None:
    """Nobody gets more than wanted, small wishes are met, and nothing is wasted."""
    shares = quota.divide(capacity, wanted)

    assert sum(shares) <= capacity
    assert all(share <= wish for share, wish in zip(shares, wanted, strict=True))
    assert sum(shares) >= min(capacity - len(wanted), sum(wanted))
    assert all(
        share == wish
        for share, wish in zip(shares, wanted, strict=True)
        if wish <= capacity // len(wanted)
    )
