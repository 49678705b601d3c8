"""A sandbox in a file: what was answered is there when it is opened again."""

from pathlib import Path

from contract.sandbox_klarna.till import Till, line


def test_everything_survives_without_being_closed(tmp_path: Path) -> None:
    """Orders, the clock and remembered answers are there though nobody closed the books."""
    path = tmp_path / "klarna.sqlite3"
    before = Till(path=path)
    oid = before.place(1000)
    before.capture(oid, 400, key="k", order_lines=[line()], reference="A|1")
    before.refund(oid, 100)
    before.sim("POST", "/clock", {"advance": "3d"})
    order, record = before.read(oid), before.books.order(oid)

    after = Till(path=path)

    assert after.read(oid) == order
    assert after.books.order(oid) == record
    assert after.clock.now() == before.clock.now()


def test_a_key_is_remembered_across_a_restart(tmp_path: Path) -> None:
    """A retry after a restart is answered as before and captures nothing."""
    path = tmp_path / "klarna.sqlite3"
    before = Till(path=path)
    oid = before.place(1000)
    first = before.capture(oid, 400, key="k")

    after = Till(path=path)
    again = after.capture(oid, 400, key="k")

    assert again.headers["Capture-Id"] == first.headers["Capture-Id"]
    assert after.read(oid)["captured_amount"] == 400


def test_ids_are_not_given_out_twice(tmp_path: Path) -> None:
    """The same seed after a restart goes on where it was."""
    path = tmp_path / "klarna.sqlite3"
    placed = {Till(path=path).place(), Till(path=path).place(), Till(path=path).place()}

    assert len(placed) == 3


def test_time_passes_for_orders_of_before(tmp_path: Path) -> None:
    """An order expires after a restart as it would have without one."""
    path = tmp_path / "klarna.sqlite3"
    oid = Till(path=path).place(1000)

    after = Till(path=path)
    after.pass_time(days=29)

    assert after.read(oid)["status"] == "EXPIRED"


def test_closing_keeps_the_journal(tmp_path: Path) -> None:
    """A closed sandbox has its requests when opened again, in their order."""
    path = tmp_path / "klarna.sqlite3"
    before = Till(path=path)
    oid = before.place(1000)
    before.read(oid)
    before.capture(oid, 10)
    before.read(oid)
    before.books.close()

    after = Till(path=path)

    told = [entry.operation for entry in after.books.requests]
    assert told == ["get_order", "create_capture", "get_order"]


def test_a_dump_moves_to_another_sandbox(tmp_path: Path) -> None:
    """A dump loaded elsewhere is the same sandbox, and as durable."""
    till = Till()
    oid = till.place(1000)
    till.capture(oid, 400, key="k")
    path = tmp_path / "klarna.sqlite3"

    Till(path=path).sim("POST", "/load", till.sim("GET", "/dump").get_json())

    moved = Till(path=path)
    assert moved.read(oid) == till.read(oid)
    assert moved.capture(oid, 400, key="k").headers["X-Sim-Idempotency"] == "replayed"
