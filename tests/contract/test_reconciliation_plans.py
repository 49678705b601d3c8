"""How a database finds what a reconciliation asks for: by its own indexes, opening no row."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clocks import StandingClock
from contract.rows import add_shop, shop_id
from contract.test_queue_plans import plans_of
from kvitt.adapters.database import reconciliation
from kvitt.adapters.database.queue import OrderQueue
from kvitt.adapters.database.reconciliation import Question
from kvitt.adapters.database.vault import Vault
from kvitt.domain.ids import StoreOrderId

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("each_database")]


@pytest.fixture
def question(vault: Vault, clock: StandingClock) -> Question:
    """A month in which two orders came."""
    shop = shop_id(add_shop(vault, clock.now))
    OrderQueue(clock.now).want_many(shop, [StoreOrderId(1), StoreOrderId(2)], why="test")
    month = timedelta(days=31)
    return Question(start=clock.now() - month, end=clock.now() + month, shops=None)


def test_a_month_is_summed_from_an_index_alone(question: Question) -> None:
    """A million orders of other months, and the orders themselves, are not read for it."""
    with CaptureQueriesContext(connection) as asked:
        found = reconciliation.reconcile(question)
    sums = plans_of(asked)[0]

    assert found.differ == 2
    assert "kvitt_order_month" in sums
    covered = "COVERING INDEX" if connection.vendor == "sqlite" else "Index Only Scan"
    assert covered in sums


def test_differences_are_read_in_order_of_their_index(question: Question) -> None:
    """No order that agrees is read for a page of differences, and nothing is sorted."""
    with CaptureQueriesContext(connection) as asked:
        first = reconciliation.differences(question, size=1)
        reconciliation.differences(question, after=first.next, size=1)
    listed = [plan for plan in plans_of(asked) if "kvitt_order_apart" in plan]

    assert len(listed) == 2
    assert not any("Sort" in plan or "TEMP B-TREE" in plan for plan in listed)


def test_what_is_compared_again_is_found_within_the_month(question: Question) -> None:
    """The button reads the month's part of the index, however many orders there are."""
    with CaptureQueriesContext(connection) as asked:
        assert reconciliation.longest_unread(question, most=10) == []
    (plan,) = plans_of(asked)

    assert "kvitt_order_month" in plan
