"""What the page of one order and the list of what waits show."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from browser import console_orders
from browser.console_orders import LINES, Stall, klarna_order, sek, store_order
from kvitt.adapters.database.models import Order, Shop
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.store_order import StoreOrder
from kvitt.settings import Environment
from kvitt.web.accounts.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def stall() -> Stall:
    return console_orders.open_stall(timezone.now())


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(console_orders.person(Role.OPERATOR))
    return client


def page(client: Client, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers or None)
    assert answer.status_code == 200
    return str(answer.content, "utf-8")


def order_page(client: Client, order: Order, **headers: str) -> str:
    return page(client, reverse("console:order", args=[order.pk]), **headers)


def text_of(html: str) -> str:
    """Return what is read, without tags and with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\xa0", " ").split())


def test_the_order_page_shows_both_statuses_and_the_money(stall: Stall, reader: Client) -> None:
    """Both statuses, the five amounts and the end of the authorization are on the page."""
    order = console_orders.part_refunded(stall)

    said = text_of(order_page(reader, order))

    assert "WooCommerce Processing" in said
    assert "Klarna Partly captured" in said
    for figure in (
        "Order total SEK 1,176.00",
        "Captured SEK 677.00",
        "Refunded SEK 129.00",
        "Remaining SEK 499.00",
    ):
        assert figure in said
    assert "Authorization ends " in said


def test_the_order_page_shows_lines_captures_refunds_and_calls(
    stall: Stall, reader: Client
) -> None:
    """Quantities by line, references, invoice numbers and correlation ids can be read."""
    said = text_of(order_page(reader, console_orders.part_refunded(stall)))

    assert "Merino wool sweater SW-101 2 1 0 SEK 998.00" in said
    assert "Enamel mug MUG-1 1 1 1 SEK 129.00" in said
    assert "K4MADNY-1 1041|5f2c SEK 677.00" in said
    assert "Refund Damaged" in said
    assert "correlation id c0-1" in said
    assert "Order note Waiting to be written" in said


def test_a_held_order_says_why_and_offers_one_button(stall: Stall, reader: Client) -> None:
    """The reason, the age, the next step and Retry are together."""
    said = text_of(order_page(reader, console_orders.held(stall)))

    assert "Capture SEK 1,176.00: not done waiting for 3 days" in said
    assert "Next: Compare the amount with what Klarna shows as remaining" in said
    assert "Refused, nothing happened" in said
    assert "CAPTURE_NOT_ALLOWED" in said


def test_a_viewer_is_told_who_can_retry(stall: Stall, client: Client) -> None:
    """Somebody who may not press sees no button, and who may."""
    order = console_orders.held(stall)
    client.force_login(console_orders.person(Role.VIEWER))

    said = order_page(client, order)

    assert "An operator can retry this." in said
    assert reverse("console:retry", args=[order.pk]) not in said


def test_the_bar_says_its_numbers_and_is_drawn_in_whole_units(
    stall: Stall, reader: Client
) -> None:
    """The bar has words for those who do not see it, and no comma in any language."""
    order = console_orders.part_refunded(stall)

    for language in ("en", "sv", "de"):
        said = order_page(reader, order, **{"Accept-Language": language})
        drawn = re.findall(r'<rect class="of-(\w+)" x="([^"]*)" y="0" width="([^"]*)"', said)
        assert drawn == [
            ("captured", "0", "465"),
            ("refunded", "465", "110"),
            ("remaining", "575", "425"),
        ]
    assert "SEK 677.00 captured" in order_page(reader, order).replace("\xa0", " ")


def test_money_is_written_as_the_reader_writes_it(stall: Stall, reader: Client) -> None:
    """A Swedish reader sees kronor as Swedes write them."""
    order = console_orders.processing(stall)

    said = text_of(order_page(reader, order, **{"Accept-Language": "sv"}))

    assert "1 176,00 kr" in said
    assert '<html lang="sv">' in order_page(reader, order, **{"Accept-Language": "sv"})


