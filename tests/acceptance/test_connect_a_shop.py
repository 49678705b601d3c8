"""From an empty kvitt to the first captured order, in a browser, without reading anything.

Four processes: a practice Klarna, a practice shop over TLS with a certificate of its own,
`kvitt serve`, and a browser. What is done is what the pages say.
"""

import re
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest
from playwright.sync_api import Page, expect

from acceptance.installation import PATIENCE_SECONDS, installed, run, wait_until
from acceptance.real_shop import KLARNA_PASSWORD, KLARNA_USER, ask, practice_shop
from browsing import PageFactory
from kvitt.domain.newcomer import StoreKey
from running import command, environment, free_port, read_until, serving

ANNA, WORDS = "anna", "a long enough pass phrase"
#: The practice shop's own, as its login page says.
SHOP_LOGIN = re.compile(
    r"username is <code>(.*?)</code> and the password is <code>(.*?)</code>"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Empty:
    """An installation with an owner and no shop, beside a shop and a Klarna."""

    url: str
    shop_url: str
    klarna_url: str
    ca_file: Path
    key: StoreKey
    settings: dict[str, str]

    def shop(self, path: str, body: object = None, *, method: str = "GET") -> Any:
        """Ask the shop's REST interface, as a merchant's other program."""
        address = f"{self.shop_url}/wp-json/wc/v3/{path}"
        return ask(address, body, method=method, key=self.key, ca_file=self.ca_file)

    def klarna(self, path: str, body: object = None, *, method: str = "GET") -> Any:
        """Ask the practice Klarna's control interface."""
        return ask(f"{self.klarna_url}/__sim/{path}", body, method=method)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Empty]:
    """Run everything, and connect nothing."""
    klarna_port, port = free_port(), free_port()
    folder = tmp_path / "certificate"
    with ExitStack() as running:
        running.enter_context(
            serving("sandbox", "klarna", "--port", klarna_port, ready="never compared")
        )
        shop_url, key = practice_shop(running, folder)
        settings = {
            "KVITT_DATA_DIR": str(tmp_path / "kvitt"),
            "KVITT_ENVIRONMENT": "playground",
            "KVITT_ALLOW_LOCAL": "true",
            "KVITT_KLARNA_URL": f"http://127.0.0.1:{klarna_port}",
            "KVITT_CA_FILE": str(folder / "ca.pem"),
            "KVITT_PORT": port,
            "KVITT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        run(["migrate"], settings)
        run(["user", "add", ANNA, "--role", "owner"], settings, lines=(WORDS,))
        running.enter_context(serving("serve", ready="kvitt serves", **settings))
        yield Empty(
            url=settings["KVITT_PUBLIC_URL"],
            shop_url=shop_url,
            klarna_url=settings["KVITT_KLARNA_URL"],
            ca_file=folder / "ca.pem",
            key=key,
            settings=settings,
        )


def sign_in(page: Page, empty: Empty) -> None:
    page.goto(empty.url)
    page.get_by_label("Name").fill(ANNA)
    page.get_by_label("Password").fill(WORDS)
    page.get_by_role("button", name="Sign in").click()


def approve_in_the_shop(page: Page) -> None:
    found = SHOP_LOGIN.search(page.content())
    assert found is not None
    page.get_by_label("Username or email address").fill(found.group(1))
    page.get_by_label("Password").fill(found.group(2))
    page.get_by_role("button", name="Login").click()
    page.get_by_role("link", name="Approve").click()


def placed(empty: Empty) -> tuple[int, str]:
    """Place a paid order of one mug, and return both ids."""
    klarna = empty.klarna(
        "orders",
        {"order_amount": 12_500, "currency": "SEK", "country": "SE"},
        method="POST",
    )
    mug = empty.shop("products?sku=MUG-1")[0]["id"]
    order = empty.shop(
        "orders",
        {
            "payment_method": "klarna_payments",
            "transaction_id": klarna["order_id"],
            "set_paid": True,
            "billing": {"country": "SE", "first_name": "Astrid", "last_name": "Lind"},
            "line_items": [{"product_id": mug, "quantity": 1}],
        },
        method="POST",
    )
    return order["id"], klarna["order_id"]


def test_from_an_empty_kvitt_to_the_first_captured_order(
    empty: Empty, page_factory: PageFactory
) -> None:
    """Sign in, follow the one button there is, approve in the shop, give the key: captured.

    Without scripts, which nothing of this needs.
    """
    page = page_factory(javascript=False, ignore_https_errors=True)
    sign_in(page, empty)

    page.get_by_role("link", name="Connect a shop").click()
    page.get_by_label("The shop's address").fill(empty.shop_url)
    page.get_by_role("button", name="Find the shop").click()
    page.get_by_role("link", name="Ask the shop for a key").click()
    approve_in_the_shop(page)
    page.get_by_label("API key or password").fill(KLARNA_PASSWORD)
    page.get_by_label("User name").fill(KLARNA_USER)
    page.get_by_role("button", name="Connect the shop").click()

    expect(page.get_by_role("heading", name="What was found")).to_be_visible()
    expect(page.get_by_text("The shop tells kvitt of every change")).to_be_visible()
    expect(page.get_by_text("The shop's key may read and write.")).to_be_visible()

    order, klarna = placed(empty)
    empty.shop(f"orders/{order}", {"status": "completed"}, method="PUT")
    page.get_by_role("link", name="Orders of this shop").click()
    captured = page.get_by_role("row").filter(has_text=f"#{order}").get_by_text("Captured")
    wait_until(lambda: page.reload() and captured.count())

    expect(captured.first).to_be_visible()
    assert empty.klarna(f"orders/{klarna}")["captured_amount"] == 12_500
    said = run(["doctor"], empty.settings)
    assert "The shop's messages arrive here." in said
    assert "✗" not in said


def let_in(consent_url: str) -> None:
    """Sign in to the practice shop and approve, as a person's browser does."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with browser.open(consent_url, timeout=30) as asked:
        place, page = asked.url, asked.read().decode()
    found = SHOP_LOGIN.search(page)
    assert found is not None
    login = urlencode({"username": found.group(1), "password": found.group(2)}).encode()
    with browser.open(place, login, timeout=30) as consent:
        approve = re.search(r'href="([^"]*access_granted[^"]*)"', consent.read().decode())
    assert approve is not None
    with browser.open(urljoin(place, unescape(approve.group(1))), timeout=30) as back:
        assert "success" in back.url


def test_a_shop_is_connected_and_imported_by_command(tmp_path: Path) -> None:
    """`kvitt connect` waits for the approval; `import` reports, and acts once approved."""
    with installed(tmp_path, KVITT_ALLOW_LOCAL="true") as installation:
        installation.run("migrate")
        placed = installation.buy()
        installation.complete(placed)
        with serving("serve", ready="kvitt serves", **installation.settings):
            words = ("connect", installation.shop_url, "--klarna-url", installation.klarna_url)
            with subprocess.Popen(
                [str(command()), *words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=environment(**installation.settings),
            ) as connecting:
                said = read_until(connecting, "wc-auth")
                let_in(said[-1].strip())
                told, _ = connecting.communicate("PK12345_demo\npractice\n", PATIENCE_SECONDS)
            assert connecting.returncode == 0, told
        report = installation.run("import", "1")
        assert installation.klarna_record(placed)["status"] == "AUTHORIZED"
        installation.run("import", "1", "--approve")
        with serving("serve", ready="kvitt serves", **installation.settings):
            installation.wait_for_capture(placed)

    assert "The shop's key may read and write." in told
    assert "1 of them paid with Klarna; 1 differ." in report
