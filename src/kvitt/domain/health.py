"""How well a shop or a Klarna account answers, and when it may be asked again. Pure.

Every worker of every process shares one ``Health`` for each of them:

    well ──► failing ──► open ──► (one probe) ──► well, or open for longer
                 └─────► refused ──► (a rare probe, new credentials, a person) ──► well
                 └─────► limited ──► asked again when the service says so

While one is *blocked* none of its orders is claimed: a dead shop takes no worker from the
others, and an outage does not use up the attempts of every order that waits.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from kvitt.domain.errors import (
    KvittError,
    MalformedReply,
    NotAllowed,
    RateLimited,
    Transient,
    Unauthorized,
    Unreachable,
)

#: Draws a whole number below the one given.
Dice = Callable[[int], int]

#: Failures in a row, of different orders, after which a service is left alone for a while.
OPENS_AFTER = 5
#: How long it is left alone the first, second, … time in a row.
OPEN_FOR = (
    timedelta(seconds=15),
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
)
#: The same where our credentials are refused: only somebody's hand will change that.
REFUSED_FOR = (timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1))
#: A service that asks us to slow down without saying for how long.
LIMITED_FOR = timedelta(seconds=1)
#: A probe that has said nothing for this long has died: another one may be sent.
PROBE_LASTS = timedelta(minutes=2)
#: Codes by which WordPress itself, and not a firewall before it, refuses a key.
_SHOP_CODES = ("woocommerce_rest_", "rest_")


class PartyKind(StrEnum):
    """What a party is."""

    SHOP = "shop"
    ACCOUNT = "account"


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """Somebody we ask: a shop by its row id, a Klarna account by its identity."""

    kind: PartyKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Condition(StrEnum):
    """How a party is."""

    WELL = "well"
    #: It failed, not often enough in a row to be left alone.
    FAILING = "failing"
    #: The circuit is open: it does not answer as it should.
    OPEN = "open"
    #: It refuses our credentials.
    REFUSED = "refused"
    #: It asks us to slow down.
    LIMITED = "limited"


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What all workers know of a party."""

    condition: Condition = Condition.WELL
    #: Failures in a row, counted once for an order that fails again and again.
    failures: int = 0
    #: The order that failed last, by its id in the shop; 0 where it was none.
    failed_order: int = 0
    #: Times in a row that it was left alone, or refused us.
    times: int = 0
    #: Since when it has not been well.
    since: datetime | None = None
    #: It is not asked before then.
    blocked_until: datetime | None = None
    #: The refusal was of a write: a read that works does not end it.
    refused_write: bool = False
    #: What it said last, in words for a person.
    why: str = ""

    def is_blocked(self, now: datetime) -> bool:
        """Say whether it may not be asked now."""
        return self.blocked_until is not None and now < self.blocked_until

    @property
    def wants_probe(self) -> bool:
        """Say whether only one worker may ask it, to find out."""
        return self.condition in {Condition.OPEN, Condition.REFUSED}

    @property
    def is_alarming(self) -> bool:
        """Say whether a person should know."""
        return self.condition in {Condition.OPEN, Condition.REFUSED}


