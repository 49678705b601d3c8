"""Each unknown of klarna-api.md §17 answers either way, by a switch."""

import pytest

from contract.sandbox_klarna.till import ORDERS, Till, code_of, line
from kvitt.sandbox.klarna.orders import Json

CROOKED = [{**line(price=500), "total_amount": 400}]


@pytest.mark.parametrize(
    ("level", "status", "warned"),
    [("lenient", 201, False), ("default", 201, True), ("strict", 422, False)],
)
def test_line_sums_at_each_level(till: Till, level: str, status: int, *, warned: bool) -> None:
    """Row 2: wrong sums pass, pass with a warning, or are refused."""
    till.treat_merchant(sums=level)
    oid = till.place(1000)

    answer = till.capture(oid, 400, order_lines=CROOKED)

    assert answer.status_code == status
    assert ("X-Sim-Warning" in answer.headers) == warned


@pytest.mark.parametrize(
    ("body", "fine"),
    [
        ([{**line(price=6000), "tax_rate": 2500, "total_tax_amount": 1200}], True),
        ([{**line(price=6000), "tax_rate": 2500, "total_tax_amount": 1201}], True),
        ([{**line(price=6000), "tax_rate": 2500, "total_tax_amount": 1202}], False),
        ([{**line(price=6000), "tax_rate": 1000, "total_tax_amount": 600}], False),
        ([line(price=7000), line("Off", price=-1000, kind="discount")], True),
        ([{**line(price=7000), "total_amount": 6000, "total_discount_amount": 1000}], True),
        ([line(price=5999)], False),
        ([{k: v for k, v in line(price=6000).items() if "tax" not in k}], True),
    ],
)
def test_the_arithmetic_of_lines(till: Till, body: list[Json], *, fine: bool) -> None:
    """§6.1: totals are exact, tax is contained in them within one minor unit."""
    till.treat_merchant(sums="strict")
    oid = till.place(6000)

    answer = till.capture(oid, 6000, order_lines=body)

    assert answer.status_code == (201 if fine else 422)


def test_field_limits_may_be_400(till: Till) -> None:
    """Row 3: a broken limit is 422, or 400 with the code of a malformed body."""
    till.books.switch("field_limit_status", 400)

    assert code_of(till.capture(till.place(), -1)) == (400, "BAD_VALUE")


def test_an_invalid_order_id_may_be_404(till: Till) -> None:
    """Row 4: the status of an order id that is none."""
    till.books.switch("invalid_order_id_status", 404)

    assert code_of(till.call("GET", f"{ORDERS}/x")) == (404, "INVALID_ORDER_ID")


def test_cancelling_twice_may_be_fine(till: Till) -> None:
    """Row 5: cancelling what is cancelled."""
    till.books.switch("cancel_cancelled", "accept")
    oid = till.place()
    answers = [till.act("POST", oid, "cancel").status_code for _ in range(2)]

    assert answers == [204, 204]


@pytest.mark.parametrize(("lowers", "amount"), [(False, 1000), (True, 400)])
def test_release_may_lower_the_amount(till: Till, amount: int, *, lowers: bool) -> None:
    """Row 8: what `order_amount` is after a release."""
    till.books.switch("release_lowers_order_amount", lowers)
    oid = till.place(1000)
    till.capture(oid, 400)
    till.act("POST", oid, "release-remaining-authorization")

    order = till.read(oid)

    assert (order["order_amount"], order["remaining_authorized_amount"]) == (amount, 0)


def test_nothing_may_be_captured_and_refunded(till: Till) -> None:
    """Row 9: zero amounts."""
    till.books.switch("zero_amount", "accept")
    oid = till.place(1000)

    assert till.capture(oid, 0).status_code == 201
    assert till.refund(oid, 0).status_code == 201


def test_the_code_of_a_capture_under_review(till: Till) -> None:
    """Row 10: another code for a capture while the review goes on."""
    till.books.switch("pending_capture_code", "NOT_ALLOWED")
    oid = till.place()
    till.sim("POST", f"/orders/{oid}/fraud", {"decision": "PENDING"})

    assert code_of(till.capture(oid, 10)) == (403, "NOT_ALLOWED")


def test_refunds_may_have_a_last_day(till: Till) -> None:
    """Row 12: a time after which refunds are refused."""
    till.books.switch("refund_window_days", 14)
    oid = till.place(1000)
    till.capture(oid, 1000)
    till.pass_time(days=14)
    in_time = till.refund(oid, 100)
    till.pass_time(days=1)

    assert in_time.status_code == 201
    assert code_of(till.refund(oid, 100)) == (403, "REFUND_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("sent", "accepts", "status"),
    [("1050.0", True, 201), ("1050.0", False, 400), ("1050.5", True, 400), ("true", True, 400)],
)
def test_fractions(till: Till, sent: str, status: int, *, accepts: bool) -> None:
    """Row 15: an integral fraction passes by default, any other never."""
    till.books.switch("accept_integral_fractions", accepts)
    path = f"{ORDERS}/{till.place(2000)}/captures"
    raw, kind = f'{{"captured_amount": {sent}}}', {"Content-Type": "application/json"}

    assert till.call("POST", path, data=raw, headers=kind).status_code == status


