"""One run from its choices: placed, acted, disturbed, left in peace, and judged."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from kvitt.domain.ids import StoreOrderId
from kvitt.domain.klarna_order import FraudStatus, KlarnaOrder, KlarnaStatus
from kvitt.domain.money import Money
from kvitt.domain.policy import ManualRefunds, Policy
from simulation import verdict, weather
from simulation.choices import Choices
from simulation.klarna_books import Keeps, KlarnaBooks
from simulation.moves import Moves
from simulation.people import People, klarna_id_of
from simulation.schedule import DAY, HOUR, MINUTE, START, Schedule
from simulation.shop_books import CURRENCY, new_order
from simulation.weather import LATEST_ARRIVAL, LONGEST_PAUSE
from simulation.witness import Violation
from simulation.world import SHOP, Worker, World, lean

#: Within this time after faults have stopped, nothing may wait in silence any more.
PEACE = 9 * HOUR
#: Where Klarna keeps its own faults under a key, the key has to be forgotten first.
LONG_PEACE = 60 * HOUR
_HORIZONS = (5 * MINUTE, 5 * MINUTE, 20 * MINUTE, HOUR, 5 * HOUR, 30 * HOUR)
CLOSE = 2 * MINUTE
#: In so many runs a clock jumps by an hour or a day (P7).
JUMPS = 0.04
#: In so many runs the shop changes which order at Klarna an order is (``moves.py``).
MOVES = 0.08
_TOTALS = (24_898, 10_000, 9_999)
_SWEEPS = 4
_POLICIES = (
    Policy(),
    Policy(),
    Policy(),
    Policy(),
    Policy(manual_refunds=ManualRefunds.ASK),
    Policy(release_rest=False),
    Policy(failed_capture_status=""),
    Policy(write_back=False),
)

Tape = Callable[[int, str, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run has ended, and all that is needed to repeat it."""

    choices: tuple[int, ...]
    violations: tuple[Violation, ...]
    #: Microseconds of virtual time.
    lasted: int
    effects: int


def run(
    choices: Choices,
    *,
    tape: Tape | None = None,
    klarna: Callable[[Schedule], KlarnaBooks] = lean,
) -> Outcome:
    """Run the choices to their end, with this Klarna."""
    world = World(choices, tape=tape, klarna=klarna)
    try:
        _live(world)
    finally:
        world.schedule.close()
    return Outcome(
        choices=tuple(choices.made),
        violations=tuple(world.witness.violations),
        lasted=world.now,
        effects=len(world.klarna.effects),
    )


def _live(world: World) -> None:
    choices = world.choices
    horizon = choices.one(_HORIZONS)
    workers = 1 + choices.below(3)
    world.weather = weather.draw(choices, workers=workers, horizon=horizon)
    world.rows.policy = choices.one(_POLICIES)
    world.klarna.keeps = choices.one(tuple(Keeps))
    world.klarna.scoped_by_kind = choices.chance(0.3)
    orders = tuple(
        _place(world, StoreOrderId(1000 + nth))
        for nth in range(2 if choices.chance(0.15) else 1)
    )
    people = People(world, orders)
    world.interrupt = people.act
    people.come(acts=1 + choices.below(7), within=horizon)
    # Clocks that differ by more than a lease make two workers think that they hold an
    # order. Keys keep money safe then (P2); what the shop is told may be told twice.
    skews = world.weather.skews
    world.loose = max(skews) - min(skews) >= CLOSE
    for nth, skew in enumerate(skews):
        world.start_worker(nth + 1, skew=skew)
    if choices.chance(JUMPS):
        world.schedule.at(choices.below(horizon), world.jump)
    if choices.aside(MOVES, name="moves"):
        Moves(world, orders).come(within=horizon)
    if choices.chance(0.06):
        world.schedule.at(choices.below(horizon), world.back_up)
        world.schedule.at(choices.below(horizon), world.put_back)
    sweeps = choices.below(_SWEEPS)
    sweeper = Worker(world, "sweeper", skew=0)
    sweeper.advance(SHOP, START - timedelta(days=1))
    for nth in range(1, sweeps + 1):
        world.schedule.at(nth * horizon // sweeps, lambda: sweep(world, sweeper))
    stops = max(horizon, *(outage.ends for outage in world.weather.outages.values()), 0)
    world.schedule.run(stops + LATEST_ARRIVAL)
    _rest(world, sweeper)


def _rest(world: World, sweeper: Worker) -> None:
    """Let faults stop, wait, and judge."""
    world.tell("RUN", "faults stop, and nobody interferes any more")
    world.weather.calm = True
    began = world.now
    world.set_clocks_right()
    wait = LONGEST_PAUSE + LATEST_ARRIVAL + 5 * MINUTE
    world.schedule.at(began + wait, lambda: sweep(world, sweeper))
    # What a clock that ran ahead has put off comes a day late.
    world.schedule.run(began + (PEACE + DAY if world.jumped else PEACE))
    if verdict.unsettled(world):
        world.schedule.run(began + LONG_PEACE)
    verdict.judge(world)
    effects, notes = len(world.klarna.effects), len(world.shop.added)
    for row in world.rows.orders.values():
        world.hint(row.store_order_id, "once more")
    world.schedule.run(world.now + 10 * MINUTE)
    verdict.judge_rest(world, effects=effects, notes=notes)


def sweep(world: World, sweeper: Worker) -> None:
    """Begin a sweep, as a task of its own."""
    world.schedule.start(sweeper.sweep_once)


def _place(world: World, order_id: StoreOrderId) -> StoreOrderId:
    """Have a customer order something and pay with Klarna."""
    choices = world.choices
    minor = choices.one(_TOTALS)
    klarna_id = klarna_id_of(order_id)
    amount = Money(minor, CURRENCY)
    pending = choices.chance(0.08)
    asked = KlarnaOrder(
        id=klarna_id,
        status=KlarnaStatus.AUTHORIZED,
        fraud_status=FraudStatus.PENDING if pending else FraudStatus.ACCEPTED,
        order_amount=amount,
        original_order_amount=amount,
        captured=Money.zero(CURRENCY),
        refunded=Money.zero(CURRENCY),
        remaining=amount,
        merchant_reference1=str(order_id),
        merchant_reference2=str(order_id),
        klarna_reference="K4MADNY",
        created_at=START,
        expires_at=START + timedelta(days=28),
        purchase_country="SE",
        payment_method="INVOICE",
    )
    klarna_id = world.klarna.place(asked)
    world.klarna_ids[order_id] = klarna_id
    placed = new_order(order_id, minor=minor, klarna_id=klarna_id)
    world.shop.place(placed, now=world.moment())
    return order_id
