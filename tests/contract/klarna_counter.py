"""The sandbox's Klarna with one order, and our client of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contract.hosting import running
from kvitt.adapters.addresses import WITH_LOOPBACK
from kvitt.adapters.http import Http
from kvitt.adapters.klarna.client import KlarnaClient, KlarnaCredentials
from kvitt.domain.ids import KlarnaOrderId, StoreOrderId
from kvitt.domain.intents import Intent, Scope
from kvitt.domain.journal import Call, Receipt, call_of
from kvitt.domain.klarna_order import KlarnaOrder
from kvitt.domain.lines import LineType, OrderLine
from kvitt.domain.money import Money
from kvitt.domain.steps import (
    Capture,
    Step,
)
from kvitt.sandbox.klarna import (
    Books,
    Clock,
    Ids,
    KlarnaApp,
    Merchant,
    Purchase,
    Settings,
)
from kvitt.sandbox.klarna.serve import make_server

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
MERCHANT = Merchant(
    merchant_id="PK1_x",
    username="PK1_x",
    password="secret",
    api_keys=("klarna_test_api_x",),
    sums="strict",
)
MUG = OrderLine(
    type=LineType.PHYSICAL,
    reference="MUG-1",
    name="Kaffekopp",
    quantity=2,
    unit_price=12500,
    tax_rate=2500,
    total_amount=25000,
    total_tax_amount=5000,
)
HALF = replace(MUG, quantity=1, total_amount=12500, total_tax_amount=2500)
ALL, PART = Money(25000, "SEK"), Money(12500, "SEK")
NOTHING = Money.zero("SEK")
CAPTURE = Capture(amount=ALL, lines=(MUG,), captured_before=NOTHING, reason="completed")
CAPTURE_PART = Capture(amount=PART, lines=(HALF,), captured_before=NOTHING, reason="part")


class Counter:
    """A Klarna with one order, and our client of it."""

    def __init__(self, url: str, app: KlarnaApp, http: Http) -> None:
        self.url, self.app, self.http = url, app, http
        self.books = app.books
        self.order_id = KlarnaOrderId(
            self.books.place_order(
                Purchase(
                    merchant_id=MERCHANT.merchant_id,
                    order_amount=ALL.minor,
                    currency="SEK",
                    country="SE",
                    locale="sv-SE",
                    order_lines=(MUG.body(),),
                    merchant_reference1="1042",
                    merchant_reference2="1042",
                )
            )
        )
        self.client = self.client_with(KlarnaCredentials(password="klarna_test_api_x"))

    def client_with(self, credentials: KlarnaCredentials) -> KlarnaClient:
        """Return a client that shows these credentials."""
        return KlarnaClient(
            self.http,
            credentials=credentials,
            base_url=self.url,
            environment="playground",
            account="main",
        )

    def call(self, step: Step) -> Call:
        """Return the step as the journal would store it."""
        scope = Scope(
            environment="playground",
            account="main",
            shop="shop",
            store_order_id=StoreOrderId(1042),
            order_number="1042",
            klarna_order_id=self.order_id,
        )
        return call_of(Intent(scope=scope, step=step))

    def send(self, step: Step) -> Receipt:
        """Carry out a step."""
        return self.client.send(self.call(step))

    def look(self) -> KlarnaOrder:
        """Read the order."""
        return self.client.fetch_order(self.order_id)


@pytest.fixture
def counter() -> Iterator[Counter]:
    settings = Settings(merchants=(MERCHANT,))
    books = Books.open(None, clock=Clock.standing(START), ids=Ids("seed"), settings=settings)
    app = KlarnaApp(books, sender=None, pause=lambda _: None)
    with (
        running(make_server(app, host="127.0.0.1", port=0)) as url,
        Http(policy=WITH_LOOPBACK) as http,
    ):
        yield Counter(url, app, http)
    books.close()
