"""Calls and writes by what became of them, the page of one call, and settling one by hand."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from browser import console_orders
from browser.console_orders import Stall
from kvitt.adapters.database.models import IntentRow, Order
from kvitt.web.accounts.roles import Role
from kvitt.web.console import calls, masking
from listening import ListeningDesk, listening

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("listening")]

__all__ = ["listening"]

CORRELATION_ID = "6a3d1f5e-1b1c-4a62-9b1e-0d8a5c6f7e21"


@pytest.fixture
def stall() -> Stall:
    stall = console_orders.open_stall(timezone.now())
    console_orders.part_refunded(stall)
    console_orders.held(stall)
    return stall


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(console_orders.person(Role.MANAGER, name="anna"))
    return client


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content, "utf-8")


def listed(client: Client, query: str) -> list[str]:
    """Return the numbers of the orders whose calls are listed."""
    return re.findall(
        r'<td data-label="Order"><a href="/orders/\d+">#(\d+)</a>', page(client, query)
    )


def call_of(number: int) -> IntentRow:
    return IntentRow.objects.get(order__store_order_id=number)


def address(call: IntentRow, name: str = "call") -> str:
    return reverse(f"console:{name}", args=[call.order_id, call.uid])


def parked(number: int = 1041, *, kind: str = "capture") -> IntentRow:
    """Let the call of an order be one that nobody answered."""
    call = call_of(number)
    IntentRow.objects.filter(pk=call.pk).update(state="parked", kind=kind)
    return IntentRow.objects.get(pk=call.pk)


@pytest.mark.usefixtures("stall")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?state=done", ["1041"]),
        ("?state=refused", ["1029"]),
        ("?state=owed", ["1041"]),
        ("?state=unknown", []),
        ("?state=refused&kind=capture", ["1029"]),
        ("?state=refused&kind=refund", []),
        ("?state=owed&kind=note", ["1041"]),
        ("?state=refused&code=CAPTURE_NOT_ALLOWED", ["1029"]),
        ("?state=refused&code=OTHER", []),
        ("?state=refused&q=1029", ["1029"]),
        ("?state=refused&q=núñez", ["1029"]),
        ("?state=refused&q=1041", []),
        (f"?state=refused&q={CORRELATION_ID}", ["1029"]),
        ("?state=done&q=cap-1041", ["1041"]),
        ("?state=owed&q=1041", ["1041"]),
        ("?state=done&shop=99999", []),
        ("?state=done&after=99999999999999999999", ["1041"]),
        ("?state=done&q=%00", ["1041"]),
    ],
)
def test_the_address_narrows_the_list(reader: Client, query: str, found: list[str]) -> None:
    """State, kind, code and search are all in the address."""
    assert listed(reader, f"/activity{query}") == found


def test_a_call_is_found_by_its_key_and_its_identity(stall: Stall, reader: Client) -> None:
    """What a log of Klarna's or ours names leads to the call."""
    del stall
    call = call_of(1041)

    for text in (call.key, call.uid):
        assert listed(reader, f"/activity?state=done&q={text}") == ["1041"]


def test_without_a_state_the_first_with_anything_is_shown(stall: Stall, reader: Client) -> None:
    """The page opens on what a person should see first."""
    del stall
    assert 'aria-current="page">Refused by Klarna' in page(reader, "/activity")
    parked()

    assert 'aria-current="page">Needs attention' in page(reader, "/activity")


