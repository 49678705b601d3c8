"""The four walkthroughs in the sandbox shop, as far as the shop alone goes, by hand."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Dialog, Page, expect

from browser.open_shop import OpenShop
from browsing import PageFactory
from kvitt.sandbox.shop.desk import RefundRequest
from kvitt.sandbox.shop.records import Order

pytestmark = pytest.mark.browser

both_ways = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])


def money(text: str) -> re.Pattern[str]:
    """Match an amount whatever space stands in it."""
    return re.compile(re.escape(text).replace(r"\ ", r"\s"))


def save_status(page: Page, status: str) -> None:
    page.get_by_label("Order status").select_option(label=status)
    page.get_by_role("button", name="Save Order").click()
    expect(page.get_by_text("Order updated.")).to_be_visible()
    expect(page.get_by_label("Order status")).to_have_value(status.lower().replace(" ", "-"))


def sum_of(page: Page, label: str) -> str:
    """Read a line of the totals block, with plain spaces."""
    row = page.locator(".sums > div").filter(has=page.get_by_text(label, exact=True))
    return row.locator("dd").inner_text().replace("\u00a0", " ")


def accept(dialog: Dialog) -> None:
    dialog.accept()


def press_refund(page: Page, *, javascript: bool, amount: str) -> None:
    """Press the Klarna refund button and say yes: in a dialog, or on a page of its own."""
    if javascript:
        page.once("dialog", accept)
        page.get_by_role("button", name=money(f"Refund {amount} via Klarna Payments")).click()
    else:
        page.get_by_role("button", name="Refund via Klarna Payments").click()
        expect(page.get_by_role("heading", name="Confirm refund")).to_be_visible()
        page.get_by_role("button", name=money(f"Refund {amount} via Klarna Payments")).click()
    expect(page.get_by_text("Refund booked.")).to_be_visible()


@both_ways
@pytest.mark.parametrize("status", ["Cancelled", "Completed"])
def test_status_is_saved(
    shop: OpenShop, page_factory: PageFactory, status: str, javascript: bool
) -> None:
    """Cancel and Capture: a status chosen and saved with Save Order is the order's."""
    order = shop.buy()
    page = page_factory(javascript=javascript)
    page.goto(shop.orders_url)
    page.get_by_role("link", name=f"#{order.number} Astrid Lind").click()

    save_status(page, status)

    assert shop.order(order).status == status.lower()


@both_ways
def test_update(shop: OpenShop, page_factory: PageFactory, javascript: bool) -> None:
    """Update: on hold, another quantity, Save, both Calculate buttons, Processing again."""
    order = shop.buy()
    page = page_factory(javascript=javascript)
    page.goto(shop.order_url(order))
    expect(page.get_by_text("This order is no longer editable.")).to_be_visible()

    save_status(page, "On hold")
    page.get_by_role("link", name="Edit Kaffekopp").click()
    page.get_by_label("Quantity of Kaffekopp").fill("3")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Order items saved.")).to_be_visible()
    page.get_by_role("button", name="Calculate Taxes").click()
    expect(page.get_by_text("Taxes calculated")).to_be_visible()
    page.get_by_role("button", name="Calculate Total").click()
    expect(page.get_by_text("Total calculated")).to_be_visible()
    save_status(page, "Processing")

    assert sum_of(page, "Order Total:") == "673,00 kr"
    saved = shop.order(order)
    mugs = saved.lines[0]
    assert (mugs.quantity, mugs.total, mugs.taxes[0].total) == (3, Decimal(300), Decimal(75))
    assert (saved.status, saved.total) == ("processing", Decimal(673))


@both_ways
def test_price_is_kept_as_typed(
    shop: OpenShop, page_factory: PageFactory, javascript: bool
) -> None:
    """A typed total and tax are stored as typed, whatever the quantity says."""
    order = shop.buy(status="on-hold")
    page = page_factory(javascript=javascript)
    page.goto(shop.order_url(order))

    page.get_by_role("link", name="Edit Kaffekopp").click()
    page.get_by_label("Quantity of Kaffekopp").fill("1")
    page.get_by_label("Before discount of Kaffekopp").fill("90,50")
    page.get_by_label("Total of Kaffekopp").fill("80,50")
    page.get_by_label("Moms 25% of Kaffekopp", exact=True).fill("20.13")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Order items saved.")).to_be_visible()

    mugs = shop.order(order).lines[0]
    assert (mugs.quantity, mugs.subtotal, mugs.total) == (1, Decimal("90.5"), Decimal("80.5"))
    assert mugs.taxes[0].total == Decimal("20.13")


