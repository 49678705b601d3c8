"""What is on the wire around the bodies: klarna-api.md §3.2 and the fidelity switches."""

import gzip
import json

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client
from werkzeug.wrappers import Response

from contract.sandbox_klarna.till import ORDERS, PASSWORD, USER, Till


def test_every_answer_bears_the_recorded_headers(till: Till) -> None:
    """Correlation id, rate limit and the security headers are on successes and refusals."""
    oid = till.place()
    answers = [till.capture(oid, 10), till.capture(oid, 10**6), till.act("POST", oid, "cancel")]

    for answer in answers:
        assert answer.headers["Klarna-Correlation-Id"]
        assert answer.headers["X-Ratelimit-Limit"] == "50, 50;w=1"
        assert answer.headers["X-Ratelimit-Reset"] == "1"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Server"] == "openresty"


def test_a_204_has_no_body_and_no_type(till: Till) -> None:
    """An operation that has nothing to say says nothing."""
    answer = till.act("POST", till.place(), "acknowledge")

    assert answer.status_code == 204
    assert answer.data == b""
    assert "Content-Type" not in answer.headers


def test_header_names_are_spelled_as_klarna_spells_them(till: Till) -> None:
    """Title case by default, lower case by a switch: some clients tell them apart."""
    title = {name for name, _ in till.capture(till.place(), 10).headers}
    till.books.switch("header_case", "lower")
    lower = {name for name, _ in till.capture(till.place(), 10).headers}

    assert {"Location", "Capture-Id", "Transaction-Id"} <= title
    assert {"location", "capture-id", "transaction-id"} <= lower


def test_bodies_are_printed_as_jackson_prints_them(till: Till) -> None:
    """A space stands on both sides of a colon."""
    answer = till.call("GET", f"{ORDERS}/{till.place()}")

    assert '"status" : "AUTHORIZED"' in answer.text


def test_gzip_for_those_who_ask(till: Till) -> None:
    """A client that takes gzip gets it."""
    path = f"{ORDERS}/{till.place()}"

    answer = till.call("GET", path, headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.data))["status"] == "AUTHORIZED"


def test_double_slashes_are_one(till: Till) -> None:
    """A base address with a slash too many works."""
    oid = till.place()

    answer = till.call("GET", f"http://localhost//ordermanagement/v1//orders/{oid}")

    assert answer.status_code == 200


def test_it_works_under_a_prefix(till: Till) -> None:
    """Mounted below a path, locations and links begin with that path."""
    mounted = DispatcherMiddleware(Response("elsewhere"), {"/klarna": till.app})
    client = Client(mounted)
    oid = till.place()

    made = client.post(
        f"/klarna{ORDERS}/{oid}/captures", json={"captured_amount": 1}, auth=(USER, PASSWORD)
    )
    page = client.get("/klarna/")

    where = made.headers["Location"]
    assert where.startswith(f"http://localhost/klarna{ORDERS}/{oid}/captures/")
    assert client.get(where, auth=(USER, PASSWORD)).status_code == 200
    assert f'href="/klarna/__sim/order/{oid}"' in page.text


def test_a_relative_location_by_a_switch(till: Till) -> None:
    """Some old clients can only follow a relative location."""
    till.books.switch("location", "relative")

    made = till.capture(till.place(), 10)

    assert made.headers["Location"].startswith(f"{ORDERS}/")


def test_older_refund_lists_have_no_ids(till: Till) -> None:
    """By a switch, refunds inside an order lack their id."""
    till.books.switch("refund_ids", value=False)
    oid = till.place()
    till.capture(oid, 100)
    till.refund(oid, 10)

    assert "refund_id" not in till.read(oid)["refunds"][0]


def test_absent_texts_may_be_left_out(till: Till) -> None:
    """By a switch, empty texts are absent instead."""
    till.books.switch("empty_strings", value=False)
    oid = till.place(billing_address={"city": "Umeå"})
    till.capture(oid, 100)

    order = till.read(oid)

    assert order["billing_address"] == {"city": "Umeå"}
    assert "quantity_unit" not in order["order_lines"][0]
    assert "description" not in order["captures"][0]


def test_reads_may_lag_behind_writes(till: Till) -> None:
    """By a switch, a read shows the order as it was that long ago."""
    till.books.switch("read_lag_ms", 1500)
    oid = till.place(1000)
    till.capture(oid, 400)
    lagging = till.read(oid)["captured_amount"]
    till.pass_time(seconds=2)

    assert (lagging, till.read(oid)["captured_amount"]) == (0, 400)
