"""The Hosted Payment Page, from its opening to a placed order: klarna-api.md §9.2."""

from pathlib import Path

import pytest

from contract.sandbox_klarna.till import PASSWORD, Till, code_of, line
from kvitt.sandbox.klarna import Merchant
from kvitt.sandbox.klarna.orders import Json

PAGES = "/hpp/v1/sessions"
CALLBACK = "https://shop.example/hpp?sid={{session_id}}"
BASKET: Json = {
    "purchase_country": "SE",
    "purchase_currency": "SEK",
    "order_amount": 1000,
    "order_lines": [line()],
    "merchant_reference1": "1001",
}


def _payment_url(till: Till, **more: Json) -> str:
    made = till.call("POST", "/payments/v1/sessions", {**BASKET, **more})
    return f"https://klarna.example/payments/v1/sessions/{made.get_json()['session_id']}"


def _open(till: Till, mode: str = "PLACE_ORDER", **more: Json) -> str:
    body = {
        "payment_session_url": _payment_url(till, **more),
        "merchant_urls": {"success": "https://shop.example/", "status_update": CALLBACK},
        "options": {"place_order_mode": mode},
    }
    made = till.call("POST", PAGES, body)
    assert made.status_code == 201
    return str(made.get_json()["session_id"])


def _read(till: Till, page: str) -> Json:
    got = till.call("GET", f"{PAGES}/{page}")
    assert got.status_code == 200
    read: Json = got.get_json()
    return read


def test_a_page_opens_and_waits(till: Till) -> None:
    """A new page says where it is and until when, and waits for the customer."""
    made = till.call("POST", PAGES, {"payment_session_url": _payment_url(till)})

    body = made.get_json()
    assert made.status_code == 201
    assert made.headers["Location"] == body["session_url"]
    assert body["session_url"].endswith(f"{PAGES}/{body['session_id']}")
    assert body["redirect_url"].startswith(body["session_url"])
    assert _read(till, body["session_id"]) == {
        "status": "WAITING",
        "updated_at": "2026-01-15T09:00:00.000Z",
        "expires_at": body["expires_at"],
    }


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"payment_session_url": 5},
        {"payment_session_url": "https://klarna.example/payments/v1/sessions/"},
        {"payment_session_url": "/payments/v1/sessions/5"},
        {"payment_session_url": "https://k.example/payments/v1/sessions/5", "options": []},
        {
            "payment_session_url": "https://k.example/payments/v1/sessions/5",
            "options": {"place_order_mode": "SOMETIMES"},
        },
    ],
)
def test_what_cannot_be_understood_is_refused(till: Till, body: Json) -> None:
    """A missing or misshapen address, and an unknown mode, are bad values."""
    assert code_of(till.call("POST", PAGES, body)) == (400, "BAD_VALUE")


def test_the_payment_session_has_to_be_there(till: Till) -> None:
    """A page for an unknown Payments session, or one that ran out, is refused."""
    url = _payment_url(till)
    unknown = {"payment_session_url": "https://k.example/payments/v1/sessions/5"}

    assert code_of(till.call("POST", PAGES, unknown)) == (404, "NOT_FOUND")
    till.pass_time(hours=48)
    late = till.call("POST", PAGES, {"payment_session_url": url})
    assert code_of(late) == (404, "NOT_FOUND")


def test_another_merchant_sees_nothing(till: Till) -> None:
    """Neither a page nor a Payments session is another merchant's to use."""
    other = Merchant(merchant_id="PK999_other", password=PASSWORD)
    till.books.settings = till.books.settings.with_merchant(other)
    body = {"payment_session_url": _payment_url(till)}
    page = _open(till)
    auth = ("PK999_other", PASSWORD)

    assert code_of(till.call("POST", PAGES, body, auth=auth)) == (404, "NOT_FOUND")
    assert code_of(till.call("GET", f"{PAGES}/{page}", auth=auth)) == (404, "NOT_FOUND")
    assert code_of(till.call("DELETE", f"{PAGES}/{page}", auth=auth)) == (404, "NOT_FOUND")


def test_a_stranger_is_turned_away(till: Till) -> None:
    """Without the right password there is no page."""
    assert till.call("POST", PAGES, {}, auth=("PK12345_demo", "x")).status_code == 401


@pytest.mark.parametrize(
    ("mode", "status"), [("PLACE_ORDER", "AUTHORIZED"), ("CAPTURE_ORDER", "CAPTURED")]
)
def test_an_order_comes_of_a_page(till: Till, mode: str, status: str) -> None:
    """The customer's yes places the basket as an order, captured in full if so asked."""
    page = _open(till, mode)
    till.pass_time(minutes=5)

    done = till.sim("POST", f"/hpp/{page}/complete")

    read = _read(till, page)
    order = till.read(read["order_id"])
    assert done.get_json() == {"session_id": page, **read}
    assert (read["status"], read["updated_at"]) == ("COMPLETED", "2026-01-15T09:05:00.000Z")
    assert read["klarna_reference"] == order["klarna_reference"]
    assert (order["status"], order["merchant_reference1"]) == (status, "1001")
    assert order["captured_amount"] == (1000 if mode == "CAPTURE_ORDER" else 0)


