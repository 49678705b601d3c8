"""A backup is put back: what was sent since is found at Klarna and never sent again."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections

from integration.worlds import World
from kvitt.adapters.database import backups
from kvitt.adapters.database.models import AskRow, Order
from kvitt.adapters.database.restoring import FILE, Restoring
from kvitt.application.pacing import KEY_LIFE, QUIET_PERIOD
from kvitt.domain.errors import ConfigurationError
from services import postgresql

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("each_database"),
]

LONG = KEY_LIFE + 2 * QUIET_PERIOD


@pytest.fixture
def restoring(world: World, tmp_path: Path) -> Restoring:
    """The marker, with a data directory of its own; it has beaten once."""
    marker = Restoring(data_dir=tmp_path, now=world.town.books.clock.now)
    marker.beat()
    return marker


@pytest.fixture
def back_up(tmp_path: Path, each_database: str) -> Iterator[Callable[[], Callable[[], None]]]:
    """Make a backup, and give what puts it back."""
    database = str(connections["default"].settings_dict["NAME"])
    copied = f"{database}_backup"

    def make_of_file() -> Callable[[], None]:
        backups.copy(Path(database), tmp_path / "backup.sqlite3")

        def put_back() -> None:
            connections["default"].close()
            backups.put_back(tmp_path / "backup.sqlite3", Path(database))

        return put_back

    def make_of_server() -> Callable[[], None]:
        connections["default"].close()
        postgresql.replace_database(copied, by=database)

        def put_back() -> None:
            connections["default"].close()
            postgresql.replace_database(database, by=copied)

        return put_back

    if each_database == "sqlite":
        yield make_of_file
        return
    yield make_of_server
    postgresql.drop_database(copied)


BackUp = Callable[[], Callable[[], None]]


def test_a_refund_sent_after_the_backup_is_not_sent_again(
    world: World, restoring: Restoring, back_up: BackUp
) -> None:
    """Its key is long forgotten, the journal knows nothing: Klarna's record decides."""
    order = world.buy()
    world.set_status(order, "completed")
    put_back = back_up()
    restoring.beat()
    world.book_refund(order, "100.00")
    world.look(order)
    world.town.books.clock.advance(LONG)
    put_back()

    assert restoring.beat()
    assert restoring.waiting() == 1
    world.look(order)
    world.pass_time(LONG)

    assert world.calls().count("create_refund") == 1
    assert len(world.klarna(order).refunds) == 1
    assert restoring.waiting() == 0


def test_a_call_that_was_open_in_the_backup_is_looked_for_before_it_is_asked_again(
    world: World, restoring: Restoring, back_up: BackUp
) -> None:
    """Nobody had answered when the backup was made; what Klarna shows settles it."""
    order = world.buy()
    world.look(order)
    world.town.klarna.faults.add("http_500_after_commit", operation="create_capture")
    world.set_status(order, "completed")
    put_back = back_up()
    restoring.beat()
    world.pass_time(timedelta(minutes=5))
    asked = world.calls().count("create_capture")
    put_back()
    restoring.beat()
    world.look(order)

    assert world.calls().count("create_capture") == asked
    assert world.intents(order) == [("capture", "done")]
    assert len([note for note in world.notes(order) if "captured" in note]) == 1


def test_a_key_is_not_changed_within_an_hour_of_the_restore(
    world: World, restoring: Restoring, back_up: BackUp
) -> None:
    """The last attempt may be younger than the backup says, and still on its way."""
    order = world.buy()
    world.set_status(order, "completed")
    world.book_refund(order, "100.00")
    world.town.klarna.faults.add("timeout_before_commit", operation="create_refund")
    world.look(order)
    put_back = back_up()
    restoring.beat()
    world.town.books.clock.advance(LONG)
    put_back()
    restoring.beat()
    asked = world.calls().count("create_refund")
    world.look(order)

    assert world.calls().count("create_refund") == asked
    world.pass_time(QUIET_PERIOD + timedelta(minutes=1))
    assert len(world.klarna(order).refunds) == 1


@pytest.mark.parametrize("answered", [True, False], ids=["done", "unanswered"])
def test_an_update_of_before_the_backup_is_made_again_where_another_overtook_it(
    world: World, restoring: Restoring, back_up: BackUp, *, answered: bool
) -> None:
    """Its key would only be told that it was made once: the amount at Klarna decides."""
    order = world.buy()
    world.look(order)
    agreed = world.klarna(order).order_amount - 1_000
    world.book_refund(order, "10.00")
    if not answered:
        world.town.klarna.faults.add("timeout_before_commit", operation="update_authorization")
    world.look(order)
    put_back = back_up()
    restoring.beat()
    world.pass_time(QUIET_PERIOD)
    world.book_refund(order, "20.00")
    world.look(order)
    lowered = world.klarna(order).order_amount
    later = max(refund.id for refund in world.town.desk.books.refunds(order.id))
    world.town.desk.delete_refund(later)
    put_back()
    restoring.beat()
    world.look(order)
    world.pass_time(LONG)

    assert lowered == agreed - 2_000
    assert world.klarna(order).order_amount == agreed


def test_what_people_asked_for_has_to_be_asked_for_again(
    world: World, restoring: Restoring
) -> None:
    """Whether it was done since the backup cannot be told, so nothing is done by itself."""
    order = world.buy()
    world.look(order)
    now = world.town.books.clock.now()
    row = world.row(order)
    AskRow.objects.create(
        uid="6a4f1f0e-8b1c-4f1a-9d2e-0c1b2a3d4e5f",
        order=row,
        command="capture",
        request={},
        actor="anna",
        asked_at=now,
    )

    assert restoring.enter() == 1
    ask = AskRow.objects.get()
    assert ask.state == "refused"
    assert ask.settled_at is not None
    assert "ask again" in ask.answer


def test_a_database_that_only_goes_on_is_not_taken_for_a_restored_one(
    restoring: Restoring,
) -> None:
    """Beats go up on both sides."""
    assert [restoring.beat() for _ in range(3)] == [False, False, False]
    assert restoring.restored_at() is None


@pytest.mark.parametrize("left", [None, "", "not a number", '{"beat": 99}'])
def test_a_number_that_is_lost_or_ahead_means_a_restored_database(
    world: World, restoring: Restoring, each_database: str, left: str | None
) -> None:
    """An SQLite file that comes without its number may be old; so may one that is behind.

    Of the machines that share one PostgreSQL each begins without a number.
    """
    world.look(world.buy())
    file = restoring.data_dir / FILE
    file.unlink() if left is None else file.write_text(left)
    restored = each_database == "sqlite" or "99" in (left or "")

    assert restoring.beat() is restored
    assert Order.objects.get().must_match is restored
    assert not restoring.beat()


def test_a_file_that_is_no_backup_is_not_put_back(tmp_path: Path) -> None:
    """Nothing is replaced by what is damaged, missing or somebody else's."""
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    empty = tmp_path / "empty"
    empty.touch()

    for file in (garbage, empty, tmp_path / "missing"):
        with pytest.raises(ConfigurationError):
            backups.put_back(file, tmp_path / "database")
    with pytest.raises(ConfigurationError, match="exists already"):
        backups.copy(empty, garbage)
    assert not (tmp_path / "database").exists()
