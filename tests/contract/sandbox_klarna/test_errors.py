"""klarna-api.md §4.2 and §4.3: status and code of each refusal that can be reached."""

import pytest

from contract.sandbox_klarna.till import ORDERS, Till, code_of, line

NOBODY = "00000000-0000-0000-0000-000000000000"
PARCEL = {"shipping_info": [{"tracking_number": "1"}]}
NO_ORDER = (404, "NO_SUCH_ORDER")
NOT_FOUND = (404, "NOT_FOUND")


def test_an_error_body_names_its_exchange(till: Till) -> None:
    """An error has a code, a list of messages, and the correlation id of the header."""
    oid = till.place(1000)

    refused = till.capture(oid, 2000)

    body = refused.get_json()
    assert list(body) == ["error_code", "error_messages", "correlation_id"]
    assert isinstance(body["error_messages"], list)
    assert body["correlation_id"] == refused.headers["Klarna-Correlation-Id"]
    assert refused.mimetype == "application/json"


def test_an_order_id_that_is_none(till: Till) -> None:
    """Reading by something that is not an id is told apart from an unknown id."""
    assert code_of(till.call("GET", f"{ORDERS}/1001")) == (400, "INVALID_ORDER_ID")
    assert code_of(till.call("GET", f"{ORDERS}/{NOBODY}")) == NO_ORDER


@pytest.mark.parametrize(
    ("method", "rest", "body", "code"),
    [
        ("POST", "acknowledge", None, NO_ORDER),
        ("PATCH", "authorization", {"order_amount": 1}, NO_ORDER),
        ("PATCH", "merchant-references", {}, NO_ORDER),
        ("PATCH", "customer-details", {"shipping_address": {}}, NO_ORDER),
        ("POST", "shipping-info", PARCEL, NO_ORDER),
        ("POST", "extend-authorization-time", None, NO_ORDER),
        ("POST", "release-remaining-authorization", None, NO_ORDER),
        ("POST", "cancel", None, NO_ORDER),
        ("POST", "captures", {"captured_amount": 1}, NO_ORDER),
        ("GET", "captures", None, NO_ORDER),
        ("GET", "captures/c", None, NO_ORDER),
        ("POST", "captures/c/shipping-info", PARCEL, NO_ORDER),
        ("POST", "captures/c/trigger-send-out", None, NO_ORDER),
        ("GET", "captures/c/extend-due-date-options", None, NO_ORDER),
        ("PATCH", "captures/c/extend-due-date", {"number_of_days": 10}, NO_ORDER),
        ("POST", "refunds", {"refunded_amount": 1}, NOT_FOUND),
        ("GET", "refunds/r", None, NOT_FOUND),
    ],
)
def test_an_unknown_order(
    till: Till, method: str, rest: str, body: dict[str, object] | None, code: tuple[int, str]
) -> None:
    """Every operation says that the order is unknown, refunds in a code of their own."""
    assert code_of(till.act(method, NOBODY, rest, body)) == code


@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("GET", "", None),
        ("POST", "/shipping-info", PARCEL),
        ("POST", "/trigger-send-out", None),
        ("GET", "/extend-due-date-options", None),
        ("PATCH", "/extend-due-date", {"number_of_days": 10}),
    ],
)
def test_an_unknown_capture(
    till: Till, method: str, rest: str, body: dict[str, object] | None
) -> None:
    """Every call on a capture says that it is unknown."""
    oid = till.place(1000)
    till.capture(oid, 100)

    answer = till.act(method, oid, f"captures/{NOBODY}{rest}", body)

    assert code_of(answer) == (404, "NO_SUCH_CAPTURE")


def test_an_unknown_refund(till: Till) -> None:
    """A refund that was never made is not found."""
    oid = till.place(1000)

    assert code_of(till.act("GET", oid, f"refunds/{NOBODY}")) == NOT_FOUND


MALFORMED = [
    "{",
    "[]",
    '"text"',
    "[" * 100_000,
    '{"captured_amount": "5"}',
    '{"captured_amount": NaN}',
    '{"captured_amount": 5, "description": []}',
    '{"captured_amount": 5, "description": "\\ud800"}',
    '{"captured_amount": 5, "order_lines": {}}',
    '{"captured_amount": 5, "order_lines": [1]}',
    '{"captured_amount": 5, "order_lines": [{"type": 1}]}',
]


