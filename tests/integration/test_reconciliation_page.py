"""The page of the reconciliation: its sums, its list, who may do what, and what it costs."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from browser import console_orders
from browser.console_orders import TOTAL, Stall, klarna_order, sek, store_order
from kvitt import bootstrap
from kvitt.adapters.database import comparing, reconciliation
from kvitt.adapters.database.models import Order, RunItemRow
from kvitt.adapters.database.reconciliation import Question
from kvitt.domain.comparison import Verdict
from kvitt.domain.ids import ShopId, StoreOrderId, StoreRefundId
from kvitt.domain.journal import Lease, Snapshot
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.money import Money
from kvitt.domain.plan import Guard, Plan
from kvitt.domain.store_order import StoreRefund
from kvitt.settings import Settings
from kvitt.web import bulk, desk
from kvitt.web.accounts.roles import Role

pytestmark = pytest.mark.django_db

PAGE = "/reconciliation"
CAPTURED: dict[str, Any] = {
    "status": KlarnaStatus.CAPTURED,
    "captured": sek(TOTAL),
    "remaining": sek(0),
}


@pytest.fixture(autouse=True)
def the_desks(settings_of_tests: Settings) -> Iterator[None]:
    """What ``bootstrap`` gives the console."""
    parts = bootstrap.assemble(settings_of_tests)
    desk.use(parts.desk)
    bulk.use(parts.bulk)
    yield
    desk.use(None)
    bulk.use(None)
    parts.connections.close()


@pytest.fixture
def stall() -> Stall:
    return console_orders.open_stall(timezone.now())


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(console_orders.person(Role.VIEWER))
    return client


def put(stall: Stall, number: int, *, is_now: str = "completed", **klarna: Any) -> Order:
    """Return an order that the shop has in this status, with what Klarna says of it."""
    now = stall.now
    return stall.order(
        number,
        store=store_order(number, now, status=is_now),
        klarna=klarna_order(number, now, **klarna),
    )


def claimed(stall: Stall, order: Order) -> Lease:
    """Take an order up, as a worker does."""
    stall.queue.want(ShopId(stall.shop.pk), StoreOrderId(order.store_order_id), why="test")
    lease = stall.queue.claim(worker="test", lease=timedelta(minutes=5))
    assert lease is not None
    return lease


def said(client: Client, query: str = "") -> str:
    answer = client.get(PAGE + query)
    assert answer.status_code == 200
    return " ".join(str(answer.content, "utf-8").split())


def question(stall: Stall) -> Question:
    day = timedelta(days=1)
    return Question(start=stall.now - day, end=stall.now + day, shops=None)


def test_the_listed_differences_add_up_to_that_of_the_sums(stall: Stall) -> None:
    """What a bookkeeper adds up by hand is what the page says."""
    put(stall, 1, **CAPTURED)
    put(stall, 2)
    put(stall, 3, **{**CAPTURED, "refunded": sek(12_900)})
    put(stall, 4, is_now="cancelled", **CAPTURED)
    put(stall, 5, is_now="cancelled")

    (book,) = reconciliation.reconcile(question(stall)).books
    listed = list(reconciliation.every_difference(question(stall)))
    apart = [comparing.comparison_of(order).apart for order in listed if order.verdict.booked]

    assert (book.compared, book.agree, book.differ) == (5, 1, 4)
    assert book.apart == Money.total((each for each in apart if each), "SEK")
    assert book.apart == sek(-12_900)
    assert {order.verdict for order in listed} == {
        Verdict.NOT_CAPTURED,
        Verdict.REFUND_NOT_IN_SHOP,
        Verdict.PAID_THOUGH_CANCELLED,
        Verdict.CANCELLED_NOT_AT_KLARNA,
    }


def test_each_currency_has_a_line_of_its_own(stall: Stall, reader: Client) -> None:
    """Kronor and euro are never added up."""
    put(stall, 1, **CAPTURED)
    put(stall, 2, **CAPTURED)
    Order.objects.filter(store_order_id=2).update(currency="EUR")

    books = reconciliation.reconcile(question(stall)).books

    assert [(book.currency, book.klarna_minor) for book in books] == [
        ("EUR", TOTAL),
        ("SEK", TOTAL),
    ]
    assert "SEK 1,176.00" in said(reader)
    assert "€1,176.00" in said(reader)


def test_differences_are_paged_by_a_place(stall: Stall) -> None:
    """Each is listed once, the oldest first, however many pages there are."""
    rows = [put(stall, number) for number in range(1, 6)]
    Order.objects.filter(store_order_id=4).update(placed_at=stall.now - timedelta(hours=5))

    pages, after = [], None
    while True:
        found = reconciliation.differences(question(stall), after=after, size=2)
        pages.append([order.store_order_id for order in found.orders])
        after = found.next
        if after is None:
            break

    assert pages == [[4, 1], [2, 3], [5]]
    beginning = reconciliation.differences(question(stall), after=rows[-1].pk + 1000, size=2)
    assert [order.store_order_id for order in beginning.orders] == [4, 1]


def test_the_list_is_turned_by_the_readers_links(stall: Stall, reader: Client) -> None:
    """The second page is reached from the first, and leads back to it."""
    for number in range(1, 53):
        put(stall, number)

    first = said(reader)
    last = Order.objects.order_by("placed_at", "pk")[49].pk
    second = said(reader, f"?after={last}")

    assert f"after={last}" in first
    assert second.count("data-row") == 2
    assert "First page" in second


def test_one_reason_at_a_time(stall: Stall, reader: Client) -> None:
    """A reason leads to its own orders, and the sums stay those of the month."""
    put(stall, 1)
    put(stall, 2, is_now="cancelled", **CAPTURED)

    text = said(reader, "?reason=not_captured")

    assert "#1</a>" in text
    assert "#2</a>" not in text
    assert "2 of 2 orders" in text


def test_what_was_never_read_is_a_difference(stall: Stall, reader: Client) -> None:
    """An order that nobody has looked at yet agrees with nothing."""
    stall.queue.want(ShopId(stall.shop.pk), StoreOrderId(7), why="x")

    text = said(reader)

    assert "1 of 1 orders" in text
    assert "Never read" in text


@pytest.mark.parametrize(
    ("guard", "compared", "left_alone"),
    [(Guard.NOT_KLARNA, 0, 0), (Guard.SYNC_OFF, 0, 1), (Guard.ANOTHER_PLUGIN, 1, 0)],
)
def test_who_is_left_alone_is_no_difference(
    stall: Stall, guard: Guard, compared: int, left_alone: int
) -> None:
    """The plan's guard says whether an order is anybody's business."""
    lease = claimed(stall, put(stall, 1))
    stall.ledger.save_plan(lease, Plan(guard=guard, reason="Left alone."))

    found = reconciliation.reconcile(question(stall))

    assert (found.compared, found.left_alone) == (compared, left_alone)


def test_a_refund_that_a_person_declined_is_not_missed(stall: Stall) -> None:
    """Whoever said not to send it has said that the books may differ by it."""
    row, now = put(stall, 2, **CAPTURED), stall.now
    refund = StoreRefund(id=StoreRefundId(9), amount=sek(500), reason="", created_at=now)
    store = store_order(2, now, status="completed", refunds=(refund,))
    klarna = klarna_order(2, now, **CAPTURED)
    snapshot = Snapshot(store=store, klarna=klarna, klarna_read_at=now)
    lease = claimed(stall, row)
    verdicts = []
    for approvals in ([], ["refund_ignore:8"], ["refund_ignore:9", "refund_ignore:8"]):
        Order.objects.filter(pk=row.pk).update(approvals=approvals)
        stall.ledger.save_snapshot(lease, snapshot)
        row.refresh_from_db()
        verdicts.append(row.verdict)

    missed = Verdict.REFUND_NOT_AT_KLARNA
    assert verdicts == [missed, missed, Verdict.AGREES]
    assert row.shop_says == sek(TOTAL)


def test_a_viewer_of_one_shop_sees_its_books_only(stall: Stall, client: Client) -> None:
    """Another shop's sums and orders are shown to nobody without a role in it."""
    other = console_orders.open_stall(timezone.now(), url="https://other.example")
    put(stall, 1)
    put(other, 2)
    client.force_login(console_orders.person(Role.VIEWER, shop=stall.shop.pk))

    own, asked = said(client), said(client, f"?shop={other.shop.pk}")
    lines = b"".join(client.get("/reconciliation.csv")).decode()

    assert "1 of 1 orders" in own
    assert "No order to compare" in asked
    assert len(lines.splitlines()) == 2


