"""The list of orders: tabs, search, filters, sorting, pages, and what emptiness means."""

import re
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from browser import console_orders
from browser.console_orders import Stall
from kvitt.adapters.database.models import Order, OrderTerm
from kvitt.domain.store_order import Address
from kvitt.web.accounts.roles import Role
from kvitt.web.console import listing, search
from kvitt.web.console.question import TABS, Question

pytestmark = pytest.mark.django_db


@pytest.fixture
def stall() -> Stall:
    return console_orders.open_stall(timezone.now())


@pytest.fixture
def street(stall: Stall) -> Stall:
    console_orders.processing(stall)
    console_orders.part_refunded(stall)
    console_orders.held(stall)
    console_orders.street(stall)
    return stall


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(console_orders.person(Role.VIEWER))
    return client


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/orders{query}")
    assert answer.status_code == 200
    return str(answer.content, "utf-8")


def numbers(client: Client, query: str = "") -> list[str]:
    """Return the numbers of the orders that are listed, in order."""
    link = r'<a href="/orders/\d+(?:\?list=[^"]+)?">#([^<]+)</a>'
    return re.findall(link, page(client, query))


@pytest.mark.usefixtures("street")
@pytest.mark.parametrize(
    ("tab", "found"),
    [
        ("all", ["1042", "1041", "1029", "1035", "1034", "1033", "1032"]),
        ("to-capture", ["1042", "1041", "1029", "1033", "1032"]),
        ("expires-soon", ["1029", "1032"]),
        ("attention", ["1029"]),
        ("captured", ["1035"]),
        ("refunded", ["1041"]),
        ("cancelled", ["1034"]),
    ],
)
def test_each_tab_shows_and_counts_its_orders(
    reader: Client, tab: str, found: list[str]
) -> None:
    """A tab lists what its name says, newest first, and bears their number."""
    assert numbers(reader, f"?view={tab}") == found
    counts = listing.count(now=timezone.now(), shops=None)
    assert str(counts[tab]) == str(len(found))


@pytest.mark.usefixtures("street")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=1041", ["1041"]),
        ("?q=%231041", ["1041"]),
        ("?q=104", ["1042", "1041"]),
        ("?q=jürgen", ["1041"]),
        ("?q=WEI", ["1041"]),
        ("?q=astrid+1042", ["1042"]),
        ("?q=astrid+1041", []),
        (f"?q={console_orders.klarna_id(1035)}", ["1035"]),
        ("?q=K4MADNY-1", ["1041"]),
        ("?q=%00", ["1042", "1041", "1029", "1035", "1034", "1033", "1032"]),
        ("?q=%25", []),
        ("?store=completed", ["1029", "1035"]),
        ("?klarna=CANCELLED", ["1034"]),
        ("?store=awaiting-parts", ["1032"]),
        ("?view=to-capture&store=completed", ["1029"]),
        ("?sort=oldest&view=to-capture", ["1032", "1033", "1029", "1041", "1042"]),
        ("?sort=ends&view=to-capture&q=10", ["1029", "1032", "1042", "1041", "1033"]),
        ("?shop=99999", []),
        ("?shop=99999999999999999999999999", ["1042", "1041", "1029"]),
    ],
)
def test_the_address_narrows_the_list(reader: Client, query: str, found: list[str]) -> None:
    """Search, filters and sorting are all in the address."""
    assert numbers(reader, query)[: len(found) or None] == found


def test_days_are_the_readers_days(stall: Stall, reader: Client) -> None:
    """From and to name whole days in the reader's zone."""
    order = console_orders.processing(stall)
    Order.objects.filter(pk=order.pk).update(created_at="2026-03-01T22:30:00Z")

    assert numbers(reader, "?from=2026-03-01&to=2026-03-01") == ["1042"]
    assert numbers(reader, "?from=2026-03-02") == []
    reader.cookies["zone"] = "Asia/Tokyo"
    assert numbers(reader, "?from=2026-03-02&to=2026-03-02") == ["1042"]
    assert numbers(reader, "?to=2026-03-01") == []


@pytest.mark.parametrize("day", ["yesterday", "9999-12-31", "0001-01-01", "2026-02-30"])
def test_a_date_that_cannot_be_read_is_named(stall: Stall, reader: Client, day: str) -> None:
    """A date nobody understands is left out, and the page says so."""
    console_orders.processing(stall)

    assert "is not a date such as 2026-11-22" in page(reader, f"?from={day}")
    assert numbers(reader, f"?to={day}") == ["1042"]


def test_what_ends_first_is_what_can_still_end(stall: Stall, reader: Client) -> None:
    """Sorted by its end, the list holds open authorizations only: the rest has none."""
    console_orders.street(stall)
    console_orders.held(stall)

    assert numbers(reader, "?sort=ends") == ["1029", "1032", "1033"]


