"""Previous and next on an order's page: along the list that the reader came from."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from browser import console_orders
from browser.console_orders import Stall
from browser.page_texts import texts_of
from browser.sessions import signed_in
from integration.test_console_list import numbers
from kvitt.adapters.database.models import Order
from kvitt.web.accounts.roles import Role
from kvitt.web.console import listing
from kvitt.web.console.question import Question
from kvitt.web.console.trail import Trail
from listening import ListeningDesk, listening

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("listening")]

__all__ = ["listening"]


@pytest.fixture
def stall() -> Stall:
    """A shop with seven orders: 1042, 1041, 1029, 1035, 1034, 1033, 1032, the newest first."""
    stall = console_orders.open_stall(timezone.now())
    console_orders.processing(stall)
    console_orders.part_refunded(stall)
    console_orders.held(stall)
    console_orders.street(stall)
    return stall


@pytest.fixture
def reader(stall: Stall) -> Client:
    del stall
    return signed_in(console_orders.person(Role.OPERATOR))


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content, "utf-8")


def link(html: str, rel: str) -> str:
    """Return where an arrow leads; empty at the end of the list."""
    found = re.search(rf'rel="{rel}"[^>]* href="([^"]+)"', html)
    return found[1].replace("&amp;", "&") if found else ""


def walked(client: Client, path: str, rel: str) -> list[str]:
    """Return the numbers of the orders that one comes by, following one arrow to the end."""
    seen = []
    while path:
        html = page(client, path)
        seen += re.findall(r"<h1>Order #(\d+)</h1>", html)
        path = link(html, rel)
    return seen


def opened(client: Client, query: str = "") -> str:
    """Return where the first order of a list leads."""
    found = re.search(r'<a href="(/orders/\d+[^"]*)">#', page(client, f"/orders{query}"))
    assert found
    return found[1].replace("&amp;", "&")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?view=to-capture",
        "?sort=oldest",
        "?sort=changed",
        "?sort=ends&view=to-capture",
        "?q=10&store=processing",
        "?klarna=CANCELLED",
    ],
)
def test_the_arrows_follow_the_list_both_ways(reader: Client, query: str) -> None:
    """From the first order to the last, and back, the order's pages are the list."""
    listed = numbers(reader, query)
    there = walked(reader, opened(reader, query), "next")
    last = opened(reader, query).replace(
        f"/{Order.objects.get(number=listed[0]).pk}",
        f"/{Order.objects.get(number=listed[-1]).pk}",
    )

    assert there == listed
    assert walked(reader, last, "prev") == listed[::-1]


def test_an_order_without_a_list_stands_in_the_newest_first(reader: Client) -> None:
    """Its address is as short as ever, and both ends say that they are ends."""
    first = page(reader, f"/orders/{Order.objects.get(number='1042').pk}")
    last = page(reader, f"/orders/{Order.objects.get(number='1032').pk}")

    assert link(first, "next") == f"/orders/{Order.objects.get(number='1041').pk}"
    assert (link(first, "prev"), link(last, "next")) == ("", "")
    assert "First in the list" in texts_of(first)
    assert "Last in the list" in texts_of(last)


def test_an_order_alone_in_its_list_has_nothing_beside_it(reader: Client) -> None:
    """A search that finds one order says of it neither that it is first nor that it is last."""
    alone = page(reader, opened(reader, "?q=1041"))

    assert (link(alone, "prev"), link(alone, "next")) == ("", "")
    assert "in the list" not in texts_of(alone)


def test_what_has_left_the_list_still_leads_on(reader: Client) -> None:
    """An order that was captured on the way is not in To capture; the next one is found."""
    path = opened(reader, "?view=to-capture")
    Order.objects.filter(number="1042").update(klarna_status="CAPTURED", remaining_minor=0)

    assert walked(reader, path, "next") == ["1042", "1041", "1029", "1033", "1032"]


def test_only_shops_that_the_reader_may_see_are_come_by(stall: Stall) -> None:
    """The arrows of a reader of one shop stay in it."""
    other = console_orders.open_stall(
        stall.now - timedelta(seconds=1), url="https://other.example"
    )
    console_orders.processing(other, 9000)
    here = signed_in(console_orders.person(Role.VIEWER, name="vera", shop=stall.shop.pk))
    everywhere = signed_in(console_orders.person(Role.VIEWER))
    path = f"/orders/{Order.objects.get(number='1042').pk}"

    assert "9000" in walked(everywhere, path, "next")
    assert "9000" not in walked(here, path, "next")


def test_the_list_is_not_lost_by_pressing_a_button(
    reader: Client, listening: ListeningDesk
) -> None:
    """Looking again and leaving alone lead back to the order as a place of the same list."""
    path = opened(reader, "?view=attention&q=10")
    html = page(reader, path)
    (action,) = re.findall(r'action="([^"]+/look-again[^"]*)"', html)
    answer = reader.post(action.replace("&amp;", "&"))

    assert answer.headers["Location"] == path
    assert unquote(unquote(path)).endswith("?list=view=attention&q=10")
    assert listening.asked
    assert 'href="/orders?view=attention&amp;q=10"' in html
    assert "Orders: Needs attention" in texts_of(html)


def test_a_list_that_cannot_be_read_is_every_order(reader: Client) -> None:
    """What is made up in the address harms nothing."""
    path = (
        f"/orders/{Order.objects.get(number='1042').pk}?list=%00&list=after%3Dx%26sort%3Dnone"
    )

    assert link(page(reader, path), "next") == (
        f"/orders/{Order.objects.get(number='1041').pk}"
    )


def test_an_order_without_an_end_has_no_place_by_its_end() -> None:
    """Nothing stands beside it, and nothing fails."""
    stall = console_orders.open_stall(timezone.now())
    order = console_orders.processing(stall)
    order.expires_at = None
    found = listing.beside(Question(sort="ends"), order, now=stall.now, shops=None)

    assert (found.previous, found.next) == (None, None)


def test_the_trail_names_the_list_and_no_page_of_it() -> None:
    """A question and its trail come to the same list, from its beginning."""
    question = Question(tab="to-capture", search="lind", after="2026-11-23T09:00:00+00:00~7")
    trail = Trail(question)

    assert trail.text == "view=to-capture&q=lind"
    assert Question.read(QueryDict(trail.text)) == Question(tab="to-capture", search="lind")
    assert str(Trail(Question(after="x"))) == ""