def test_times_are_in_the_readers_zone_with_the_exact_one_beside(
    stall: Stall, reader: Client
) -> None:
    """The browser's zone is used, UTC is in the title, and a made-up zone changes nothing."""
    order = console_orders.processing(stall)
    Order.objects.filter(pk=order.pk).update(created_at="2020-01-05T23:30:00Z")

    reader.cookies["zone"] = "Asia/Tokyo"
    tokyo = page(reader, "/orders")
    reader.cookies["zone"] = "../../etc/passwd"
    plain = page(reader, "/orders")

    assert 'title="2020-01-05 23:30:00 UTC">6 Jan 2020</time>' in tokyo
    assert 'title="2020-01-05 23:30:00 UTC">5 Jan 2020</time>' in plain


def test_the_page_refreshes_itself_only_while_something_is_under_way(
    stall: Stall, reader: Client
) -> None:
    """The fragment asks again only until there is nothing to wait for."""
    quiet = console_orders.processing(stall)
    store = store_order(1050, stall.now)
    busy = stall.order(1050, store=store, klarna=None, under_way=True)

    assert "hx-get" not in order_page(reader, quiet)
    assert f'hx-get="/orders/{busy.pk}/live"' in order_page(reader, busy)
    assert "Reading the shop and Klarna…" in page(reader, f"/orders/{busy.pk}/live")


def test_an_order_that_nobody_has_read_yet_has_a_page(stall: Stall, reader: Client) -> None:
    """A hint alone, with neither half known, is shown as not read, without a zero."""
    order = Order.objects.create(
        shop=stall.shop, store_order_id=77, created_at=stall.now, wanted=1
    )

    said = text_of(order_page(reader, order))

    assert "Order #77" in said
    assert "WooCommerce Not read yet Klarna Not read yet" in said
    assert "0.00" not in said


def test_a_capture_made_elsewhere_is_not_guessed_by_line(stall: Stall, reader: Client) -> None:
    """Where Klarna alone knows of a part capture no line claims to be captured."""
    klarna = klarna_order(
        1060,
        stall.now,
        status=KlarnaStatus.PART_CAPTURED,
        captured=sek(10000),
        remaining=sek(107600),
    )
    order = stall.order(1060, store=store_order(1060, stall.now), klarna=klarna)

    assert text_of(order_page(reader, order)).count("not by line") == len(LINES)


def test_a_difference_between_the_sides_is_said(stall: Stall, reader: Client) -> None:
    """Where the shop's total is not Klarna's amount the page says by how much."""
    order = console_orders.processing(stall, total=sek(120000))

    assert "differ by SEK 24.00" in text_of(order_page(reader, order))


def test_a_failed_look_is_told_with_its_next_try(stall: Stall, reader: Client) -> None:
    """What kvitt could not read is said, and when it tries again."""
    order = console_orders.processing(stall)
    Order.objects.filter(pk=order.pk).update(
        failures=2,
        last_error="The shop answered 503.",
        due_at=stall.now + timedelta(minutes=5),
        looked_at=stall.now - timedelta(days=2),
    )

    said = text_of(order_page(reader, order))

    assert "The shop answered 503." in said
    assert "The last look failed; the next is at" in said
    assert "as of 2 days ago Old" in said


def test_the_links_lead_to_the_shop_and_to_klarna(
    stall: Stall, reader: Client, settings: Settings
) -> None:
    """The page links to the order in the shop's own screen and to Klarna's portal."""
    settings.KVITT_KLARNA_PORTAL_URL = ""

    said = order_page(reader, console_orders.processing(stall))

    assert "https://shop.example.se/wp-admin/post.php?post=1042&amp;action=edit" in said
    assert "https://portal.playground.klarna.com/orders" in said


