"""Every call fails once, wherever it stands: the end is the one of an undisturbed day.

Each operation is carried out once to count its calls. Then it is carried out again for each
of them, with that one failing: requests before and after they had their effect, and
statements of the database. What is compared is what Klarna and the shop show in the end.

Of the statements a suite fails some, spread over each operation; with
``KVITT_TEST_EVERY_STATEMENT=1`` every one.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError, connection
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from contract.hosting import new_server, running
from integration.worlds import Pause, World, connect
from kvitt import bootstrap
from kvitt.domain.asks import Command, Request
from kvitt.domain.money import Money
from kvitt.sandbox.klarna import Clock, portal
from kvitt.sandbox.shop import seeding
from kvitt.sandbox.shop.records import Order
from kvitt.sandbox.town import Town
from kvitt.settings import Environment, Settings

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

pytestmark = pytest.mark.django_db(transaction=True)

#: After this long every key, lease and pause of one failure is over.
A_WHILE = timedelta(minutes=40)
ROUNDS = 3
EVERY = bool(os.environ.get("KVITT_TEST_EVERY_STATEMENT"))


@dataclass(slots=True)
class Gremlin:
    """Stands before shop and Klarna, counts the requests, and spoils one of them."""

    application: "WSGIApplication"
    count: int = 0
    #: Which request fails, and whether it has had its effect by then; 0 is none.
    nth: int = 0
    after: bool = False
    #: Requests of the part that may be spoilt, when it was last carried out.
    first: int = 0

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        self.count += 1
        if self.count != self.nth:
            return self.application(environ, start_response)
        if self.after:
            list(self.application(environ, lambda *_args: lambda _data: None))
        start_response("502 Bad Gateway", [("Content-Length", "0")])
        return []


@dataclass(slots=True)
class Breaker:
    """Stands before the database, counts the statements, and fails one of them."""

    count: int = 0
    nth: int = 0
    #: Statements of the part that may be spoilt, when it was last carried out.
    first: int = 0

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self.count += 1
        if self.count == self.nth:
            raise OperationalError("the database is locked")
        return execute(sql, params, many, context)


Deed = Callable[[World, Order], None]
Tell = Callable[[World, Order, UUID], None]


def nothing(world: World, order: Order) -> None:
    """Do nothing beforehand."""
    del world, order


def hint(world: World, order: Order, key: UUID) -> None:
    """Tell kvitt as the shop's message does."""
    del key
    world.hint(order)


def look_again(world: World, order: Order, key: UUID) -> None:
    """Have the order looked at, as a person does."""
    del key
    world.parts.desk.look_again(world.row(order).pk, "anna")


def ask(command: Command, minor: int) -> Tell:
    """Return how a person asks for an amount, under a key that stays the same."""

    def tell(world: World, order: Order, key: UUID) -> None:
        chair, row = world.parts.desk, world.row(order).pk
        request = Request(command=command, amount=Money(minor, "SEK"))
        if not chair.asked_before(row, request, ask_id=key):
            review = chair.review(row, request, ask_id=key)
            chair.ask(row, review.request, ask_id=key, actor="anna")

    return tell


def set_to(status: str) -> Deed:
    """Return the deed of setting the order's status."""

    def deed(world: World, order: Order) -> None:
        world.town.desk.set_status(order.id, status)

    return deed


def completed(world: World, order: Order) -> None:
    """Complete the order, and have it captured."""
    world.set_status(order, "completed")


def discount(world: World, order: Order) -> None:
    """Take 20.00 off the order."""
    world.town.desk.add_fee(order.id, name="Discount", amount=Decimal("-20.00"))


def refund(world: World, order: Order) -> None:
    """Refund 100.00 in the order screen."""
    world.book_refund(order, "100.00")


def refund_in_portal(world: World, order: Order) -> None:
    """Refund 50.00 in Klarna's portal."""
    portal.refund(world.town.books, world.klarna(order).order_id, amount=5000)


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """Something that merchants, operators or the portal do to an order."""

    name: str
    prepare: Deed = nothing
    deed: Deed = nothing
    tell: Tell = hint
    #: Of the database's statements, each so-manieth is failed.
    stride: int = 20


