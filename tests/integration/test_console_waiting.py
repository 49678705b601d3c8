"""What a person may do about an order that waits: answer it, assign it, put it aside."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from browser import console_orders
from browser.console_orders import Stall, klarna_order, sek, store_order
from kvitt.adapters.database.models import Order
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.plan import Hold, HoldCode
from kvitt.web.accounts.roles import Role
from kvitt.web.console import care, waiting
from kvitt.web.console.models import Care
from listening import ListeningDesk, listening

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("listening")]

__all__ = ["listening"]


@pytest.fixture
def stall() -> Stall:
    return console_orders.open_stall(timezone.now())


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(console_orders.person(Role.MANAGER, name="anna"))
    return client


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", str(answer.content, "utf-8")).split())


def listed(client: Client, query: str = "") -> list[str]:
    """Return the numbers of the orders that wait, in order."""
    answer = client.get(f"/attention{query}")
    found = r'<h2><a href="/orders/\d+">#(\d+)</a>'
    return re.findall(found, str(answer.content, "utf-8"))


def waits_for(stall: Stall, code: HoldCode, number: int = 1043) -> Order:
    """An order that waits for this."""
    hold = Hold(
        code=code,
        wanted="Refund 129.00 SEK",
        why="The shop has booked it.",
        next_step="Approve it, or decline it.",
        amount=sek(12900),
    )
    return stall.order(
        number,
        store=store_order(number, stall.now),
        klarna=klarna_order(number, stall.now),
        hold=hold,
    )


def post(client: Client, name: str, order: Order, **fields: str) -> str:
    """Press a button and return where it leads."""
    answer = client.post(reverse(f"console:{name}", args=[order.pk]), fields)
    assert answer.status_code == 302
    return answer.headers["Location"]


@pytest.mark.parametrize("button", ["approve", "decline"])
def test_an_answer_is_about_what_was_read(
    stall: Stall, reader: Client, listening: ListeningDesk, button: str
) -> None:
    """Yes and no reach the desk with the sentence that stood on the page, and the name."""
    order = waits_for(stall, HoldCode.REFUND_ASK)
    said = str(reader.get("/attention").content, "utf-8")
    seen = re.findall(r'name="seen" value="([^"]+)"', said)[0]

    post(reader, button, order, seen=seen)

    sentence = "Refund 129.00 SEK: not done. The shop has booked it. Approve it, or decline it."
    assert listening.asked == [(f"{button} {sentence}", order.pk, "anna")]


def test_a_refused_answer_is_told(
    stall: Stall, reader: Client, listening: ListeningDesk
) -> None:
    """Where somebody was faster the page says so, and nothing happens."""
    order = waits_for(stall, HoldCode.REFUND_ASK)
    listening.refused.add(order.pk)

    answer = reader.post(reverse("console:approve", args=[order.pk]), follow=True)

    assert "There is nothing to try again." in str(answer.content, "utf-8")


@pytest.mark.parametrize(
    ("code", "button", "missing"),
    [
        (HoldCode.REFUND_ASK, "Send it to Klarna", "Retry order"),
        (HoldCode.REFUND_DELETED, "I know of it: leave it as it is", "Retry order"),
        (HoldCode.OUTCOME_UNKNOWN, "Say what became of it", "Retry order"),
        (HoldCode.CAPTURE_OF_EXPIRED, "Retry", "Say what became of it"),
    ],
)
def test_each_case_offers_what_makes_sense(
    stall: Stall, reader: Client, code: HoldCode, button: str, missing: str
) -> None:
    """What asks for an answer is answered, what is unknown is settled, the rest is retried."""
    waits_for(stall, code)

    said = str(reader.get("/attention").content, "utf-8")

    assert button in said
    assert missing not in said


def test_who_may_not_refund_cannot_answer(stall: Stall, client: Client) -> None:
    """An operator sees who can answer, and no button for it."""
    waits_for(stall, HoldCode.REFUND_ASK)
    client.force_login(console_orders.person(Role.OPERATOR))

    said = page(client, "/attention")

    assert "A manager can answer this." in said
    assert "Send it to Klarna" not in said


def test_retrying_all_leaves_out_what_asks_for_an_answer(
    stall: Stall, reader: Client, listening: ListeningDesk
) -> None:
    """Retry all neither approves nor touches what nobody knows the outcome of."""
    waits_for(stall, HoldCode.REFUND_ASK, 1043)
    waits_for(stall, HoldCode.OUTCOME_UNKNOWN, 1044)
    plain = waits_for(stall, HoldCode.CAPTURE_OF_EXPIRED, 1045)

    reader.post(reverse("console:retry-all"))

    assert listening.asked == [("retry", plain.pk, "anna")]


def test_retrying_all_keeps_to_the_list_it_was_pressed_on(
    stall: Stall, reader: Client, listening: ListeningDesk
) -> None:
    """What a filter leaves out is not tried, and the button says how many are."""
    waits_for(stall, HoldCode.CAPTURE_OF_EXPIRED, 1045)
    asked_for = waits_for(stall, HoldCode.UPDATE_REFUSED, 1046)
    code = HoldCode.UPDATE_REFUSED.value

    shown = [page(reader, path) for path in ("/attention", f"/attention?code={code}")]
    answer = reader.post(reverse("console:retry-all"), {"code": code})

    assert "Retry all 2 on this page" in shown[0]
    assert "Retry 1 order" in shown[1]
    assert listening.asked == [("retry", asked_for.pk, "anna")]
    assert answer["Location"] == f"/attention?code={code}"


def test_an_order_is_given_to_somebody(stall: Stall, reader: Client) -> None:
    """Who looks after it stands beside it, and each finds their own."""
    order = console_orders.held(stall)
    bo = console_orders.person(Role.OPERATOR, name="bo")

    assert post(reader, "assign", order, to=str(bo.pk)) == "/attention"

    assert "assigned to bo" in page(reader, "/attention")
    assert listed(reader, "?whose=nobody") == listed(reader, "?whose=mine") == []
    reader.force_login(bo)
    assert listed(reader, "?whose=mine") == ["1029"]
    post(reader, "assign", order, to="")
    assert listed(reader, "?whose=nobody") == ["1029"]


@pytest.mark.parametrize("to", ["999", "9" * 30])
def test_nobody_is_given_what_they_could_not_do(stall: Stall, reader: Client, to: str) -> None:
    """A person who does not exist, or may do nothing in this shop, cannot look after it."""
    order = console_orders.held(stall)
    viewer = console_orders.person(Role.VIEWER)

    for given in (to, str(viewer.pk)):
        post(reader, "assign", order, to=given)

    assert not Care.objects.exclude(assignee=None).exists()


def test_what_is_put_aside_comes_back_by_itself(stall: Stall, reader: Client) -> None:
    """It is out of sight for its time, and back once that is over."""
    order = console_orders.held(stall, ends=timedelta(days=20))

    post(reader, "snooze", order, pause="day", back="/attention?whose=all")

    assert (listed(reader), listed(reader, "?whose=aside")) == ([], ["1029"])
    assert waiting.count(now=stall.now, shops=None) == 0
    later = stall.now + timedelta(days=2)
    assert [case.order.pk for case in waiting.page(now=later, shops=None).cases] == [order.pk]
    post(reader, "snooze", order, pause="")
    assert listed(reader) == ["1029"]


def test_something_new_is_shown_at_once(stall: Stall, reader: Client) -> None:
    """An order that waits for something else by now is not out of sight any more."""
    order = console_orders.held(stall, ends=timedelta(days=20))
    post(reader, "snooze", order, pause="week")

    Order.objects.filter(pk=order.pk).update(hold_code=HoldCode.OUTCOME_UNKNOWN.value)

    assert listed(reader) == ["1029"]


@pytest.mark.parametrize(
    ("ends", "until"),
    [(timedelta(days=20), timedelta(days=7)), (timedelta(days=5), timedelta(days=2))],
)
def test_nothing_is_put_aside_until_its_money_is_lost(
    stall: Stall, ends: timedelta, until: timedelta
) -> None:
    """It comes back at the latest three days before the authorization ends."""
    order = console_orders.held(stall, ends=ends)

    assert care.snooze(order, "week", now=stall.now) == stall.now + until


def test_what_ends_soon_is_not_put_aside(stall: Stall) -> None:
    """With less than three days left it stays in sight."""
    order = console_orders.held(stall, ends=timedelta(days=2))

    with pytest.raises(NotAllowedNow, match="too soon"):
        care.snooze(order, "hour", now=stall.now)


def test_a_form_leads_back_within_the_console_only(stall: Stall, reader: Client) -> None:
    """Where a form leads back to is an address of this console."""
    order = console_orders.held(stall)

    assert (
        post(reader, "assign", order, back="/attention?whose=mine") == "/attention?whose=mine"
    )
    assert post(reader, "assign", order, back="https://evil.example/") == "/attention"


def test_the_next_page_goes_on_where_this_one_ends(
    stall: Stall, monkeypatch: pytest.MonkeyPatch, reader: Client
) -> None:
    """Every order that waits is on exactly one page, the oldest first."""
    monkeypatch.setattr(waiting, "PAGE", 2)
    for number in range(1100, 1105):
        console_orders.held(stall, number)
    _spread(stall.now)

    pages, query = [listed(reader)], ""
    while found := re.search(r'rel="next" href="/attention([^"]+)"', _html(reader, query)):
        query = found[1].replace("&amp;", "&")
        pages.append(listed(reader, query))

    assert pages == [["1100", "1101"], ["1102", "1103"], ["1104"]]


def _spread(now: datetime) -> None:
    """Let orders have begun to wait one after the other; two of them at one moment."""
    for nth, order in enumerate(Order.objects.order_by("pk")):
        since = now - timedelta(days=9) + timedelta(days=nth // 2)
        Order.objects.filter(pk=order.pk).update(hold_since=since)


def _html(client: Client, query: str) -> str:
    return str(client.get(f"/attention{query}").content, "utf-8")


def test_a_cause_narrows_what_is_listed(stall: Stall, reader: Client) -> None:
    """The overview leads to what waits for one cause."""
    console_orders.held(stall)
    waits_for(stall, HoldCode.REFUND_ASK)

    assert listed(reader, "?code=refund_ask") == ["1043"]
    assert listed(reader, "?code=no-such-cause") == listed(reader)


def test_the_order_page_offers_the_same_answer(stall: Stall, reader: Client) -> None:
    """The order's own page has the buttons of the list, and leads back to itself."""
    order = waits_for(stall, HoldCode.REFUND_ASK)

    said = str(reader.get(f"/orders/{order.pk}/live").content, "utf-8")

    assert reverse("console:approve", args=[order.pk]) in said
    assert f'name="back" value="/orders/{order.pk}"' in said


def test_a_hold_that_wanted_nothing_is_named_by_its_cause(stall: Stall, reader: Client) -> None:
    """An authorization that ends soon says so in its heading, and its end only once."""
    order = waits_for(stall, HoldCode.EXPIRES_SOON)
    ends = stall.now + timedelta(hours=20)
    Order.objects.filter(pk=order.pk).update(
        hold={"why": "It ends soon.", "next_step": ""}, expires_at=ends, remaining_minor=100
    )

    html = page(reader, "/attention")

    assert "Authorization ends soon" in html
    assert "can no longer be captured" not in html
