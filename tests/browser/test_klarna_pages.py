"""The sandbox Klarna's pages for everyone: no finding of axe, light and dark, any width."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from browser.conftest import Serve
from browsing import PageFactory
from contract.sandbox_klarna.till import Till, line
from kvitt.sandbox.klarna import FraudStatus

pytestmark = pytest.mark.browser

WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def lively_till() -> tuple[Till, str]:
    """Return a sandbox with something of everything on its pages, and its order's id."""
    till = Till()
    address = {"given_name": "Ann", "city": "Umeå", "email": "ann+pend-accept-10@example.com"}
    till.place(billing_address=address, notification_url="https://shop.example/n")
    till.pass_time(minutes=10)
    oid = till.place(5000, billing_address=address, fraud_status=FraudStatus.ACCEPTED)
    parcel = {"shipping_company": "postnord", "tracking_number": "T42"}
    till.capture(oid, 1000, order_lines=[line()], shipping_info=[parcel])
    till.refund(oid, 100, reference="1001|57")
    till.sim("POST", "/faults", {"name": "timeout_after_commit"})
    return till, oid


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("place", ["/", "/__sim/order/{oid}", "/__sim/lab", "/__sim/requests"])
def test_axe_finds_nothing(
    serve: Serve, page_factory: PageFactory, place: str, width: int
) -> None:
    """Axe finds no violation of WCAG 2.2 AA, and nothing is wider than the screen."""
    till, oid = lively_till()
    page = page_factory(width=width)
    answer = page.goto(serve(till.app) + place.format(oid=oid))
    assert answer is not None
    assert answer.ok

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        found = Axe().run(page, options=WCAG)

        assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
