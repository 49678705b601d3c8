"""The HTTP API does what its document says, whatever it is sent; no key does what it may not.

Schemathesis makes the requests from the document, as it allows and as it does not. Its
choices are seeded, so that a failure comes back.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

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


def called(program: Caller, method: str, path: str, order: int) -> Any:
    """Call an operation with what its address needs."""
    real = path.removeprefix("/api/v1").replace("{order_id}", str(order))
    for name in ("request_id", "intent_id", "message_id"):
        real = real.replace(f"{{{name}}}", str(uuid4()))
    real = real.replace("{webhook_id}", "1")
    return program.send(method, real, {}, **{"Idempotency-Key": str(uuid4())})


def test_no_operation_is_open_without_a_key(shop_with_an_order: World) -> None:
    """Whatever is asked, the answer is 401."""
    program = Caller(shop_with_an_order)
    program.token = ""
    answers = {
        name: called(program, method, path, 1).status_code
        for name, (method, path) in operations().items()
    }

    assert {name for name, status in answers.items() if status != 401} == set()


def test_no_operation_is_open_to_a_key_without_its_scope(shop_with_an_order: World) -> None:
    """A key with every other scope is refused, by every operation."""
    scopes = root.scopes()
    order = shop_with_an_order.parts.shops.all_shops()[0].orders.get().pk
    answers = {}
    for name, (method, path) in operations().items():
        if name not in SIGNED:
            auth.METER._levels.clear()
            program = Caller(shop_with_an_order, scopes=frozenset(Right) - {scopes[name]})
            answers[name] = called(program, method, path, order).status_code

    assert set(answers) == set(scopes)
    assert {name for name, status in answers.items() if status != 403} == set()


def test_no_operation_shows_or_moves_what_is_another_shops(shop_with_an_order: World) -> None:
    """An order, request or webhook of a shop that is not the key's is not there."""
    stranger = Caller(shop_with_an_order)
    stranger.row.shops.clear()
    row = shop_with_an_order.parts.shops.all_shops()[0].orders.get()
    before = row.chain_head
    answers = {
        name: called(stranger, method, path, row.pk)
        for name, (method, path) in operations().items()
        if "{" in path and name not in SIGNED
    }
    row.refresh_from_db()

    # 422: the body is judged before the order is looked for; it says nothing of the order.
    assert {n for n, answer in answers.items() if answer.status_code not in {404, 422}} == set()
    assert row.chain_head == before


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