@pytest.mark.parametrize("raw", MALFORMED)
def test_a_malformed_body(till: Till, raw: str) -> None:
    """What is no JSON, or of the wrong JSON type, is a bad request."""
    oid = till.place(1000)

    path = f"{ORDERS}/{oid}/captures"
    answer = till.call("POST", path, data=raw, headers={"Content-Type": "application/json"})

    assert code_of(answer) == (400, "BAD_VALUE")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"captured_amount": None},
        {"captured_amount": -1},
        {"captured_amount": 200_000_001},
        {"captured_amount": 1, "description": "x" * 256},
        {"captured_amount": 1, "order_lines": [line()] * 1001},
        {"captured_amount": 1, "order_lines": [{"name": "x"}]},
        {"captured_amount": 1, "order_lines": [line(kind="magic")]},
        {"captured_amount": 1, "order_lines": [line(kind="return_fee")]},
        {"captured_amount": 1, "shipping_info": [{"shipping_company": "x" * 101}]},
        {"captured_amount": 1, "shipping_info": [{"shipping_method": "Pigeon"}]},
        {"captured_amount": 1, "shipping_delay": 2},
    ],
)
def test_a_field_outside_its_limits(till: Till, body: dict[str, object]) -> None:
    """A field that is missing, too long, too large or no known word is unprocessable."""
    oid = till.place(1000)

    answer = till.act("POST", oid, "captures", body)

    assert code_of(answer) == (422, "UNPROCESSABLE_ENTITY")
    assert till.read(oid)["captured_amount"] == 0


@pytest.mark.parametrize("amount", [0, 1001])
def test_an_amount_that_cannot_be_captured(till: Till, amount: int) -> None:
    """Nothing, and more than remains, are refused."""
    oid = till.place(1000)

    assert code_of(till.capture(oid, amount)) == (403, "CAPTURE_NOT_ALLOWED")


@pytest.mark.parametrize("amount", [0, 401])
def test_an_amount_that_cannot_be_refunded(till: Till, amount: int) -> None:
    """Nothing, and more than was captured, are refused."""
    oid = till.place(1000)
    till.capture(oid, 400)

    assert code_of(till.refund(oid, amount)) == (403, "REFUND_NOT_ALLOWED")


def test_updating_below_what_was_captured(till: Till) -> None:
    """The authorization cannot be less than what was captured."""
    oid = till.place(1000)
    till.capture(oid, 400)

    assert code_of(till.update(oid, 399)) == (403, "NOT_ALLOWED")


def test_the_billing_address_is_fixed(till: Till) -> None:
    """Customer details no longer include the billing address."""
    oid = till.place()
    body = {"billing_address": {"city": "Umeå"}}

    assert code_of(till.act("PATCH", oid, "customer-details", body)) == (403, "NOT_ALLOWED")


@pytest.mark.parametrize(
    "address", [{"country": "SE", "postal_code": "ABC"}, {"given_name": ""}]
)
def test_an_address_that_is_none(till: Till, address: dict[str, str]) -> None:
    """A wrong postal code, or a mandatory field cleared, is an invalid address."""
    oid = till.place()

    answer = till.act("PATCH", oid, "customer-details", {"shipping_address": address})

    assert code_of(answer) == (422, "INVALID_ADDRESS")


def test_a_body_over_a_megabyte(till: Till) -> None:
    """A body over one megabyte is too large, whatever it says."""
    oid = till.place()

    answer = till.update(oid, 1000, description="x" * 1024 * 1024)

    assert code_of(answer) == (413, "REQUEST_TOO_LARGE")


def test_too_many_requests(till: Till) -> None:
    """Above the configured rate every call is refused until the second is over."""
    till.books.switch("rate_limit", 2)
    oid = till.place()
    codes = [till.call("GET", f"{ORDERS}/{oid}").status_code for _ in range(3)]

    refused = till.act("POST", oid, "cancel", key="k")
    till.pass_time(seconds=1)

    assert codes == [200, 200, 429]
    assert code_of(refused) == (429, "TOO_MANY_REQUESTS")
    assert refused.headers["X-Ratelimit-Limit"] == "2, 2;w=1"
    assert refused.headers["X-Ratelimit-Remaining"] == "0"
    assert till.act("POST", oid, "cancel", key="k").status_code == 204


def test_unknown_paths_and_methods(till: Till) -> None:
    """A path that is not Klarna's is 404 without Klarna's body, a wrong method 405."""
    oid = till.place()
    unknown = till.call("GET", "/ordermanagement/v2/orders")
    wrong = till.call("DELETE", f"{ORDERS}/{oid}")

    assert code_of(unknown) == (404, "")
    assert code_of(wrong) == (405, "")
