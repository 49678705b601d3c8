"""One story told by command line, by HTTP and by library ends in one journal.

A mug of two is captured, given back, and the rest of the authorization is given up.
"""

import json
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.wsgi import get_wsgi_application

from contract.hosting import new_server, running
from integration.typed import type_in_process
from integration.worlds import World
from kvitt import Kvitt
from kvitt.adapters.database.models import IntentRow
from kvitt.sandbox.shop.records import Order
from kvitt.web import desk
from kvitt.web.accounts.rights import Right
from kvitt.web.api import keys
from kvitt.web.api.keys import NewKey

pytestmark = pytest.mark.django_db(transaction=True)

#: Of 299.00: a mug costs 125.00, and a mug and shipping are left.
STORY = [("capture", "done", 12_500), ("refund", "done", 12_500), ("release", "done", 17_400)]
SCOPES = frozenset({Right.SEE, Right.CAPTURE, Right.REFUND})


@pytest.fixture
def order(world: World) -> Order:
    """An order of two mugs that was looked at."""
    placed = world.buy()
    world.look(placed)
    return placed


@pytest.fixture
def site(world: World) -> Iterator[str]:
    """The site over HTTP, with the desk that its API asks; gives its address."""
    desk.use(world.parts.desk)
    server = new_server()
    server.set_app(get_wsgi_application())
    with running(server) as url:
        yield url
    desk.use(None)


def journal(order: Order) -> list[tuple[str, str, int]]:
    """Return kind, state and amount in minor units of every call, oldest first."""
    rows = IntentRow.objects.filter(order__store_order_id=order.id).order_by("pk")
    return [(row.kind, row.state, row.amount_minor) for row in rows]


def test_by_command_line(world: World, order: Order) -> None:
    """Three commands, each a process of its own."""
    number = str(order.id)
    said = [
        type_in_process(world, "capture", number, "--line", "MUG-1=1", "--yes"),
        type_in_process(world, "refund", number, "--line", "MUG-1=1", "--yes"),
        type_in_process(world, "release", number, "--yes", "--json"),
    ]

    assert [one.code for one in said] == [0, 0, 0], said
    assert journal(order) == STORY


def test_by_http(world: World, order: Order, site: str) -> None:
    """Three requests over a socket, worked on by kvitt's own worker."""
    new = NewKey(name="erp", scopes=SCOPES, shops=[world.shop], created_by="anna")
    _, token = keys.make(new, now=datetime.now(UTC))
    lines = {"lines": [{"line": "MUG-1", "quantity": 1}]}
    states = []
    for operation, body in (("captures", lines), ("refunds", lines), ("release", {})):
        path = f"/orders/{world.row(order).pk}/{operation}"
        asked = call(site, token, path, body)
        world.work()
        states.append(call(site, token, f"/requests/{asked['id']}")["state"])

    assert states == ["done"] * 3
    assert journal(order) == STORY


def test_by_library(world: World, order: Order) -> None:
    """Three calls of a Python object."""
    kvitt = Kvitt(world.parts, actor="erp")
    ref = kvitt.order(order.id)
    outcomes = [
        kvitt.capture(ref, lines={"MUG-1": 1}),
        kvitt.refund(ref, lines={"MUG-1": 1}),
        kvitt.release(ref),
    ]

    assert [outcome.done for outcome in outcomes] == [True] * 3
    assert journal(order) == STORY


def call(site: str, token: str, path: str, body: object = None) -> dict[str, Any]:
    """Call the API as a program elsewhere does."""
    request = urllib.request.Request(  # noqa: S310 - an address of this machine
        f"{site}/api/v1{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid4()),
        },
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the same
        found: dict[str, Any] = json.load(answer)
    return found
