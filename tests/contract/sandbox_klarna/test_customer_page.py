"""The pages on which a trainer plays the customer: klarna-api.md §9.2."""

import pytest

from contract.sandbox_klarna.till import Till, line
from kvitt.sandbox.klarna.orders import Json

BASKET: Json = {
    "purchase_country": "SE",
    "purchase_currency": "SEK",
    "order_amount": 1000,
    "order_lines": [line()],
    "billing_address": {"given_name": "Ann", "email": "ann@example.com"},
}
QUERY = "?sid={{session_id}}&oid={{order_id}}&token={{authorization_token}}"
URLS: Json = {
    name: f"https://shop.example/{name}{QUERY}"
    for name in ("success", "cancel", "back", "failure")
}
URLS["status_update"] = "https://shop.example/told"


def _page(till: Till, *, mode: str = "PLACE_ORDER", **more: Json) -> tuple[str, str]:
    """Open a payment page; return its id and where the customer goes."""
    session = till.call("POST", "/payments/v1/sessions", BASKET).get_json()["session_id"]
    body = {
        "payment_session_url": f"https://k.example/payments/v1/sessions/{session}",
        "options": {"place_order_mode": mode},
        **more,
    }
    made = till.call("POST", "/hpp/v1/sessions", body).get_json()
    return str(made["session_id"]), str(made["redirect_url"]).removeprefix("http://localhost")


def _status(till: Till, page: str) -> str:
    return str(till.call("GET", f"/hpp/v1/sessions/{page}").get_json()["status"])


@pytest.mark.parametrize(
    ("do", "status", "name"),
    [
        ("pay", "COMPLETED", "success"),
        ("decline", "FAILED", "failure"),
        ("back", "BACK", "back"),
        ("cancel", "CANCELLED", "cancel"),
    ],
)
def test_what_is_pressed_decides(till: Till, do: str, status: str, name: str) -> None:
    """Each button has its status, its callback and its address in the shop."""
    page, where = _page(till, merchant_urls=URLS)
    shown = till.client.get(where)

    went = till.client.post(where, data={"do": do})
    till.app.tick()

    order = till.call("GET", f"/hpp/v1/sessions/{page}").get_json().get("order_id", "")
    assert "Pay 10.00 SEK" in shown.text
    assert _status(till, page) == status
    assert went.status_code == 303
    assert went.headers["Location"] == (
        f"https://shop.example/{name}?sid={page}&oid={order}&token="
    )
    assert [body["session"]["status"] for _, body in till.heard] == ["IN_PROGRESS", status]


def test_the_page_may_lead_to_the_shop_and_nowhere_else(till: Till) -> None:
    """The policy lets the form go on to the shop's own addresses."""
    _, where = _page(till, merchant_urls=URLS)

    policy = till.client.get(where).headers["Content-Security-Policy"]

    assert "form-action 'self' https://shop.example;" in policy


def test_a_customer_who_went_back_may_come_again(till: Till) -> None:
    """Going back leaves the page open, and it can still be paid."""
    page, where = _page(till, merchant_urls=URLS)
    till.client.post(where, data={"do": "back"})

    till.client.post(where, data={"do": "pay"})

    assert _status(till, page) == "COMPLETED"


def test_without_addresses_the_page_says_what_came_of_it(till: Till) -> None:
    """A shop that gave no address leaves the customer here, and reloading is harmless."""
    page, where = _page(till)

    went = till.client.post(where, data={"do": "pay"}, follow_redirects=True)

    reference = till.call("GET", f"/hpp/v1/sessions/{page}").get_json()["klarna_reference"]
    assert went.request.path == where
    assert f"order {reference}" in went.text
    assert "The payment was accepted" in till.client.get(where).text


@pytest.mark.parametrize("url", ["javascript:alert(1)", "shop.example", "/wp-admin"])
def test_only_web_addresses_are_gone_to(till: Till, url: str) -> None:
    """An address that is none of the web's is not gone to."""
    _, where = _page(till, merchant_urls={"success": url})

    went = till.client.post(where, data={"do": "pay"})

    assert went.headers["Location"] == where


def test_with_mode_none_the_shop_gets_the_token(till: Till) -> None:
    """The token is in the address, and the page says who places the order."""
    page, where = _page(till, mode="NONE", merchant_urls=URLS)

    went = till.client.post(where, data={"do": "pay"})

    token = till.call("GET", f"/hpp/v1/sessions/{page}").get_json()["authorization_token"]
    assert went.headers["Location"].endswith(f"&oid=&token={token}")
    assert "places the order" in till.client.get(where).text


def test_a_page_that_is_over_says_so(till: Till) -> None:
    """A second press does nothing and says why; an unknown one just shows the page."""
    page, where = _page(till)
    till.client.post(where, data={"do": "cancel"})

    again = till.client.post(where, data={"do": "pay"})
    odd = till.client.post(where, data={"do": "dance"})

    assert again.status_code == 409
    assert "The session is CANCELLED" in again.text
    assert "Nothing was bought" in odd.text
    assert _status(till, page) == "CANCELLED"


def test_an_unknown_page_is_not_there(till: Till) -> None:
    """An address nobody gave out shows a page that says so."""
    assert till.client.get("/hpp/v1/sessions/5/redirect").status_code == 404
    assert till.client.get("/payments/v1/sessions/5/redirect").status_code == 404


def test_another_site_presses_no_button(till: Till) -> None:
    """A form sent from elsewhere is refused."""
    _, where = _page(till)

    refused = till.client.post(
        where, data={"do": "pay"}, headers={"Origin": "https://evil.example"}
    )

    assert refused.status_code == 403


@pytest.mark.parametrize("known", [True, False])
def test_an_order_leads_on_to_the_shop(till: Till, known: bool) -> None:
    """The `redirect_url` of an order leads to the shop's confirmation, if it has one."""
    urls = {"confirmation": "https://shop.example/thanks?o={order.id}&s={session.id}"}
    body = {**BASKET, "merchant_urls": urls if known else {}}
    session = till.call("POST", "/payments/v1/sessions", body).get_json()["session_id"]
    said = till.sim("POST", f"/sessions/{session}/authorize").get_json()
    path = f"/payments/v1/authorizations/{said['authorization_token']}/order"
    made = till.call("POST", path, body).get_json()

    went = till.client.get(made["redirect_url"])

    thanks = f"https://shop.example/thanks?o={made['order_id']}&s={session}"
    assert went.headers.get("Location") == (thanks if known else None)
    assert known or "Thank you" in went.text


def test_the_checkout_lists_who_is_under_way(till: Till) -> None:
    """Open pages lead to the customer's part, and a basket can be said yes to."""
    _, where = _page(till)
    empty = Till().client.get("/__sim/checkout").text
    session = till.call("POST", "/payments/v1/sessions", BASKET).get_json()["session_id"]

    listed = till.client.get("/__sim/checkout").text
    went = till.client.post("/__sim/checkout/authorize", data={"session": session})
    refused = till.client.post("/__sim/checkout/authorize", data={"session": "5"})

    assert "No shop has opened one yet" in empty
    assert where in listed
    assert "<code>" in till.client.get(went.headers["Location"]).text.split("Baskets")[1]
    assert (refused.status_code, "Invalid session id" in refused.text) == (409, True)
