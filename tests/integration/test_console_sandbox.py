"""The practice ground: a walkthrough takes an order that fits, and ticks what happens to it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from browser import console_orders
from browser.console_orders import Stall, klarna_order, sek, store_order
from kvitt.adapters.database.models import Order, WriteBackRow
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.settings import Environment
from kvitt.web.accounts.roles import Role
from kvitt.web.console import practice

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings: Settings) -> None:
    settings.KVITT = settings.KVITT.model_copy(update={"environment": Environment.DEMO})


@pytest.fixture
def stall() -> Stall:
    return console_orders.open_stall(timezone.now())


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(console_orders.person(Role.VIEWER))
    return client


def ticks(client: Client, code: str, path: str = "/sandbox") -> list[bool]:
    """Return which steps of a walkthrough are ticked."""
    answer = client.get(path)
    assert answer.status_code == 200
    said = str(answer.content, "utf-8")
    section = said[said.index(f'id="w-{code}"') :]
    steps = section[: section.index("</ol>")]
    return [found == ' class="done"' for found in re.findall('<li( class="done")?>', steps)]


def later(stall: Stall) -> Stall:
    """The same shop a minute later."""
    now = stall.now + timedelta(minutes=1)
    return replace(stall, now=now, ledger=type(stall.ledger)(stall.ledger._vault, lambda: now))


def completed(stall: Stall, number: int) -> None:
    """Let an order be completed and captured."""
    stall.order(
        number,
        store=store_order(number, stall.now, status="completed"),
        klarna=klarna_order(
            number,
            stall.now,
            status=KlarnaStatus.CAPTURED,
            captured=sek(console_orders.TOTAL),
            remaining=sek(0),
        ),
        calls=[console_orders.capture_call(number, console_orders.TOTAL, quantities={})],
    )


@pytest.mark.usefixtures("demo")
def test_steps_tick_as_they_happen(stall: Stall, reader: Client) -> None:
    """Completing the order ticks the first steps, the written note the last."""
    console_orders.processing(stall)
    assert reader.post("/sandbox/capture/begin").status_code == 302
    assert ticks(reader, "capture") == [False, False, False]

    completed(later(stall), 1042)

    assert ticks(reader, "capture", "/sandbox/live") == [True, True, False]
    WriteBackRow.objects.update(outcome="written", settled_at=stall.now + timedelta(minutes=2))
    assert ticks(reader, "capture") == [True, True, True]
    assert ticks(reader, "cancel") == [False, False, False]


@pytest.mark.usefixtures("demo")
def test_the_page_asks_again_only_while_steps_are_left(stall: Stall, reader: Client) -> None:
    """Nothing is polled before a walkthrough is begun, nor after its last step."""
    console_orders.processing(stall)
    assert b"hx-get" not in reader.get("/sandbox").content
    reader.post("/sandbox/capture/begin")
    assert b"hx-get" in reader.get("/sandbox").content

    completed(later(stall), 1042)
    WriteBackRow.objects.update(outcome="written", settled_at=stall.now + timedelta(minutes=2))

    assert b"hx-get" not in reader.get("/sandbox").content


@pytest.mark.usefixtures("demo")
def test_what_happened_before_ticks_nothing(stall: Stall, reader: Client) -> None:
    """A refund made before the walkthrough began is not taken for one of its steps."""
    completed(stall, 1035)

    reader.post("/sandbox/refund/begin")

    assert ticks(reader, "refund") == [False, False, False]


@pytest.mark.usefixtures("demo")
def test_without_an_order_that_fits_it_says_so(reader: Client) -> None:
    """Where no order can be used the page says how to get one."""
    answer = reader.post("/sandbox/cancel/begin", follow=True)

    assert "place a new one in the sandbox shop" in str(answer.content, "utf-8")
    assert reader.post("/sandbox/nonsense/begin").status_code == 404


def test_there_is_no_practice_with_real_orders(reader: Client) -> None:
    """Outside the demo the page is not there."""
    for path in ("/sandbox", "/sandbox/live"):
        assert reader.get(path).status_code == 404
    assert reader.post("/sandbox/cancel/begin").status_code == 404


def test_an_update_is_back_in_processing_after_it_was_on_hold() -> None:
    """Processing counts as done only after On hold, in whatever else happened."""
    since = practice.Since(order=Order(), statuses=(), done=frozenset(), noted=False)
    back = practice.ALL["update"].steps[2].is_done

    assert [
        back(replace(since, statuses=statuses))
        for statuses in (
            (),
            ("processing",),
            ("processing", "on-hold"),
            ("on-hold", "processing"),
        )
    ] == [False, False, False, True]
