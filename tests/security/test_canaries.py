"""Secrets and personal data planted everywhere, searched in everything that is written.

Twice: with everything in this process, where every object that kvitt made is printed, and
with the installed command, where every byte it wrote is read.
"""

import gc
import logging
import re
import signal
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
import structlog
from django.db import connection

from acceptance.installation import Installation, ask, installed, wait_until
from integration.worlds import ASTRID, World
from kvitt.adapters.database.details import OrderReader
from kvitt.adapters.database.vault import Vault
from kvitt.sandbox.klarna import portal
from kvitt.web import logs
from running import STOP_SECONDS, command, environment

PASSWORD = "canary of a pass phrase 8231"
#: What a customer types at the checkout. A name is shown in lists on purpose; these are not.
PERSON = {
    "email": "canary.8231@example.test",
    "phone": "+4670canary8231",
    "address_1": "Canarygatan 8231",
    "postcode": "82319",
}
NOTE = "canary-note-8231"
#: Nothing listens there.
MAIL_URL = "smtp://kvitt:canary-mail-8231@127.0.0.1:9"
HOSTILE_BODY = b'{"id": canary-body-8231 \xff'
#: Written by the shop's own server into every order.
BROWSER = "CanaryBrowser/8231"


class Lines(logging.Handler):
    """Keeps every line as kvitt writes it, at DEBUG."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Everything kvitt logs, in the form in which it is written."""
    handler = Lines()
    form = structlog.stdlib.ProcessorFormatter(
        processors=logs.PROCESSORS, foreign_pre_chain=[structlog.stdlib.ExtraAdder()]
    )
    handler.setFormatter(form)
    logger = logging.getLogger("kvitt")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


def log_carelessly(canary: str) -> None:
    """Log an error whose text is a canary, with a field that is one as well."""
    try:
        int(canary)
    except ValueError:
        logging.getLogger("kvitt.canaries").exception("it failed", extra={"email": canary})


def found_in(text: str | bytes, canaries: list[str]) -> list[str]:
    """Return the canaries that a text holds, in any of the ways one is written down."""
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    return [
        canary
        for canary in canaries
        if any(form in raw for form in (canary.encode(), b64encode(canary.encode())[:-4]))
    ]


@pytest.mark.django_db(transaction=True)
def test_nothing_kvitt_holds_prints_a_secret_or_a_customer(
    world: World, lines: Lines, capfd: pytest.CaptureFixture[str]
) -> None:
    """After a life with refusals and faults no object, line, error or row shows a canary."""
    order = world.buy()
    address = replace(ASTRID, **PERSON)
    world.town.desk.books.put(replace(world.store(order), billing=address, shipping=address))
    world.set_status(order, "completed")
    world.book_refund(order, "10.00")
    world.look(order)
    # One that Klarna refuses, and one whose figures cannot be read.
    refused = world.buy()
    portal.cancel(world.town.books, world.klarna(refused).order_id)
    world.set_status(refused, "completed")
    key = world.town.rest_key()
    canaries = [*PERSON.values(), key.consumer_key, key.consumer_secret]
    detail = OrderReader(Vault.of(world.parts.settings)).detail(world.row(order))
    assert detail.snapshot.store is not None
    assert detail.snapshot.store.shipping_address.email == PERSON["email"]

    log_carelessly(PERSON["email"])

    printed = []
    for each in gc.get_objects():
        kind = type(each)
        if str(kind.__module__).startswith("kvitt.") and ".sandbox" not in kind.__module__:
            text = repr(each)
            printed += [f"{kind.__name__}: {canary}" for canary in found_in(text, canaries)]
    written = "\n".join(lines.lines) + "".join(capfd.readouterr())

    assert "it failed" in written
    assert printed == []
    assert found_in(written, canaries) == []
    assert found_in(_plain_columns(), canaries) == []


def _plain_columns() -> str:
    """Return every value of every row, as the database gives it."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        text = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names of our own tables
            text += [repr(row) for row in cursor.fetchall()]
    return "\n".join(text)


def test_nothing_the_command_writes_holds_a_secret_or_a_customer(tmp_path: Path) -> None:
    """Of an installation at DEBUG every byte is read: what it said, its database, its logs."""
    quiet = {"KVITT_LOG_LEVEL": "DEBUG", "KVITT_MAIL_URL": MAIL_URL}
    with installed(tmp_path, **quiet) as installation:
        installation.run("user", "add", "anna", "--role", "owner", lines=(PASSWORD,))
        said = tmp_path / "said"
        with served(installation, said):
            told = installation.connect()
            placed = installation.buy()
            ask(
                f"{installation.shop_url}/wp-json/wc/v3/orders/{placed.order_id}",
                {"billing": PERSON | {"country": "SE"}, "customer_note": NOTE},
                key=installation.shop_key,
                method="PUT",
            )
            installation.complete(placed)
            installation.wait_for_capture(placed)
            cookies = visit(installation, placed.order_id)
            knock(installation)
        data = Path(installation.settings["KVITT_DATA_DIR"])
        stored = [path for path in data.rglob("*") if path.is_file()]

    canaries = [*PERSON.values(), *installation.shop_key.split(":"), PASSWORD, NOTE, BROWSER]
    canaries += [*cookies, "canary-body-8231", "canary-guess-8231", "canary-mail-8231"]
    wrong = {
        path.name: found
        for path in (said, *stored)
        if (found := found_in(path.read_bytes(), canaries))
    }
    assert len(cookies) == 2
    assert {"kvitt.sqlite3", "encryption.keys"} <= {path.name for path in stored}
    assert found_in(told, canaries) == []
    assert wrong == {}


@contextmanager
def served(installation: Installation, said: Path) -> Iterator[None]:
    """Serve the installation until the block ends, with all it says in a file."""
    with said.open("wb") as output:
        process = subprocess.Popen(
            [str(command()), "serve"],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment(**installation.settings),
        )
        try:
            wait_until(lambda: b"kvitt serves" in said.read_bytes())
            yield
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=STOP_SECONDS)
            finally:
                process.kill()


def visit(installation: Installation, order_id: int) -> list[str]:
    """Sign in, wrongly and rightly, and look around; return what the cookies hold."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    browser.addheaders = [("User-Agent", BROWSER)]
    url = installation.settings["KVITT_PUBLIC_URL"]
    for password in ("canary-guess-8231", PASSWORD):
        page = browser.open(f"{url}/login", timeout=30).read().decode()
        form = {
            "csrfmiddlewaretoken": re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page)[0],
            "name": "anna",
            "password": password,
        }
        with suppress(urllib.error.HTTPError):
            browser.open(f"{url}/login", urllib.parse.urlencode(form).encode(), timeout=30)
    assert browser.open(f"{url}/shop-orders/{order_id}", timeout=30).status == 200
    for path in ("/orders?q=canary.8231%40example.test", "/attention", "/orders/999999"):
        with suppress(urllib.error.HTTPError):
            browser.open(url + path, timeout=30)
    return [cookie.value for cookie in jar if cookie.value and cookie.name != "zone"]


def knock(installation: Installation) -> None:
    """Send webhooks that nobody signed, to a door that is there and one that is not."""
    url = installation.settings["KVITT_PUBLIC_URL"]
    for token in ("canary-body-8231", "x"):
        request = urllib.request.Request(  # noqa: S310 - this machine
            f"{url}/hooks/{token}",
            data=HOSTILE_BODY,
            headers={"X-WC-Webhook-Signature": "canary-guess-8231"},
        )
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(request, timeout=30)  # noqa: S310 - this machine