def test_the_shop_is_told(till: Till) -> None:
    """The status callback has the documented shape, at the address as the shop wrote it."""
    page = _open(till)
    till.sim("POST", f"/hpp/{page}/complete")

    till.app.tick()

    ((url, body),) = till.heard
    assert url == CALLBACK
    assert set(body) == {"event_id", "session"}
    assert body["session"] == {"session_id": page, **_read(till, page)}
    assert "Payment page completed" in till.client.get("/__sim/lab").text


def test_a_token_comes_of_mode_none(till: Till) -> None:
    """With NONE the shop gets a token it can place the order with; callbacks lack it."""
    page = _open(till, "NONE")
    till.sim("POST", f"/hpp/{page}/complete")

    read = _read(till, page)
    where = f"/payments/v1/authorizations/{read['authorization_token']}/order"
    made = till.call("POST", where, BASKET)

    till.app.tick()
    assert made.status_code == 200
    assert "order_id" not in read
    assert "authorization_token" not in till.heard[0][1]["session"]


def test_a_customer_leaves(till: Till) -> None:
    """A cancelled page makes no order, and the shop is told."""
    page = _open(till)
    till.sim("POST", f"/hpp/{page}/cancel")

    till.app.tick()

    assert _read(till, page)["status"] == "CANCELLED"
    assert [body["session"]["status"] for _, body in till.heard] == ["CANCELLED"]
    assert till.sim("GET", "/orders").get_json()["count"] == 0


def test_a_refused_customer_fails(till: Till) -> None:
    """The risk check's refusal ends the page as FAILED, without an order."""
    page = _open(till, billing_address={"email": "ann+red@example.com"})

    till.sim("POST", f"/hpp/{page}/complete")

    assert _read(till, page)["status"] == "FAILED"
    assert till.sim("GET", "/orders").get_json()["count"] == 0


@pytest.mark.parametrize("act", ["complete", "cancel"])
def test_the_customer_acts_once(till: Till, act: str) -> None:
    """Nothing more comes of a page that is over, and one order is all there is."""
    page = _open(till)
    till.sim("POST", f"/hpp/{page}/complete")

    assert code_of(till.sim("POST", f"/hpp/{page}/{act}")) == (403, "NOT_ALLOWED")
    assert code_of(till.call("DELETE", f"{PAGES}/{page}")) == (403, "NOT_ALLOWED")
    assert till.sim("GET", "/orders").get_json()["count"] == 1


def test_one_order_of_one_payment_session(till: Till) -> None:
    """Two pages of one Payments session place one order; no third one is opened."""
    body = {
        "payment_session_url": _payment_url(till),
        "options": {"place_order_mode": "PLACE_ORDER"},
    }
    first, second = (till.call("POST", PAGES, body).get_json() for _ in range(2))
    till.sim("POST", f"/hpp/{first['session_id']}/complete")

    again = till.sim("POST", f"/hpp/{second['session_id']}/complete")

    assert code_of(again) == (404, "SESSION_COMPLETED")
    assert code_of(till.call("POST", PAGES, body)) == (404, "SESSION_COMPLETED")
    assert till.heard == []


def test_a_merchant_disables_a_page(till: Till) -> None:
    """A disabled page answers 204 as often as asked, and the customer can do nothing."""
    page = _open(till)

    answers = [till.call("DELETE", f"{PAGES}/{page}").status_code for _ in range(2)]

    assert answers == [204, 204]
    assert _read(till, page)["status"] == "DISABLED"
    late = till.sim("POST", f"/hpp/{page}/complete")
    assert code_of(late) == (403, "NOT_ALLOWED")


def test_a_page_runs_out(till: Till) -> None:
    """A page ends an hour before its Payments session, also one the customer came to."""
    page = _open(till)
    till.client.get(f"{PAGES}/{page}/redirect")
    expires_at = _read(till, page)["expires_at"]

    till.pass_time(hours=47)

    ended = {"status": "DISABLED", "updated_at": expires_at, "expires_at": expires_at}
    assert _read(till, page) == ended
    late = till.sim("POST", f"/hpp/{page}/cancel")
    assert code_of(late) == (403, "NOT_ALLOWED")
    assert "Nothing was bought" in till.client.get(f"{PAGES}/{page}/redirect").text


def test_an_unknown_page(till: Till) -> None:
    """A page that is not there is not there for the customer either."""
    assert code_of(till.call("GET", f"{PAGES}/5")) == (404, "NOT_FOUND")
    assert code_of(till.sim("POST", "/hpp/5/complete")) == (404, "NOT_FOUND")


def test_a_page_survives_a_restart(tmp_path: Path) -> None:
    """A page opened before a restart is completed after it, and stays completed."""
    path = tmp_path / "klarna.sqlite3"
    page = _open(Till(path=path))

    after = Till(path=path)
    after.sim("POST", f"/hpp/{page}/complete")

    last = Till(path=path)
    last.app.tick()
    assert _read(last, page) == _read(after, page)
    assert last.heard[0][1]["session"]["status"] == "COMPLETED"
