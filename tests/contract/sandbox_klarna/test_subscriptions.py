"""Customer tokens, with which subscriptions are paid: klarna-api.md §9.1, step 4."""

from pathlib import Path

import pytest

from contract.sandbox_klarna.till import PASSWORD, Till, code_of, line
from kvitt.sandbox.klarna import Merchant
from kvitt.sandbox.klarna.orders import Json

AUTHORIZATIONS = "/payments/v1/authorizations"
TOKENS = "/customer-token/v1/tokens"
BASKET: Json = {
    "purchase_country": "SE",
    "purchase_currency": "SEK",
    "locale": "sv-SE",
    "order_amount": 1000,
    "order_lines": [line()],
    "billing_address": {"given_name": "Ann", "email": "ann@example.com"},
}
RENEWAL: Json = {
    "purchase_currency": "SEK",
    "order_amount": 1000,
    "order_lines": [line()],
    "merchant_reference1": "2001",
}


def _token(till: Till, **session: Json | str) -> str:
    made = till.call("POST", "/payments/v1/sessions", {**BASKET, **session}).get_json()
    said = till.sim("POST", f"/sessions/{made['session_id']}/authorize").get_json()
    answer = till.call(
        "POST", f"{AUTHORIZATIONS}/{said['authorization_token']}/customer-token", {}
    )
    assert answer.status_code == 200
    return str(answer.get_json()["token_id"])


def test_orders_come_of_a_token(till: Till) -> None:
    """Each order of a token answers id and fraud status, and knows its customer."""
    token = _token(till)

    answers = [till.call("POST", f"{TOKENS}/{token}/order", RENEWAL) for _ in range(2)]

    first, second = (answer.get_json() for answer in answers)
    order = till.read(first["order_id"])
    assert [answer.status_code for answer in answers] == [200, 200]
    assert first == {"order_id": order["order_id"], "fraud_status": "ACCEPTED"}
    assert first["order_id"] != second["order_id"]
    assert (order["merchant_reference1"], order["purchase_country"]) == ("2001", "SE")
    assert order["billing_address"]["given_name"] == "Ann"


def test_a_key_makes_a_renewal_once(till: Till) -> None:
    """A repeated idempotency key gives the same order again."""
    token = _token(till)

    again = [
        till.call("POST", f"{TOKENS}/{token}/order", RENEWAL, key="k-1").get_json()["order_id"]
        for _ in range(2)
    ]

    assert again[0] == again[1]
    assert till.sim("GET", "/orders").get_json()["count"] == 1


def test_a_token_does_not_spend_the_authorization(till: Till) -> None:
    """The first order of a subscription may still be placed with the authorization."""
    made = till.call("POST", "/payments/v1/sessions", BASKET).get_json()
    said = till.sim("POST", f"/sessions/{made['session_id']}/authorize").get_json()
    path = f"{AUTHORIZATIONS}/{said['authorization_token']}"
    till.call("POST", f"{path}/customer-token", {"description": "Coffee every month"})

    assert till.call("POST", f"{path}/order", BASKET).status_code == 200


@pytest.mark.parametrize("word", ["cancelled", "CANCELLED"])
def test_a_cancelled_token_pays_no_more(till: Till, word: str) -> None:
    """Cancelling answers 202 as often as asked; then no order comes of the token."""
    token = _token(till)
    before = till.call("GET", f"{TOKENS}/{token}").get_json()

    cancelled = [
        till.call("PATCH", f"{TOKENS}/{token}/status", {"status": word}).status_code
        for _ in range(2)
    ]

    after = till.call("GET", f"{TOKENS}/{token}").get_json()
    late = till.call("POST", f"{TOKENS}/{token}/order", RENEWAL)
    assert cancelled == [202, 202]
    assert (before["status"], after["status"]) == ("ACTIVE", "CANCELLED")
    assert code_of(late) == (403, "INVALID_OPERATION")


@pytest.mark.parametrize(
    "change",
    [{"order_amount": 999}, {"order_lines": []}, {"purchase_currency": None}],
)
def test_a_renewal_has_to_add_up(till: Till, change: Json) -> None:
    """A renewal is checked as any order of this interface is."""
    path = f"{TOKENS}/{_token(till)}/order"

    assert code_of(till.call("POST", path, {**RENEWAL, **change})) == (400, "BAD_VALUE")


def test_what_a_token_cannot_be_made_of(till: Till) -> None:
    """An authorization to buy alone, and a country nobody named, are refused."""
    made = till.call("POST", "/payments/v1/sessions", {**BASKET, "intent": "buy"}).get_json()
    said = till.sim("POST", f"/sessions/{made['session_id']}/authorize").get_json()
    bought = f"{AUTHORIZATIONS}/{said['authorization_token']}/customer-token"

    assert code_of(till.call("POST", bought, {})) == (403, "INVALID_OPERATION")
    unknown = till.call("POST", f"{AUTHORIZATIONS}/anything/customer-token", {})
    assert code_of(unknown) == (400, "BAD_VALUE")


def test_a_token_is_its_merchant_s(till: Till) -> None:
    """Neither an unknown token nor another merchant's is there; other statuses are bad."""
    token = _token(till)
    other = Merchant(merchant_id="PK999_other", password=PASSWORD)
    till.books.settings = till.books.settings.with_merchant(other)
    auth = ("PK999_other", PASSWORD)

    assert code_of(till.call("GET", f"{TOKENS}/{token}", auth=auth)) == (404, "NOT_FOUND")
    assert code_of(till.call("POST", f"{TOKENS}/5/order", RENEWAL)) == (404, "NOT_FOUND")
    revived = till.call("PATCH", f"{TOKENS}/{token}/status", {"status": "active"})
    assert code_of(revived) == (400, "BAD_VALUE")


def test_a_refused_renewal(till: Till) -> None:
    """The risk check may refuse a renewal as it may any purchase."""
    token = _token(till, billing_address={"email": "ann+red@example.com"})

    refused = till.call("POST", f"{TOKENS}/{token}/order", RENEWAL)

    assert code_of(refused) == (403, "REJECTED")


def test_a_token_survives_a_restart(tmp_path: Path) -> None:
    """A token made before a restart still pays after it."""
    path = tmp_path / "klarna.sqlite3"
    token = _token(Till(path=path))

    after = Till(path=path)

    assert after.call("POST", f"{TOKENS}/{token}/order", RENEWAL).status_code == 200
