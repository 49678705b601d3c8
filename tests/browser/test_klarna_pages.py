"""The sandbox Klarna's pages for everyone: no finding of axe, light and dark, any width."""

import re
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browser.conftest import Serve
from browsing import PageFactory
from contract.sandbox_klarna.till import Till, line
from kvitt.sandbox.klarna import FraudStatus
from kvitt.sandbox.klarna.orders import Json

pytestmark = pytest.mark.browser

WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def lively_till() -> tuple[Till, dict[str, str]]:
    """Return a sandbox with something of everything on its pages, and ids to reach them."""
    till = Till()
    address = {"given_name": "Ann", "city": "Umeå", "email": "ann+pend-accept-10@example.com"}
    till.place(billing_address=address, notification_url="https://shop.example/n")
    till.pass_time(minutes=10)
    oid = till.place(5000, billing_address=address, fraud_status=FraudStatus.ACCEPTED)
    parcel = {"shipping_company": "postnord", "tracking_number": "T42"}
    till.capture(oid, 1000, order_lines=[line()], shipping_info=[parcel])
    till.refund(oid, 100, reference="1001|57")
    basket = {
        "purchase_country": "SE",
        "purchase_currency": "SEK",
        "order_amount": 1000,
        "order_lines": [line()],
        "billing_address": address,
    }
    waiting, paid = (open_page(till, basket) for _ in range(2))
    till.client.post(f"/hpp/v1/sessions/{paid}/redirect", data={"do": "pay"})
    path = "/payments/v1/authorizations/any"
    till.call("POST", f"{path}/customer-token", {"purchase_country": "SE"})
    thanks = till.call("POST", f"{path}/order", basket).get_json()["order_id"]
    till.sim("POST", "/faults", {"name": "timeout_after_commit"})
    return till, {"oid": oid, "waiting": waiting, "paid": paid, "thanks": thanks}


def open_page(till: Till, basket: Json) -> str:
    """Open a payment page for a basket and return its id."""
    session = till.call("POST", "/payments/v1/sessions", basket).get_json()["session_id"]
    body = {
        "payment_session_url": f"https://k.example/payments/v1/sessions/{session}",
        "options": {"place_order_mode": "PLACE_ORDER"},
    }
    return str(till.call("POST", "/hpp/v1/sessions", body).get_json()["session_id"])


PLACES = [
    "/",
    "/__sim/order/{oid}",
    "/__sim/lab",
    "/__sim/requests",
    "/__sim/checkout",
    "/hpp/v1/sessions/{waiting}/redirect",
    "/hpp/v1/sessions/{paid}/redirect",
    "/payments/v1/sessions/{thanks}/redirect",
]


@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing(serve: Serve, page_factory: PageFactory, place: str) -> None:
    """Axe finds no violation of WCAG 2.2 AA, and nothing is wider than the screen."""
    till, ids = lively_till()
    page = page_factory()
    answer = page.goto(serve(till.app) + place.format(**ids))
    assert answer is not None
    assert answer.ok

    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            found = Axe().run(page, options=WCAG)

            assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_customer_goes_on_to_the_shop(serve: Serve, page_factory: PageFactory) -> None:
    """A press on the payment page ends in the shop, past the page's own strict policy."""
    till, ids = lively_till()
    shop = serve(lively_till()[0].app)
    found = till.books.pages.get(ids["waiting"])
    assert found is not None
    urls = {"success": f"{shop}/__sim/requests?q={{{{order_id}}}}"}
    till.books.pages.put(found.session_id, replace(found, urls=urls))
    page = page_factory()
    page.goto(f"{serve(till.app)}/hpp/v1/sessions/{found.session_id}/redirect")

    page.get_by_role("button", name="Pay 10.00 SEK").click()

    done = till.books.pages.get(found.session_id)
    assert done is not None
    expect(page).to_have_url(re.compile(re.escape(f"{shop}/__sim/requests?q={done.order_id}")))
