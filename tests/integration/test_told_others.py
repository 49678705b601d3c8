"""Webhooks that kvitt sends: written with what they tell of, signed, delivered, logged."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from contract.hosting import new_server, running
from integration.programs import Caller
from integration.worlds import World
from kvitt.adapters.database.models import Message, Subscriber
from kvitt.adapters.database.outbox import Outbox
from kvitt.adapters.database.vault import Vault
from kvitt.adapters.outgoing import signature
from kvitt.application.outgoing import AGAIN, SWITCHED_OFF_AFTER, Postman
from kvitt.bootstrap.outgoing import postman_of
from kvitt.domain.errors import WebhookRejected
from kvitt.web import desk

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Erp:
    """Somebody who subscribed: remembers what came, and answers as it is told to."""

    url: str = ""
    status: int = 204
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Take a message, as a WSGI application."""
        request = Request(environ)
        given = {name.lower(): value for name, value in request.headers.items()}
        self.came.append((given, request.get_data()))
        return Response(status=self.status)(environ, start_response)

    @property
    def types(self) -> list[str]:
        """Return what was told, in the order it came."""
        return [json.loads(body)["type"] for _, body in self.came]


@pytest.fixture
def erp() -> Iterator[Erp]:
    """A subscriber's server on this machine."""
    server, erp = new_server(), Erp()
    server.set_app(erp)
    with running(server) as url:
        erp.url = url
        yield erp


@pytest.fixture
def program(world: World) -> Iterator[Caller]:
    """A program that may configure the world's shop."""
    desk.use(world.parts.desk)
    yield Caller(world)
    desk.use(None)


@pytest.fixture
def postman(world: World) -> Postman:
    """The job, on the world's clock; chance adds nothing."""
    made = postman_of(world.parts.settings, world.parts.sweep.clock)
    return replace(made, dice=lambda _: 0)


def subscribe(world: World, erp: Erp, program: Caller, **changes: Any) -> dict[str, Any]:
    """Subscribe to everything, past the check of the address: this machine is not public."""
    body = {
        "url": "https://erp.example/hook",
        "events": ["order.captured", "order.refunded", "order.held", "order.resolved"],
        "shop_id": world.shop,
        **changes,
    }
    made: dict[str, Any] = program.post("/webhooks", body).json()
    Subscriber.objects.filter(pk=made["id"]).update(url=f"{erp.url}/hook?of=kvitt")
    return made


def test_what_happens_is_told_once_and_signed(
    world: World, erp: Erp, program: Caller, postman: Postman
) -> None:
    """A capture, then a cancellation that cannot be: each event comes with a good signature."""
    made = subscribe(world, erp, program)
    order = world.buy()
    world.set_status(order, "completed")
    world.set_status(order, "cancelled")
    world.set_status(order, "completed")
    while postman():
        pass
    key = signature.key_of(made["secret"])
    now = world.parts.sweep.clock.now()
    ids = [signature.check(body, given=given, keys=[key], now=now) for given, body in erp.came]
    first = json.loads(erp.came[0][1])

    assert erp.types == ["order.captured", "order.held", "order.resolved"]
    assert len(set(ids)) == 3
    assert (first["data"]["number"], first["data"]["minor"]) == (str(order.id), 29900)


def test_a_message_that_was_changed_or_is_old_is_not_taken(world: World) -> None:
    """One other byte, another secret, or another hour: refused."""
    now = world.parts.sweep.clock.now()
    key, body = b"k" * 32, b'{"type":"order.captured"}'
    given = signature.headers(body, message="m", at=now, keys=[key])
    wrong = [
        (body + b" ", [key], now),
        (body, [b"l" * 32], now),
        (body, [], now),
        (body, [key], now + timedelta(minutes=6)),
    ]

    assert signature.check(body, given=given, keys=[key], now=now) == "m"
    for changed, keys, at in wrong:
        with pytest.raises(WebhookRejected):
            signature.check(changed, given=given, keys=keys, now=at)


