"""The overview: what each picture sums, that it says the same as its table, where it leads."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from browser import console_orders
from browser.console_orders import Stall, klarna_order, sek, store_order
from kvitt.adapters.database import movements, sums
from kvitt.adapters.database.models import Movement, MovementKind, Order
from kvitt.domain.ids import CaptureId, RefundId
from kvitt.domain.klarna_order import KlarnaCapture, KlarnaRefund, KlarnaStatus
from kvitt.domain.money import Money
from kvitt.web.accounts.roles import Role
from kvitt.web.console import charts, dashboard, listing
from kvitt.web.console.charts import Day, Row
from kvitt.web.console.question import Question

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def stall() -> Stall:
    return console_orders.open_stall(timezone.now())


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(console_orders.person(Role.VIEWER))
    return client


def page(client: Client, path: str = "/overview") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content, "utf-8")


def opened(stall: Stall, number: int, *, ends: timedelta, ago: timedelta = DAY) -> Order:
    """An order that is authorized and not captured."""
    klarna = klarna_order(number, stall.now, expires_at=stall.now + ends)
    return stall.order(number, store=store_order(number, stall.now), klarna=klarna, ago=ago)


def captured(
    stall: Stall,
    number: int,
    *,
    ago: timedelta = timedelta(minutes=5),
    waited: timedelta = timedelta(seconds=3),
    refunded: int = 0,
) -> Order:
    """An order that was captured so long ago, and so long after it was completed."""
    at = stall.now - ago
    capture = KlarnaCapture(
        id=CaptureId(f"cap-{number}"),
        klarna_reference=f"K{number}-1",
        amount=sek(console_orders.TOTAL),
        captured_at=at,
        refunded=sek(refunded),
    )
    back = KlarnaRefund(
        id=RefundId(f"ref-{number}"),
        amount=sek(refunded),
        refunded_at=at,
        description="Too  small\n",
    )
    klarna = klarna_order(
        number,
        stall.now,
        status=KlarnaStatus.CAPTURED,
        captured=sek(console_orders.TOTAL),
        refunded=sek(refunded),
        remaining=sek(0),
        captures=(capture,),
        refunds=(back,) if refunded else (),
    )
    store = store_order(number, at - waited, status="completed")
    return stall.order(number, store=store, klarna=klarna)


def shown(stall: Stall, **asked: object) -> dashboard.Dashboard:
    given = {"currency": "SEK", "days": 30, "now": stall.now, "shops": None, **asked}
    return dashboard.read(**given)  # type: ignore[arg-type]


def counts(bars: tuple[charts.Bar, ...]) -> dict[str, int]:
    """Return the bars that are not empty."""
    return {str(bar.name): bar.count for bar in bars if bar.count}


def test_open_money_is_parted_by_its_end_and_by_its_age(stall: Stall) -> None:
    """Each order is in one part of each picture, and the parts come to the whole."""
    opened(stall, 1, ends=-DAY, ago=40 * DAY)
    opened(stall, 2, ends=timedelta(), ago=27 * DAY)
    opened(stall, 3, ends=2 * DAY, ago=10 * DAY)
    opened(stall, 4, ends=20 * DAY, ago=timedelta())
    opened(stall, 5, ends=21 * DAY, ago=timedelta())
    captured(stall, 6)

    view = shown(stall)

    assert counts(view.by_end) == {
        "Ended before today": 1,
        "Today": 1,
        "In 1 to 3 days": 1,
        "Later": 2,
    }
    assert counts(view.by_age) == {
        "Today": 2,
        "8 to 14 days ago": 1,
        "More than 21 days ago": 2,
    }
    assert view.open.amount == sek(5 * console_orders.TOTAL)
    assert view.by_end[-1].length == str(charts.WIDTH)


def test_an_authorization_without_an_end_has_a_part_of_its_own(stall: Stall) -> None:
    """What ends at a time nobody knows is neither soon nor late."""
    order = opened(stall, 1, ends=DAY)
    Order.objects.filter(pk=order.pk).update(expires_at=None)

    assert counts(shown(stall).by_end) == {"Not known": 1}


def test_what_moved_is_summed_by_the_readers_days(stall: Stall) -> None:
    """A capture late in the evening belongs to the day it was for the reader."""
    order = captured(stall, 1, refunded=12900)
    late = datetime.combine(date(2026, 7, 1), datetime.min.time(), tzinfo=stall.now.tzinfo)
    Movement.objects.filter(order=order).update(at=late - timedelta(hours=1))
    now = late + 2 * DAY

    with timezone.override("Europe/Stockholm"):
        view = shown(stall, now=now, days=7)

    moved = {each.day.day: each.day for each in view.columns.columns if each.day.captures}
    assert list(moved) == [date(2026, 7, 1)]
    assert moved[date(2026, 7, 1)].captured == sek(console_orders.TOTAL)
    assert moved[date(2026, 7, 1)].refunded == sek(12900)
    assert view.captured.amount == sek(console_orders.TOTAL)
    assert view.refunded.amount == sek(12900)
    assert view.refund_rate == 109
    assert len(view.columns.columns) == 7


def test_the_time_to_capture_is_from_the_status_that_asked(stall: Stall) -> None:
    """It counts from the shop's Completed to Klarna's capture, where both are known."""
    captured(stall, 1, waited=timedelta(seconds=3))
    captured(stall, 2, waited=timedelta(minutes=5))
    captured(stall, 3, waited=-timedelta(hours=1))

    assert counts(shown(stall).waits) == {
        "Less than 10 seconds": 1,
        "1 to 10 minutes": 1,
        "Captured elsewhere": 1,
    }


def test_a_movement_is_kept_once(stall: Stall) -> None:
    """Looking at an order again adds no row to what has moved."""
    order = captured(stall, 1, refunded=12900)
    before = list(Movement.objects.values_list("pk", flat=True))
    captured(stall, 1, refunded=12900)

    movements.keep(order, None)

    assert list(Movement.objects.values_list("pk", flat=True)) == before
    assert len(before) == 2


def test_old_refunds_without_an_id_are_told_apart_by_their_moment(stall: Stall) -> None:
    """Two refunds that Klarna gives no id are two rows; what has no moment is none."""
    order = captured(stall, 1)
    refunds = [
        KlarnaRefund(id=RefundId(""), amount=sek(100), refunded_at=stall.now - nth * DAY)
        for nth in (1, 2)
    ]
    unknown = KlarnaRefund(id=RefundId(""), amount=sek(100), refunded_at=None)
    klarna = klarna_order(1, stall.now, refunds=(*refunds, unknown))

    movements.keep(order, klarna)

    assert Movement.objects.filter(kind=MovementKind.REFUND.value).count() == 2


def test_reasons_and_causes_are_counted(stall: Stall) -> None:
    """Why money went back, why calls were refused and what waits are told by their causes."""
    captured(stall, 1, refunded=12900)
    console_orders.held(stall)

    view = shown(stall)

    assert counts(view.reasons) == {"Too small": 1}
    assert counts(view.refusals) == {"CAPTURE_NOT_ALLOWED": 1}
    assert counts(view.holds) == {"Refused by Klarna": 1}


def test_every_currency_has_a_page(stall: Stall, reader: Client) -> None:
    """The most used currency comes first, and one that nobody uses shows it too."""
    captured(stall, 1)
    captured(stall, 2)
    order = captured(stall, 3)
    Movement.objects.filter(order=order).update(currency="EUR")

    assert shown(stall, currency="XXX").currency == "SEK"
    assert shown(stall).currencies == ("SEK", "EUR")
    assert "€1,176.00" in page(reader, "/overview?currency=EUR&days=7")


def test_nothing_to_sum_is_a_page_too(reader: Client) -> None:
    """Without a shop or an order the overview says that nothing is there."""
    said = page(reader, "/overview?days=12345")

    assert "No shop is connected." in said
    assert "Nothing was refunded in these days." in said


def test_a_person_of_one_shop_sees_its_sums_alone(stall: Stall) -> None:
    """Every sum is narrowed to the shops that one may see."""
    captured(stall, 1, refunded=12900)
    opened(stall, 2, ends=DAY)
    console_orders.held(stall)

    view = shown(stall, shops=frozenset({stall.shop.pk + 1}))

    assert view.currencies == ()
    assert not any(
        bar.count
        for bar in (*view.by_end, *view.by_age, *view.waits, *view.refusals, *view.holds)
    )
    assert view.health == ()


def test_days_are_drawn_to_scale_around_one_line() -> None:
    """Captures stand above the line and refunds hang below it, each as high as its share."""
    days = [
        Day(
            day=date(2026, 11, nth + 1),
            captured=Money(captures, "SEK"),
            captures=1,
            refunded=Money(refunds, "SEK"),
            refunds=1,
        )
        for nth, (captures, refunds) in enumerate([(300, 0), (0, 100), (150, 50)])
    ]

    drawn = charts.columns(days)

    assert drawn.base == "180"
    assert [(each.up_y, each.up, each.down) for each in drawn.columns] == [
        ("0", "180", "0"),
        ("180", "0", "60"),
        ("90", "90", "30"),
    ]
    assert charts.columns([]).columns == ()


def test_the_smallest_figure_is_still_seen() -> None:
    """A bar that is not nothing has a length, and nothing has none."""
    rows = [Row(name=str(count), count=count) for count in (100_000, 1, 0)]

    assert [bar.length for bar in charts.bars(rows)] == ["1000", "3", "0"]
    assert charts.bars([]) == ()


def test_pictures_are_drawn_in_whole_units_in_every_language(
    stall: Stall, reader: Client
) -> None:
    """No language puts a comma into a place or a length."""
    captured(stall, 1, refunded=12900)
    opened(stall, 2, ends=DAY)

    for language in ("en", "sv"):
        said = str(
            reader.get("/overview", headers={"Accept-Language": language}).content, "utf-8"
        )
        drawn = re.findall(r' (?:x|y|width|height)="([^"]*)"', said)
        assert len(drawn) > 100
        assert all(each.isdecimal() for each in drawn)


def test_a_day_begins_at_the_readers_midnight_and_not_at_a_full_hour(stall: Stall) -> None:
    """Where midnight is no full hour elsewhere, a day and its list hold the same money."""
    order = captured(stall, 1)
    later = captured(stall, 2)
    # 18:29 and 18:31 in UTC: one minute on either side of midnight in India.
    midnight = datetime(2026, 7, 1, 18, 30, tzinfo=UTC)
    Movement.objects.filter(order=order).update(at=midnight - timedelta(minutes=1))
    Movement.objects.filter(order=later).update(at=midnight + timedelta(minutes=1))

    with timezone.override("Asia/Kolkata"):
        view = shown(stall, now=midnight + DAY, days=7)
        days = {each.day.day: each.day for each in view.columns.columns if each.day.captures}
        lists = {day: listed(each.captures_at) for day, each in days.items()}

    assert lists == {date(2026, 7, 1): [order.pk], date(2026, 7, 2): [later.pk]}


def test_a_list_of_what_moved_has_each_order_once_on_one_page(stall: Stall) -> None:
    """An order captured in many parts stands once, pages follow on, and both ways alike."""
    orders = [captured(stall, number) for number in range(1, 6)]
    rows = list(Movement.objects.filter(order__in=orders[1:4]))
    for row in rows:
        for part in range(3):
            row.pk, row.remote_id = None, f"part-{row.order_id}-{part}"
            row.save(force_insert=True)
    today = timezone.localdate(stall.now).isoformat()
    wanted = [order.pk for order in orders]

    for sort, expected in (("oldest", wanted), ("newest", wanted[::-1])):
        question = asked(f"?currency=SEK&moved=capture-{today}&sort={sort}")
        first = listing.page(question, now=stall.now, shops=None, size=2)
        onward = replace(question, after=first.next)
        second = listing.page(onward, now=stall.now, shops=None, size=2)
        before = replace(question, before=second.previous)
        back = listing.page(before, now=stall.now, shops=None, size=2)
        every = [order.pk for order in listing.every(question, now=stall.now, shops=None)]
        beside = listing.beside(question, orders[2], now=stall.now, shops=None)

        assert every == expected
        assert [order.pk for order in first.orders] == expected[:2]
        assert [order.pk for order in second.orders] == expected[2:4]
        assert back.orders == first.orders
        assert not first.previous
        assert (beside.previous, beside.next) == (first.orders[1], second.orders[1])


def test_nobody_reads_what_moved_in_a_shop_of_others(stall: Stall) -> None:
    """Sums and lists of what moved keep to the reader's shops."""
    order = captured(stall, 1, refunded=12900)
    today = timezone.localdate(stall.now).isoformat()
    question = asked(f"?currency=SEK&moved=capture-{today}")

    for shops, count in ((None, 1), ([stall.shop.pk], 1), ([stall.shop.pk + 1], 0), ([], 0)):
        view = shown(stall, shops=shops)
        found = listing.page(question, now=stall.now, shops=shops)
        whole = listing.whole(question, now=stall.now, shops=shops)

        assert (view.captured.count, view.refunded.count) == (count, count)
        assert [each.pk for each in found.orders] == [order.pk][:count]
        assert whole is not None
        assert whole.count == count


def test_what_is_still_open_is_said_by_what_it_is_not(stall: Stall) -> None:
    """Of all statuses that Klarna has, and of none, two can be captured."""
    order = opened(stall, 1, ends=DAY)
    seen = set()
    for status in ("", *KlarnaStatus):
        Order.objects.filter(pk=order.pk).update(klarna_status=status)
        if Order.objects.filter(sums.OPEN).exists():
            seen.add(status)

    assert seen == {KlarnaStatus.AUTHORIZED, KlarnaStatus.PART_CAPTURED}


def listed(address: str) -> list[int]:
    """Return the orders of the list that a figure leads to."""
    found = listing.page(asked(address.partition("?")[2]), now=timezone.now(), shops=None)
    return [order.pk for order in found.orders]


def asked(query: str) -> Question:
    return Question.read(QueryDict(query.removeprefix("?")))