OPERATIONS = (
    Operation(name="capture", deed=set_to("completed"), stride=5),
    Operation(name="cancel", deed=set_to("cancelled")),
    Operation(name="update", deed=discount),
    Operation(name="refund", prepare=completed, deed=refund),
    Operation(name="portal refund", prepare=completed, deed=refund_in_portal, tell=look_again),
    Operation(name="asked capture", tell=ask(Command.CAPTURE, 10_000), stride=10),
    Operation(name="asked refund", prepare=completed, tell=ask(Command.REFUND, 2_500)),
)
NAMES = [operation.name for operation in OPERATIONS]


@dataclass(kw_only=True, slots=True)
class Stage:
    """A world whose outside, and whose database, can be spoilt."""

    world: World
    gremlin: Gremlin
    breaker: Breaker = field(default_factory=Breaker)

    def carry_out(self, operation: Operation) -> tuple[Any, ...]:
        """Do it once, with what is spoilt meanwhile, and return how it ended."""
        world = self.world
        order = world.buy()
        world.look(order)
        operation.prepare(world, order)
        operation.deed(world, order)
        key = uuid4()
        self.gremlin.count = self.breaker.count = 0
        with connection.execute_wrapper(self.breaker), suppress(OperationalError):
            operation.tell(world, order, key)
            world.work()
        self.gremlin.nth = self.breaker.nth = 0
        self.gremlin.first, self.breaker.first = self.gremlin.count, self.breaker.count
        # Whoever was not heard says it again.
        operation.tell(world, order, key)
        for _ in range(ROUNDS):
            world.pass_time(A_WHILE)
        return self._outcome(order)

    def _outcome(self, order: Order) -> tuple[Any, ...]:
        """Return what people see in the end: Klarna's sums, the shop's status and notes."""
        record, shown = self.world.klarna(order), self.world.store(order)
        notes = [note.split(" ID:")[0] for note in self.world.notes(order)]
        booked = self.world.town.desk.books.refunds(order.id)
        return (
            record.status,
            record.order_amount,
            sorted(made.captured_amount for made in record.captures),
            sorted(made.refunded_amount for made in record.refunds),
            shown.status,
            sorted(str(one.amount) for one in booked),
            sorted(notes),
        )


@pytest.fixture
def stage(settings_of_tests: Settings) -> Iterator[Stage]:
    """A connected shop with stocked shelves, behind a gremlin that sleeps."""
    server = new_server()
    with running(server) as base_url:
        clock, pause = Clock.running(), Pause()
        town = Town.open(None, base_url=base_url, clock=clock, pause=pause)
        seeding.stock_the_shelves(town.desk.books)
        gremlin = Gremlin(DispatcherMiddleware(Response("", 404), dict(town.mounts)))
        server.set_app(gremlin)
        demo = settings_of_tests.model_copy(update={"environment": Environment.DEMO})
        parts = bootstrap.assemble(demo, clock=clock)
        shop = connect(parts, town, base_url)
        world = World(parts=parts, town=town, shop=shop, pause=pause, most_looks=400)
        yield Stage(world=world, gremlin=gremlin)
        parts.connections.close()
        town.close()


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_each_request_may_fail_once(stage: Stage, operation: Operation, after: bool) -> None:
    """A request that fails before, or after, its effect changes nothing of the end."""
    undisturbed = stage.carry_out(operation)
    requests = stage.gremlin.first
    ends = []
    for nth in range(1, requests + 1):
        stage.gremlin.nth, stage.gremlin.after = nth, after
        ends.append(stage.carry_out(operation))

    assert requests > 1
    assert ends == [undisturbed] * requests


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_each_statement_may_fail_once(stage: Stage, operation: Operation) -> None:
    """A statement that the database refuses rolls its transaction back, and no more."""
    undisturbed = stage.carry_out(operation)
    statements = range(1, stage.breaker.first + 1, 1 if EVERY else operation.stride)
    ends = []
    for nth in statements:
        stage.breaker.nth = nth
        ends.append(stage.carry_out(operation))

    assert len(statements) > 1
    assert ends == [undisturbed] * len(statements)
