"""What a shop is told unasked, beside fraud decisions: klarna-api.md §10."""

from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from werkzeug.wrappers import Request

from contract.hosting import new_server, running
from contract.sandbox_klarna.till import Till, line
from kvitt.sandbox.klarna import posting
from kvitt.sandbox.klarna.orders import Json

PUSH = "https://shop.example/push?sid={session.id}&oid={order.id}"
BASKET: Json = {
    "purchase_country": "SE",
    "purchase_currency": "SEK",
    "order_amount": 1000,
    "order_lines": [line()],
}


def _bought(till: Till) -> str:
    body = {**BASKET, "merchant_urls": {"push": PUSH}}
    made = till.call("POST", "/payments/v1/authorizations/any/order", body)
    return str(made.get_json()["order_id"])


def test_a_push_names_the_order_and_has_no_body(till: Till) -> None:
    """The order's id is in the address; the body is empty."""
    order = _bought(till)

    till.app.tick()

    assert till.heard == [(f"https://shop.example/push?sid=&oid={order}", {})]
    (notice,) = till.sim("GET", "/notices").get_json()["notices"]
    assert notice["body"] is None
    assert "sent 1 ×" in till.client.get("/__sim/lab").text


@pytest.mark.parametrize("how", ["acknowledge", "captures"])
def test_a_push_is_repeated_until_acknowledged(till: Till, how: str) -> None:
    """Every two hours, however often answered 200; a capture acknowledges too."""
    order = _bought(till)
    till.app.tick()
    till.pass_time(hours=1, minutes=59)
    before = len(till.heard)
    till.pass_time(minutes=1)
    assert (before, len(till.heard)) == (1, 2)

    till.act("POST", order, how, {"captured_amount": 1000} if how == "captures" else None)
    till.pass_time(hours=4)

    assert len(till.heard) == 2
    assert "the order is acknowledged" in till.client.get("/__sim/lab").text


def test_a_push_is_given_up(till: Till) -> None:
    """After 48 hours nobody is told any more."""
    _bought(till)
    till.app.tick()
    for _ in range(30):
        till.pass_time(hours=2)

    # At once, and every second hour of 48.
    assert len(till.heard) == 25
    assert "given up after 25 attempts" in till.client.get("/__sim/lab").text


def test_an_authorization_is_told_to_the_shop(till: Till) -> None:
    """The shop's server gets token and session, should the browser never come back."""
    url = "https://shop.example/auth?sid={session.id}"
    body = {**BASKET, "merchant_urls": {"authorization": url}}
    session = till.call("POST", "/payments/v1/sessions", body).get_json()["session_id"]

    said = till.sim("POST", f"/sessions/{session}/authorize").get_json()
    till.app.tick()

    assert till.heard == [(f"https://shop.example/auth?sid={session}", said)]


def test_an_authorization_is_repeated_within_seconds(till: Till) -> None:
    """Not heard, it comes again after one second, two, four, eight, and no more."""
    till.unreachable = True
    body = {**BASKET, "merchant_urls": {"authorization": "https://shop.example/auth"}}
    session = till.call("POST", "/payments/v1/sessions", body).get_json()["session_id"]
    till.sim("POST", f"/sessions/{session}/authorize")
    till.app.tick()
    attempts = []
    for seconds in (1, 2, 4, 8, 100):
        till.pass_time(seconds=seconds)
        attempts.append(till.sim("GET", "/notices").get_json()["notices"][0]["attempts"])

    assert attempts == [2, 3, 4, 5, 5]


def test_what_goes_over_the_wire() -> None:
    """Path and query arrive whole; a push has no body."""
    told = []

    def shop(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        asked = Request(environ)
        told.append((asked.full_path, asked.content_type, asked.get_data()))
        start_response("204 No Content", [])
        return []

    server = new_server()
    server.set_app(shop)
    with running(server) as address:
        where = f"{address}/?wc-api=Klarna&order=5"
        statuses = [posting.post(where, {"a": 1}), posting.post(where, None)]

    path = "/?wc-api=Klarna&order=5"
    assert statuses == [204, 204]
    assert told[0] == (path, "application/json", b'{"a": 1}')
    assert (told[1][0], told[1][2]) == (path, b"")


@pytest.mark.parametrize("url", ["http://[", "http://127.0.0.1:x/", "http://127.0.0.1:1/ a"])
def test_an_address_that_cannot_be_used(url: str) -> None:
    """Whatever is wrong with an address counts as nobody there."""
    with pytest.raises(OSError, match="did not answer as HTTP"):
        posting.post(url, {})
