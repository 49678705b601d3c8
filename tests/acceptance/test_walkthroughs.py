"""The four walkthroughs of the seed document, by hand, in the practice shop's order screen.

What happened is read from the order notes and from the practice Klarna's own record of the
order: never from our database.
"""

import re
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browsing import PageFactory
from running import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

#: A note has to appear by itself within a few seconds; more than this is a failure.
NOTE_MS = 15_000


class Screen:
    """The order screen of one order, as a merchant uses it."""

    def __init__(self, demo: Demo, page: Page, customer: str) -> None:
        self.demo = demo
        self.page = page
        page.goto(f"{demo.url}/shop/wp-admin/admin.php?page=wc-orders&status=wc-processing")
        page.get_by_role("link", name=re.compile(customer)).first.click()
        expect(page.get_by_label("Order status")).to_be_visible()
        self.order_id = int(re.search(r"[?&]id=(\d+)", page.url)[1])  # type: ignore[index]
        self.klarna_id = demo.shop_record(self.order_id)["transaction_id"]

    def save_status(self, status: str) -> None:
        self.page.get_by_label("Order status").select_option(label=status)
        self.page.get_by_role("button", name="Save Order").click()
        expect(self.page.get_by_text("Order updated.", exact=True)).to_be_visible()

    def expect_note(self, text: str | re.Pattern[str]) -> str:
        """Wait until the note appears by itself, and return its text."""
        note = self.page.locator("#notes").get_by_text(text).first
        expect(note).to_be_visible(timeout=NOTE_MS)
        return note.inner_text()

    def klarna(self) -> dict[str, Any]:
        return self.demo.klarna_record(self.klarna_id)


def test_cancel(demo: Demo, page_factory: PageFactory) -> None:
    """Cancelled and Save Order: Klarna's order is cancelled, and the note says so."""
    screen = Screen(demo, page_factory(), "Nils")

    screen.save_status("Cancelled")

    screen.expect_note("Klarna order cancellation completed.")
    assert screen.klarna()["status"] == "CANCELLED"
    assert screen.klarna()["remaining_authorized_amount"] == 0


def test_update(demo: Demo, page_factory: PageFactory) -> None:
    """On hold, edit, Save, Calculate, Processing: Klarna has the new amount and lines."""
    screen = Screen(demo, page_factory(), "Oskar")
    page = screen.page
    before = screen.klarna()

    screen.save_status("On hold")
    page.get_by_role("link", name="Edit T-shirt blå").click()
    page.get_by_label("Quantity of T-shirt blå").fill("1")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Order items saved.")).to_be_visible()
    page.get_by_role("button", name="Calculate Taxes").click()
    expect(page.get_by_text("Taxes calculated")).to_be_visible()
    page.get_by_role("button", name="Calculate Total").click()
    expect(page.get_by_text("Total calculated")).to_be_visible()
    screen.save_status("Processing")

    screen.expect_note(re.compile(r"Klarna order updated\. Amount: .* → 588\.00 SEK\."))
    after = screen.klarna()
    assert before["order_amount"] == 108_600
    assert after["order_amount"] == 58_800
    shirt = next(line for line in after["order_lines"] if line["reference"] == "TS-BLUE")
    assert (shirt["quantity"], shirt["total_amount"]) == (1, 24_900)
    assert sum(line["total_amount"] for line in after["order_lines"]) == 58_800


def test_capture(demo: Demo, page_factory: PageFactory) -> None:
    """Completed and Save Order: captured in full, and the note has the invoice number."""
    screen = Screen(demo, page_factory(), "Elsa")

    screen.save_status("Completed")

    note = screen.expect_note(re.compile("Klarna order captured"))
    record = screen.klarna()
    (capture,) = record["captures"]
    assert record["status"] == "CAPTURED"
    assert capture["captured_amount"] == record["order_amount"] == 50_000
    assert "Amount: 500.00 SEK." in note
    assert f"Capture ID: {capture['capture_id']}." in note
    assert f"Invoice number: {capture['klarna_reference']}." in note


def test_refund_of_one_item_and_then_of_the_rest(demo: Demo, page_factory: PageFactory) -> None:
    """Refund via Klarna Payments: one item by its line, then all that is left by amount."""
    screen = Screen(demo, page_factory(), "Astrid")
    page = screen.page
    screen.save_status("Completed")
    screen.expect_note(re.compile("Klarna order captured"))

    page.get_by_role("button", name="Refund", exact=True).click()
    page.get_by_label("Refund quantity of Kaffekopp").fill("1")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name=re.compile("via Klarna Payments")).click()
    first = screen.expect_note(re.compile(r"Klarna refund of 125\.00 SEK completed"))
    (made,) = screen.klarna()["refunds"]
    page.reload()
    page.get_by_role("button", name="Refund", exact=True).click()
    page.get_by_label("Refund amount").fill("921,00")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name=re.compile("via Klarna Payments")).click()
    screen.expect_note(re.compile(r"Klarna refund of 921\.00 SEK completed"))

    assert f"Refund ID: {made['refund_id']}." in first
    assert made["refunded_amount"] == 12_500
    (line,) = made["order_lines"]
    assert (line["reference"], line["quantity"], line["total_amount"]) == ("MUG-1", 1, 12_500)
    record = screen.klarna()
    assert record["refunded_amount"] == record["captured_amount"] == 104_600
    assert Decimal(demo.shop_record(screen.order_id)["total"]) == Decimal("1046.00")