@both_ways
def test_refund_in_full_by_amount(
    shop: OpenShop, page_factory: PageFactory, javascript: bool
) -> None:
    """Refund: the order's total in the amount field gives everything back, without lines."""
    order = shop.buy(status="completed")
    page = page_factory(javascript=javascript)
    page.goto(shop.order_url(order))

    page.get_by_role("button", name="Refund", exact=True).click()
    page.get_by_label("Refund amount").fill("548,00")
    page.get_by_label("Reason for refund (optional)").fill("Ångrat köp")
    press_refund(page, javascript=javascript, amount="548,00 kr")

    expect(page.get_by_label("Order status")).to_have_value("refunded")
    assert sum_of(page, "Net Payment:") == "0,00 kr"
    (refund,) = shop.desk.books.refunds(order.id)
    assert (refund.amount, refund.reason, refund.lines) == (Decimal(548), "Ångrat köp", ())
    assert shop.order(order).status == "refunded"


@both_ways
def test_refund_of_one_item_by_quantity(
    shop: OpenShop, page_factory: PageFactory, javascript: bool
) -> None:
    """Refund: one of two mugs by its quantity gives back its share of price and tax."""
    order = shop.buy(status="completed")
    page = page_factory(javascript=javascript)
    page.goto(shop.order_url(order))

    page.get_by_role("button", name="Refund", exact=True).click()
    page.get_by_label("Refund quantity of Kaffekopp").fill("1")
    press_refund(page, javascript=javascript, amount="125,00 kr")

    expect(page.get_by_text(f"Refund #{order.id + 1}")).to_be_visible()
    assert sum_of(page, "Refunded:") == "-125,00 kr"
    assert sum_of(page, "Net Payment:") == "423,00 kr"
    (refund,) = shop.desk.books.refunds(order.id)
    (line,) = refund.lines
    assert (refund.amount, line.quantity, line.total) == (Decimal(125), -1, Decimal(-100))
    assert line.taxes[0].total == Decimal(-25)
    assert shop.order(order).status == "completed"


def test_refund_amount_follows_the_lines(shop: OpenShop, page_factory: PageFactory) -> None:
    """As quantities are typed, the amount and both refund buttons name the sum."""
    order = shop.buy(status="completed")
    page = page_factory()
    page.goto(shop.order_url(order))

    page.get_by_role("button", name="Refund", exact=True).click()
    page.get_by_label("Refund quantity of Kaffekopp").fill("2")
    page.get_by_label("Refund quantity of T-shirt blå").fill("1")

    expect(page.get_by_label("Refund amount")).to_have_value("499,00")
    expect(page.get_by_role("button", name=money("Refund 499,00 kr manually"))).to_be_visible()


def test_refund_can_be_called_off(shop: OpenShop, page_factory: PageFactory) -> None:
    """Saying no in the dialog refunds nothing and keeps what was typed."""
    order = shop.buy(status="completed")
    page = page_factory()
    page.goto(shop.order_url(order))
    page.get_by_role("button", name="Refund", exact=True).click()
    page.get_by_label("Refund amount").fill("100")

    with page.expect_event("dialog") as asked:
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.get_by_role("button", name="via Klarna Payments").click()

    assert "process this refund" in asked.value.message
    expect(page.get_by_label("Refund amount")).to_have_value("100")
    assert shop.desk.books.refunds(order.id) == []


@both_ways
def test_refund_beyond_the_rest_is_refused(
    shop: OpenShop, page_factory: PageFactory, javascript: bool
) -> None:
    """More than is left is refused with the amount that is left, and the form stays filled."""
    order = shop.buy(status="completed")
    page = page_factory(javascript=javascript)
    page.goto(shop.order_url(order))
    page.get_by_role("button", name="Refund", exact=True).click()
    page.get_by_label("Refund amount").fill("600")

    page.once("dialog", accept)
    page.get_by_role("button", name="via Klarna Payments").click()

    expect(page.get_by_role("alert")).to_have_text(money("at most 548,00 kr is available"))
    expect(page.get_by_label("Refund amount")).to_have_value("600")
    assert shop.desk.books.refunds(order.id) == []


def test_two_tabs_refund_once(shop: OpenShop, page_factory: PageFactory) -> None:
    """A refund form that was opened before another refund was made refunds nothing."""
    order = shop.buy(status="completed")
    page = page_factory(javascript=False)
    page.goto(shop.order_url(order, items="refund"))
    page.get_by_label("Refund amount").fill("100")
    shop.desk.create_refund(order.id, RefundRequest(amount=Decimal(100)))

    page.get_by_role("button", name="Refund via Klarna Payments").click()

    expect(page.get_by_role("alert")).to_contain_text("have changed since this page was opened")
    assert len(shop.desk.books.refunds(order.id)) == 1


def test_refund_can_be_deleted(shop: OpenShop, page_factory: PageFactory) -> None:
    """A refund row goes away when its cross is pressed and confirmed."""
    order = shop.buy(status="completed")
    refund = shop.desk.create_refund(order.id, RefundRequest(amount=Decimal(100)))
    page = page_factory()
    page.goto(shop.order_url(order))

    page.once("dialog", accept)
    page.get_by_role("button", name=f"Delete refund #{refund.id}").click()

    expect(page.get_by_text("Refund deleted.")).to_be_visible()
    assert shop.desk.books.refunds(order.id) == []


