"""Stored XSS: on every page there is, what shops, customers and Klarna write is text.

Pages come from Django's resolver, so a new one is in it. Once each text of the corpus is
looked for in the pages as they are sent, once a real browser opens them all.
"""

import os
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from browser import console_orders
from browser.console_orders import Stall
from browsing import PageFactory
from kvitt.adapters.database.models import IntentRow, Order
from kvitt.web.accounts.rights import Role
from security import hostile
from security.addresses import Address, every_address
from security.test_every_address import NARROWED_BY_THE_VIEW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("open_console")]

# As tests/browser/test_console.py says.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

OK = 200


class Elements(HTMLParser):
    """Everything in a page that could act: scripts, handlers, addresses, forms."""

    def __init__(self) -> None:
        super().__init__()
        self.acting: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"iframe", "object", "embed", "base"} or given.get("http-equiv"):
            self.acting.append(tag)
        self.acting += [name for name in given if name.startswith("on")]
        for name in ("href", "src", "action", "formaction", "hx-get", "hx-post"):
            address = given.get(name, "").strip().lower()
            if address.startswith(("javascript:", "data:", "//")) or "evil.example" in address:
                self.acting.append(f"{tag} {name}={address}")
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.acting.append("script")


def pages(order: Order) -> dict[str, str]:
    """Return every page that an owner can open, with things of this order."""
    call = IntentRow.objects.filter(order=order).values_list("uid", flat=True).first()
    values = {
        **NARROWED_BY_THE_VIEW,
        "order_id": order.pk,
        "shop_id": order.shop_id,
        "account_id": order.account_id,
        "store_order_id": order.store_order_id,
        "user_id": 1,
        "call_id": call,
    }
    opened: list[Address] = [each for each in every_address() if "api/" not in str(each)]
    return {str(address): address.filled(values) for address in opened}


@pytest.fixture
def stall() -> Stall:
    return console_orders.open_stall(timezone.now())


@pytest.mark.parametrize("text", hostile.LOTS, ids=range(3))
def test_nothing_hostile_acts_in_any_page(client: Client, stall: Stall, text: str) -> None:
    """Whatever is stored, no page holds an element or an address that it made."""
    order = hostile.fill(stall, text)
    client.force_login(console_orders.person(Role.OWNER, name="olga"))
    shown, wrong = 0, {}

    for name, path in pages(order).items():
        answer = client.get(path)
        if answer.status_code != OK or answer.streaming:
            continue
        said = str(answer.content, "utf-8")
        elements = Elements()
        elements.feed(said)
        shown += "pwned" in said or "evil.example" in said or "gnp.exe" in said
        if elements.acting or "<WSGIRequest" in said:
            wrong[name] = elements.acting
        assert "'unsafe" not in answer.headers["Content-Security-Policy"]

    assert wrong == {}
    assert shown >= 3


@pytest.mark.browser
def test_a_browser_runs_nothing_hostile(
    page_factory: PageFactory, live_server: LiveServer, stall: Stall
) -> None:
    """With all of it stored no script of it runs, and no page tries to break the policy."""
    order = hostile.fill(stall, "".join(hostile.CORPUS))
    client = Client()
    client.force_login(console_orders.person(Role.OWNER, name="olga"))
    opened = {name: path for name, path in pages(order).items() if is_a_page(client, path)}
    page = page_factory()
    page.context.add_cookies(
        [
            {"name": name, "value": morsel.value, "url": live_server.url}
            for name, morsel in client.cookies.items()
        ]
    )
    ran = []

    for name, path in opened.items():
        page.goto(live_server.url + path)
        if page.evaluate("'pwned' in window") or not page.url.startswith(live_server.url):
            ran.append(name)

    assert len(opened) > 10
    assert ran == []


def is_a_page(client: Client, path: str) -> bool:
    """Say whether this is a page to look at, and no button, file or part of a page."""
    answer = client.get(path)
    kind = answer.headers.get("Content-Type", "")
    return answer.status_code == OK and kind.startswith("text/html")