def test_the_signature_is_the_specifications_own() -> None:
    """The example of the Standard Webhooks specification comes out as it stands there."""
    key = signature.key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    made = signature.sign(
        body, message="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp="1614265330", key=key
    )

    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_subscriber_that_fails_is_asked_again_later_and_then_switched_off(
    world: World, erp: Erp, program: Caller, postman: Postman
) -> None:
    """The same message under the same id, until nobody would read it; then silence."""
    made = subscribe(world, erp, program)
    order = world.buy()
    world.set_status(order, "completed")
    erp.status = 500
    postman()
    clock = world.town.books.clock
    for wait in AGAIN:
        clock.advance(wait)
        postman()
    message = Message.objects.get()
    world.book_refund(order, "10.00")
    world.look(order)
    clock.advance(SWITCHED_OFF_AFTER)
    postman()
    told = len(erp.came)
    postman()
    shown = program.get(f"/webhooks/{made['id']}").json()

    assert (message.state, message.attempts, message.status) == ("given_up", 10, 500)
    assert len({given["webhook-id"] for given, _ in erp.came}) == 2
    assert "Nothing could be delivered since" in shown["disabled_why"]
    assert len(erp.came) == told


def test_an_address_that_is_gone_is_switched_off_at_once(
    world: World, erp: Erp, program: Caller, postman: Postman
) -> None:
    """410 says so itself; enabled again, what has waited is delivered."""
    made = subscribe(world, erp, program)
    world.set_status(world.buy(), "completed")
    erp.status = 410
    postman()
    off = program.get(f"/webhooks/{made['id']}").json()
    erp.status = 200
    program.post(f"/webhooks/{made['id']}/enable", None)
    world.town.books.clock.advance(AGAIN[0])

    assert off["disabled_why"] == "The address answered 410 Gone."
    assert postman() == 1


def test_a_test_is_sent_once_and_its_answer_is_in_the_log(
    erp: Erp, world: World, program: Caller, postman: Postman
) -> None:
    """It is signed like any other and tells of no order; refused, it is not repeated."""
    made = subscribe(world, erp, program)
    erp.status = 503
    asked = program.post(f"/webhooks/{made['id']}/test", None)
    postman()
    world.town.books.clock.advance(AGAIN[0] + AGAIN[1])
    postman()
    (logged,) = program.get(f"/webhooks/{made['id']}/messages").json()["items"]
    key, ((given, body),) = signature.key_of(made["secret"]), erp.came
    sent_at = world.parts.sweep.clock.now() - AGAIN[0] - AGAIN[1]

    assert asked.status_code == 202
    assert signature.check(body, given=given, keys=[key], now=sent_at) == logged["id"]
    assert erp.types == ["webhook.test"]
    assert (logged["status"], logged["order_id"], logged["due_at"]) == (503, None, None)


def test_a_paused_subscriber_is_told_afterwards_what_it_missed(
    erp: Erp, world: World, program: Caller, postman: Postman
) -> None:
    """Nothing is sent meanwhile, and a test is refused; enabled again, the capture is told."""
    made = subscribe(world, erp, program)
    paused = program.post(f"/webhooks/{made['id']}/pause", None).json()
    world.set_status(world.buy(), "completed")
    refused = program.post(f"/webhooks/{made['id']}/test", None)
    silent = postman()
    program.post(f"/webhooks/{made['id']}/enable", None)

    assert paused["disabled_why"].startswith("Paused by api:")
    assert refused.status_code == 409
    assert (silent, postman(), erp.types) == (0, 1, ["order.captured"])