def test_note_appears_by_itself(shop: OpenShop, page_factory: PageFactory) -> None:
    """A note written from outside stands on the open page without a reload."""
    order = shop.buy()
    page = page_factory()
    page.goto(shop.order_url(order))

    shop.desk.add_note(order.id, "Klarna order cancellation completed.")

    expect(page.locator("#note-list")).to_contain_text("Klarna order cancellation completed.")
    expect(page.locator("#outside")).to_be_hidden()


def test_change_from_outside_is_announced(shop: OpenShop, page_factory: PageFactory) -> None:
    """When somebody else moves the order the open page says so and offers the new one."""
    order = shop.buy()
    page = page_factory()
    page.goto(shop.order_url(order))

    shop.desk.set_status(order.id, "on-hold")

    expect(page.locator("#outside")).to_contain_text("it is now On hold")
    page.get_by_role("link", name="Show the order as it is now").click()
    expect(page.get_by_label("Order status")).to_have_value("on-hold")
    expect(page.locator("#outside")).to_be_hidden()


def test_old_page_does_not_undo_a_status(shop: OpenShop, page_factory: PageFactory) -> None:
    """Saving an address on a page opened earlier leaves a status set meanwhile as it is."""
    order = shop.buy()
    page = page_factory(javascript=False)
    page.goto(shop.order_url(order))
    shop.desk.set_status(order.id, "on-hold")

    page.get_by_text("Edit billing address").click()
    page.locator("#billing_city").fill("Uppsala")
    page.get_by_role("button", name="Save Order").click()

    expect(page.get_by_text("Order updated.")).to_be_visible()
    saved = shop.order(order)
    assert (saved.status, saved.billing.city) == ("on-hold", "Uppsala")


def test_chosen_status_survives_work_on_the_items(
    shop: OpenShop, page_factory: PageFactory
) -> None:
    """A status chosen but not saved stays chosen while another box is used."""
    order = shop.buy(status="on-hold")
    page = page_factory()
    page.goto(shop.order_url(order))

    page.get_by_label("Order status").select_option(label="Processing")
    page.get_by_role("button", name="Calculate Total").click()
    expect(page.get_by_text("Total calculated")).to_be_visible()

    expect(page.get_by_label("Order status")).to_have_value("processing")
    assert shop.order(order).status == "on-hold"


@both_ways
@pytest.mark.parametrize(
    ("tool", "told"),
    [
        ("product", "Item added."),
        ("fee", "Item added."),
        ("shipping", "Item added."),
        ("coupon", "Coupon applied."),
        ("removal", "Item removed."),
    ],
)
def test_items_change(
    shop: OpenShop, page_factory: PageFactory, tool: str, told: str, javascript: bool
) -> None:
    """Every tool under the items works, and the total on the page is the order's."""
    order = shop.buy(status="on-hold")
    page = page_factory(javascript=javascript)
    page.on("dialog", accept)
    page.goto(shop.order_url(order))

    TOOLS[tool](page)

    expect(page.get_by_text(told)).to_be_visible()
    changed: Order = shop.order(order)
    assert changed.total != order.total
    assert sum_of(page, "Order Total:") == f"{changed.total:.2f} kr".replace(".", ",")


def add_product(page: Page) -> None:
    page.get_by_role("button", name="Add item(s)").click()
    page.get_by_role("combobox", name="Product").select_option(label="Novell")
    page.get_by_role("button", name="Add product(s)").click()


def add_fee(page: Page) -> None:
    page.get_by_role("button", name="Add item(s)").click()
    page.get_by_label("Fee name").fill("Expedition")
    page.get_by_label("Amount without tax").fill("29,50")
    page.get_by_role("button", name="Add fee").click()


def add_shipping(page: Page) -> None:
    page.get_by_role("button", name="Add item(s)").click()
    page.get_by_label("Cost without tax").fill("10")
    page.get_by_role("button", name="Add shipping").click()


def apply_coupon(page: Page) -> None:
    page.get_by_role("button", name="Apply coupon").click()
    page.get_by_label("Coupon code").fill("tio")
    page.get_by_role("button", name="Apply", exact=True).click()


def remove_shirt(page: Page) -> None:
    page.get_by_role("button", name="Delete T-shirt blå").click()


TOOLS: dict[str, Callable[[Page], None]] = {
    "product": add_product,
    "fee": add_fee,
    "shipping": add_shipping,
    "coupon": apply_coupon,
    "removal": remove_shirt,
}


@both_ways
def test_notes_by_hand(shop: OpenShop, page_factory: PageFactory, javascript: bool) -> None:
    """A note can be added for the customer, and deleted again."""
    order = shop.buy()
    page = page_factory(javascript=javascript)
    page.on("dialog", accept)
    page.goto(shop.order_url(order))

    page.get_by_label("Add note").fill("Paketet är på väg.")
    page.get_by_label("Note type").select_option(label="Note to customer")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Note added.")).to_be_visible()
    note = page.locator(".note-customer")
    expect(note).to_contain_text("Paketet är på väg.")
    note.get_by_role("button", name="Delete note").click()

    expect(page.get_by_text("Note deleted.")).to_be_visible()
    expect(page.locator(".note-customer")).to_have_count(0)