def test_only_an_operator_compares_again(stall: Stall, client: Client, reader: Client) -> None:
    """A viewer finds no button; an operator of one shop has that shop's orders read."""
    other = console_orders.open_stall(timezone.now(), url="https://other.example")
    own = put(stall, 1)
    put(other, 2)
    address = reverse("console:compare-again")

    assert "Compare again</button>" not in said(reader)
    assert reader.post(address).status_code == 403
    client.force_login(console_orders.person(Role.OPERATOR, shop=stall.shop.pk))
    assert "Compare again</button>" in said(client)
    client.post(address, {"key": "not a key"})

    assert [item.order_id for item in RunItemRow.objects.all()] == [own.pk]


def test_who_may_capture_is_led_to_the_capture(stall: Stall, client: Client) -> None:
    """The operator gets the form, the viewer the order."""
    row = put(stall, 1)
    form = reverse("console:ask-capture", args=[row.pk])

    client.force_login(console_orders.person(Role.VIEWER))
    assert form not in said(client)
    client.force_login(console_orders.person(Role.OPERATOR))
    assert form in said(client)


@pytest.mark.parametrize(
    "query",
    [
        "month=x&shop=x&reason=x&after=x",
        "month=2026-13&shop=99999999999999999999",
        "month=%00&after=-1&reason=%00",
        "month=9999-12",
        "shop=%C2%B2&after=%D9%A3",
    ],
)
def test_an_address_that_was_tampered_with_is_a_page(reader: Client, query: str) -> None:
    """What cannot be read is left out."""
    assert "Reconciliation" in said(reader, f"?{query}")