def test_the_demo_links_to_its_own_shop_and_klarna(
    stall: Stall, reader: Client, settings: Settings
) -> None:
    """In the demo the header leads to the practice shop and Klarna, an order to its page."""
    settings.KVITT = settings.KVITT.model_copy(update={"environment": Environment.DEMO})
    settings.KVITT_SANDBOX_SHOP_URL = "/shop/"
    settings.KVITT_SANDBOX_KLARNA_URL = "/klarna/"
    settings.KVITT_KLARNA_PORTAL_URL = "/klarna/order/{id}"
    order = console_orders.processing(stall)

    said = order_page(reader, order)

    assert "No real money moves here." in said
    assert 'href="/shop/"' in said
    assert 'href="/klarna/"' in said
    assert f'href="/klarna/order/{order.klarna_order_id}"' in said


def test_a_shop_with_a_strange_address_gets_no_link(stall: Stall, reader: Client) -> None:
    """Only web addresses become links."""
    order = console_orders.processing(stall)
    Shop.objects.filter(pk=stall.shop.pk).update(url="javascript:alert(1)//")

    assert "javascript:" not in order_page(reader, order)


def test_a_shop_leads_to_the_page_of_its_order(stall: Stall, reader: Client) -> None:
    """The shop's own id finds the page; one that nobody has is searched for."""
    order = console_orders.processing(stall)

    assert reader.get("/shop-orders/1042").headers["Location"] == f"/orders/{order.pk}"
    assert reader.get("/shop-orders/5").headers["Location"] == "/orders?q=5"
    assert reader.get(f"/shop-orders/{10**30}").status_code == 302


def test_what_waits_is_listed_longest_first_with_its_cost(stall: Stall, reader: Client) -> None:
    """The oldest hold comes first, with its amount and what is lost by waiting."""
    console_orders.held(stall)
    newer = console_orders.held(stall, 1030, ends=timedelta(days=-1))
    Order.objects.filter(pk=newer.pk).update(hold_since=stall.now)

    said = text_of(page(reader, "/attention"))

    assert said.index("#1029") < said.index("#1030")
    assert "SEK 1,176.00 can no longer be captured after" in said
    assert "The authorization of SEK 1,176.00 has ended." in said


def test_a_shop_in_trouble_is_told_first(stall: Stall, reader: Client) -> None:
    """A connection that a person has to mend stands above the orders."""
    Shop.objects.filter(pk=stall.shop.pk).update(
        trouble="The shop refuses our key.", trouble_since=stall.now - timedelta(hours=5)
    )

    said = text_of(page(reader, "/attention"))

    assert "demo.shop: The shop refuses our key. for 5 hours" in said
    assert "Nothing needs attention." in said


def test_the_names_of_the_world_are_on_every_page(reader: Client) -> None:
    """Which money this is stands on every page."""
    for path in ("/orders", "/attention"):
        said = text_of(page(reader, path))
        assert "Playground Klarna&#x27;s test environment. No real money moves here." in said


def test_a_store_order_keeps_its_own_statuses(stall: Stall, reader: Client) -> None:
    """A status of the shop's own making is shown in its own letters."""
    store: StoreOrder = store_order(1070, stall.now, status="awaiting-parts")
    stall.order(1070, store=store, klarna=klarna_order(1070, stall.now))

    assert "Awaiting parts" in text_of(page(reader, "/orders"))


def test_an_order_paid_otherwise_promises_nothing_of_klarna(
    stall: Stall, reader: Client
) -> None:
    """No capture is foretold, and no id is called Klarna's."""
    order = console_orders.processing(stall)
    Order.objects.filter(pk=order.pk).update(guard="not_klarna", state="guarded")

    said = text_of(order_page(reader, order))

    assert "Not paid with Klarna, so it is left alone." in said
    assert "An order is captured when" not in said
    assert order.klarna_order_id not in said


def test_the_page_says_when_the_order_was_placed_and_in_which_zone(
    stall: Stall, reader: Client
) -> None:
    """The customer's moment is Klarna's, not that of the first look; the zone is named."""
    order = console_orders.part_refunded(stall)

    said = text_of(order_page(reader, order))

    assert "placed " in said
    assert "Times are those of UTC." in said
