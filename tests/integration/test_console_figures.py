"""The overview's figures against the lists they lead to, page by page, and against the API."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from html import unescape

import pytest
from django.forms import model_to_dict
from django.test import Client
from django.utils import timezone

from browser import console_orders
from browser.console_orders import Stall, klarna_order, sek, store_order
from kvitt.adapters.database.models import Movement, Order, ShopStanding
from kvitt.domain.ids import CaptureId, RefundId
from kvitt.domain.klarna_order import KlarnaCapture, KlarnaRefund, KlarnaStatus
from kvitt.domain.money import Money
from kvitt.domain.shop import Trouble
from kvitt.web.accounts.rights import Right
from kvitt.web.accounts.roles import Role
from kvitt.web.api import keys
from kvitt.web.console import dashboard, listing, text
from kvitt.web.console.charts import Bar
from kvitt.web.console.models import Care

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
#: A page of the list holds fewer, so that the figures are of several pages.
MANY = listing.PAGE + 3


@pytest.fixture
def stall() -> Stall:
    """A shop in which every figure is something, and nothing else is near it."""
    stall = console_orders.open_stall(timezone.now())
    for nth, days in enumerate((-2, 0, 1, 3, 4, 7, 8, 14, 15, 40)):
        _opened(stall, 100 + nth, ends=days * DAY, ago=(days + 2) * DAY)
    like = _opened(stall, 300, ends=20 * DAY, ago=22 * DAY)
    _copy(like, MANY - 1)
    Order.objects.filter(store_order_id=100).update(currency="EUR")
    Order.objects.filter(store_order_id=102).update(expires_at=None)
    for nth, waited in enumerate((None, 3, 30, 90, 900, 9_000, 90_000)):
        _moved(stall, 200 + nth, ago=nth * 2 * DAY, waited=waited)
    Movement.objects.filter(order__store_order_id=203).update(currency="EUR")
    for number, aside in ((400, False), (401, False), (402, True)):
        _held(stall, number, aside=aside)
    return stall


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(console_orders.person(Role.VIEWER))
    return client


def _opened(stall: Stall, number: int, *, ends: timedelta, ago: timedelta) -> Order:
    klarna = klarna_order(number, stall.now, expires_at=stall.now + ends)
    return stall.order(number, store=store_order(number, stall.now), klarna=klarna, ago=ago)


def _copy(order: Order, times: int) -> None:
    """Add as many orders that differ by their numbers only."""
    like = model_to_dict(order, exclude=("id", "shop", "account", "store_order_id"))
    Order.objects.bulk_create(
        Order(
            **like,
            shop_id=order.shop_id,
            account_id=order.account_id,
            store_order_id=order.store_order_id + 1 + nth,
        )
        for nth in range(times)
    )


def _moved(stall: Stall, number: int, *, ago: timedelta, waited: int | None) -> None:
    """Two captures and a refund of one order on one day."""
    at = stall.now - ago
    captures = tuple(
        KlarnaCapture(
            id=CaptureId(f"cap-{number}-{minor}"),
            klarna_reference=f"K{number}-{minor}",
            amount=sek(minor),
            captured_at=at,
            refunded=sek(0),
        )
        for minor in (100_000, 17_600)
    )
    back = KlarnaRefund(
        id=RefundId(f"ref-{number}"),
        amount=sek(1_000 + number),
        refunded_at=at,
        description="Too small" if number % 2 else "",
    )
    klarna = klarna_order(
        number,
        stall.now,
        status=KlarnaStatus.CAPTURED,
        captured=sek(console_orders.TOTAL),
        refunded=back.amount,
        remaining=sek(0),
        captures=captures,
        refunds=(back,),
    )
    stall.order(number, store=store_order(number, at, status="completed"), klarna=klarna)
    rows = Movement.objects.filter(order__store_order_id=number, kind="capture")
    rows.update(waited=waited)


def _held(stall: Stall, number: int, *, aside: bool) -> None:
    """An order that waits for a person and has no money open."""
    order = console_orders.held(stall, number)
    Order.objects.filter(pk=order.pk).update(remaining_minor=0)
    if aside:
        until = stall.now + DAY
        Care.objects.create(order=order, snoozed_until=until, snoozed_code=order.hold_code)


def shown(stall: Stall, *, days: int = 30) -> dashboard.Dashboard:
    return dashboard.read(currency="SEK", days=days, now=stall.now, shops=None)


def pages(client: Client, address: str) -> Iterator[str]:
    """Yield every page of a list."""
    while address:
        answer = client.get(address)
        assert answer.status_code == 200
        said = str(answer.content, "utf-8")
        yield said
        onward = re.search('rel="next" href="([^"]+)"', said)
        address = unescape(onward[1]) if onward else ""


def listed(client: Client, address: str) -> int:
    """Count what a list shows on all of its pages."""
    rows = (
        len(re.findall("<(?:tr|li)[^>]* data-row", said)) for said in pages(client, address)
    )
    return sum(rows)


def said_of(bar: Bar, *, one: str, many: str) -> str:
    """Return how a list sums itself up, as the page writes it."""
    assert bar.amount is not None
    return f"{bar.count} {one if bar.count == 1 else many}, {text.money(bar.amount)}"


def test_what_is_open_is_listed_order_by_order(stall: Stall, reader: Client) -> None:
    """Every part of what is authorized has as many orders, and as much money, as its list."""
    view = shown(stall)
    whole = Bar(
        name="", count=view.open.count, amount=view.open.amount, length="", tone="", address=""
    )
    bars = (*view.by_end, *view.by_age, replace(whole, address=view.open.address))

    for bar in bars:
        assert listed(reader, bar.address) == bar.count, bar.address
        if bar.count:
            first = next(pages(reader, bar.address))
            assert said_of(bar, one="order", many="orders") in first, bar.address
    assert {str(bar.name) for bar in view.by_end if bar.count} >= {
        "Today",
        "Not known",
        "Later",
    }
    assert view.open.count == MANY + 9


def test_what_moved_is_listed_and_summed(stall: Stall, reader: Client) -> None:
    """Each wait and each reason, and the two sums, are what their lists say they come to."""
    view = shown(stall)

    for bar in view.waits:
        first = next(pages(reader, bar.address))
        said = re.search(r"(\d+) captures?, ", first)
        assert int(said[1] if said else 0) == bar.count, bar.address
        # Two captures of each order.
        assert listed(reader, bar.address) * 2 == bar.count
    assert {bar.count for bar in view.waits} == {0, 2}
    for bar in view.reasons:
        assert said_of(bar, one="refund", many="refunds") in next(pages(reader, bar.address))
        assert listed(reader, bar.address) == bar.count
    assert sum(bar.count for bar in view.waits) == view.captured.count == 12
    assert sum(bar.count for bar in view.reasons) == view.refunded.count == 6
    for figure, word in ((view.captured, "captures"), (view.refunded, "refunds")):
        summed = f"{figure.count} {word}, {text.money(figure.amount)}"
        assert summed in next(pages(reader, figure.address))


def test_each_day_is_what_its_list_says(stall: Stall, reader: Client) -> None:
    """A day's captures and refunds are the sums of its lists, and those that the API gives."""
    view = shown(stall)
    named = keys.NewKey(name="k", scopes=frozenset({Right.SEE}), shops=None, created_by="anna")
    _row, token = keys.make(named, now=stall.now)
    answer = reader.get(
        "/api/v1/reports/days?days=30&currency=SEK",
        headers={"Authorization": f"Bearer {token}"},
    )
    told = {each["day"]: each for each in answer.json()["days"]}

    assert timezone.get_current_timezone_name() == str(UTC)
    for column in view.columns.columns:
        day = column.day
        api = told[day.day.isoformat()]
        assert (api["captures"], api["refunds"]) == (day.captures, day.refunds)
        assert api["captured"]["amount"] == text.amount_alone(day.captured)
        assert api["refunded"]["amount"] == text.amount_alone(day.refunded)
        if day.captures:
            first = next(pages(reader, day.captures_at))
            assert f"{day.captures} captures, {text.money(day.captured)}" in first
            assert f"1 refund, {text.money(day.refunded)}" in next(
                pages(reader, day.refunds_at)
            )
    moved = [column.day for column in view.columns.columns if column.day.captures]
    assert len(moved) == 6
    assert Money.total((day.captured for day in moved), "SEK") == view.captured.amount


