"""The sandbox shop's pages for everyone: no finding of axe, any width, the keyboard alone."""

import re
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from browser.open_shop import OpenShop
from browsing import PageFactory
from kvitt.sandbox.shop import kom
from kvitt.sandbox.shop.desk import RefundRequest
from kvitt.sandbox.shop.komcalls import KlarnaReply

pytestmark = pytest.mark.browser

WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
#: Sends the refund form as a browser without the script would; axe itself needs a script.
WITHOUT_ASKING = """() => {
  const form = document.querySelector("form[data-refund]");
  const pressed = document.createElement("input");
  Object.assign(pressed, {type: "hidden", name: "do", value: "refund_gateway"});
  form.append(pressed);
  form.submit();
}"""
PLACES = [
    "start",
    "list",
    "trash",
    "order",
    "edit",
    "add",
    "refund",
    "confirm",
    "products",
    "settings",
    "fee",
]


def visit(page: Page, shop: OpenShop, place: str) -> None:
    """Open one of the screen's pages with something of everything on it."""
    order = shop.buy(status="on-hold", coupons=("tio",))
    shop.desk.create_refund(order.id, RefundRequest(amount=Decimal(10), reason="Trasig"))
    shop.desk.add_note(order.id, "Ring kunden.", by="admin")
    shop.desk.add_note(order.id, "På väg.", customer_note=True, by="admin")
    shop.desk.trash(shop.buy().id)
    if place in {"settings", "fee"}:
        kom.activate(shop.desk, lambda _call: KlarnaReply(status=204))
        shop.desk.books.change_settings(kustom_checkout=True)
        mark = [{"key": "_wc_klarna_capture_id", "value": "c"}]
        shop.desk.update_order(order.id, {"meta_data": mark})
    address = {
        "start": shop.url + "/",
        "list": shop.orders_url,
        "trash": shop.orders_url + "&status=trash",
        "products": shop.url + "/wp-admin/admin.php?page=products",
        "settings": shop.url + "/wp-admin/admin.php?page=wc-settings",
        "order": shop.order_url(order),
    }
    states = {
        "edit": "edit",
        "add": "add",
        "refund": "refund",
        "confirm": "refund",
        "fee": "refund",
    }
    page.goto(address.get(place, shop.order_url(order, items=states.get(place, ""))))
    if place == "order":
        page.get_by_text("How to cancel").click()
    if place == "fee":
        expect(page.get_by_role("group", name="Return fee")).to_be_visible()
    if place == "confirm":
        page.get_by_label("Refund amount").fill("5")
        page.evaluate(WITHOUT_ASKING)
        expect(page.get_by_role("heading", name="Confirm refund")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing(
    shop: OpenShop, page_factory: PageFactory, place: str, width: int
) -> None:
    """Axe finds no violation of WCAG 2.2 AA, light and dark, wide and narrow."""
    page = page_factory(width=width)
    visit(page, shop, place)

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        found = Axe().run(page, options=WCAG)

        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("place", PLACES)
def test_nothing_scrolls_sideways_at_320_pixels(
    shop: OpenShop, page_factory: PageFactory, place: str
) -> None:
    """Every page fits a screen of 320 pixels without scrolling in two directions."""
    page = page_factory(width=320)
    visit(page, shop, place)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_keyboard_alone(shop: OpenShop, page_factory: PageFactory) -> None:
    """A refund is reached, filled in and sent with the keyboard, the focus following along."""
    order = shop.buy(status="completed")
    page = page_factory()
    page.goto(shop.order_url(order))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()

    page.get_by_role("button", name="Refund", exact=True).press("Enter")
    expect(page.get_by_label("Refund quantity of Kaffekopp")).to_be_focused()
    page.keyboard.type("1")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_label("Refund amount").press("Enter")

    expect(page.get_by_role("status").first).to_have_text(re.compile("Refund booked"))
    expect(page.locator("#items")).to_be_focused()
    assert shop.desk.remaining_refundable(order.id) == Decimal(423)
