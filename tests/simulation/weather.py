"""What goes wrong in a run, and how often: drawn for each seed anew (swarm testing).

A run with every fault at a low rate finds less than runs in which a few faults are
frequent and the others do not occur (reliability.md §0.12), so each fault is left out of
half of the runs. Faults are those of reliability.md §3, by their numbers there.
"""

from dataclasses import dataclass, field
from enum import IntEnum

from simulation.choices import Choices, Weights
from simulation.schedule import HOUR, MILLISECOND, MINUTE, SECOND

#: A request that was given up is carried out within this time, or never; with the
#: longest pause of a worker it stays below the quiet period of one hour.
LATEST_ARRIVAL = 15 * MINUTE
LONGEST_PAUSE = 40 * MINUTE
#: How long a client waits for an answer that does not come.
TIMEOUT = 60 * SECOND


class Wire(IntEnum):
    """What becomes of one request and its answer."""

    FINE = 0
    #: No connection: it never left (K1, T1).
    UNREACHABLE = 1
    #: It left, and nothing came of it (K1).
    LOST_BEFORE = 2
    #: It was carried out, and the answer was lost (K2).
    LOST_AFTER = 3
    #: It was given up, and is carried out minutes later (K3).
    LATE = 4
    #: A proxy sent it twice (W2).
    DOUBLED = 5
    #: 429 (K5).
    LIMITED = 6
    #: 5xx, not carried out, or carried out (K4).
    FAULT_BEFORE = 7
    FAULT_AFTER = 8
    #: Carried out, and the answer cannot be read (K16, T3, T4).
    UNREADABLE = 9
    #: 401 (K12, T5).
    UNAUTHORIZED = 10
    #: 409, or a shop that is being repaired (K6).
    CONFLICT = 11
    #: 403 PAYMENT_METHOD_FAILED (K8); of a read: as it was a moment ago.
    ODD = 12


class Turn(IntEnum):
    """What happens to a worker where it crosses from one port call to the next."""

    ON = 0
    #: Somebody acts in between.
    INTERRUPTED = 1
    #: It is slow for a moment, so that others overtake it.
    SLOW = 2
    #: It stands still for longer than its lease: a machine that swaps, or sleeps (P2).
    PAUSED = 3
    #: It dies (P1).
    CRASHED = 4
    #: The database does not answer (P3, P4).
    NO_DATABASE = 5


class Post(IntEnum):
    """What becomes of a webhook."""

    DELIVERED = 0
    LOST = 1
    LATE = 2
    DOUBLED = 3


LATENCIES = (5 * MILLISECOND, 300 * MILLISECOND, 2 * SECOND, 20 * SECOND)
_LATENCY_WEIGHTS = Weights((60, 25, 12, 3))
_SHARES = (0.0, 0.0, 1.0, 3.0, 10.0)
_RATES = (0.0, 0.05, 0.2, 0.5)
_RARE = (0.0, 0.0, 0.01, 0.04)
_PAUSES = (2 * MINUTE, 6 * MINUTE, 12 * MINUTE, LONGEST_PAUSE)
_SKEWS = (0, 0, 3 * SECOND, -40 * SECOND, 4 * MINUTE, -10 * MINUTE, 10 * MINUTE)
_OUTAGES = (10 * MINUTE, 26 * HOUR, HOUR, 26 * HOUR, 5 * HOUR)
#: How a service is silent: everything may arrive there, and no answer come back, for so long
#: that keys are forgotten (K15).
_SILENCES = {
    "klarna": (
        Wire.UNREACHABLE,
        Wire.LOST_AFTER,
        Wire.LATE,
        Wire.LOST_BEFORE,
        Wire.LOST_AFTER,
    ),
    "shop": (Wire.UNREACHABLE, Wire.LOST_BEFORE, Wire.FAULT_BEFORE),
}

