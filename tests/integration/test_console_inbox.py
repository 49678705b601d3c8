"""The inbox: which webhooks came, what came instead of one, and what of a body is shown."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from browser import console_orders
from browser.console_orders import Stall
from kvitt.adapters.database.inbox import Inbox, Received, Trace
from kvitt.adapters.database.models import Delivery, DeliveryState
from kvitt.adapters.database.vault import Vault
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.web.accounts.roles import Role
from kvitt.web.console import received

pytestmark = pytest.mark.django_db


@pytest.fixture
def stall() -> Stall:
    return console_orders.open_stall(timezone.now())


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(console_orders.person(Role.VIEWER))
    return client


def page(client: Client, path: str = "/inbox") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content, "utf-8")


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def take_in(stall: Stall, *orders: int, traces: dict[str, int] | None = None) -> None:
    """Receive a webhook about each order, and so many traces of other things."""
    received_ones = [
        Received(
            shop=ShopId(stall.shop.pk),
            received_at=stall.now,
            topic="order.updated",
            body_sha256=f"{order:064}",
            state=DeliveryState.ACCEPTED,
            resource_id=StoreOrderId(order),
        )
        for order in orders
    ]
    counted = {Trace(stall.shop.pk, reason): times for reason, times in (traces or {}).items()}
    Inbox(Vault.of(settings.KVITT)).store(received_ones, counted, now=stall.now)


def odd_one(stall: Stall, body: bytes = b'{"id": 17, "name": "Astrid') -> Delivery:
    """Receive a webhook that cannot be read."""
    one = Received(
        shop=ShopId(stall.shop.pk),
        received_at=stall.now,
        topic="order.updated",
        body_sha256="a" * 64,
        state=DeliveryState.UNREADABLE,
        body=body,
    )
    Inbox(Vault.of(settings.KVITT)).store([one], {}, now=stall.now)
    return Delivery.objects.get(body_sha256="a" * 64)


def test_webhooks_are_listed_with_their_orders(stall: Stall, reader: Client) -> None:
    """The newest comes first; an order that is known is linked, whatever else it is."""
    order = console_orders.processing(stall)
    take_in(stall, 1042, 7)

    said = page(reader)

    assert f'<a href="/orders/{order.pk}">#1042</a>' in said
    assert text_of(said).index("#7") < text_of(said).index("#1042")


def test_what_was_not_taken_in_is_counted(stall: Stall, reader: Client) -> None:
    """Bad signatures and the like leave a number, a reason and a time."""
    take_in(stall, traces={"bad_signature": 3, "ping": 1, "some_new_reason": 9})

    said = text_of(page(reader))

    assert "Signature that does not match demo.shop 3" in said
    assert "some_new_reason demo.shop 9" in said


def test_the_state_narrows_the_list(stall: Stall, reader: Client) -> None:
    """Only what is in the state and the shop asked for is listed."""
    take_in(stall, 1, 2)
    odd_one(stall)

    assert page(reader, "/inbox?state=unreadable").count("data-row") == 1
    assert page(reader, "/inbox?state=accepted").count("data-row") == 2
    assert page(reader, "/inbox?state=nonsense&shop=x&after=-1").count("data-row") == 3
    assert "Nothing matches these filters." in page(reader, "/inbox?shop=99999")


def test_every_webhook_is_on_exactly_one_page(
    stall: Stall, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Going on page by page shows each once, newest first."""
    monkeypatch.setattr(received, "PAGE", 2)
    take_in(stall, 1, 2, 3, 4, 5)

    query, found = "/inbox?state=accepted", []
    while query:
        said = page(reader, query)
        found.append(re.findall(r'data-label="Order">#(\d+)', said) or _linked(said))
        onward = re.search(r'rel="next" href="([^"]+)"', said)
        query = onward[1].replace("&amp;", "&") if onward else ""

    assert found == [["5", "4"], ["3", "2"], ["1"]]


def _linked(said: str) -> list[str]:
    return re.findall(r'data-label="Order"><a [^>]*>#(\d+)', said)


def test_of_a_body_only_the_form_is_shown(stall: Stall, reader: Client) -> None:
    """An unreadable body can be looked into without reading what it says of a person."""
    delivery = odd_one(stall)

    said = page(reader, f"/inbox/{stall.shop.pk}/{delivery.pk}")

    assert "{&quot;xx&quot;: 00, &quot;xxxx&quot;: &quot;xxxxxx" in said
    assert "Astrid" not in said


def test_of_most_webhooks_no_body_is_kept(stall: Stall, reader: Client) -> None:
    """The page of one says so, and leads to its order."""
    order = console_orders.processing(stall)
    take_in(stall, 1042)
    delivery = Delivery.objects.latest("pk")

    said = page(reader, f"/inbox/{stall.shop.pk}/{delivery.pk}")

    assert "Not kept: kvitt reads the order itself." in said
    assert f'href="/orders/{order.pk}"' in said


def test_a_webhook_is_found_under_its_shop_only(stall: Stall, reader: Client) -> None:
    """Another shop's number, or one that no database holds, is not found."""
    other = console_orders.open_stall(stall.now, url="https://other.example")
    take_in(stall, 1)
    delivery = Delivery.objects.get()

    for shop, row in ((other.shop.pk, delivery.pk), (stall.shop.pk, 2**63)):
        assert reader.get(f"/inbox/{shop}/{row}").status_code == 404


def test_an_empty_inbox_says_that_nothing_is_lost(reader: Client) -> None:
    """Without webhooks the page says what kvitt does instead."""
    said = page(reader)

    assert "No webhook has come yet." in said
    assert "kvitt also asks each shop" in said


def test_a_person_of_one_shop_sees_its_webhooks_alone(stall: Stall, client: Client) -> None:
    """Webhooks and counters of other shops, and of none, are nobody else's."""
    take_in(stall, 1, traces={"bad_signature": 3})
    Inbox(Vault.of(settings.KVITT)).store([], {Trace(0, "unknown_address"): 2}, now=stall.now)
    other = console_orders.open_stall(stall.now, url="https://other.example")
    client.force_login(console_orders.person(Role.VIEWER, shop=other.shop.pk))

    assert received.rejects(since=(stall.now - timedelta(days=1)).date(), shops=None)
    said = text_of(page(client))

    assert "No webhook has come yet." in said
    assert "Everything that came was a webhook with a good signature." in said
