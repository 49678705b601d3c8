"""What cannot be done says so: in an order note, and on the console's Needs attention page.

Each situation is made where it would be made: in the shop over its REST interface, in
Klarna's portal and for Klarna's outages over the practice Klarna's control interface.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from browsing import PageFactory
from running import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

NOTE_MS = 30_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Impossible:
    """Something that cannot be done: how it is asked for, and what people are told."""

    customer: str
    ask: Callable[[Demo, int, str], None]
    note: str
    #: What the row on the console says.
    row: str


def status(word: str) -> Callable[[Demo, int, str], None]:
    def ask(demo: Demo, order_id: int, klarna_id: str) -> None:
        del klarna_id
        demo.put_order(order_id, {"status": word})

    return ask


def cancel_after_capture(demo: Demo, order_id: int, klarna_id: str) -> None:
    demo.ask(f"/klarna/__sim/orders/{klarna_id}/portal/capture", {}, method="POST")
    demo.put_order(order_id, {"status": "cancelled"})


def capture_of_cancelled(demo: Demo, order_id: int, klarna_id: str) -> None:
    demo.ask(f"/klarna/__sim/orders/{klarna_id}/portal/cancel", {}, method="POST")
    demo.put_order(order_id, {"status": "completed"})


def refund_above_captured(demo: Demo, order_id: int, klarna_id: str) -> None:
    demo.ask(
        f"/klarna/__sim/orders/{klarna_id}/portal/capture", {"amount": 1000}, method="POST"
    )
    demo.ask(f"/klarna/__sim/orders/{klarna_id}/portal/release", {}, method="POST")
    demo.post_refund(order_id, {"amount": "20.00", "api_refund": False})


def without_klarna_id(demo: Demo, order_id: int, klarna_id: str) -> None:
    del klarna_id
    meta = [{"key": "_wc_klarna_order_id", "value": None}]
    changes = {"transaction_id": "", "meta_data": meta, "status": "completed"}
    demo.put_order(order_id, changes)


SITUATIONS = [
    pytest.param(
        Impossible(
            customer="Søren",
            ask=cancel_after_capture,
            note="Refund .* in the shop instead",
            row="captured already",
        ),
        id="cancel after capture",
    ),
    pytest.param(
        Impossible(
            customer="Jürgen",
            ask=capture_of_cancelled,
            note="cancelled, so no money can be taken",
            row="no money can be taken",
        ),
        id="capture of an order that Klarna has cancelled",
    ),
    pytest.param(
        Impossible(
            customer="Maja",
            ask=refund_above_captured,
            note="Refund 20.00 SEK: not done",
            row="of it can still be refunded",
        ),
        id="refund above the captured amount",
    ),
    pytest.param(
        Impossible(
            customer="Daan",
            ask=without_klarna_id,
            note="does not say which order at Klarna it is",
            row="does not say which order at Klarna",
        ),
        id="an order without a Klarna id",
    ),
]


@pytest.fixture
def console(demo: Demo, page_factory: PageFactory) -> Page:
    """A page that is signed in to the console."""
    page = page_factory()
    page.goto(f"{demo.url}/")
    page.get_by_label("Name").fill("demo")
    page.get_by_label("Password", exact=True).fill("kvitt-demo")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Orders")).to_be_visible()
    return page


def open_order(demo: Demo, page: Page, customer: str) -> tuple[int, str]:
    page.goto(f"{demo.url}/shop/wp-admin/admin.php?page=wc-orders&status=wc-processing")
    page.get_by_role("link", name=re.compile(customer)).first.click()
    found = re.search(r"[?&]id=(\d+)", page.url)
    assert found is not None
    order_id = int(found[1])
    return order_id, demo.shop_record(order_id)["transaction_id"]


@pytest.mark.parametrize("situation", SITUATIONS)
def test_says_why_not(
    situation: Impossible, demo: Demo, page_factory: PageFactory, console: Page
) -> None:
    """The order note says why and what to do next, and the order waits on Needs attention."""
    page = page_factory()
    order_id, klarna_id = open_order(demo, page, situation.customer)

    situation.ask(demo, order_id, klarna_id)

    note = page.locator("#notes").get_by_text(re.compile(situation.note)).first
    expect(note).to_be_visible(timeout=NOTE_MS)
    console.goto(f"{demo.url}/attention")
    row = console.get_by_role("main").get_by_text(re.compile(re.escape(situation.row))).first
    expect(row).to_be_visible()
    expect(console.get_by_role("main").get_by_text(f"#{order_id}").first).to_be_visible()


def test_klarna_is_down(demo: Demo, page_factory: PageFactory, console: Page) -> None:
    """While Klarna is down for an order, it says that it waits; afterwards it goes on.

    Were it down for all thirty orders of the demo, the account would be left alone after the
    first failures, and no single order be told (test_outages.py).
    """
    page = page_factory()
    order_id, klarna_id = open_order(demo, page, "Kari|Søren|Aino")
    down = {"name": "http_503", "order_id": klarna_id, "times": 0}
    fault = demo.ask("/klarna/__sim/faults", down, method="POST")

    demo.put_order(order_id, {"status": "completed"})

    waits = page.locator("#notes").get_by_text(re.compile("Klarna does not answer")).first
    expect(waits).to_be_visible(timeout=NOTE_MS)
    console.goto(f"{demo.url}/attention")
    expect(console.get_by_role("main").get_by_text(f"#{order_id}").first).to_be_visible()
    demo.ask(f"/klarna/__sim/faults/{fault['rule_id']}", method="DELETE")
    row = console.get_by_role("listitem").filter(has_text=f"#{order_id}")
    row.get_by_role("button", name="Retry").click()
    done = page.locator("#notes").get_by_text(re.compile("Klarna order captured")).first
    expect(done).to_be_visible(timeout=NOTE_MS)
    assert len(demo.klarna_record(klarna_id)["captures"]) == 1