def test_an_email_address_finds_its_orders_and_is_not_kept(
    stall: Stall, reader: Client
) -> None:
    """A whole address finds the order; the words of the order hold no part of it."""
    address = Address(email="Astrid.Lind@Example.test")
    console_orders.processing(stall, shipping_address=address)
    console_orders.part_refunded(stall)

    assert numbers(reader, "?q=astrid.lind@example.TEST") == ["1042"]
    assert numbers(reader, "?q=astrid.lind@example") == []
    assert not OrderTerm.objects.filter(term__contains="example").exists()


def test_a_common_word_and_a_rare_one_find_the_same_order(
    stall: Stall, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many orders bear a word, a search for it and another finds those of both."""
    console_orders.processing(stall)
    console_orders.part_refunded(stall)
    expected = numbers(reader, "?q=1041+jür"), numbers(reader, "?q=jür")

    monkeypatch.setattr(search, "COMMON", 0)

    assert (numbers(reader, "?q=1041+jür"), numbers(reader, "?q=jür")) == expected
    assert expected == (["1041"], ["1041"])
    assert numbers(reader, "?q=104") == []


@pytest.mark.parametrize("sort", ["newest", "oldest", "changed", "ends"])
def test_every_order_is_on_exactly_one_page(stall: Stall, reader: Client, sort: str) -> None:
    """Going on page by page shows each order once, and going back the same pages."""
    _many(stall, 2 * listing.PAGE + 7, ends=sort == "ends")
    forth = _walk(reader, f"?sort={sort}", "next")
    back = _walk(reader, forth[-1][0], "prev")

    listed = [number for _, found in forth for number in found]
    assert sorted(map(int, listed)) == list(range(1, 2 * listing.PAGE + 8))
    assert [found for _, found in back] == [found for _, found in reversed(forth)]


def _walk(client: Client, address: str, rel: str) -> list[tuple[str, list[str]]]:
    """Return every page from here on, with its address."""
    pages: list[tuple[str, list[str]]] = []
    while address:
        assert len(pages) < 9
        pages.append((address, numbers(client, address)))
        address = _neighbour(client, address, rel)
    return pages


def _many(stall: Stall, count: int, *, ends: bool = False) -> None:
    """Put in many orders, pairs of which came at the same moment; all of them end or few."""
    Order.objects.bulk_create(
        Order(
            shop=stall.shop,
            store_order_id=number,
            number=str(number),
            created_at=stall.now - timedelta(minutes=number // 2),
            expires_at=stall.now + timedelta(days=number % 5) if ends or number % 3 else None,
            remaining_minor=100 if ends else None,
            changed_at=stall.now if number % 4 else None,
        )
        for number in range(1, count + 1)
    )


def _neighbour(client: Client, address: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="/orders([^"]*)"', page(client, address))
    return found[1].replace("&amp;", "&") if found else ""


def test_an_order_that_arrives_moves_no_page(stall: Stall, reader: Client) -> None:
    """The next page begins where this one ended, whatever has come in meanwhile."""
    _many(stall, listing.PAGE + 3)
    onward = _neighbour(reader, "", "next")
    before = numbers(reader, onward)
    late = console_orders.processing(stall, 5000)
    Order.objects.filter(pk=late.pk).update(created_at=stall.now)

    assert numbers(reader, onward) == before


@pytest.mark.parametrize(
    "place", ["x", "2026-01-01~1", "~", "2026-01-01T00:00:00+00:00~-4", f"x~{10**30}"]
)
def test_a_made_up_page_is_the_first(stall: Stall, reader: Client, place: str) -> None:
    """A place that was tampered with shows the beginning."""
    console_orders.processing(stall)

    assert numbers(reader, f"?after={place}") == ["1042"]


@pytest.mark.parametrize("tab", [tab.code for tab in TABS])
def test_an_empty_tab_says_why_and_what_next(reader: Client, tab: str) -> None:
    """Where nothing is listed the page says why, and what to do or expect."""
    shown = next(each for each in TABS if each.code == tab)

    said = page(reader, f"?view={tab}").replace("&#x27;", "'")

    assert str(shown.empty) in said
    assert str(shown.next_step) in said


def test_a_search_without_a_match_names_what_was_searched(stall: Stall, reader: Client) -> None:
    """A search that finds nothing repeats the words and offers all orders."""
    console_orders.processing(stall)

    said = page(reader, "?q=nobody")

    assert "Nothing matches “nobody”." in said
    assert "Show all orders" in said


def test_counting_stops_at_a_limit() -> None:
    """A count beyond the limit is told as more, not counted on."""
    assert str(listing.Count(number=listing.COUNT_LIMIT)) == "999"
    assert str(listing.Count(number=listing.COUNT_LIMIT + 1)) == "999+"


def test_the_address_of_a_question_asks_the_same_question() -> None:
    """Reading the address of a list gives the same list."""
    query = "?view=captured&q=a+b&shop=3&store=x&klarna=EXPIRED&from=2026-01-02&sort=ends"
    question = Question.read(QueryDict(query[1:]))

    assert question.address == query
    assert Question.read(QueryDict(question.page(after="m")[1:])).after == "m"
    assert "after" not in Question.read(QueryDict("after=m")).on("all")
