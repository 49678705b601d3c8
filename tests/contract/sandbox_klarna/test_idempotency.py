"""Idempotency keys: klarna-api.md §3.4, with the defaults of §17 row 1."""

from threading import Event, Thread

import pytest
from werkzeug.test import TestResponse

from contract.sandbox_klarna.till import ORDERS, PASSWORD, Till, code_of
from kvitt.sandbox.klarna import Merchant


def _told(response: TestResponse) -> str:
    return response.headers.get("X-Sim-Idempotency", "")


def test_a_repeat_is_executed_once(till: Till) -> None:
    """The same key twice captures once and answers the same but for the correlation id."""
    oid = till.place(1000)
    first = till.capture(oid, 400, key="k")

    again = till.capture(oid, 400, key="k")

    assert till.read(oid)["captured_amount"] == 400
    assert (_told(first), _told(again)) == ("stored", "replayed")
    for name in ("Location", "Capture-Id", "Transaction-Id"):
        assert first.headers[name] == again.headers[name]
    name = "Klarna-Correlation-Id"
    assert first.headers[name] != again.headers[name]


def test_without_a_key_everything_happens_twice(till: Till) -> None:
    """Two equal calls without a key are two captures."""
    oid = till.place(1000)
    till.capture(oid, 400)
    till.capture(oid, 400)

    assert till.read(oid)["captured_amount"] == 800


def test_only_the_key_counts(till: Till, caplog: pytest.LogCaptureFixture) -> None:
    """The same key with another body gets the first answer, marked and logged as misuse."""
    oid = till.place(1000)
    first = till.capture(oid, 400, key="k")

    other = till.refund(oid, 100, key="k")

    assert other.headers["Capture-Id"] == first.headers["Capture-Id"]
    assert _told(other) == "replayed-different-request"
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert till.read(oid)["refunded_amount"] == 0


def test_a_refusal_is_remembered(till: Till) -> None:
    """A final refusal comes again under its key, with its own new correlation id."""
    oid = till.place(1000)
    first = till.capture(oid, 2000, key="k")
    till.update(oid, 3000)

    again = till.capture(oid, 2000, key="k")

    assert code_of(again) == (403, "CAPTURE_NOT_ALLOWED")
    assert again.get_json()["correlation_id"] == again.headers["Klarna-Correlation-Id"]
    assert again.get_json()["correlation_id"] != first.get_json()["correlation_id"]


def test_a_refusal_can_be_forgotten(till: Till) -> None:
    """With the switch off only successes are remembered."""
    till.books.switch("idempotency_keeps_refusals", value=False)
    oid = till.place(1000)
    till.capture(oid, 2000, key="k")
    till.update(oid, 3000)

    assert till.capture(oid, 2000, key="k").status_code == 201


def test_a_key_lives_a_day(till: Till) -> None:
    """After 24 hours of simulated time the key is forgotten and the call happens again."""
    oid = till.place(1000)
    till.capture(oid, 400, key="k")
    till.pass_time(hours=23, minutes=59)
    till.capture(oid, 400, key="k")
    assert till.read(oid)["captured_amount"] == 400

    till.pass_time(minutes=1)
    till.capture(oid, 400, key="k")

    assert till.read(oid)["captured_amount"] == 800


def test_keys_belong_to_a_merchant(till: Till) -> None:
    """Two merchants may use the same key."""
    other = Merchant(merchant_id="PK2_other", password=PASSWORD)
    till.books.settings = till.books.settings.with_merchant(other)
    oid = till.place(1000)
    till.capture(oid, 400, key="k")

    answer = till.call("POST", f"{ORDERS}/{oid}/cancel", key="k", auth=("PK2_other", PASSWORD))

    assert code_of(answer) == (404, "NO_SUCH_ORDER")


def test_keys_can_belong_to_an_operation(till: Till) -> None:
    """With the narrower scope, the same key at another operation is another key."""
    till.books.switch("idempotency_scope", "operation")
    oid = till.place(1000)
    till.capture(oid, 400, key="k")

    assert till.refund(oid, 100, key="k").status_code == 201


@pytest.mark.parametrize("fault", ["http_503", "http_429", "http_409", "timeout_before_commit"])
def test_a_transport_fault_is_not_remembered(till: Till, fault: str) -> None:
    """After a failure that did nothing, the same key does the work."""
    oid = till.place(1000)
    till.app.faults.add(fault)
    till.capture(oid, 400, key="k")
    assert till.read(oid)["captured_amount"] == 0

    assert till.capture(oid, 400, key="k").status_code == 201


def test_a_lost_answer_comes_again(till: Till) -> None:
    """After a timeout behind the commit, the same key gives the answer that was lost."""
    oid = till.place(1000)
    till.app.faults.add("timeout_after_commit")
    till.capture(oid, 400, key="k")

    again = till.capture(oid, 400, key="k")

    assert till.read(oid)["captured_amount"] == 400
    assert again.headers["Capture-Id"] == till.read(oid)["captures"][0]["capture_id"]


def _twice_at_once(till: Till, oid: str, *, second_ends: bool) -> list[TestResponse]:
    """Capture slowly, and once more under the same key before the first call is done."""
    arrived, go_on = Event(), Event()
    answers: list[TestResponse] = []

    def pause(_: float) -> None:
        arrived.set()
        assert go_on.wait(10)

    def capture() -> None:
        answers.append(till.capture(oid, 400, key="k"))

    till.pause = pause
    till.app.faults.add("slow")
    calls = [Thread(target=capture), Thread(target=capture)]
    calls[0].start()
    assert arrived.wait(10)
    calls[1].start()
    if second_ends:
        calls[1].join(10)
    go_on.set()
    for call in calls:
        call.join(10)
    return answers


def test_a_duplicate_under_way_is_a_conflict(till: Till) -> None:
    """While the first call is being carried out, its duplicate gets 409 and does nothing."""
    oid = till.place(1000)

    answers = _twice_at_once(till, oid, second_ends=True)

    assert [code_of(answer) for answer in answers] == [(409, "CONFLICT"), (201, "")]
    assert till.read(oid)["captured_amount"] == 400


def test_a_duplicate_under_way_may_wait(till: Till) -> None:
    """By a switch, the duplicate waits for the first call and gets its answer."""
    till.books.switch("idempotency_in_flight", "wait")
    oid = till.place(1000)

    answers = _twice_at_once(till, oid, second_ends=False)

    assert len({answer.headers["Capture-Id"] for answer in answers}) == 1
    assert sorted(_told(answer) for answer in answers) == ["replayed", "stored"]
