"""Lists that people keep: as views under a name, and as files for a spreadsheet."""

import csv
import io
import re

import pytest
from django.test import Client
from django.utils import timezone

from browser import console_orders
from browser.console_orders import Stall
from kvitt.adapters.database.models import Order
from kvitt.web.accounts.roles import Role
from kvitt.web.console import export, listing, views
from kvitt.web.console.models import SavedView

pytestmark = pytest.mark.django_db


@pytest.fixture
def stall() -> Stall:
    return console_orders.open_stall(timezone.now())


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(console_orders.person(Role.VIEWER))
    return client


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content, "utf-8")


def keep(client: Client, name: str, query: str) -> str:
    """Keep a view, and return where that leads."""
    answer = client.post("/orders/views", {"name": name, "query": query})
    assert answer.status_code == 302
    return answer.headers["Location"]


def download(client: Client, query: str, **headers: str) -> list[list[str]]:
    """Return the rows of the file."""
    answer = client.get(f"/orders.csv{query}", headers=headers or None)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    text = answer.getvalue().decode()
    return list(csv.reader(io.StringIO(text), delimiter=";" if "local" in query else ","))


def test_a_view_keeps_the_list_and_not_the_page(reader: Client) -> None:
    """A kept view is the address of the list without the page that was shown of it."""
    query = "?view=captured&q=astrid&sort=oldest&after=2026-01-01T00:00:00%2B00:00~7&x=1"

    leads = keep(reader, "  Astrid's\x00 ", query)

    assert leads == "/orders?view=captured&q=astrid&sort=oldest"
    said = page(reader, leads)
    assert re.search(r'href="/orders\?view=captured[^>]*aria-current="page">Astrid', said)


def test_keeping_under_the_same_name_replaces_the_view(reader: Client) -> None:
    """A name names one list: the one that was kept last."""
    keep(reader, "mine", "?q=one")
    keep(reader, "mine", "?q=two")

    assert list(SavedView.objects.values_list("name", "query")) == [("mine", "?q=two")]


@pytest.mark.parametrize("name", ["", " ", "\x00"])
def test_a_view_needs_a_name(reader: Client, name: str) -> None:
    """Without a name nothing is kept, and the page says so."""
    answer = reader.post("/orders/views", {"name": name, "query": "?q=1"}, follow=True)

    assert "Give the view a name." in str(answer.content, "utf-8")
    assert not SavedView.objects.exists()


def test_there_is_an_end_to_how_many_views_are_kept(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more than can be looked through is refused; replacing one is not."""
    monkeypatch.setattr(views, "MOST", 1)
    keep(reader, "one", "?q=1")

    answer = reader.post("/orders/views", {"name": "two", "query": "?q=2"}, follow=True)
    keep(reader, "one", "?q=3")

    assert "Delete a view before you save another." in str(answer.content, "utf-8")
    assert list(SavedView.objects.values_list("query", flat=True)) == ["?q=3"]


def test_views_are_ones_own(reader: Client, stall: Stall) -> None:
    """Nobody sees or deletes what somebody else has kept."""
    del stall
    keep(reader, "mine", "?q=1")
    view = SavedView.objects.get().pk
    other = Client()
    other.force_login(console_orders.person(Role.OWNER))

    assert "mine" not in page(other, "/orders?q=x")
    assert other.post(f"/orders/views/{view}/forget").status_code == 404
    assert reader.post(f"/orders/views/{2**63}/forget").status_code == 404
    assert reader.post(f"/orders/views/{view}/forget").status_code == 302
    assert not SavedView.objects.exists()


def test_the_file_holds_the_whole_list(
    stall: Stall, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every order that the filters leave is a row, however many pages they are."""
    monkeypatch.setattr(listing, "STRETCH", 2)
    for number in range(1, 6):
        console_orders.processing(stall, number)
    console_orders.part_refunded(stall)

    rows = download(reader, "?store=processing&sort=oldest&after=x")

    assert [row[0] for row in rows] == ["order", "1041", "1", "2", "3", "4", "5"]


def test_the_plain_file_is_for_programs(stall: Stall, reader: Client) -> None:
    """Codes, dots and UTC, whatever the reader's language."""
    console_orders.part_refunded(stall)

    rows = download(reader, "?form=plain", **{"Accept-Language": "sv"})

    found = dict(zip(rows[0], rows[1], strict=True))
    assert found["klarna_status"] == "PART_CAPTURED"
    assert (found["total"], found["captured"], found["refunded"]) == (
        "1176.00",
        "677.00",
        "129.00",
    )
    assert found["currency"] == "SEK"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["received"])
    assert found["waits_for"] == ""


def test_the_local_file_is_for_people(stall: Stall, reader: Client) -> None:
    """Their words, their decimal sign and their zone, though it is written after the view."""
    order = console_orders.part_refunded(stall)
    Order.objects.filter(pk=order.pk).update(created_at="2026-01-05T23:30:00Z")
    reader.cookies["zone"] = "Europe/Stockholm"

    rows = download(reader, "?form=local", **{"Accept-Language": "sv"})

    assert rows[0][0] == "\ufeffOrder"
    assert rows[1][:7] == [
        "1041",
        "demo.shop",
        "2026-01-06 00:30",
        rows[1][3],
        "Jürgen Weiß",
        "Behandlas",
        "Delvis debiterad",
    ]
    assert rows[1][8] == "1176,00"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "－1"])
@pytest.mark.parametrize("form", export.FORMS)
def test_nothing_from_outside_becomes_a_formula(
    stall: Stall, reader: Client, text: str, form: str
) -> None:
    """What a customer or a shop writes is text in every spreadsheet."""
    order = console_orders.processing(stall)
    Order.objects.filter(pk=order.pk).update(customer=text, number=text, hold_text=text)

    row = download(reader, f"?form={form}")[1]

    assert [row[0], row[4], row[15]] == [f"'{text}"] * 3


def test_an_order_nobody_has_read_is_a_row_of_blanks(stall: Stall, reader: Client) -> None:
    """What is not known is empty, never zero."""
    Order.objects.create(shop=stall.shop, store_order_id=77, created_at=stall.now, wanted=1)

    row = download(reader, "")[1]

    assert row[0] == "77"
    assert row[8:14] == [""] * 6


def test_a_file_holds_only_the_shops_one_may_see(stall: Stall, client: Client) -> None:
    """A person of another shop gets a file without rows."""
    console_orders.processing(stall)
    other = console_orders.open_stall(stall.now, url="https://other.example")
    client.force_login(console_orders.person(Role.VIEWER, shop=other.shop.pk))

    assert len(download(client, "")) == 1
