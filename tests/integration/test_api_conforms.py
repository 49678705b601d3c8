"""The HTTP API does what its document says, whatever it is sent; no key does what it may not.

Schemathesis makes the requests from the document, as it allows and as it does not. Its
choices are seeded, so that a failure comes back.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from integration.programs import Caller
from integration.worlds import World
from kvitt.adapters.database.models import (
    AskRow,
    IntentRow,
    Message,
    MessageState,
    Order,
    Subscriber,
)
from kvitt.web import desk
from kvitt.web.accounts.rights import Right
from kvitt.web.api import auth, root

pytestmark = pytest.mark.django_db(transaction=True)

EXAMPLES = 8
#: Opened by a shop's signature; tests/integration/test_gateway.py has its own.
SIGNED = {"refund_from_gateway"}
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]


@cache
def operations() -> dict[str, tuple[str, str]]:
    """Return method and path of each operation, by its id."""
    paths = root.api.get_openapi_schema()["paths"]
    return {
        operation["operationId"]: (method.upper(), path)
        for path, item in paths.items()
        for method, operation in item.items()
    }


@pytest.fixture
def shop_with_an_order(world: World) -> Iterator[World]:
    """An order that is captured in part, with a request, and the desk that is asked."""
    desk.use(world.parts.desk)
    order = world.buy()
    world.look(order)
    Caller(world).post(f"/orders/{world.row(order).pk}/captures", {"amount": 10000})
    world.work()
    yield world
    desk.use(None)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_operation_answers_as_documented(
    shop_with_an_order: World, mode: GenerationMode
) -> None:
    """No 5xx, no status or body that the document does not have, nothing wrong taken."""
    program = Caller(shop_with_an_order, everywhere=True)
    order = program.get("/orders").json()["items"][0]["id"]
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    seen = set()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        seen.add(operation.definition.raw["operationId"])
        strategy = operation.as_strategy(generation_mode=mode)

        @seed(20_261_123)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy, real=st.booleans())
        def run(case: Case[Any], *, real: bool) -> None:
            auth.METER._levels.clear()
            if real and mode is GenerationMode.POSITIVE and "order_id" in case.path_parameters:
                case.path_parameters["order_id"] = order
            case.call_and_validate(
                headers={"Authorization": f"Bearer {program.token}"}, checks=CHECKS
            )

        run()
    assert seen == set(operations())


#: What an operation has to be sent, where an empty body is not enough.
BODIES: dict[str, dict[str, Any]] = {
    "review_request": {"command": "capture"},
    "settle_intent": {"done": True, "reason": "Seen in the portal"},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """An order with all that hangs on it, by the ids that addresses name."""

    order_id: int
    request_id: UUID
    intent_id: UUID
    webhook_id: int
    message_id: UUID

    def path(self, path: str) -> str:
        """Return the address of an operation for this order."""
        return path.removeprefix("/api/v1").format(**asdict(self))


@pytest.fixture
def place(shop_with_an_order: World) -> Place:
    """The order of the shop, with a subscriber and a message to it."""
    world = shop_with_an_order
    order = Order.objects.get()
    now = world.parts.sweep.clock.now()
    subscriber = Subscriber.objects.create(
        uid=uuid4(),
        shop_id=world.shop,
        url="https://erp.example/",
        events=["order.captured"],
        secret_sealed="",
        created_by="anna",
        created_at=now,
    )
    message = Message.objects.create(
        uid=uuid4(),
        subscriber=subscriber,
        order=order,
        event="order.captured",
        body="{}",
        created_at=now,
        state=MessageState.DELIVERED,
    )
    return Place(
        order_id=order.pk,
        request_id=AskRow.objects.get().uid,
        intent_id=IntentRow.objects.get().uid,
        webhook_id=subscriber.pk,
        message_id=message.uid,
    )


def called(program: Caller, name: str, place: Place) -> Any:
    """Call an operation with what its address and body need."""
    method, path = operations()[name]
    auth.METER._levels.clear()
    body = BODIES.get(name, {})
    key = {"Idempotency-Key": str(uuid4())}
    return program.send(method, place.path(path), body, **key)


def test_no_operation_is_open_without_a_key(shop_with_an_order: World, place: Place) -> None:
    """Whatever is asked, the answer is 401."""
    program = Caller(shop_with_an_order)
    program.token = ""
    answers = {name: called(program, name, place).status_code for name in operations()}

    assert {name for name, status in answers.items() if status != 401} == set()


def test_no_operation_is_open_to_a_key_without_its_scope(
    shop_with_an_order: World, place: Place
) -> None:
    """A key with every other scope is refused, by every operation."""
    scopes = root.scopes()
    answers = {}
    for name in set(operations()) - SIGNED:
        program = Caller(shop_with_an_order, scopes=frozenset(Right) - {scopes[name]})
        answers[name] = called(program, name, place).status_code

    assert set(answers) == set(scopes)
    assert {name for name, status in answers.items() if status != 403} == set()


def test_no_operation_shows_or_moves_what_is_another_shops(
    shop_with_an_order: World, place: Place
) -> None:
    """An order, request, call, webhook or message of a shop that is not the key's is hidden."""
    stranger, own = Caller(shop_with_an_order), Caller(shop_with_an_order)
    stranger.row.shops.clear()
    named = [name for name, (_, path) in operations().items() if "{" in path]
    before = Order.objects.get().chain_head, Subscriber.objects.count()
    answers = {name: called(stranger, name, place).status_code for name in named}

    assert {name for name, status in answers.items() if status != 404} == set()
    assert (Order.objects.get().chain_head, Subscriber.objects.count()) == before
    # The same addresses lead somewhere for the key of the shop; what takes away comes last.
    found = {
        name: called(own, name, place).status_code
        for name in sorted(named, key=lambda name: name == "remove_webhook")
    }
    assert {name for name, status in found.items() if status == 404} == set()


def test_no_list_shows_what_is_another_shops(shop_with_an_order: World) -> None:
    """Each list of a key without a shop is empty, and each sum is nothing."""
    stranger = Caller(shop_with_an_order)
    stranger.row.shops.clear()
    lists = [
        (name, path)
        for name, (method, path) in operations().items()
        if method == "GET" and "{" not in path
    ]
    told = {
        name: stranger.get(path.removeprefix("/api/v1")).json()
        for name, path in lists
        if not name.startswith("get_")
    }
    summary = stranger.get("/reports/summary").json()["states"]
    days = stranger.get("/reports/days").json()

    assert {n for n, value in told.items() if value != [] and value["items"]} == set()
    assert set(summary.values()) == {0}
    assert {day["captured"]["minor"] for day in days["days"]} == {0}
