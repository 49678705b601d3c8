"""Faults by name, by call, and as a swarm: klarna-api.md §14."""

from collections.abc import Sized

import pytest
from werkzeug.test import EnvironBuilder, TestResponse

from contract.sandbox_klarna.till import ORDERS, PASSWORD, USER, Till, code_of
from kvitt.sandbox.klarna import faults

ERRORS = [
    ("http_409", 409, "CONFLICT"),
    ("http_429", 429, "TOO_MANY_REQUESTS"),
    ("http_500", 500, "INTERNAL_SERVER_ERROR"),
    ("http_502", 502, "TEMPORARILY_UNAVAILABLE"),
    ("http_503", 503, "TEMPORARILY_UNAVAILABLE"),
    ("http_504", 504, "TEMPORARILY_UNAVAILABLE"),
    ("http_400_html", 400, ""),
    ("http_403_html", 403, ""),
    ("http_500_html", 500, ""),
    ("http_502_html", 502, ""),
    ("http_503_html", 503, ""),
    ("http_504_html", 504, ""),
]


@pytest.mark.parametrize(("name", "status", "code"), ERRORS)
def test_an_error_instead_of_the_work(till: Till, name: str, status: int, code: str) -> None:
    """The answer is the named error, nothing was done, and the next call is answered."""
    oid = till.place(1000)
    till.app.faults.add(name)

    struck = till.capture(oid, 400)

    assert code_of(struck) == (status, code)
    assert till.capture(oid, 400).status_code == 201
    assert till.read(oid)["captured_amount"] == 400


def _is_cut(answer: TestResponse) -> bool:
    return int(answer.headers["Content-Length"]) > len(answer.data)


@pytest.mark.parametrize(
    ("name", "captured", "waits"),
    [
        ("timeout_before_commit", 0, [35]),
        ("timeout_after_commit", 400, [35]),
        ("reset_before_commit", 0, []),
        ("reset_after_commit", 400, []),
        ("truncated_body", 400, []),
    ],
)
def test_an_answer_that_does_not_arrive(
    till: Till, name: str, captured: int, waits: list[float]
) -> None:
    """The answer is promised longer than it is, after the work or instead of it."""
    oid = till.place(1000)
    till.app.faults.add(name)

    answer = till.capture(oid, 400)

    assert _is_cut(answer)
    assert till.read(oid)["captured_amount"] == captured
    assert till.paused == waits


def test_a_server_cannot_mend_a_cut_answer(till: Till) -> None:
    """A cut body has no length that a server could put in place of the promised one."""
    till.app.faults.add("reset_before_commit")
    environ = EnvironBuilder(path=ORDERS + "/x", auth=(USER, PASSWORD)).get_environ()

    body = till.app(environ, lambda *_: lambda _: None)

    assert not isinstance(body, Sized)
    assert list(body) == [b""]


def test_half_a_body(till: Till) -> None:
    """A truncated read has the beginning of its body."""
    oid = till.place(1000)
    till.app.faults.add("truncated_body", operation="get_order")

    answer = till.call("GET", f"{ORDERS}/{oid}")

    assert _is_cut(answer)
    assert answer.text.startswith("{")


@pytest.mark.parametrize("name", ["http_500_after_commit", "http_503_after_commit"])
def test_an_error_behind_the_work(till: Till, name: str) -> None:
    """The work is done, the answer says it failed, and the key brings the true answer."""
    oid = till.place(1000)
    till.app.faults.add(name)

    struck = till.capture(oid, 400, key="k")

    assert struck.status_code >= 500
    assert till.read(oid)["captured_amount"] == 400
    assert till.capture(oid, 400, key="k").status_code == 201


def test_a_slow_answer(till: Till) -> None:
    """A slow answer is a right one, later."""
    till.app.faults.add("slow")

    assert till.capture(till.place(), 10).status_code == 201
    assert till.paused == [5]


def test_a_payment_method_fails_n_times(till: Till) -> None:
    """The customer cannot be charged, as often as asked, and then can."""
    oid = till.place(1000)
    till.app.faults.add("payment_method_failed", times=2)

    codes = [code_of(till.capture(oid, 100)) for _ in range(3)]

    assert codes == [(403, "PAYMENT_METHOD_FAILED")] * 2 + [(201, "")]


def test_the_risk_check_says_no(till: Till) -> None:
    """A raise or a new address can be refused, and what was agreed stands."""
    oid = till.place(1000)
    till.app.faults.add("risk_reject", times=2)
    address = {"shipping_address": {"city": "Umeå"}}

    raised = till.update(oid, 1100)
    moved = till.act("PATCH", oid, "customer-details", address)

    assert code_of(raised) == code_of(moved) == (403, "NOT_ALLOWED")
    assert till.read(oid)["order_amount"] == 1000


def test_a_read_that_lags(till: Till) -> None:
    """One read sees the order as it was before the last write."""
    oid = till.place(1000)
    till.capture(oid, 400)
    till.app.faults.add("read_lag")

    assert till.read(oid)["captured_amount"] == 0
    assert till.read(oid)["captured_amount"] == 400


def test_a_rule_is_for_an_operation_an_order_and_a_call(till: Till) -> None:
    """Only the nth call of the operation on the order is struck."""
    mine, other = till.place(1000), till.place(1000)
    till.app.faults.add("http_500", operation="create_capture", order_id=mine, nth=2)

    codes = [
        till.capture(other, 1).status_code,
        till.capture(mine, 1).status_code,
        till.act("POST", mine, "acknowledge").status_code,
        till.capture(mine, 1).status_code,
        till.capture(mine, 1).status_code,
    ]

    assert codes == [201, 201, 204, 500, 201]


def test_a_rule_without_end(till: Till) -> None:
    """A fault that strikes always strikes until it is removed."""
    oid = till.place()
    rule = till.app.faults.add("http_500", times=0)
    struck = [till.act("POST", oid, "acknowledge").status_code for _ in range(3)]
    till.app.faults.remove(rule.rule_id)

    assert struck == [500, 500, 500]
    assert till.act("POST", oid, "acknowledge").status_code == 204


def _swarm_codes(seed: str) -> list[int]:
    till = Till()
    oid = till.place()
    till.app.faults.swarm(seed=seed, weights={"http_500": 0.2, "http_429": 0.2})
    return [till.act("POST", oid, "acknowledge").status_code for _ in range(40)]


def test_a_swarm_is_the_same_for_a_seed() -> None:
    """The same seed strikes the same calls, another seed others, and some get through."""
    assert _swarm_codes("a") == _swarm_codes("a")
    assert _swarm_codes("a") != _swarm_codes("b")
    assert set(_swarm_codes("a")) == {204, 429, 500}


@pytest.mark.parametrize(
    "weights", [{"http_500": 1.1}, {"http_500": -0.1}, {"no_such_fault": 0.1}]
)
def test_weights_are_probabilities_of_known_faults(
    till: Till, weights: dict[str, float]
) -> None:
    """Weights that are none are refused."""
    with pytest.raises(ValueError, match="weights"):
        till.app.faults.swarm(seed="a", weights=weights)


def test_a_fault_has_to_be_known(till: Till) -> None:
    """A name that is no fault is refused, and so is a count that is none."""
    with pytest.raises(ValueError, match="no fault"):
        till.app.faults.add("gremlin")
    with pytest.raises(ValueError, match="counts"):
        till.app.faults.add("slow", nth=0)


def test_every_fault_says_what_it_means() -> None:
    """Each fault has words for a trainer, and a phase."""
    assert all(kind.means and kind.phase for kind in faults.KINDS.values())