def test_the_file_holds_no_formula(stall: Stall, reader: Client) -> None:
    """A spreadsheet that opens it calculates nothing (CWE-1236)."""
    row = put(stall, 1)
    Order.objects.filter(pk=row.pk).update(number="=1+1", hold_text="+cmd|' /C calc'!A0")

    text = b"".join(reader.get("/reconciliation.csv")).decode()
    (line,) = csv.DictReader(io.StringIO(text))
    local = b"".join(reader.get("/reconciliation.csv?form=local")).decode()

    assert (line["order"], line["waits_for"]) == ("'=1+1", "'+cmd|' /C calc'!A0")
    assert line["difference"] == "-1176.00"
    assert "Completed in the shop, not captured" in local


def test_a_page_asks_the_same_number_of_questions_whatever_its_size(
    stall: Stall, reader: Client
) -> None:
    """Ten differences, or ten orders that agree, ask the database no more than two."""
    asked = []
    for numbers in (range(1, 3), range(3, 13)):
        for number in numbers:
            put(stall, number)
            put(stall, number + 100, **CAPTURED)
        with CaptureQueriesContext(connection) as questions:
            said(reader)
        asked.append(len(questions))

    assert asked[0] == asked[1]
    assert asked[1] <= 12


def test_orders_from_before_are_compared_when_the_database_is_brought_up(
    stall: Stall,
) -> None:
    """Nothing has to be read again for an order that was known before there were books."""
    console_orders.part_refunded(stall, 1)
    put(stall, 2)
    before = {row.pk: row for row in Order.objects.all()}
    Order.objects.update(
        comparison=Verdict.NEVER_READ.value,
        differs=True,
        shop_says_minor=None,
        klarna_says_minor=None,
        store_refunded_minor=None,
        placed_at=None,
    )
    editor = SimpleNamespace(connection=SimpleNamespace(alias="default"))
    for name, step in (("0016_compare_known", "compare_known"), ("0018_placed", "date_known")):
        module = import_module(f"kvitt.adapters.database.migrations.{name}")
        getattr(module, step)(apps, editor)

    for row in Order.objects.all():
        known = before[row.pk]
        assert (row.comparison, row.shop_says, row.placed_at) == (
            known.comparison,
            known.shop_says,
            known.placed_at,
        )