#: Reading changes nothing, so what comes after an effect cannot happen to it.
_OF_READS = (
    Wire.UNREACHABLE,
    Wire.LOST_BEFORE,
    Wire.LIMITED,
    Wire.FAULT_BEFORE,
    Wire.UNREADABLE,
    Wire.UNAUTHORIZED,
    Wire.ODD,
)
#: Nothing in a shop makes a repeat safe, so a late write to it cannot be told from a
#: lost one; kvitt looks before it repeats, and a shop's PHP ends within a minute.
_OF_SHOP_WRITES = (
    Wire.UNREACHABLE,
    Wire.LOST_BEFORE,
    Wire.LOST_AFTER,
    Wire.LIMITED,
    Wire.FAULT_BEFORE,
    Wire.FAULT_AFTER,
    Wire.UNREADABLE,
    Wire.UNAUTHORIZED,
)
_OF_WRITES = tuple(fault for fault in Wire if fault is not Wire.FINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A time in which a service answers nothing."""

    begins: int
    ends: int
    how: Wire
    #: Reading goes on as ever: only what is sent is lost.
    of_writes: bool

    def hits(self, now: int) -> bool:
        """Say whether it lasts now."""
        return self.begins <= now < self.ends


@dataclass(slots=True, kw_only=True)
class Weather:
    """The rates of one run."""

    choices: Choices
    klarna_writes: Weights
    klarna_reads: Weights
    shop_writes: Weights
    shop_reads: Weights
    turns: Weights
    posts: Weights
    skews: tuple[int, ...]
    outages: dict[str, Outage] = field(default_factory=dict)
    #: Once faults have stopped, everything works and nobody interferes.
    calm: bool = False

    def wire(self, weights: Weights, service: str, *, now: int) -> Wire:
        """Return what becomes of a request to a service."""
        if self.calm:
            return Wire.FINE
        outage = self.outages.get(service)
        reads = weights is self.klarna_reads
        if outage is not None and outage.hits(now) and not (reads and outage.of_writes):
            return outage.how
        return Wire(self.choices.of(weights))

    def turn(self) -> Turn:
        """Return what happens to a worker between two calls."""
        return Turn.ON if self.calm else Turn(self.choices.of(self.turns))

    def post(self) -> Post:
        """Return what becomes of a webhook."""
        return Post.DELIVERED if self.calm else Post(self.choices.of(self.posts))

    def latency(self) -> int:
        """Return how long an answer takes."""
        return LATENCIES[0] if self.calm else LATENCIES[self.choices.of(_LATENCY_WEIGHTS)]

    def pause(self) -> int:
        """Return how long a worker stands still."""
        return self.choices.one(_PAUSES)

    def arrival(self) -> int:
        """Return after how long a request that was given up is carried out."""
        return SECOND + self.choices.below(LATEST_ARRIVAL - SECOND)


def draw(choices: Choices, *, workers: int, horizon: int) -> Weather:
    """Draw the weather of one run."""
    rate = choices.one(_RATES)
    return Weather(
        choices=choices,
        klarna_writes=_wire_weights(choices, rate, _OF_WRITES),
        klarna_reads=_wire_weights(choices, rate / 3, _OF_READS),
        shop_writes=_wire_weights(choices, rate, _OF_SHOP_WRITES),
        shop_reads=_wire_weights(choices, rate / 3, _OF_READS[:-1]),
        turns=_turn_weights(choices),
        posts=Weights((1.0, choices.one(_RATES), choices.one(_RATES), choices.one(_RATES))),
        skews=tuple(choices.one(_SKEWS) for _ in range(workers)),
        outages=_outages(choices, horizon),
    )


def _wire_weights(choices: Choices, rate: float, faults: tuple[Wire, ...]) -> Weights:
    shares = [0.0] * len(Wire)
    for fault in faults:
        shares[fault] = choices.one(_SHARES) if rate else 0.0
    total = sum(shares)
    if not total:
        return Weights((1.0,))
    return Weights([1 - rate, *(share / total * rate for share in shares[1:])])


def _turn_weights(choices: Choices) -> Weights:
    rates = [choices.one(_RARE) for _ in range(len(Turn) - 1)]
    return Weights((1.0, rates[0] * 2, rates[1] * 2, *rates[2:]))


def _outages(choices: Choices, horizon: int) -> dict[str, Outage]:
    found = {}
    for service, likely in (("klarna", 0.16), ("shop", 0.08)):
        if choices.chance(likely):
            begins = choices.below(choices.one((2 * MINUTE, max(horizon // 2, 1))))
            how = choices.one(_SILENCES[service])
            lasts = choices.one(_OUTAGES)
            found[service] = Outage(
                begins=begins, ends=begins + lasts, how=how, of_writes=choices.chance(0.6)
            )
    return found
