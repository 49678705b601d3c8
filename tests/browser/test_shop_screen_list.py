"""The sandbox shop's order list: tabs, search, pages, bulk actions and the trash."""

import pytest
from playwright.sync_api import Page, expect

from browser.open_shop import OpenShop
from browsing import PageFactory
from kvitt.sandbox.shop.records import Order

pytestmark = pytest.mark.browser

both_ways = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])


def tick(page: Page, *orders: Order) -> None:
    for order in orders:
        page.get_by_role("checkbox", name=f"Select order #{order.number}").check()


def apply(page: Page, action: str) -> None:
    page.get_by_label("Select bulk action").select_option(label=action)
    page.get_by_role("button", name="Apply").click()


@both_ways
@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("Change status to processing", "processing"),
        ("Change status to on-hold", "on-hold"),
        ("Change status to completed", "completed"),
        ("Change status to cancelled", "cancelled"),
    ],
)
def test_bulk_status(
    shop: OpenShop, page_factory: PageFactory, action: str, status: str, javascript: bool
) -> None:
    """A bulk action changes the ticked orders only, and says how many."""
    first, second, third, other = (shop.buy(status="pending") for _ in range(4))
    page = page_factory(javascript=javascript)
    page.goto(shop.orders_url)

    tick(page, first, second, third)
    apply(page, action)

    expect(page.get_by_role("status")).to_have_text("3 order statuses changed.")
    assert {shop.order(o).status for o in (first, second, third)} == {status}
    assert shop.order(other).status == "pending"


@both_ways
def test_trash_restore_and_delete(
    shop: OpenShop, page_factory: PageFactory, javascript: bool
) -> None:
    """Orders go to the Trash, come back as they were, or are deleted there for good."""
    kept, gone = shop.buy(), shop.buy()
    page = page_factory(javascript=javascript)
    page.goto(shop.orders_url)

    tick(page, kept, gone)
    apply(page, "Move to Trash")
    expect(page.get_by_role("status")).to_have_text("2 orders moved to the Trash.")
    page.get_by_role("link", name="Trash (2)").click()
    tick(page, kept)
    apply(page, "Restore")
    expect(page.get_by_role("status")).to_have_text("1 order restored from the Trash.")
    tick(page, gone)
    apply(page, "Delete permanently")
    expect(page.get_by_role("status")).to_have_text("1 order permanently deleted.")

    assert shop.order(kept).status == "processing"
    assert shop.desk.books.order(gone.id) is None


@both_ways
def test_trash_from_the_order_page(
    shop: OpenShop, page_factory: PageFactory, javascript: bool
) -> None:
    """Move to Trash leads back to the list; the order's own address offers to restore it."""
    order = shop.buy()
    page = page_factory(javascript=javascript)
    page.goto(shop.order_url(order))

    page.get_by_role("button", name="Move to Trash").click()
    expect(page.get_by_role("status")).to_have_text("1 order moved to the Trash.")
    page.goto(shop.order_url(order))
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("status")).to_have_text("1 order restored from the Trash.")

    assert shop.order(order).status == "processing"


def test_tabs_count_and_filter(shop: OpenShop, page_factory: PageFactory) -> None:
    """Each tab names how many orders it has and shows exactly those."""
    shop.buy()
    held = shop.buy(status="on-hold")
    page = page_factory()
    page.goto(shop.orders_url)
    expect(page.get_by_role("link", name="All (2)")).to_have_attribute("aria-current", "page")

    page.get_by_role("link", name="On hold (1)").click()

    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name=f"#{held.number} Astrid Lind")).to_be_visible()
    assert "status=wc-on-hold" in page.url


