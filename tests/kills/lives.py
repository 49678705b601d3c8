"""What a life of the worker does, from its beginning to its end, in a process of its own."""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

from contract.hosting import new_server
from kills import points
from kills.points import Point
from kvitt import bootstrap
from kvitt.adapters.database import timeline
from kvitt.adapters.database.models import AskRow, Delivery, IntentRow, Order, WriteBackRow
from kvitt.adapters.database.repositories import NewAccount, NewShop
from kvitt.domain.asks import Command, Request
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.money import Money
from kvitt.settings import Settings
from kvitt.web import wsgi

LEASE = timedelta(seconds=10)
#: More looks than this without an end mean that orders are due again and again.
MOST_LOOKS = 2000


class Shifted:
    """This machine's clock, some time ahead: a lease need not be waited for."""

    def __init__(self, ahead: float) -> None:
        self.ahead = timedelta(seconds=ahead)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def live(settings: Settings, order: dict[str, Any]) -> None:
    """Be a worker until the end comes: take webhooks in, look at orders."""
    if order.get("point"):
        point = Point(order["point"], order["side"])
        points.arm(point, nth=order["nth"])
    parts = bootstrap.assemble(settings, clock=Shifted(order["ahead"]))
    front = wsgi.build(settings, on_hint=parts.bell.ring)
    server = new_server()
    server.set_app(front)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    engine = bootstrap.engine_of(parts)
    engine.start()
    say({"pid": os.getpid(), "port": int(server.server_port)})
    # Whoever started this ends it, by killing it.
    Event().wait()


def drain(settings: Settings, order: dict[str, Any]) -> int:
    """Sweep once and look at everything that is due; return how many looks that took."""
    parts = bootstrap.assemble(settings, clock=Shifted(order["ahead"]))
    parts.sweep()
    looks = 0
    while (lease := parts.queue.claim(worker="drain", lease=LEASE)) is not None:
        parts.reconcile(lease)
        looks += 1
        if looks > MOST_LOOKS:
            raise AssertionError("orders are due again and again")
    parts.connections.close()
    return looks


def connect(settings: Settings, order: dict[str, Any]) -> int:
    """Make kvitt know the shop and its Klarna account; return the shop's row id."""
    parts = bootstrap.assemble(settings)
    shop = parts.shops.add_shop(
        NewShop(
            uid=uuid4(),
            name="Practice shop",
            url=order["shop"],
            consumer_key=order["key"],
            consumer_secret=order["secret"],
            hook_token=order["hook_token"],
            hook_secret=order["hook_secret"],
        )
    )
    parts.accounts.add_account(
        NewAccount(
            uid=uuid4(),
            shop=ShopId(shop.pk),
            label="Practice Klarna",
            region="custom",
            environment="playground",
            username=order["username"],
            password=order["password"],
            base_url=order["klarna"],
        )
    )
    return int(shop.pk)


def ask(settings: Settings, order: dict[str, Any]) -> str:
    """Ask for a capture of an amount, as an operator does; return why not, or nothing."""
    parts = bootstrap.assemble(settings, clock=Shifted(order["ahead"]))
    row = Order.objects.filter(store_order_id=order["order"]).first()
    if row is None:
        return "Whoever was to look at the order was killed before."
    request = Request(command=Command.CAPTURE, amount=Money(order["minor"], "SEK"))
    key = UUID(order["ask"])
    try:
        review = parts.desk.review(row.pk, request, ask_id=key)
        parts.desk.ask(row.pk, review.request, ask_id=key, actor="operator")
    except NotAllowedNow as refusal:
        return str(refusal)
    return ""


def want(settings: Settings, order: dict[str, Any]) -> None:
    """Make an order due, as a message of the shop does."""
    parts = bootstrap.assemble(settings, clock=Shifted(order["ahead"]))
    parts.queue.want(ShopId(order["shop"]), StoreOrderId(order["order"]), why="test")


def tell(settings: Settings, order: dict[str, Any]) -> dict[str, Any]:
    """Tell what the database holds: calls, requests, deliveries, and broken chains."""
    del settings, order
    rows = Order.objects.order_by("pk")
    return {
        "calls": [
            [row.order.store_order_id, row.kind, row.state, row.remote_id, row.amount_minor]
            for row in IntentRow.objects.select_related("order").order_by("pk")
        ],
        "asks": {str(row.uid): [row.state, row.answer] for row in AskRow.objects.all()},
        "deliveries": list(Delivery.objects.values_list("body_sha256", flat=True)),
        "open": IntentRow.objects.filter(state__in=("sent", "unknown")).count()
        + WriteBackRow.objects.filter(outcome="").count()
        + AskRow.objects.filter(state="waiting").count(),
        "broken": [
            row.store_order_id for row in rows if timeline.verify(row.pk).broken_at is not None
        ],
        "held": {row.store_order_id: row.hold_text for row in rows if row.hold_code},
    }


ACTS = {"drain": drain, "connect": connect, "ask": ask, "want": want, "tell": tell}


def say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
