"""Webhooks to other programs, in the console: made, tried, paused, looked after, deleted."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from browser import console_orders, programs
from browser.console_orders import Stall
from browser.page_texts import texts_of
from browser.sessions import signed_in
from kvitt.adapters.database.models import (
    Message,
    Order,
    Subscriber,
    SubscriberChange,
)
from kvitt.domain.events import Event
from kvitt.web import telling
from kvitt.web.accounts.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stall")]

ALL = "/settings/webhooks"
ERP = {"url": "https://erp.example/hook", "events": ["order.captured", "order.held"]}


@pytest.fixture
def stall() -> Stall:
    return console_orders.open_stall(timezone.now())


@pytest.fixture
def manager() -> Client:
    """A manager of every shop who has just signed in."""
    return signed_in(console_orders.person(Role.MANAGER, name="maja"))


@pytest.fixture
def order(stall: Stall) -> Order:
    return console_orders.processing(stall)


def page(client: Client, path: str = ALL) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content, "utf-8")


def of(row: Subscriber, deed: str = "") -> str:
    return f"{ALL}/{row.pk}/{deed}".rstrip("/")


def secret_in(html: str) -> str:
    found = re.findall(r"whsec_[A-Za-z0-9+/=]{44}", html)
    assert len(found) == 1
    return str(found[0])


def deeds() -> list[tuple[str, str]]:
    """Return what was done and by whom, the oldest first."""
    return list(SubscriberChange.objects.order_by("pk").values_list("what", "actor"))


def test_a_webhook_is_made_and_its_secret_shown_once(manager: Client) -> None:
    """The secret stands on the page that made it, which nobody keeps, and on no other."""
    answer = manager.post(f"{ALL}/add", {**ERP, "shop": ""})
    row = Subscriber.objects.get()
    secret = secret_in(str(answer.content, "utf-8"))

    assert "no-store" in answer.headers["Cache-Control"]
    assert (row.url, row.shop, row.created_by) == (ERP["url"], None, "maja")
    assert row.events == ["order.captured", "order.held"]
    assert secret not in page(manager) + page(manager, of(row))
    assert "https://erp.example/hook" in page(manager)
    assert deeds() == [("added", "maja")]


def test_a_page_that_is_sent_twice_makes_one_webhook(manager: Client, stall: Stall) -> None:
    """An address that is told of a shop's events is not told twice; of another shop's it is."""
    given = [{**ERP, "shop": shop} for shop in ("", "", str(stall.shop.pk))]
    statuses = [manager.post(f"{ALL}/add", each).status_code for each in given]

    assert statuses == [200, 422, 200]
    assert Subscriber.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"url": "http://erp.example/"}, "The address must begin with https://."),
        ({"url": "https://127.0.0.1/"}, "not a public one"),
        ({"url": "https://anna:pw@erp.example/"}, "without a login"),
        ({"events": []}, "required"),
        ({"events": ["order.eaten"]}, "order.eaten"),
        ({"shop": "999"}, "999"),
    ],
)
def test_what_the_api_refuses_is_refused_here(
    manager: Client, wrong: dict[str, object], said: str
) -> None:
    """The page says what is wrong, keeps what was typed, and stores nothing."""
    answer = manager.post(f"{ALL}/add", {**ERP, **wrong})
    html = str(answer.content, "utf-8")

    assert answer.status_code == 422
    assert any(said in text for text in texts_of(html))
    assert str({**ERP, **wrong}["url"]) in html
    assert not Subscriber.objects.exists()


def test_each_event_is_told_in_a_sentence(manager: Client) -> None:
    """Every event that there is can be ticked, and none is only a code."""
    html = page(manager)
    ticked = re.findall(r'name="events" value="([\w.]+)"', html)

    assert sorted(ticked) == sorted(Event)
    assert "The order waits for a person." in texts_of(html)


def test_a_secret_is_replaced_and_both_sign_for_a_day(manager: Client) -> None:
    """The new one is shown once; the page says how long the one before is good."""
    row = programs.program("erp")
    before = row.secret_sealed
    secret_in(str(manager.post(of(row, "secret")).content, "utf-8"))
    row.refresh_from_db()

    assert row.secret_sealed != before
    assert row.secret_before_sealed == before
    assert "The one before signs as well until" in page(manager, of(row))


def test_a_test_is_sent_once_and_its_answer_shown(manager: Client) -> None:
    """Pressed twice it is one message; the page asks by itself until there is an answer."""
    row = programs.program("erp")
    for _ in range(2):
        manager.post(of(row, "test"))
    waiting = page(manager, of(row))
    programs.answer(row, 500)
    answered = page(manager, of(row))

    assert Message.objects.get().event == "webhook.test"
    assert "hx-get" in waiting
    assert "500: not taken" in texts_of(answered)
    assert "hx-get" not in answered
    assert Message.objects.get().due_at is None


def test_a_webhook_that_is_paused_misses_nothing(manager: Client, order: Order) -> None:
    """Nothing is sent to it meanwhile, a test neither; resumed, what happened is due."""
    row = programs.program("erp")
    manager.post(of(row, "pause"))
    programs.tell(order)
    paused = texts_of(page(manager, of(row)))
    refused = manager.post(of(row, "test"), follow=True)
    programs.answer(row, 200)
    untold = Message.objects.get().state
    manager.post(of(row, "resume"))
    programs.answer(row, 200)

    assert "Paused by maja" in paused
    assert "resume it first" in str(refused.content, "utf-8")
    assert (untold, Message.objects.get().state) == ("waiting", "delivered")
    assert [what for what, _who in deeds()] == ["added", "paused", "resumed"]


def test_one_that_does_not_answer_is_seen_and_told_again(manager: Client, order: Order) -> None:
    """The list says since when, the page why it was switched off; resumed, it works again."""
    gone, slow = programs.program("gone"), programs.program("slow")
    programs.tell(order)
    programs.answer(slow, 0)
    programs.switched_off(gone)
    listed = texts_of(page(manager))
    off = texts_of(page(manager, of(gone)))
    manager.post(of(gone, "resume"))
    programs.answer(gone, 200)

    assert {"Deliveries fail", "Switched off"} <= set(listed)
    assert "The address could not be reached." in texts_of(page(manager, of(slow)))
    assert "The address answered 410 Gone." in off
    assert "Works" in texts_of(page(manager))
    assert ("switched_off", "kvitt") in deeds()


def test_a_message_is_sent_again_under_its_own_id(manager: Client, order: Order) -> None:
    """The log leads to the order and shows what was sent; once more is the same message."""
    row = programs.program("erp")
    programs.tell(order)
    programs.answer(row, 500)
    message = Message.objects.get()
    html = page(manager, of(row))
    manager.post(of(row, f"messages/{message.uid}/again"))
    programs.answer(row, 200)

    assert f'href="/orders/{order.pk}"' in html
    assert "&quot;type&quot;: &quot;order.captured&quot;" in html
    assert Message.objects.get().uid == message.uid
    assert "200: taken" in texts_of(page(manager, of(row)))


def test_the_log_is_paged_by_a_place(manager: Client, order: Order) -> None:
    """Each message is on exactly one page, and an invented place is the first."""
    row = programs.program("erp")
    programs.tell(order, times=21)
    first = page(manager, of(row))
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward
    second = page(manager, onward[1])
    again = re.compile(r'action="[^"]+/messages/([0-9a-f-]{36})/again"')

    assert [len(again.findall(each)) for each in (first, second)] == [20, 1]
    assert again.findall(page(manager, f"{of(row)}?before=x")) == again.findall(first)


def test_deleting_asks_first_and_leaves_a_trace(manager: Client, order: Order) -> None:
    """The question says what is lost; afterwards only who deleted it is known, and when."""
    row = programs.program("erp")
    programs.tell(order)
    asked = texts_of(page(manager, of(row, "delete")))
    kept = Subscriber.objects.exists()
    manager.post(of(row, "delete"))

    assert "1 message that waits for it is dropped." in asked
    assert kept
    assert not Subscriber.objects.exists()
    assert deeds()[-1] == ("removed", "maja")
    left = page(manager)
    assert "Deleted" in texts_of(left)
    assert '<span class="code">erp.example</span>' in left


def test_a_manager_of_one_shop_has_that_shops_only(stall: Stall) -> None:
    """Neither other shops' nor every shop's are seen, pressed, or can be made."""
    other = console_orders.open_stall(timezone.now(), url="https://other.example")
    here = programs.program("here", shop=stall.shop.pk)
    foreign = [programs.program("there", shop=other.shop.pk), programs.program("all")]
    client = signed_in(console_orders.person(Role.MANAGER, shop=stall.shop.pk))
    html = page(client)
    made = [
        client.post(f"{ALL}/add", {**ERP, "shop": shop}).status_code
        for shop in ("", str(other.shop.pk))
    ]
    pressed = {
        client.post(of(row, deed)).status_code
        for row in foreign
        for deed in ("test", "pause", "secret", "resume", "delete")
    } | {client.get(of(row, deed)).status_code for row in foreign for deed in ("", "live")}

    assert "here.example" in html
    assert "there.example" not in html
    assert "all.example" not in html
    assert (made, pressed) == ([422, 422], {404})
    assert client.get(of(here)).status_code == 200


def test_what_follows_a_question_mark_is_not_in_the_list(manager: Client) -> None:
    """An address may hold a token there: the list and the record of changes leave it out."""
    row, _secret = telling.subscribe(
        "https://erp.example/hook?token=s3cret", [Event.HELD], shop=None, actor="olga"
    )

    assert "s3cret" not in page(manager)
    assert "s3cret" in page(manager, of(row))