@pytest.mark.parametrize("words", ["#{number}", "lind", "kl-42", "lampa"])
def test_search(shop: OpenShop, page_factory: PageFactory, words: str) -> None:
    """An order is found by number, buyer, Klarna's id or product, and nothing else is shown."""
    shop.buy()
    wanted = shop.desk.update_order(
        shop.buy(klarna_order_id="kl-42").id,
        {
            "billing": {"last_name": "Lindgren"},
            "line_items": [{"product_id": 3, "quantity": 1}],
        },
    )
    others = {"lind": 2}
    page = page_factory()
    page.goto(shop.orders_url)

    page.get_by_role("searchbox").fill(words.format(number=wanted.number))
    page.get_by_role("button", name="Search orders").click()

    expect(page.locator("tbody tr")).to_have_count(others.get(words, 1))
    expect(page.get_by_role("link", name=f"#{wanted.number} ")).to_be_visible()


def test_blank_states(shop: OpenShop, page_factory: PageFactory) -> None:
    """An empty list says why it is empty, and a search without a hit repeats the words."""
    page = page_factory()
    page.goto(shop.orders_url)
    expect(page.get_by_text("When you receive a new order")).to_be_visible()

    page.get_by_role("searchbox").fill("ingen")
    page.get_by_role("button", name="Search orders").click()

    expect(page.get_by_text("No orders match “ingen”.")).to_be_visible()


def test_pages_are_in_the_address(shop: OpenShop, page_factory: PageFactory) -> None:
    """Twenty orders stand on a page; the next page has the rest and its own address."""
    for _ in range(21):
        shop.buy()
    page = page_factory(javascript=False)
    page.goto(shop.orders_url)
    expect(page.locator("tbody tr")).to_have_count(20)

    page.get_by_role("link", name="Next page").click()

    expect(page.locator("tbody tr")).to_have_count(1)
    assert "paged=2" in page.url


def test_select_all(shop: OpenShop, page_factory: PageFactory) -> None:
    """The box in the heading ticks every order of the page."""
    shop.buy()
    shop.buy()
    page = page_factory()
    page.goto(shop.orders_url)

    page.get_by_role("checkbox", name="Select all").check()

    for order in shop.desk.books.orders():
        expect(
            page.get_by_role("checkbox", name=f"Select order #{order.number}")
        ).to_be_checked()


@both_ways
def test_applying_nothing_says_what_is_missing(
    shop: OpenShop, page_factory: PageFactory, javascript: bool
) -> None:
    """Apply without an action or without an order changes nothing and says what to do."""
    order = shop.buy()
    page = page_factory(javascript=javascript)
    page.goto(shop.orders_url)

    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("status")).to_have_text("No bulk action was chosen.")
    apply(page, "Change status to completed")
    expect(page.get_by_role("status")).to_contain_text("No orders were selected.")

    assert shop.order(order).status == "processing"


def test_new_order_by_hand(shop: OpenShop, page_factory: PageFactory) -> None:
    """Add order opens an empty form; the order is in the list once it is saved."""
    page = page_factory()
    page.goto(shop.orders_url)

    page.get_by_role("button", name="Add order").click()
    expect(page.get_by_role("heading", name="Add new order")).to_be_visible()
    page.get_by_role("button", name="Save Order").click()

    expect(page.get_by_role("heading", name="Edit order")).to_be_visible()
    (order,) = shop.desk.books.orders()
    assert order.status == "pending"


def test_start_page_leads_on(shop: OpenShop, page_factory: PageFactory) -> None:
    """The start page teaches the four walkthroughs and leads to Orders, console and Klarna."""
    page = page_factory()
    page.goto(shop.url + "/")

    expect(page.get_by_role("heading", level=3)).to_have_count(4)
    main = page.get_by_role("main")
    expect(main.get_by_role("link", name="console")).to_have_attribute("href", "/console/")
    expect(main.get_by_role("link", name="Klarna")).to_have_attribute("href", "/klarna/")
    main.get_by_role("link", name="Open Orders").click()
    expect(page.get_by_role("heading", name="Orders")).to_be_visible()
    page.get_by_role("link", name="Products").click()
    expect(page.get_by_role("rowheader", name="Kaffekopp")).to_be_visible()