def test_causes_and_shops_lead_to_as_many_rows(stall: Stall, reader: Client) -> None:
    """What was refused, what waits by cause, and what waits in each shop, is listed so."""
    view = shown(stall, days=7)

    for bar in (*view.holds, *view.refusals):
        assert listed(reader, bar.address) == bar.count > 0
    (health,) = view.health
    assert listed(reader, health.address) == health.waiting == 2
    assert sum(bar.count for bar in view.holds) == 2


@pytest.mark.usefixtures("stall")
def test_every_link_of_the_overview_opens(reader: Client) -> None:
    """No figure of the page leads to a list that is empty or is not there."""
    said = str(reader.get("/overview").content, "utf-8")
    links = {
        unescape(each)
        for each in re.findall(r'href="(/(?:orders|activity|attention)\?[^"]+)"', said)
    }

    assert len(links) > 30
    for link in links:
        assert listed(reader, link) > 0, link


def test_a_shop_in_trouble_is_shown_so(stall: Stall, reader: Client) -> None:
    """The overview and the shop's page say the same of a shop that cannot be worked on."""
    ShopStanding.objects.update_or_create(
        shop=stall.shop,
        defaults={"problem": Trouble.KEY_REVOKED.value, "problem_since": stall.now},
    )

    said = str(reader.get("/overview").content, "utf-8")

    (health,) = shown(stall).health
    assert health.trouble is not None
    assert str(health.trouble.what) in unescape(said)
    assert ">Works<" not in said
