"""Repeats of failed looks are at most a share of first attempts, and a trickle."""

from datetime import timedelta

from clocks import StandingClock
from kvitt.application.budget import MOST, TRICKLE, RetryBudget
from kvitt.domain.ids import ShopId

SHOP, OTHER = ShopId(1), ShopId(2)


def repeats(budget: RetryBudget, shop: ShopId, tries: int = 1000) -> int:
    return sum(budget.allows(shop, failures=1) for _ in range(tries))


def test_first_attempts_are_always_allowed(clock: StandingClock) -> None:
    """A budget never keeps an order from being looked at for the first time."""
    budget = RetryBudget(clock=clock)
    repeats(budget, SHOP)

    assert all(budget.allows(SHOP, failures=0) for _ in range(50))


def test_a_tenth_of_the_first_attempts_may_be_repeated(clock: StandingClock) -> None:
    """However many orders fail, a hundred first attempts pay for ten repeats."""
    budget = RetryBudget(clock=clock)
    saved = repeats(budget, SHOP)
    for _ in range(100):
        budget.allows(SHOP, failures=0)

    assert saved == MOST
    assert repeats(budget, SHOP) == 10


def test_without_first_attempts_repeats_trickle(clock: StandingClock) -> None:
    """An order whose shop is quiet is tried again all the same, and savings have an end."""
    budget = RetryBudget(clock=clock)
    repeats(budget, SHOP)
    clock.pass_by(3 * TRICKLE)
    trickled = repeats(budget, SHOP)
    clock.pass_by(timedelta(days=1))

    assert trickled == 3
    assert repeats(budget, SHOP) == MOST


def test_a_clock_that_is_set_back_takes_nothing_away(clock: StandingClock) -> None:
    """Time that seems to run backwards neither pays nor costs."""
    budget = RetryBudget(clock=clock)
    clock.pass_by(-timedelta(hours=1))

    assert repeats(budget, SHOP) == MOST


def test_each_shop_has_its_own(clock: StandingClock) -> None:
    """One shop that fails uses up nobody else's repeats."""
    budget = RetryBudget(clock=clock)
    repeats(budget, SHOP)

    assert repeats(budget, OTHER) == MOST
