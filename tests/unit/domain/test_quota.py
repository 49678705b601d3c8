"""How fast Klarna may be asked, and how a capacity is divided."""

from datetime import timedelta

import pytest

from kvitt.domain import quota
from kvitt.domain.quota import Quota


@pytest.mark.parametrize(
    ("environment", "allowed", "used"),
    [("live", 200, 190), ("playground", 50, 47), ("somewhere else", 50, 47)],
)
def test_a_little_of_what_klarna_allows_is_left_unused(
    environment: str, allowed: int, used: int
) -> None:
    """An unknown environment is taken to allow the least (klarna-api.md §3.2)."""
    assert quota.limit_of(environment) == allowed
    assert quota.usable(allowed) == used


def test_however_low_the_limit_one_call_is_possible() -> None:
    """An account that may ask once a second is slow, not stuck."""
    assert quota.usable(1) == 1


@pytest.mark.parametrize(
    ("limit", "remaining", "is_low"), [(200, 5, False), (200, 4, True), (50, 1, True)]
)
def test_little_left_of_a_second_is_known_as_such(
    limit: int, remaining: int, is_low: bool
) -> None:
    """Two percent of the limit are left to others who ask under the same account."""
    told = Quota(limit=limit, remaining=remaining, reset=timedelta(seconds=1))

    assert told.is_low is is_low


@pytest.mark.parametrize(
    ("capacity", "wanted", "shares"),
    [
        (10, (), ()),
        (10, (3, 4), (3, 4)),
        (10, (100, 2, 100), (4, 2, 4)),
        (10, (9, 9, 9), (3, 3, 4)),
        (0, (5, 5), (0, 0)),
    ],
)
def test_small_wishes_are_met_and_the_rest_is_divided(
    capacity: int, wanted: tuple[int, ...], shares: tuple[int, ...]
) -> None:
    """A process that needs little is not slowed by one that wants everything."""
    assert quota.divide(capacity, wanted) == shares
