"""Every call fails once, wherever it stands: the end is the one of an undisturbed day.

Each operation is carried out once to count its calls. Then it is carried out again for each
of them, with that one failing: requests before and after they had their effect, and
statements of the database. What is compared is what Klarna and the shop show in the end.

Of the statements a suite fails some, spread over each operation, and of the rarer operations
it loses answers only, or leaves them out; with ``KVITT_TEST_EVERY_STATEMENT=1`` everything is
tried.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

import pytest
from django.db import OperationalError, connection
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from contract.hosting import new_server, running
from integration.worlds import Pause, World, connect
from kvitt import bootstrap
from kvitt.application.commands import Desk
from kvitt.domain.asks import Command, Request
from kvitt.domain.money import Money
from kvitt.domain.runs import Run, RunCommand, Wanted
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
#: What differs from order to order, and with what was read after it.
VARYING = re.compile(r" ID:| Invoice number:| It now ends| It is now due")
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


def sweep(world: World, order: Order, key: UUID) -> None:
    """Ask the shop what has changed, as comes round when a message was lost."""
    del order, key
    world.parts.sweep()


def drift(world: World, order: Order, key: UUID) -> None:
    """Ask the shop for open orders that nobody has told of for long."""
    del order, key
    world.parts.drift()


def run_of_many(world: World, order: Order, key: UUID) -> None:
    """Have the order captured in a run of many, under a key that stays the same."""
    bulk, row = world.parts.bulk, world.row(order).pk
    (prospect,) = bulk.review(key, RunCommand.CAPTURE, [row])
    if prospect.request is not None:
        run = Run(id=key, command=RunCommand.CAPTURE, actor="anna")
        bulk.begin(run, [Wanted(order=row, request=prospect.request)])
    bulk.carry_on()


def ask(command: Command, minor: int | None = None) -> Tell:
    """Return how a person asks for it, under a key that stays the same."""

    def tell(world: World, order: Order, key: UUID) -> None:
        chair, row = world.parts.desk, world.row(order).pk
        amount = None if minor is None else Money(minor, "SEK")
        make(chair, row, Request(command=command, amount=amount), key)

    return tell


def make(chair: Desk, row: int, request: Request, key: UUID) -> None:
    """Review and make a request, unless that was done before."""
    if not chair.asked_before(row, request, ask_id=key):
        review = chair.review(row, request, ask_id=key)
        chair.ask(row, review.request, ask_id=key, actor="anna")


def question_of(row: int) -> UUID:
    """Return the key under which it was asked what Klarna offers for an order."""
    return uuid5(NAMESPACE_OID, str(row))


def take_time(world: World, order: Order, key: UUID) -> None:
    """Take the first of the due dates that Klarna has offered."""
    chair, row = world.parts.desk, world.row(order).pk
    offer, *_ = chair.answer_of(row, question_of(row)).offers
    request = Request(command=Command.DUE_DATE, days=offer.number_of_days, fee=offer.fee)
    make(chair, row, request, key)


def set_to(status: str) -> Deed:
    """Return the deed of setting the order's status."""

    def deed(world: World, order: Order) -> None:
        world.town.desk.set_status(order.id, status)

    return deed


def completed(world: World, order: Order) -> None:
    """Complete the order, and have it captured."""
    world.set_status(order, "completed")


def offered_time(world: World, order: Order) -> None:
    """Complete the order, and ask what more time Klarna offers its customer."""
    completed(world, order)
    row = world.row(order).pk
    make(world.parts.desk, row, Request(command=Command.DUE_DATE), question_of(row))
    world.work()


def captured_in_part(world: World, order: Order) -> None:
    """Have 100.00 captured: the rest stays open."""
    ask(Command.CAPTURE, 10_000)(world, order, uuid4())
    world.work()


def swept(world: World, order: Order) -> None:
    """Have the shop asked once, so that there is a moment to ask from."""
    del order
    world.parts.sweep()


def completed_and_forgotten(world: World, order: Order) -> None:
    """Complete the order, of which nobody tells kvitt for hours."""
    world.town.desk.set_status(order.id, "completed")
    world.town.books.clock.advance(timedelta(hours=7))


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
    #: Whether it is tried in every way every day; else only that its answers get lost.
    daily: bool = True


#: As the others, and too long for every day.
RARE = (
    Operation(
        name="asked message",
        prepare=completed,
        tell=ask(Command.RESEND),
        stride=45,
        daily=False,
    ),
    Operation(
        name="swept capture",
        prepare=swept,
        deed=set_to("completed"),
        tell=sweep,
        stride=45,
        daily=False,
    ),
    Operation(
        name="drifted capture", deed=completed_and_forgotten, tell=drift, stride=45, daily=False
    ),
)
OPERATIONS: tuple[Operation, ...] = (
    Operation(name="capture", deed=set_to("completed"), stride=5),
    Operation(name="cancel", deed=set_to("cancelled")),
    Operation(name="update", deed=discount),
    Operation(name="refund", prepare=completed, deed=refund),
    Operation(name="portal refund", prepare=completed, deed=refund_in_portal, tell=look_again),
    Operation(name="asked capture", tell=ask(Command.CAPTURE, 10_000), stride=10),
    Operation(name="asked refund", prepare=completed, tell=ask(Command.REFUND, 2_500)),
    Operation(
        name="asked release",
        prepare=captured_in_part,
        tell=ask(Command.RELEASE),
        stride=45,
        daily=False,
    ),
    Operation(name="asked extension", tell=ask(Command.EXTEND), stride=45, daily=False),
    Operation(
        name="asked due date", prepare=offered_time, tell=take_time, stride=45, daily=False
    ),
    Operation(name="run of many", tell=run_of_many, stride=45, daily=False),
    *(RARE if EVERY else ()),
)
STATED = [operation for operation in OPERATIONS if operation.daily or EVERY]
WAYS = [
    pytest.param(operation, after, id=f"{'after' if after else 'before'}-{operation.name}")
    for operation in OPERATIONS
    for after in (False, True)
    if after or operation.daily or EVERY
]


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
        notes = [VARYING.split(note)[0] for note in self.world.notes(order)]
        booked = self.world.town.desk.books.refunds(order.id)
        return (
            record.status,
            record.order_amount,
            record.remaining_authorized_amount,
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


@pytest.mark.parametrize(("operation", "after"), WAYS)
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


@pytest.mark.parametrize("operation", STATED, ids=lambda operation: operation.name)
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
