"""The pages of accounts in a real browser: a second factor, a proof, and accessibility."""

import os

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from browser import console_orders
from browser.console_orders import PASSWORD, Stall
from browsing import PageFactory
from integration.test_second_factor import code_of
from kvitt.web.accounts.models import SecondFactor
from kvitt.web.accounts.recent import PROOF_LASTS
from kvitt.web.accounts.rights import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# As tests/browser/test_console.py says.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def stall() -> Stall:
    return console_orders.open_stall(timezone.now())


def open_as(page: Page, server: LiveServer, client: Client) -> None:
    """Give the page the session of a client."""
    page.context.add_cookies(
        [
            {"name": name, "value": morsel.value, "url": server.url}
            for name, morsel in client.cookies.items()
        ]
    )


def test_a_second_factor_from_setting_up_to_signing_in(
    page_factory: PageFactory, live_server: LiveServer
) -> None:
    """A person scans, types the code, keeps the codes, and signs in with one of them."""
    console_orders.person(Role.OPERATOR, name="anna")
    page = page_factory()
    page.goto(f"{live_server.url}{reverse('login')}")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="anna").click()
    page.get_by_role("link", name="Set it up").click()
    secret = page.locator(".code").inner_text()
    page.get_by_label("Code").fill(code_of(secret, timezone.now()))
    page.get_by_role("button", name="Switch it on").click()
    codes = page.locator(".codes li").all_inner_texts()
    page.get_by_role("link", name="I have saved them").click()
    expect(page.get_by_text("10 recovery codes are left.")).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()

    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in").click()

    page.get_by_role("link", name="anna").click()
    expect(page.get_by_text("9 recovery codes are left.")).to_be_visible()
    assert SecondFactor.objects.filter(confirmed_at__isnull=False).count() == 1


def test_an_old_proof_is_asked_anew_and_the_press_is_kept(
    page_factory: PageFactory, live_server: LiveServer, stall: Stall
) -> None:
    """A button pressed long after signing in asks for the password and then does its work."""
    owner = console_orders.person(Role.OWNER, name="olga")
    client = Client()
    client.force_login(owner)
    session = client.session
    session["kvitt_proved_at"] = (timezone.now() - PROOF_LASTS).timestamp()
    session.save()
    page = page_factory()
    open_as(page, live_server, client)
    page.goto(f"{live_server.url}{reverse('people')}")
    page.get_by_label("Where").select_option(str(stall.shop.pk))
    page.get_by_label("Role").select_option("viewer")
    page.get_by_role("button", name="Create a link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it still you?")

    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()

    expect(page.get_by_text("/invitation/")).to_be_visible()
