"""One sandbox, three regions and two providers: klarna-api.md §1 and §12."""

from typing import Any

import pytest

from contract.sandbox_klarna.till import ORDERS, PASSWORD, Till, code_of, line
from kvitt.sandbox import plugin_line
from kvitt.sandbox.klarna import Merchant
from kvitt.sandbox.klarna.orders import Json
from kvitt.sandbox.shop.komcalls import KlarnaCall

KUSTOM = Merchant(merchant_id="M1_kustom", password=PASSWORD, persona="kustom")
BASKET: Json = {
    "purchase_country": "US",
    "purchase_currency": "USD",
    "order_amount": 1000,
    "order_lines": [line()],
}


@pytest.mark.parametrize(
    ("country", "region"),
    [("SE", "eu"), ("CH", "eu"), ("US", "na"), ("MX", "na"), ("CA", "na"), ("AU", "oc")],
)
def test_an_order_is_in_its_country_s_region(till: Till, country: str, region: str) -> None:
    """It is found at its own region's door and at none of the others."""
    oid = till.place(country=country)

    found = {
        door: till.call("GET", f"/{door}{ORDERS}/{oid}").status_code
        for door in ("eu", "na", "oc")
    }

    assert found == {door: 200 if door == region else 404 for door in ("eu", "na", "oc")}
    assert till.call("GET", f"{ORDERS}/{oid}").status_code == 200


@pytest.mark.parametrize("rest", ["cancel", "captures", "refunds", "acknowledge"])
def test_nothing_is_done_at_the_wrong_door(till: Till, rest: str) -> None:
    """Neither is anything done to an order there."""
    oid = till.place(country="US")

    answer = till.call("POST", f"/oc{ORDERS}/{oid}/{rest}", {})

    assert answer.status_code == 404
    assert till.read(oid)["status"] == "AUTHORIZED"


def test_what_is_made_is_found_behind_the_same_door(till: Till) -> None:
    """Locations lead back through the door that was called."""
    oid = till.place(country="US")

    made = till.call("POST", f"/na{ORDERS}/{oid}/captures", {"captured_amount": 1000})

    where = made.headers["Location"]
    assert where.startswith(f"http://localhost/na{ORDERS}/{oid}/captures/")
    assert till.call("GET", where).status_code == 200


@pytest.mark.parametrize(
    "host", ["api-na.playground.klarna.com", "API-NA.playground.klarna.com:8400"]
)
def test_a_host_is_a_door_too(till: Till, host: str) -> None:
    """A client whose look-up is pointed here names the region by the host."""
    american, swedish = till.place(country="US"), till.place()

    answers = [
        till.call("GET", f"{ORDERS}/{oid}", headers={"Host": host}).status_code
        for oid in (american, swedish)
    ]

    assert answers == [200, 404]


@pytest.mark.parametrize(
    ("host", "user", "status"),
    [
        ("api.playground.klarna.com", "PK12345_demo", 404),
        ("api.playground.klarna.com", "M1_kustom", 401),
        ("api.klarna.com", "PK12345_demo", 401),
        ("api-oc.klarna.com", "PK12345_demo", 401),
        ("api.playground.kustom.co", "M1_kustom", 404),
        ("api.playground.kustom.co", "PK12345_demo", 401),
        ("api.kustom.co", "M1_kustom", 401),
        ("api-na.playground.kustom.co", "M1_kustom", 404),
        ("klarna.example", "M1_kustom", 404),
    ],
)
def test_credentials_belong_to_a_host(till: Till, host: str, user: str, status: int) -> None:
    """Test keys open only test hosts, and each provider's only its own."""
    till.books.settings = till.books.settings.with_merchant(KUSTOM)
    path = f"{ORDERS}/00000000-0000-4000-8000-000000000000"

    answer = till.call("GET", path, headers={"Host": host}, auth=(user, PASSWORD))

    assert answer.status_code == status


def test_a_region_sells_in_its_own_countries(till: Till) -> None:
    """A basket of another region's country is a bad value; a session is found where it is."""
    wrong = till.call("POST", "/eu/payments/v1/sessions", BASKET)
    made = till.call("POST", "/na/payments/v1/sessions", BASKET).get_json()["session_id"]

    assert code_of(wrong) == (400, "BAD_VALUE")
    found = {
        door: till.call("GET", f"/{door}/payments/v1/sessions/{made}").status_code
        for door in ("na", "oc")
    }
    assert found == {"na": 200, "oc": 404}
    page = {"payment_session_url": f"https://k.example/payments/v1/sessions/{made}"}
    assert code_of(till.call("POST", "/oc/hpp/v1/sessions", page)) == (404, "NOT_FOUND")


def test_a_customer_token_is_its_country_s(till: Till) -> None:
    """An order of a customer token is placed in the token's region only."""
    body = {"purchase_country": "US"}
    path = "/na/payments/v1/authorizations/any/customer-token"
    token = till.call("POST", path, body).get_json()["token_id"]
    order = {name: BASKET[name] for name in BASKET if name != "purchase_country"}

    answers = {
        door: till.call("POST", f"/{door}/customer-token/v1/tokens/{token}/order", order)
        for door in ("eu", "na")
    }

    assert {door: one.status_code for door, one in answers.items()} == {"eu": 404, "na": 200}


def test_a_word_that_only_begins_like_a_region_is_none(till: Till) -> None:
    """`/nato` is no door, and a region's door without a path shows the desk."""
    assert till.call("GET", f"/nato{ORDERS}/5").status_code == 404
    assert "Orders" in till.client.get("/na/").text


def _asked(till: Till, merchant_id: str, **call: Any) -> int:
    send = plugin_line.to(till.app, merchant_id)
    return send(KlarnaCall(method="GET", **call)).status


@pytest.mark.parametrize(
    ("country", "status"), [("SE", 200), ("", 404), ("US", 200), ("NZ", 200), ("MX", 404)]
)
def test_the_reference_plugin_asks_its_own_region(
    till: Till, country: str, status: int
) -> None:
    """It goes by what the checkout noted, and looks for Mexican orders in Europe."""
    oid = till.place(country=country or "US")

    assert _asked(till, "PK12345_demo", klarna_order_id=oid, country=country) == status


def test_the_reference_plugin_makes_up_a_host_of_kustom_s(till: Till) -> None:
    """For an American order of Kustom's it calls a host there is not."""
    till.books.settings = till.books.settings.with_merchant(KUSTOM)

    with pytest.raises(OSError, match=r"api-na\.kustom\.co"):
        _asked(till, "PK12345_demo", klarna_order_id="x", country="US", gateway="kco")
