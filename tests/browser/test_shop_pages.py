"""The shops' pages in a real browser: what changes by itself."""

import os
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from pytest_django.live_server_helper import LiveServer

from browser import console_orders
from browser.sessions import become, signed_in
from browsing import PageFactory
from integration.newcomers import Street, street_of
from kvitt.settings import Settings
from kvitt.web.accounts.roles import Role
from kvitt.web.console.shops import desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Playwright's synchronous interface runs an event loop in this thread, from which Django
# refuses to be called; no test here is asynchronous (docs.djangoproject.com, async safety).
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def street(settings_of_tests: Settings) -> Iterator[Street]:
    """Give a town behind the pages, and an owner called anna."""
    with street_of(settings_of_tests) as found:
        console_orders.person(Role.OWNER, name="anna")
        desk.use(found.desk)
        yield found
        desk.use(None)


def test_an_import_is_followed_without_reloading(
    page_factory: PageFactory, live_server: LiveServer, street: Street
) -> None:
    """The page asks by itself while orders are read, and stops when the report is there."""
    street.buy()
    shop = street.connect()
    street.desk.imports.start(shop, actor="anna")
    page = page_factory()
    become(page, live_server.url, signed_in(User.objects.get(username="anna")))
    page.goto(f"{live_server.url}/shops/{shop}/import")
    page.get_by_text("Orders are being read, 25 at a time.").wait_for()

    while street.desk.imports.step() or street.work():
        pass

    page.get_by_text("Everything is read. 0 orders differ").wait_for()
    page.get_by_role("button", name="Approve the report").wait_for()