def test_a_patch_may_answer_with_a_string(till: Till) -> None:
    """Row 16: 204 and nothing, or 200 and the string of the schema."""
    till.books.switch("patch_status", 200)

    answer = till.update(till.place(), 900)

    assert (answer.status_code, answer.get_json()) == (200, "")


def test_shipping_info_may_be_refused_when_it_is_over(till: Till) -> None:
    """§7.1: shipping info on a cancelled order."""
    till.books.switch("shipping_info_when_over", "refuse")
    oid = till.place()
    till.act("POST", oid, "cancel")

    answer = till.act("POST", oid, "shipping-info", {"shipping_info": [{}]})

    assert code_of(answer) == (403, "NOT_ALLOWED")


def test_the_older_message_has_both_figures(till: Till) -> None:
    """§4.2: the older text of an over-capture, which some software still reads."""
    till.books.switch("message_style", "old")

    refused = till.capture(till.place(1000), 1200)

    text = refused.get_json()["error_messages"][0]
    assert "1200" in text
    assert "1000" in text


def test_unknown_paths_may_be_forbidden(till: Till) -> None:
    """§2: Klarna may answer 403 for paths that do not exist."""
    till.books.switch("unknown_path_status", 403)

    assert till.call("GET", "/nowhere").status_code == 403


def test_a_shipping_delay_where_enabled(till: Till) -> None:
    """§6.3: a shipping delay is taken from merchants it is enabled for."""
    till.treat_merchant(shipping_delay_allowed=True)

    assert till.capture(till.place(), 10, shipping_delay=3).status_code == 201


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("no_such_switch", 1),
        ("merchants", ()),
        ("allocation", "lifo"),
        ("read_lag_ms", "1"),
        ("read_lag_ms", -1),
        ("read_lag_ms", True),
        ("patch_status", 201),
    ],
)
def test_a_switch_takes_only_what_it_can_be(till: Till, name: str, value: object) -> None:
    """An unknown switch, or a value it cannot have, is refused and changes nothing."""
    before = till.books.settings

    with pytest.raises(ValueError, match=name):
        till.books.switch(name, value)

    assert till.books.settings == before


def test_without_a_journal_calls_are_answered_and_forgotten(till: Till) -> None:
    """The lean sandbox answers the same bytes, and writes no request down."""
    oid = till.place(1000)
    before = till.call("GET", f"{ORDERS}/{oid}").data
    written = len(till.books.requests)

    till.books.switch("keeps_journal", False)
    after = till.call("GET", f"{ORDERS}/{oid}")
    stranger = till.call("GET", f"{ORDERS}/{oid}", auth=("nobody", "x"))

    assert (after.data, stranger.status_code) == (before, 401)
    assert len(till.books.requests) == written == 1


def test_an_order_reads_as_it_is_now_whatever_was_read_before(till: Till) -> None:
    """A body is used again only while neither the order nor a switch has changed."""
    oid = till.place(1000)
    first = till.read(oid)
    again = till.read(oid)
    till.capture(oid, 400)
    captured = till.read(oid)
    till.books.switch("empty_strings", False)
    switched = till.read(oid)

    assert first == again
    assert captured["captured_amount"] == 400
    assert captured["captures"][0]["description"] == ""
    assert "description" not in switched["captures"][0]


def test_kustom_has_fewer_calls_and_more_line_types(till: Till) -> None:
    """§12: three calls are gone, and `package` lines are taken."""
    till.treat_merchant(persona="kustom", api_keys=("kco_test_api_1",))
    oid = till.place(1000)
    package = line("Box", price=100, kind="package")
    cid = till.capture(oid, 100, order_lines=[package]).headers["Capture-Id"]
    gone = [
        till.act("POST", oid, f"captures/{cid}/trigger-send-out"),
        till.act("GET", oid, f"captures/{cid}/extend-due-date-options"),
        till.act("PATCH", oid, f"captures/{cid}/extend-due-date", {"number_of_days": 10}),
    ]
    key = {"Authorization": "Basic kco_test_api_1"}

    assert [answer.status_code for answer in gone] == [404, 404, 404]
    assert till.call("GET", f"{ORDERS}/{oid}", auth=None, headers=key).status_code == 200
