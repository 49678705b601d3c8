"""The shop's gateway asks for a refund and waits: yes, or why not, and never both."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from integration.worlds import World
from kvitt.adapters.outgoing import signature
from kvitt.sandbox.shop.records import Order
from kvitt.sandbox.shop.refunding import RefundRequest
from kvitt.web import desk

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = b"of-this-test"


@pytest.fixture(autouse=True)
def asked_desk(world: World) -> Iterator[None]:
    """The desk that the endpoint asks."""
    desk.use(world.parts.desk)
    yield
    desk.use(None)


@pytest.fixture
def order(world: World) -> Order:
    """An order that is captured."""
    placed = world.buy()
    world.set_status(placed, "completed")
    return placed


def book(world: World, order: Order, amount: str) -> int:
    """Store a refund as WooCommerce has it while its gateway is asked: not paid out yet."""
    request = RefundRequest(amount=Decimal(amount), through_gateway=False)
    return world.town.desk.create_refund(order.id, request).id


def ask(order: Order, refund: int, *, secret: bytes = SECRET, **changes: Any) -> Any:
    """Ask as a shop's plugin does, without waiting."""
    body = json.dumps({"order_id": order.id, "refund_id": refund, "patience": 0, **changes})
    signed = signature.headers(
        body.encode(), message=f"refund-{refund}", at=datetime.now(UTC), keys=[secret]
    )
    return Client().generic(
        "POST",
        "/api/v1/gateway/refunds",
        body,
        content_type="application/json",
        headers={"Kvitt-Hook": "of-this-test", **signed},
    )


def test_a_refund_is_sent_once_and_answered_yes(world: World, order: Order) -> None:
    """Asked three times, as an impatient plugin does: one refund, and its id from then on."""
    refund = book(world, order, "100.00")
    first = ask(order, refund).json()
    ask(order, refund)
    world.work()
    answer = ask(order, refund).json()

    (made,) = world.klarna(order).refunds
    assert first["state"] == "waiting"
    assert answer == {"state": "done", "reason": "", "klarna_refund_id": made.refund_id}
    assert made.refunded_amount == 10_000


def test_the_answer_comes_while_the_shop_waits(world: World, order: Order) -> None:
    """A worker looks meanwhile: the one request is answered with yes."""
    refund = book(world, order, "100.00")

    def asked() -> Any:
        try:
            return ask(order, refund, patience=20).json()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=1) as shop:
        answer = shop.submit(asked)
        while not answer.done():
            world.work()

    assert answer.result()["state"] == "done"


def test_what_klarna_refuses_is_answered_with_the_reason(world: World, order: Order) -> None:
    """Klarna says no for certain: so does the answer, and the shop may drop its refund."""
    refund = book(world, order, "100.00")
    world.town.klarna.faults.add("http_400_html", operation="create_refund")
    ask(order, refund)
    world.work()
    answer = ask(order, refund).json()

    assert answer["state"] == "refused"
    assert answer["reason"].startswith("Klarna refused the refund")


def test_a_refund_that_was_answered_no_is_not_sent_later(world: World) -> None:
    """Before its capture a refund is not sent; told so, the shop drops it, and it stays so."""
    order = world.buy()
    world.look(order)
    refund = book(world, order, "100.00")
    ask(order, refund)
    world.work()
    answer = ask(order, refund).json()
    approvals = world.row(order).approvals

    assert answer["state"] == "refused"
    assert answer["reason"]
    assert approvals == []


def test_an_answer_that_is_lost_is_not_a_no(world: World, order: Order) -> None:
    """Klarna did it and nobody heard: the shop keeps its refund, and kvitt finds out."""
    refund = book(world, order, "100.00")
    world.town.klarna.faults.add("timeout_after_commit", operation="create_refund")
    ask(order, refund)
    world.work()
    meanwhile = ask(order, refund).json()
    world.pass_time(timedelta(minutes=2))

    assert meanwhile["state"] == "waiting"
    assert ask(order, refund).json()["state"] == "done"
    assert len(world.klarna(order).refunds) == 1


@pytest.mark.parametrize(
    ("secret", "hook"),
    [(b"another", "of-this-test"), (SECRET, "unknown"), (SECRET, ""), (b"", "of-this-test")],
)
def test_nobody_but_the_shop_is_heard(
    world: World, order: Order, secret: bytes, hook: str
) -> None:
    """Another secret or another shop's address: 401, and nothing is approved."""
    refund = book(world, order, "100.00")
    body = json.dumps({"order_id": order.id, "refund_id": refund}).encode()
    signed = signature.headers(body, message="m", at=datetime.now(UTC), keys=[secret])
    answer = Client().generic(
        "POST",
        "/api/v1/gateway/refunds",
        body,
        content_type="application/json",
        headers={"Kvitt-Hook": hook, **signed},
    )

    assert answer.status_code == 401
    assert not world.row(order).approvals


def test_an_order_that_kvitt_does_not_know_is_not_found(world: World) -> None:
    """The plugin is told that it speaks of nothing."""
    order = world.buy()

    assert ask(order, 1).status_code == 404
