"""Taking in a shop's orders from before, and what begins with connecting.

Nothing is faked: the use cases, the database, both clients over loopback, both sandboxes.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration.newcomers import Street, street_of
from kvitt.adapters.database.models import (
    Order,
    ShopImport,
)
from kvitt.application.importing import PAGE
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.plan import Guard
from kvitt.settings import Settings

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def street(settings_of_tests: Settings) -> Iterator[Street]:
    """Give a town that kvitt does not know yet."""
    with street_of(settings_of_tests) as found:
        yield found


def orders_from_before(street: Street, count: int) -> None:
    for _ in range(count):
        street.buy()


def read_all(street: Street) -> ShopImport:
    """Carry an import on to its end, with the looks between its pages."""
    for _ in range(50):
        street.work()
        if not street.desk.imports.step():
            break
    return ShopImport.objects.get()


def test_an_import_reads_everything_and_moves_nothing(street: Street) -> None:
    """Two pages are listed; what differs is a report; approved, it is done."""
    orders_from_before(street, PAGE + 2)
    due = street.buy()
    street.town.desk.set_status(due.id, "completed")
    shop = street.connect()

    street.desk.imports.start(shop, actor="anna")
    row = read_all(street)

    assert (row.state, row.listed, row.taken) == ("report", PAGE + 3, PAGE + 3)
    assert Order.objects.filter(would__isnull=False).get().store_order_id == due.id
    assert street.row(due).guard == Guard.IMPORTED
    assert street.captured(due) == 0
    assert "create_capture" not in {entry.operation for entry in street.town.books.requests}

    street.desk.imports.approve(row.pk, actor="anna")
    street.work()
    assert street.captured(due) == 29_900
    assert not Order.objects.filter(observed=True).exists()


def test_the_next_page_waits_until_the_last_one_is_read(street: Street) -> None:
    """So the shop answers the list or the looks, and never all of it at once."""
    orders_from_before(street, PAGE + 1)
    shop = street.connect()
    street.desk.imports.start(shop, actor="anna")

    assert street.desk.imports.step()
    assert not street.desk.imports.step()
    street.work()
    assert street.desk.imports.step()
    assert ShopImport.objects.get().listed == PAGE + 1


def test_an_import_that_was_stopped_goes_on_where_it_was(street: Street) -> None:
    """Starting again is going on; what was read is not read again."""
    orders_from_before(street, PAGE + 1)
    shop = street.connect()
    first = street.desk.imports.start(shop, actor="anna")
    street.desk.imports.step()
    street.work()

    assert street.desk.imports.start(shop, actor="bo") == first
    street.desk.imports.step()
    assert ShopImport.objects.get().page == 0
    assert Order.objects.count() == PAGE + 1


def test_a_report_is_approved_only_when_it_is_whole(street: Street) -> None:
    """Nobody approves what has not been read."""
    street.buy()
    shop = street.connect()
    import_id = street.desk.imports.start(shop, actor="anna")

    with pytest.raises(NotAllowedNow, match="not all been read"):
        street.desk.imports.approve(import_id, actor="anna")


def test_an_import_waits_for_a_shop_that_does_not_answer(street: Street) -> None:
    """It says why, and goes on by itself."""
    street.buy()
    shop = street.connect()
    street.desk.imports.start(shop, actor="anna")
    street.town.desk.books.change_settings(broken_with=503)
    street.desk.imports.step()
    assert "503" in ShopImport.objects.get().trouble

    street.town.desk.books.change_settings(broken_with=0)
    street.town.books.clock.advance(timedelta(minutes=2))
    row = read_all(street)
    assert (row.state, row.trouble) == ("report", "")


@pytest.mark.parametrize(
    "shop_is_ahead", [timedelta(), timedelta(minutes=14), -timedelta(minutes=14)]
)
def test_what_was_changed_before_connecting_waits_for_an_import(
    street: Street, shop_is_ahead: timedelta
) -> None:
    """No sweep takes it up, however far it looks back; what changes afterwards it finds.

    By the shop's own clock, be it right, ahead or behind.
    """
    street.town.desk.books.move_clock(int(shop_is_ahead.total_seconds()))
    before, after = street.buy(), street.buy()
    for order in (before, after):
        street.town.desk.set_status(order.id, "completed")
    shop = street.connect()

    # Past a full hour, when a sweep looks back for three hours.
    for _ in range(20):
        street.town.books.clock.advance(timedelta(minutes=4))
        street.parts.sweep()
    assert not Order.objects.exists()

    street.town.desk.set_status(after.id, "processing")
    street.town.desk.set_status(after.id, "completed")
    street.parts.sweep()
    street.work()
    assert [row.store_order_id for row in Order.objects.all()] == [after.id]
    assert (street.captured(before), street.captured(after)) == (0, 29_900)

    street.desk.imports.start(shop, actor="anna")
    row = read_all(street)
    assert street.row(before).would is not None
    street.desk.imports.approve(row.pk, actor="anna")
    street.work()
    assert street.captured(before) == 29_900
