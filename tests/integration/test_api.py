"""The HTTP API, as a program calls it: keys, requests made once, errors as problems."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from integration.programs import ALL, Caller
from integration.worlds import World
from kvitt.sandbox.shop.records import Order
from kvitt.web import desk
from kvitt.web.accounts.rights import Right
from kvitt.web.api import keys
from kvitt.web.api.auth import BURST, METER, Meter
from kvitt.web.api.keys import NewKey
from kvitt.web.api.problems import Refusal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(world: World) -> Order:
    """An order of two mugs that was looked at."""
    placed = world.buy()
    world.look(placed)
    return placed


@pytest.fixture
def program(world: World) -> Iterator[Caller]:
    """A program that may do everything with the world's shop."""
    desk.use(world.parts.desk)
    yield Caller(world)
    desk.use(None)


def test_orders_are_listed_and_read(world: World, order: Order, program: Caller) -> None:
    """The list names the order; its own address has lines and what is left of them."""
    listed = program.get("/orders", search=str(order.id)).json()
    read = program.get(f"/orders/{world.row(order).pk}").json()

    assert [item["number"] for item in listed["items"]] == [str(order.id)]
    assert read["total"] == {"amount": "299.00", "minor": 29900, "currency": "SEK"}
    assert sum(line["to_capture"]["amount"]["minor"] for line in read["lines"]) == 29900


def test_a_split_shipment_with_a_return(world: World, order: Order, program: Caller) -> None:
    """Capture by SKU, refund by SKU, release the rest: each is asked, worked, and answered."""
    path = f"/orders/{world.row(order).pk}"
    answers = []
    for operation, body in (
        ("captures", {"lines": [{"line": "MUG-1", "quantity": 1}]}),
        ("refunds", {"lines": [{"line": "MUG-1", "quantity": 1}], "reason": "Broken"}),
        ("release", {}),
    ):
        asked = program.post(f"{path}/{operation}", body)
        world.work()
        answers.append(
            (asked.status_code, program.get(f"/requests/{asked.json()['id']}").json())
        )

    assert [(status, answer["state"]) for status, answer in answers] == [(202, "done")] * 3
    assert len(world.klarna(order).captures) == len(world.klarna(order).refunds) == 1
    assert world.klarna(order).remaining_authorized_amount == 0


def test_the_same_key_and_figures_are_one_request(
    world: World, order: Order, program: Caller
) -> None:
    """A program that does not know whether it was heard says it again."""
    path = f"/orders/{world.row(order).pk}/captures"
    first = program.post(path, {"amount": 10000}, key="shipment-7")
    world.work()
    second = program.post(path, {"amount": 10000}, key="shipment-7")
    other = program.post(path, {"amount": 5000}, key="shipment-7")

    assert first.json()["id"] == second.json()["id"]
    assert second.status_code == 200
    assert (other.status_code, other.json()["type"]) == (409, "/problems/key_reused")
    assert [made.captured_amount for made in world.klarna(order).captures] == [10000]


def test_what_is_not_possible_is_a_problem_with_the_reason(
    world: World, order: Order, program: Caller
) -> None:
    """Nothing is captured: the refund is answered with the sentence an operator reads."""
    answer = program.post(f"/orders/{world.row(order).pk}/refunds", {})

    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert "Nothing is captured yet" in answer.json()["detail"]


def test_another_amount_than_expected_is_refused(
    world: World, order: Order, program: Caller
) -> None:
    """The program thought that 100.00 is due; 299.00 is, so nothing is stored."""
    answer = program.post(f"/orders/{world.row(order).pk}/captures", {"expects": 10000})

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/changed")
    assert world.work() == 0


def test_a_review_shows_what_would_be_sent_and_stores_nothing(
    world: World, order: Order, program: Caller
) -> None:
    """The figures that the request itself would have, and no request."""
    path = f"/orders/{world.row(order).pk}"
    shown = program.post(
        f"{path}/reviews",
        {"command": "capture", "lines": [{"line": "MUG-1", "quantity": 1}]},
    ).json()
    impossible = program.post(f"{path}/reviews", {"command": "refund"})

    assert shown["plan"]["steps"][0]["body"]["captured_amount"] == shown["expects"]["minor"]
    assert "Nothing is captured yet" in impossible.json()["detail"]
    assert world.work() == 0
    assert not world.klarna(order).captures


