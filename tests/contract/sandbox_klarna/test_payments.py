"""Sessions and orders of the Payments API: klarna-api.md §9.1."""

import pytest

from contract.sandbox_klarna.till import Till, code_of, line
from kvitt.sandbox.klarna.orders import Json

SESSIONS = "/payments/v1/sessions"
TAXED = {**line(price=1250), "tax_rate": 2500, "total_tax_amount": 250}
BASKET: Json = {
    "purchase_country": "SE",
    "purchase_currency": "SEK",
    "locale": "sv-SE",
    "order_amount": 1250,
    "order_tax_amount": 250,
    "order_lines": [TAXED],
}


def _order_path(token: str) -> str:
    return f"/payments/v1/authorizations/{token}/order"


def _token(till: Till) -> str:
    session = till.call("POST", SESSIONS, BASKET).get_json()["session_id"]
    token = till.sim("POST", f"/sessions/{session}/authorize").get_json()
    return str(token["authorization_token"])


def test_a_session_opens_and_reads(till: Till) -> None:
    """A session answers 200 with a token for the browser, and reads as incomplete."""
    made = till.call("POST", SESSIONS, BASKET)
    session = made.get_json()

    read = till.call("GET", f"{SESSIONS}/{session['session_id']}").get_json()

    assert made.status_code == 200
    assert session["client_token"]
    assert session["payment_method_categories"]
    assert (read["status"], read["order_amount"]) == ("incomplete", 1250)


def test_a_session_changes(till: Till) -> None:
    """An update of part of a session answers 204."""
    sid = till.call("POST", SESSIONS, BASKET).get_json()["session_id"]

    answer = till.call("POST", f"{SESSIONS}/{sid}", {"locale": "en-SE"})

    assert answer.status_code == 204
    assert till.call("GET", f"{SESSIONS}/{sid}").get_json()["locale"] == "en-SE"


def test_an_order_comes_of_any_token(till: Till) -> None:
    """An order answers 200 and is then there for Order Management."""
    body = {**BASKET, "merchant_reference1": "1001", "merchant_reference2": "1001"}

    made = till.call("POST", _order_path("anything"), body)

    answer = made.get_json()
    order = till.read(answer["order_id"])
    assert made.status_code == 200
    assert answer["fraud_status"] == "ACCEPTED"
    assert answer["authorized_payment_method"] == {"type": "invoice"}
    assert (order["status"], order["merchant_reference1"]) == ("AUTHORIZED", "1001")


@pytest.mark.parametrize(
    "change",
    [
        {"order_tax_amount": 251},
        {"order_amount": 1251},
        {"order_lines": [{**TAXED, "total_tax_amount": 300}]},
        {"order_lines": [{**TAXED, "total_amount": 1300}]},
        {"order_lines": []},
        {"purchase_country": None},
        {"order_amount": "1250"},
        {"auto_capture": "yes"},
    ],
)
def test_what_does_not_add_up_is_refused(till: Till, change: Json) -> None:
    """Sums are hard here, and everything wrong has one code."""
    body = {**BASKET, **change}

    assert code_of(till.call("POST", SESSIONS, body)) == (400, "BAD_VALUE")
    assert code_of(till.call("POST", _order_path("t"), body)) == (400, "BAD_VALUE")


def test_a_recorded_american_order_adds_up(till: Till) -> None:
    """§6.2: an order that was really accepted, with tax, a discount and store credit."""
    lines = [
        line(price=1000),
        line("Ship", price=700, kind="shipping_fee"),
        line("Off", price=-100, kind="discount"),
        line("Tax", price=112, kind="sales_tax"),
        line("Credit", price=-300, kind="store_credit"),
    ]
    body = {
        **BASKET,
        "purchase_country": "US",
        "order_amount": 1412,
        "order_tax_amount": 112,
        "order_lines": lines,
    }

    assert till.call("POST", _order_path("t"), body).status_code == 200


