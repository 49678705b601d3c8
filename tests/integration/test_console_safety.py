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
from kvitt.adapters.database.models import Order, Shop
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


@pytest.fixture
def stall() -> Stall:
    return console_orders.open_stall(timezone.now())


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(console_orders.person(Role.OPERATOR))
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
    paths = ("/orders", "/attention", f"/orders/{order.pk}", f"/orders/{order.pk}/live")

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

    for path in ("/orders", "/attention", f"/orders/{order.pk}", reverse("login"), "/missing"):
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
    paths = ("/orders", "/orders?q=astrid&view=to-capture", "/attention", f"/orders/{held.pk}")
    page(reader, paths[0])
    few = [_queries(reader, path) for path in paths]
    for number in range(1100, 1120):
        console_orders.held(stall, number)

    many = [_queries(reader, path) for path in paths]

    assert many == few
    assert max(many) <= 16


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        page(client, path)
    return len(asked)