def test_an_order_that_has_changed_is_not_acted_on(
    world: World, order: Order, program: Caller
) -> None:
    """If-Match holds for the first request, not for one that others were faster than."""
    path = f"/orders/{world.row(order).pk}"
    tag = program.get(path)["ETag"]
    first = program.post(f"{path}/captures", {"amount": 100}, key="one", **{"If-Match": tag})
    again = program.post(f"{path}/captures", {"amount": 100}, key="one", **{"If-Match": tag})
    late = program.post(f"{path}/captures", {"amount": 100}, key="two", **{"If-Match": tag})

    assert (first.status_code, again.status_code, late.status_code) == (202, 202, 412)
    assert first["Location"] == f"/api/v1/requests/{first.json()['id']}"
    assert late.json()["type"] == "/problems/changed"


def test_captures_and_refunds_have_lists_of_their_own(
    world: World, order: Order, program: Caller
) -> None:
    """Klarna's own record of both, by the order, and the day's figures."""
    path = f"/orders/{world.row(order).pk}"
    for operation in ("captures", "refunds"):
        program.post(f"{path}/{operation}", {"amount": 10000})
        world.work()
    day = program.get("/reports/days", days=1).json()["days"][0]

    assert [made["amount"]["minor"] for made in program.get(f"{path}/captures").json()] == [
        10000
    ]
    assert [made["amount"]["minor"] for made in program.get(f"{path}/refunds").json()] == [
        10000
    ]
    assert (day["captured"]["minor"], day["refunded"]["minor"]) == (10000, 10000)


def test_lists_are_read_page_by_page_and_field_by_field(
    world: World, order: Order, program: Caller
) -> None:
    """The Link header leads on, and only the fields that were named are there."""
    newer = world.buy()
    world.look(newer)
    first = program.get("/orders", limit=1, fields="number")
    after = first["Link"].split(";")[0].strip("<>").removeprefix("/api/v1")
    second = program.get(after)
    unknown = program.get("/orders", fields="secret")

    assert first.json()["items"] == [{"number": str(newer.id)}]
    assert second.json()["items"] == [{"number": str(order.id)}]
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "fields")


def test_requests_and_calls_are_read_page_by_page_and_field_by_field(
    world: World, order: Order, program: Caller
) -> None:
    """Both lists narrow to an order, lead on, and give the fields that were named."""
    path = f"/orders/{world.row(order).pk}"
    for amount in (10000, 5000):
        program.post(f"{path}/captures", {"amount": amount})
        world.work()
    asked = program.get("/requests", limit=1, fields="command,state", state="done")
    calls = program.get("/intents", limit=1, fields="amount", order_id=world.row(order).pk)
    older = program.get(calls["Link"].split(";")[0].strip("<>").removeprefix("/api/v1"))

    assert asked.json()["items"] == [{"command": "capture", "state": "done"}]
    assert "next" in asked["Link"]
    assert [page.json()["items"][0]["amount"]["minor"] for page in (calls, older)] == [
        5000,
        10000,
    ]
    assert program.get("/requests", state="refused").json()["items"] == []
    assert program.get("/intents", fields="body").status_code == 422


def test_holds_are_read_page_by_page(world: World, program: Caller) -> None:
    """Two orders wait for a person: each is on one page, the longer wait first."""
    held = [world.buy() for _ in range(2)]
    for placed in held:
        world.set_status(placed, "completed")
        world.set_status(placed, "cancelled")
    first = program.get("/holds", limit=1).json()
    second = program.get("/holds", limit=1, cursor=first["next"], fields="number").json()
    elsewhere = program.get("/holds", shop_id=world.shop + 1).json()

    numbers = [item["number"] for page in (first, second) for item in page["items"]]
    assert numbers == [str(placed.id) for placed in held]
    assert (second["next"], elsewhere["items"]) == (None, [])


def test_every_answer_bears_the_request_id(program: Caller) -> None:
    """The caller's own where it is one that can be written down, else one of ours."""
    own = program.send("GET", "/shops", None, **{"X-Request-Id": "erp-7"})
    odd = program.send("GET", "/orders/0", None, **{"X-Request-Id": "a b"})

    assert own["X-Request-Id"] == "erp-7"
    assert (odd.status_code, len(odd["X-Request-Id"])) == (422, 36)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": "many"}, "amount"),
        ({"surprise": 1}, "surprise"),
        ({"lines": [{"line": "MUG-1", "quantity": 0}]}, "quantity"),
    ],
)
def test_a_body_that_is_not_right_names_the_field(
    world: World, order: Order, program: Caller, body: dict[str, Any], field: str
) -> None:
    """422, with the field and what is wrong with it."""
    answer = program.post(f"/orders/{world.row(order).pk}/captures", body)

    assert answer.status_code == 422
    assert field in {error["field"].rpartition(".")[2] for error in answer.json()["errors"]}