def test_a_token_makes_one_order(till: Till) -> None:
    """The same call again is the same order, and another body is a conflict."""
    token = _token(till)
    first = till.call("POST", _order_path(token), BASKET).get_json()["order_id"]

    again = till.call("POST", _order_path(token), BASKET).get_json()["order_id"]
    other = till.call("POST", _order_path(token), {**BASKET, "merchant_reference1": "2"})

    assert first == again
    assert code_of(other) == (409, "BAD_VALUE")


def test_an_order_repeats_its_session(till: Till) -> None:
    """Another amount or number of lines than was authorized is a conflict."""
    more = {
        **BASKET,
        "order_amount": 1350,
        "order_lines": [TAXED, line("Box", price=100)],
    }

    assert code_of(till.call("POST", _order_path(_token(till)), more)) == (409, "BAD_VALUE")


def test_a_completed_session_is_closed(till: Till) -> None:
    """After the order the session reads complete and cannot be changed."""
    sid = till.call("POST", SESSIONS, BASKET).get_json()["session_id"]
    token = till.sim("POST", f"/sessions/{sid}/authorize").get_json()["authorization_token"]
    till.call("POST", _order_path(token), BASKET)

    changed = till.call("POST", f"{SESSIONS}/{sid}", {"locale": "en-SE"})

    assert code_of(changed) == (404, "SESSION_COMPLETED")
    assert till.call("GET", f"{SESSIONS}/{sid}").get_json()["status"] == "complete"


def test_tokens_and_sessions_grow_old(till: Till) -> None:
    """A token lives an hour, a session two days."""
    token = _token(till)
    sid = till.call("POST", SESSIONS, BASKET).get_json()["session_id"]
    till.pass_time(hours=1)
    late = till.call("POST", _order_path(token), BASKET)
    till.pass_time(hours=47)

    assert code_of(late) == (404, "NOT_FOUND")
    assert code_of(till.call("GET", f"{SESSIONS}/{sid}")) == (404, "NOT_FOUND")


def test_giving_up_an_authorization(till: Till) -> None:
    """A token given up makes no order, and one that made an order is not given up."""
    unused, used = _token(till), _token(till)
    till.call("POST", _order_path(used), BASKET)

    gone = till.call("DELETE", f"/payments/v1/authorizations/{unused}")
    kept = till.call("DELETE", f"/payments/v1/authorizations/{used}")

    assert gone.status_code == 204
    assert code_of(till.call("POST", _order_path(unused), BASKET)) == (404, "NOT_FOUND")
    assert code_of(kept) == (403, "INVALID_OPERATION")


def test_only_issued_tokens_by_a_switch(till: Till) -> None:
    """By a switch, a token nobody issued is invalid."""
    till.books.switch("any_token", value=False)

    assert code_of(till.call("POST", _order_path("t"), BASKET)) == (404, "NOT_FOUND")


def test_emails_decide(till: Till) -> None:
    """A denied customer gets no order, and a reviewed one is pending."""
    red = {**BASKET, "billing_address": {"email": "ann+red@example.com"}}
    pending = {**BASKET, "billing_address": {"email": "ann+pend-accept-10@example.com"}}

    assert code_of(till.call("POST", _order_path("a"), red)) == (403, "REJECTED")
    answer = till.call("POST", _order_path("b"), pending).get_json()
    assert answer["fraud_status"] == "PENDING"


def test_an_automatic_capture(till: Till) -> None:
    """An order with automatic capture is captured at once, unless it is under review."""
    order = till.call("POST", _order_path("a"), {**BASKET, "auto_capture": True}).get_json()

    assert till.read(order["order_id"])["status"] == "CAPTURED"


def test_sessions_have_a_rate_of_their_own(till: Till) -> None:
    """Creating sessions is limited apart from everything else."""
    till.books.switch("session_rate_limit", 1)
    answers = [till.call("POST", SESSIONS, BASKET) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert till.call("GET", f"{SESSIONS}/x").status_code == 404


def test_a_lenient_merchant_needs_no_sums(till: Till) -> None:
    """§6.2: at the lenient level only the schema is checked."""
    till.treat_merchant(sums="lenient")

    assert till.call("POST", SESSIONS, {**BASKET, "order_amount": 1}).status_code == 200
