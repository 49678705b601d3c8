"""What the pages cost, and what nobody can smuggle into them."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from browser import console_orders
from browser.console_orders import Stall
from kvitt.adapters.database.models import IntentRow, Movement, Order, Shop
from kvitt.web.accounts.roles import Role

pytestmark = pytest.mark.django_db

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{ request }}{% now 'Y' %}",
    "javascript:alert(1)",
    "</title><svg/onload=alert(1)>",
    "\u202egnp.exe",
)


PAGES = (
    "/orders",
    "/attention",
    "/activity",
    "/overview",
    "/inbox",
    "/settings",
    "/help/keys",
)
#: Whatever a page shows; the overview asks the most.
MOST_QUERIES = 24


@pytest.fixture
def stall() -> Stall:
    return console_orders.open_stall(timezone.now())


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(console_orders.person(Role.MANAGER))
    return client


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content, "utf-8")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_hostile_gets_into_a_page(stall: Stall, reader: Client, hostile: str) -> None:
    """What shops, customers and Klarna write is text on every page, whatever it is."""
    line = console_orders.line(1, hostile, hostile, 1, "10.00")
    order = console_orders.held(stall, customer=hostile, lines=(line,))
    Order.objects.filter(pk=order.pk).update(
        number=hostile, last_error=hostile, plan_text=hostile, klarna_order_id=hostile
    )
    Shop.objects.filter(pk=stall.shop.pk).update(name=hostile, trouble=hostile)
    call = IntentRow.objects.get(order=order)
    IntentRow.objects.filter(pk=call.pk).update(
        error_code=hostile, correlation_id=hostile, actor=hostile, error_messages=[hostile]
    )
    Movement.objects.create(
        order=order,
        shop=stall.shop,
        kind="refund",
        remote_id="1",
        at=timezone.now(),
        currency="SEK",
        minor=1,
        reason=hostile,
    )
    paths = (
        *PAGES,
        f"/orders/{order.pk}",
        f"/orders/{order.pk}/live",
        f"/orders/{order.pk}/calls/{call.uid}",
        f"/settings/rules/{stall.shop.pk}",
        "/activity?state=refused",
    )

    for path in paths:
        said = page(reader, path)
        assert "<script>alert" not in said
        assert "<img" not in said
        assert "<svg/" not in said
        assert 'href="javascript:' not in said
        assert "<WSGIRequest" not in said
    assert "alert(1)</script>" not in page(reader, f"/orders?q={hostile}&from={hostile}")


def test_the_policy_allows_nothing_inline(stall: Stall, reader: Client) -> None:
    """The Content-Security-Policy has no unsafe word, and the pages need none."""
    order = console_orders.held(stall)

    for path in (*PAGES, f"/orders/{order.pk}", reverse("login"), "/missing"):
        answer = reader.get(path)
        policy = answer.headers["Content-Security-Policy"]
        said = str(answer.content, "utf-8")
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<[^>]+\s(style|on\w+)=", said)
        assert not re.search(r"<style|<script(?![^>]*\ssrc=)", said)


def test_a_page_of_the_list_costs_the_same_for_many_orders(
    stall: Stall, reader: Client
) -> None:
    """The number of queries does not grow with the orders, on any page."""
    console_orders.processing(stall)
    held = console_orders.held(stall)
    call = IntentRow.objects.get(order=held)
    paths = (
        *PAGES,
        "/orders?q=óscar&view=to-capture",
        "/orders.csv",
        "/activity?state=refused",
        "/activity?state=refused&q=óscar",
        f"/orders/{held.pk}",
        f"/orders/{held.pk}/calls/{call.uid}",
        f"/settings/rules/{stall.shop.pk}",
        "/settings/notices",
        "/orders?view=to-capture&currency=SEK&sort=ends&ends-from=2026-01-01",
        "/orders?currency=SEK&moved=capture-2026-01-01~2026-12-31&waited=3",
        f"/attention?shop={stall.shop.pk}",
    )
    page(reader, paths[0])
    few = {path: _queries(reader, path) for path in paths}
    for number in range(1100, 1120):
        console_orders.held(stall, number)

    many = {path: _queries(reader, path) for path in paths}

    assert many == few
    assert max(many.values()) <= MOST_QUERIES


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path)
        # What is streamed asks while it is written.
        assert answer.getvalue()
    assert answer.status_code == 200
    return len(asked)