def test_money_is_not_moved_without_a_key_of_the_callers(
    world: World, order: Order, program: Caller
) -> None:
    """A write without Idempotency-Key could not be repeated safely, so it is not taken."""
    answer = program.send("POST", f"/orders/{world.row(order).pk}/captures", {})

    assert answer.status_code == 422
    assert "Idempotency-Key" in str(answer.json()["errors"])


def test_nobody_comes_in_without_a_good_key(program: Caller) -> None:
    """No key, a made-up one, a revoked one and an expired one are answered alike."""
    late = NewKey(
        name="late",
        scopes=ALL,
        shops=None,
        created_by="anna",
        expires_at=datetime.now(UTC) - timedelta(seconds=1),
    )
    _, expired = keys.make(late, now=datetime.now(UTC))
    keys.revoke(program.row.prefix, now=datetime.now(UTC))
    tokens = [None, "kvitt_00000000_x", program.token, expired, "Bearer", program.token[:-1]]
    answers = [
        Client().get(
            "/api/v1/orders", headers={"Authorization": f"Bearer {token}"} if token else {}
        )
        for token in tokens
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1


def test_a_key_may_do_only_what_its_scopes_say(world: World, order: Order) -> None:
    """A key that may look may not capture."""
    desk.use(world.parts.desk)
    looker = Caller(world, scopes=frozenset({Right.SEE}))
    path = f"/orders/{world.row(order).pk}"

    assert looker.get(path).status_code == 200
    assert looker.post(f"{path}/captures", {}).status_code == 403
    desk.use(None)


def test_another_shops_orders_are_not_there(world: World, order: Order) -> None:
    """A key for no shop of ours sees nothing of it, not even that it exists."""
    desk.use(world.parts.desk)
    stranger = Caller(world)
    stranger.row.shops.clear()
    pk = world.row(order).pk

    assert stranger.get("/orders").json()["items"] == []
    assert stranger.get("/shops").json() == []
    assert stranger.get(f"/orders/{pk}").status_code == 404
    assert stranger.post(f"/orders/{pk}/captures", {}).status_code == 404
    desk.use(None)


def test_a_request_can_be_taken_back_before_it_is_sent(
    world: World, order: Order, program: Caller
) -> None:
    """Withdrawn, it is never carried out."""
    asked = program.post(f"/orders/{world.row(order).pk}/captures", {}).json()
    taken_back = program.send("DELETE", f"/requests/{asked['id']}", None)
    world.work()

    assert taken_back.json()["state"] == "withdrawn"
    assert not world.klarna(order).captures


def test_the_journal_is_read_newest_first(world: World, order: Order, program: Caller) -> None:
    """Every call with its state, its attempts and Klarna's id."""
    program.post(f"/orders/{world.row(order).pk}/captures", {"amount": 10000})
    world.work()
    (intent,) = program.get("/intents", kind="capture").json()["items"]

    assert (intent["state"], intent["attempts"], intent["actor"]) == ("done", 1, "api:erp")
    assert intent["klarna_id"] == world.klarna(order).captures[0].capture_id


def test_every_answer_says_what_may_still_be_called(program: Caller) -> None:
    """A program need not run into the limit to know of it."""
    answer = program.get("/shops")

    assert int(answer["RateLimit-Remaining"]) == int(answer["RateLimit-Limit"]) - 1


def test_a_key_that_calls_too_often_is_told_when_to_come_back() -> None:
    """After a burst a call is refused, and let in again when the time that was said is over."""
    moment = 0.0
    meter = Meter(now=lambda: moment)
    for _ in range(BURST):
        meter.take(1)
    with pytest.raises(Refusal) as refused:
        meter.take(1)
    of_another_key = meter.take(2)
    moment = float(refused.value.headers["Retry-After"])

    assert refused.value.status == 429
    assert refused.value.headers["RateLimit-Remaining"] == "0"
    assert of_another_key.remaining == BURST - 1
    assert meter.take(1).limit == BURST


def test_a_call_too_many_is_answered_with_what_is_left_and_when(program: Caller) -> None:
    """Over HTTP: 429 as a problem, Retry-After, and the same headers as every answer."""
    METER._levels[program.row.pk] = (0.0, METER.now())
    answer = program.get("/shops")
    METER._levels.clear()

    assert answer.status_code == 429
    assert answer.json()["type"] == "/problems/rate_limited"
    assert int(answer["Retry-After"]) >= 1
    assert (answer["RateLimit-Limit"], answer["RateLimit-Remaining"]) == (str(BURST), "0")