def test_what_waits_for_a_paused_subscriber_is_forgotten_after_its_time(
    erp: Erp, world: World, program: Caller
) -> None:
    """A subscriber that nobody resumes does not fill the database."""
    made = subscribe(world, erp, program)
    program.post(f"/webhooks/{made['id']}/pause", None)
    world.set_status(world.buy(), "completed")
    books = Outbox(Vault.of(world.parts.settings), world.parts.sweep.clock.now)
    kept = books.forget(older_than=timedelta(days=1))
    world.town.books.clock.advance(timedelta(days=2))

    assert (kept, books.forget(older_than=timedelta(days=1))) == (0, 1)


def test_a_secret_is_replaced_without_a_gap(
    world: World, erp: Erp, program: Caller, postman: Postman
) -> None:
    """For a day both secrets sign; then the new one alone."""
    old = subscribe(world, erp, program)
    new = program.post(f"/webhooks/{old['id']}/secret", None).json()
    order = world.buy()
    world.set_status(order, "completed")
    postman()
    world.town.books.clock.advance(timedelta(hours=25))
    world.book_refund(order, "10.00")
    world.look(order)
    postman()
    signed = [given["webhook-signature"].split() for given, _ in erp.came]

    assert old["secret"] != new["secret"]
    assert [len(signatures) for signatures in signed] == [2, 1]


def test_the_log_says_what_arrived_and_a_message_can_be_told_again(
    world: World, erp: Erp, program: Caller, postman: Postman
) -> None:
    """The page of messages has states and answers; redelivered, it comes under its own id."""
    made = subscribe(world, erp, program)
    for _ in range(2):
        world.set_status(world.buy(), "completed")
    while postman():
        pass
    path = f"/webhooks/{made['id']}/messages"
    first = program.get(path, limit=1).json()
    second = program.get(path, limit=1, cursor=first["next"]).json()
    again = program.post(f"{path}/{first['items'][0]['id']}/redeliver", None)
    postman()

    assert [page["items"][0]["state"] for page in (first, second)] == ["delivered"] * 2
    assert again.status_code == 202
    assert erp.came[-1][0]["webhook-id"] == first["items"][0]["id"]


def test_what_nobody_subscribed_to_is_not_stored(world: World) -> None:
    """Without a subscriber an order's life leaves no message."""
    world.set_status(world.buy(), "completed")

    assert not Message.objects.exists()


def test_what_is_told_is_forgotten_after_its_time(
    world: World, erp: Erp, program: Caller, postman: Postman
) -> None:
    """Delivered messages go, one that waits stays."""
    subscribe(world, erp, program)
    world.set_status(world.buy(), "completed")
    postman()
    erp.status = 500
    world.set_status(world.buy(), "completed")
    postman()
    clock = world.parts.sweep.clock
    world.town.books.clock.advance(timedelta(days=2))
    gone = Outbox(Vault.of(world.parts.settings), clock.now).forget(
        older_than=timedelta(days=1)
    )

    assert (gone, Message.objects.get().state) == (1, "waiting")


@pytest.mark.parametrize(
    "url",
    [
        "http://erp.example/hook",
        "https://erp.example:8443/hook",
        "https://127.0.0.1/hook",
        "https://[::1]/hook",
        "https://169.254.169.254/latest",
        "https://anna:secret@erp.example/hook",
        "ftp://erp.example/",
        "https://[",
        "nonsense",
    ],
)
def test_nothing_is_posted_to_an_address_that_is_not_public(
    world: World, program: Caller, url: str
) -> None:
    """Refused when it is given, with the field's name; nothing is stored."""
    body = {"url": url, "events": ["order.captured"], "shop_id": world.shop}
    answer = program.post("/webhooks", body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "url"
    assert program.get("/webhooks").json() == []


def test_a_key_of_one_shop_cannot_hear_of_others(program: Caller) -> None:
    """Neither all shops nor another one may be named by it."""
    body = {"url": "https://erp.example/", "events": ["order.captured"]}
    answers = [program.post("/webhooks", {**body, "shop_id": shop}) for shop in (None, 99)]

    assert [answer.status_code for answer in answers] == [422, 422]