WELL = Health()


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What was asked of a party when it answered, or did not."""

    order: int = 0
    write: bool = False


def sentence(party: Party, health: Health) -> str:
    """Return what a person is told of a party that is left alone; empty for any other."""
    who = "The shop" if party.kind is PartyKind.SHOP else "Klarna"
    if health.condition is Condition.OPEN:
        return (
            f"{who} does not answer as it should ({health.why}). Its orders wait; kvitt tries "
            "again by itself, and nothing needs to be done."
        )
    if health.condition is Condition.REFUSED:
        return (
            f"{who} refuses our credentials ({health.why}). Its orders wait. Put in working "
            "credentials, or mend the key and let kvitt try again."
        )
    return ""


def sentence_of_order(party: Party, health: Health) -> str:
    """Return why an order waits that needs a party which is left alone; times are in UTC.

    Empty for any other party.
    """
    if not health.is_alarming or health.since is None:
        return ""
    shop, since = party.kind is PartyKind.SHOP, f"{health.since:%Y-%m-%d %H:%M}"
    if health.condition is Condition.OPEN:
        said = (
            f"{'The shop' if shop else 'Klarna'} has not answered as it should since {since}."
        )
    else:
        said = f"{'The shop' if shop else 'Klarna'} has refused our credentials since {since}."
    if health.blocked_until is not None:
        again = f"{health.blocked_until:%Y-%m-%d %H:%M}"
        said += f" This order waits until it is asked again, at {again}. Nothing is lost."
    else:
        said += " This order waits until it is asked again, which is soon. Nothing is lost."
    if health.condition is Condition.REFUSED:
        said += " Put in working credentials; the order then goes on by itself."
    return said


def after_answer(health: Health, asked: Asked) -> Health:
    """Return the health after an answer, be it one of refusal: the service works."""
    if health.condition is Condition.REFUSED and health.refused_write and not asked.write:
        return health
    return WELL


def after_error(
    health: Health, error: KvittError, asked: Asked, *, now: datetime, dice: Dice
) -> Health:
    """Return the health after an error."""
    if _is_refusal(error):
        return _refused(health, error, asked, now=now)
    if isinstance(error, RateLimited):
        return _limited(health, error, now=now)
    if _is_failure(error):
        return _failed(health, error, asked, now=now, dice=dice)
    return after_answer(health, asked)


def probed(health: Health, *, now: datetime) -> Health:
    """Return the health while one worker finds out for all."""
    return replace(health, blocked_until=now + PROBE_LASTS)


def _is_refusal(error: KvittError) -> bool:
    if isinstance(error, Unauthorized):
        return True
    # Klarna's own 403 is a word about an order, in capitals; a firewall's has no code.
    return isinstance(error, NotAllowed) and (error.code or "").startswith(_SHOP_CODES)


def _is_failure(error: KvittError) -> bool:
    if isinstance(error, NotAllowed):
        return not error.code
    return isinstance(error, Transient | MalformedReply)


def _refused(health: Health, error: KvittError, asked: Asked, *, now: datetime) -> Health:
    again = health.times if health.condition is Condition.REFUSED else 0
    return Health(
        condition=Condition.REFUSED,
        failures=health.failures + 1,
        failed_order=asked.order,
        times=again + 1,
        since=health.since or now,
        blocked_until=now + REFUSED_FOR[min(again, len(REFUSED_FOR) - 1)],
        refused_write=asked.write,
        why=str(error),
    )


def _limited(health: Health, error: RateLimited, *, now: datetime) -> Health:
    if health.wants_probe:
        return health
    return replace(
        health,
        condition=Condition.LIMITED,
        since=health.since or now,
        blocked_until=now + (error.retry_after or LIMITED_FOR),
        why=str(error),
    )


def _failed(
    health: Health, error: KvittError, asked: Asked, *, now: datetime, dice: Dice
) -> Health:
    # One order that always fails says nothing about the others, unless nothing got through.
    same = bool(asked.order) and asked.order == health.failed_order
    counts = not same or isinstance(error, Unreachable) or health.wants_probe
    failed = replace(
        health,
        failures=health.failures + (1 if counts or not health.failures else 0),
        failed_order=asked.order,
        since=health.since or now,
        why=str(error),
    )
    if health.condition is Condition.REFUSED:
        return replace(failed, blocked_until=now + OPEN_FOR[0])
    if failed.failures < OPENS_AFTER:
        return replace(failed, condition=Condition.FAILING, blocked_until=None)
    return replace(
        failed,
        condition=Condition.OPEN,
        times=health.times + 1,
        blocked_until=now + _spread(_open_for(health.times, error), dice),
    )


def _open_for(times: int, error: KvittError) -> timedelta:
    wait = OPEN_FOR[min(times, len(OPEN_FOR) - 1)]
    asked_for = getattr(error, "retry_after", None)
    return max(wait, asked_for) if isinstance(asked_for, timedelta) else wait


def _spread(wait: timedelta, dice: Dice) -> timedelta:
    """Return between three and five quarters of a wait: circuits shall not close as one."""
    half = int(wait.total_seconds() * 500)
    return wait * 3 / 4 + timedelta(milliseconds=dice(half + 1))
