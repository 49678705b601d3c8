"""The four walkthroughs done by hand in the console, against a demo of their own.

What happened is read from the practice Klarna's record and from the practice shop's REST
API: never from our database.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from browsing import PageFactory
from running import Demo, demo_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("console-demo")]


#: An answer has to appear by itself within a few seconds; more than this is a failure.
ANSWER_MS = 20_000


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo whose orders nobody else touches."""
    with demo_of(tmp_path_factory.mktemp("console-demo")) as running:
        yield running


class Desk:
    """The page of one order in the console, as an operator uses it."""

    def __init__(self, demo: Demo, page: Page, customer: str) -> None:
        self.demo = demo
        self.page = page
        page.goto(f"{demo.url}/")
        page.get_by_label("Name").fill("demo")
        page.get_by_label("Password", exact=True).fill("kvitt-demo")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Orders")).to_be_visible()
        page.goto(f"{demo.url}/shop/wp-admin/admin.php?page=wc-orders&status=wc-processing")
        page.get_by_role("link", name=re.compile(customer)).first.click()
        expect(page.get_by_label("Order status")).to_be_visible()
        self.order_id = int(parse_qs(urlsplit(page.url).query)["id"][0])
        page.goto(f"{demo.url}/shop-orders/{self.order_id}")
        # The page brings itself up to date until the order has been read.
        expect(self.by_hand).to_be_visible(timeout=ANSWER_MS)
        self.address = page.url
        self.klarna_id = self.shop["transaction_id"]

    @property
    def shop(self) -> dict[str, Any]:
        return self.demo.shop_record(self.order_id)

    @property
    def klarna(self) -> dict[str, Any]:
        return self.demo.klarna_record(self.klarna_id)

    @property
    def by_hand(self) -> Locator:
        return self.page.get_by_role("region", name="By hand")

    def open(self) -> None:
        self.page.goto(self.address)

    def choose(self, action: str) -> None:
        self.by_hand.get_by_role("link", name=action, exact=True).click()

    def review(self) -> None:
        self.page.get_by_role("button", name="Review", exact=True).click()
        expect(self.page.get_by_role("heading", name="What will happen")).to_be_visible()

    def confirm(self, button: str | re.Pattern[str]) -> None:
        """Press the review's button, and wait until the answer has come by itself."""
        self.page.get_by_role("main").get_by_role("button", name=button).click()
        done = self.page.get_by_role("heading", name="Done", exact=True)
        expect(done).to_be_visible(timeout=ANSWER_MS)
        self.page.get_by_role("link", name="Back to the order").click()
        expect(self.page.get_by_role("heading", name="Money")).to_be_visible()

    def expect_status(self, status: str) -> None:
        """Wait until the order's page says so; it brings itself up to date."""
        live = self.page.locator("#live")
        expect(live.get_by_text(status, exact=True).first).to_be_visible(timeout=ANSWER_MS)

    def expect_in_timeline(self, text: str | re.Pattern[str]) -> None:
        timeline = self.page.get_by_role("region", name="Timeline")
        expect(timeline.get_by_text(text).first).to_be_visible()


def test_cancel(own: Demo, page_factory: PageFactory) -> None:
    """Reviewed, cancelled at Klarna and in the shop; then the button says why it is off."""
    desk = Desk(own, page_factory(), "Nils")

    desk.choose("Cancel")
    expect(
        desk.page.get_by_text("Klarna gives up the authorization of SEK 1,746.95")
    ).to_be_visible()
    desk.confirm("Cancel SEK 1,746.95 at Klarna")

    desk.expect_status("Cancelled")
    assert desk.klarna["status"] == "CANCELLED"
    assert desk.klarna["remaining_authorized_amount"] == 0
    assert desk.shop["status"] == "cancelled"
    desk.open()
    expect(desk.by_hand.get_by_role("link", name="Cancel", exact=True)).to_have_count(0)
    desk.expect_in_timeline("Done at Klarna")


def test_update(own: Demo, page_factory: PageFactory) -> None:
    """Lines changed in the shop are shown before and after, and are Klarna's after that."""
    desk = Desk(own, page_factory(), "Oskar")
    shirt = next(line for line in desk.shop["line_items"] if line["sku"] == "TS-BLUE")
    before = desk.klarna["order_amount"]
    one = {"quantity": 1, "subtotal": "199.20", "total": "199.20"}
    # In a status of which the rules send nothing by themselves.
    changes = {"status": "pending", "line_items": [{"id": shirt["id"], **one}]}
    own.put_order(desk.order_id, changes)

    desk.page.get_by_role("button", name="Look again").click()
    desk.expect_status("Pending payment")
    desk.open()
    desk.choose("Update order lines")
    row = desk.page.get_by_role("row").filter(has_text="TS-BLUE")
    expect(row).to_contain_text("Changed")
    expect(row).to_contain_text(re.compile(r"3\s*→\s*1"))
    expect(row).to_contain_text(re.compile(r"SEK\s747\.00\s*→\s*SEK\s249\.00"))
    desk.confirm(re.compile("Update to SEK .* at Klarna"))

    after = desk.klarna
    assert after["order_amount"] == round(float(desk.shop["total"]) * 100) < before
    (sent,) = (line for line in after["order_lines"] if line["reference"] == "TS-BLUE")
    assert (sent["quantity"], sent["total_amount"]) == (1, 24_900)


def test_capture_in_two_parts(own: Demo, page_factory: PageFactory) -> None:
    """One piece with its parcel, then all that is left: two captures, and Completed."""
    desk = Desk(own, page_factory(), "Aino")
    total = desk.klarna["remaining_authorized_amount"]

    desk.choose("Capture")
    for pieces in desk.page.get_by_label(re.compile("^Quantity of")).all():
        pieces.fill("0")
    desk.page.get_by_label(re.compile("^Quantity of")).first.fill("1")
    desk.page.get_by_label("Tracking number").fill("SE123")
    desk.review()
    expect(desk.page.get_by_text("stays authorized")).to_be_visible()
    desk.confirm(re.compile("Capture .* at Klarna"))
    first = desk.klarna["captures"][-1]
    assert 0 < first["captured_amount"] < total
    assert first["shipping_info"][0]["tracking_number"] == "SE123"

    desk.open()
    desk.choose("Capture")
    desk.review()
    desk.confirm(re.compile("Capture .* at Klarna"))

    desk.expect_status("Captured")
    assert desk.klarna["remaining_authorized_amount"] == 0
    assert desk.shop["status"] == "completed"


def test_refund_of_one_piece(own: Demo, page_factory: PageFactory) -> None:
    """Of a captured order one piece is given back, with its reason, in both systems once."""
    desk = Desk(own, page_factory(), "Astrid")
    desk.choose("Capture")
    desk.review()
    desk.confirm("Capture SEK 1,046.00 at Klarna")

    desk.open()
    desk.choose("Refund")
    desk.page.get_by_label("Quantity of Kaffekopp now").fill("1")
    desk.page.get_by_label("Reason (the customer may see it)").fill("Chipped")
    desk.review()
    expect(desk.page.get_by_text("This cannot be undone.")).to_be_visible()
    desk.confirm("Refund SEK 125.00 at Klarna")

    (made,) = desk.klarna["refunds"]
    assert made["refunded_amount"] == 12_500
    assert [float(each["total"]) for each in desk.shop["refunds"]] == [-125.0]
    moved = desk.page.get_by_role("region", name="Captures and refunds")
    expect(moved).to_contain_text("Chipped")
    desk.open()
    desk.expect_in_timeline(re.compile("Refund"))
