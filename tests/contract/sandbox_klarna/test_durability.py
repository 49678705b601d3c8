"""A sandbox in a file: what was answered is there when it is opened again."""

from pathlib import Path

from contract.sandbox_klarna.till import Till, line
from kvitt.sandbox.klarna import Settings


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


def test_sessions_tokens_and_notices_survive(tmp_path: Path) -> None:
    """A customer on the way to an order gets there after a restart, and the shop is told."""
    path = tmp_path / "klarna.sqlite3"
    before = Till(path=path)
    basket = {
        "purchase_country": "SE",
        "purchase_currency": "SEK",
        "order_amount": 1000,
        "order_lines": [line()],
        "billing_address": {"email": "ann+pend-accept-10@example.com"},
        "merchant_urls": {"notification": "https://shop.example/n"},
    }
    session = before.call("POST", "/payments/v1/sessions", basket).get_json()["session_id"]
    token = before.sim("POST", f"/sessions/{session}/authorize").get_json()

    after = Till(path=path)
    where = f"/payments/v1/authorizations/{token['authorization_token']}/order"
    made = after.call("POST", where, basket)
    after.unreachable = True
    after.pass_time(minutes=10)

    last = Till(path=path)
    last.pass_time(minutes=10)
    assert made.status_code == 200
    again = last.call("POST", where, basket).get_json()
    assert again == {**made.get_json(), "fraud_status": "ACCEPTED"}
    assert [body["event_type"] for _, body in last.heard] == ["FRAUD_RISK_ACCEPTED"]


def test_a_long_journal_does_not_wait_for_ever(tmp_path: Path) -> None:
    """Hundreds of mere reads are written down without a change in between."""
    path = tmp_path / "klarna.sqlite3"
    before = Till(path=path)
    oid = before.place(1000)
    for _ in range(600):
        before.read(oid)

    assert len(Till(path=path).books.requests) >= 500


def test_orders_of_a_merchant_no_longer_there(tmp_path: Path) -> None:
    """Time passes for the orders of a merchant that was removed from the settings."""
    path = tmp_path / "klarna.sqlite3"
    oid = Till(path=path).place(1000)

    after = Till(path=path, settings=Settings())
    after.pass_time(days=29)

    order = after.books.order(oid)
    assert order is not None
    assert order.status == "EXPIRED"