def test_every_call_is_on_exactly_one_page(
    stall: Stall, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Going on page by page shows each call once, newest first."""
    monkeypatch.setattr(calls, "PAGE", 2)
    for number in range(1101, 1106):
        console_orders.part_refunded(stall, number)

    query, found = "/activity?state=done", []
    while query:
        found.append(listed(reader, query))
        onward = re.search(r'rel="next" href="([^"]+)"', page(reader, query))
        query = onward[1].replace("&amp;", "&") if onward else ""

    assert found == [["1105", "1104"], ["1103", "1102"], ["1101", "1041"]]


def test_the_next_try_is_shown(stall: Stall, reader: Client) -> None:
    """A call whose outcome is being found out says when kvitt asks again."""
    del stall
    call = call_of(1029)
    IntentRow.objects.filter(pk=call.pk).update(state="unknown")
    Order.objects.filter(pk=call.order_id).update(due_at=timezone.now() + timedelta(days=400))

    said = page(reader, address(call))

    assert "It tries again at" in said
    assert "Try now with the same key" in said
    assert "2027" in page(reader, "/activity?state=unknown")


def test_the_page_of_a_call_shows_what_went_over_the_wire(stall: Stall, reader: Client) -> None:
    """Method, path, key and body can be read, and the answer with its codes; no credentials."""
    del stall
    call = call_of(1029)

    said = page(reader, address(call))

    assert f"POST /ordermanagement/v1/orders/{call.klarna_order_id}/captures" in said
    assert f"Klarna-Idempotency-Key: {call.key}" in said
    assert "&quot;captured_amount&quot;: 117600" in said
    assert "CAPTURE_NOT_ALLOWED" in said
    assert "Captured amount is higher than the remaining authorized amount." in said
    assert f"Klarna-Correlation-Id: {CORRELATION_ID}" in said
    assert "Authorization: •••" in said


def test_what_does_not_fit_its_digest_is_not_shown(stall: Stall, reader: Client) -> None:
    """A body that is not the one that was sent is not told as if it were."""
    del stall
    call = call_of(1029)
    IntentRow.objects.filter(pk=call.pk).update(body_digest="0" * 64)

    assert "not kept in a form that can be shown" in page(reader, address(call))


def test_persons_are_masked_whatever_the_field() -> None:
    """Only values under names known to tell of money and goods are shown."""
    body = {
        "captured_amount": 100,
        "order_lines": [{"name": "Mug", "quantity": 1, "unknown_name": "Astrid"}],
        "shipping_address": {"given_name": "Astrid", "city": "Malmö", "empty": None},
    }

    assert masking.masked(body) == {
        "captured_amount": 100,
        "order_lines": [{"name": "Mug", "quantity": 1, "unknown_name": "•••"}],
        "shipping_address": {"given_name": "•••", "city": "•••", "empty": None},
    }


def test_a_shape_keeps_form_and_no_words() -> None:
    """Letters and digits are gone, and what a fault of form may be stays."""
    assert masking.shape_of('{"id": 17, "näme": "Åsa 🎁"') == '{"xx": 00, "xxxx": "xxx 🎁"'


def test_a_call_nobody_answered_is_settled_with_a_reason(
    stall: Stall, reader: Client, listening: ListeningDesk
) -> None:
    """What a person has seen reaches the desk with the reason and the name."""
    del stall
    call = parked()
    assert "Nobody knows what became of this call" in page(reader, address(call))

    answer = reader.post(
        address(call, "settle-call"), {"outcome": "done", "reason": "In the portal."}
    )

    assert answer.headers["Location"] == f"/orders/{call.order_id}"
    assert listening.asked == [("done: In the portal.", call.order_id, "anna")]


def test_an_outcome_has_to_be_said(
    stall: Stall, reader: Client, listening: ListeningDesk
) -> None:
    """Neither done nor not done settles nothing, and the page says what is missing."""
    del stall
    call = parked()

    answer = reader.post(address(call, "settle-call"), {"reason": "x"}, follow=True)

    assert "Say whether Klarna has done it or not." in str(answer.content, "utf-8")
    assert listening.asked == []


def test_a_refused_settlement_is_told(
    stall: Stall, reader: Client, listening: ListeningDesk
) -> None:
    """Where the call waits for nobody any more the page says so."""
    del stall
    call = parked()
    listening.refused.add(call.order_id)

    answer = reader.post(address(call, "settle-call"), {"outcome": "done"}, follow=True)

    assert "There is nothing to try again." in str(answer.content, "utf-8")


@pytest.mark.parametrize(("kind", "status"), [("capture", 302), ("refund", 403)])
def test_settling_needs_the_right_of_the_call(
    stall: Stall, client: Client, kind: str, status: int
) -> None:
    """Saying that a refund is done needs the right to refund, as making one would."""
    del stall
    call = parked(kind=kind)
    client.force_login(console_orders.person(Role.OPERATOR))

    answer = client.post(address(call, "settle-call"), {"outcome": "done", "reason": "x"})

    assert answer.status_code == status
    assert ("Your role does not allow you" in page(client, address(call))) == (status == 403)


def test_a_call_of_another_order_is_not_found(stall: Stall, reader: Client) -> None:
    """A call is shown under its own order only."""
    del stall
    call = call_of(1041)
    other = call_of(1029)

    for order, uid in ((other.order_id, call.uid), (call.order_id, uuid4())):
        answer = reader.get(reverse("console:call", args=[order, uid]))
        assert answer.status_code == 404
