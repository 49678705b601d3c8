"""When an order is looked at again: exact times, with the dice in the test's hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kvitt.application import pacing
from kvitt.application.pacing import BACKOFF, Pace
from kvitt.domain.ids import CaptureId, KlarnaOrderId
from kvitt.domain.klarna_order import FraudStatus, KlarnaCapture, KlarnaOrder, KlarnaStatus
from kvitt.domain.money import Money
from kvitt.domain.plan import Hold, HoldCode, Plan

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PACE = Pace()
HOLD = Plan(hold=Hold(code=HoldCode.IDENTITY, wanted="w", why="y", next_step="n"))


def lowest(_below: int) -> int:
    return 0


def highest(below: int) -> int:
    return below - 1


def sek(minor: int) -> Money:
    return Money(minor, "SEK")


def klarna(
    status: KlarnaStatus,
    *,
    fraud: FraudStatus = FraudStatus.ACCEPTED,
    captured: int = 0,
    captured_at: datetime | None = None,
) -> KlarnaOrder:
    made = KlarnaCapture(
        id=CaptureId("c-1"),
        klarna_reference="K-1",
        amount=sek(captured),
        captured_at=captured_at,
        refunded=sek(0),
    )
    return KlarnaOrder(
        id=KlarnaOrderId("k-1"),
        status=status,
        fraud_status=fraud,
        order_amount=sek(10_000),
        original_order_amount=sek(10_000),
        captured=sek(captured),
        refunded=sek(0),
        remaining=sek(10_000 - captured),
        captures=(made,) if captured else (),
    )


@pytest.mark.parametrize("failures", range(len(BACKOFF) + 3))
def test_backoff_grows_and_is_spread(failures: int) -> None:
    """A wait is drawn from almost nothing up to the longest, which stops growing at an hour."""
    wait = BACKOFF[min(failures, len(BACKOFF) - 1)]

    soonest = pacing.after_failure(failures, dice=lowest, retry_after=None)
    latest = pacing.after_failure(failures, dice=highest, retry_after=None)

    assert soonest == pacing.SHORTEST
    assert latest == wait
    assert latest <= timedelta(hours=1)


def test_what_the_service_asks_for_is_honoured() -> None:
    """Retry-After wins over the schedule, with a little spread on top."""
    asked = timedelta(seconds=17)

    assert pacing.after_failure(0, dice=lowest, retry_after=asked) == asked
    assert pacing.after_failure(6, dice=highest, retry_after=asked) == asked + timedelta(
        seconds=1
    )


def test_unknown_outcomes_are_asked_about_soon_and_then_ever_more_rarely() -> None:
    """The first question comes after two seconds, and none is further away than half a day."""
    waits = [pacing.after_unknown(attempt) for attempt in range(40)]

    assert waits[1] == timedelta(seconds=2)
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=12)


@pytest.mark.parametrize(
    ("plan", "half", "expected"),
    [
        pytest.param(Plan(), None, None, id="not Klarna's: only a hint matters"),
        pytest.param(HOLD, None, PACE.held, id="waits for a person"),
        pytest.param(
            Plan(), klarna(KlarnaStatus.AUTHORIZED), PACE.open, id="authorized: once a day"
        ),
        pytest.param(
            Plan(),
            klarna(KlarnaStatus.AUTHORIZED, fraud=FraudStatus.PENDING),
            PACE.review,
            id="under review: soon",
        ),
        pytest.param(
            Plan(),
            klarna(KlarnaStatus.CAPTURED, captured=10_000, captured_at=NOW),
            PACE.open,
            id="captured lately: the portal may refund it",
        ),
        pytest.param(
            Plan(),
            klarna(
                KlarnaStatus.CAPTURED, captured=10_000, captured_at=NOW - timedelta(days=90)
            ),
            None,
            id="captured long ago",
        ),
        pytest.param(Plan(), klarna(KlarnaStatus.CANCELLED), None, id="cancelled: over"),
    ],
)
def test_next_look(plan: Plan, half: KlarnaOrder | None, expected: timedelta | None) -> None:
    """An order that nobody touches is looked at as often as something could happen to it."""
    due = PACE.next_look(plan, half, now=NOW)

    assert due == (None if expected is None else NOW + expected)


def test_a_half_under_review_is_trusted_for_less_long() -> None:
    """What Klarna said an hour ago is enough, unless Klarna was still thinking."""
    hour_ago = NOW - timedelta(hours=1)
    settled = klarna(KlarnaStatus.AUTHORIZED)
    pending = klarna(KlarnaStatus.AUTHORIZED, fraud=FraudStatus.PENDING)

    assert PACE.trusts(settled, read_at=hour_ago, now=NOW)
    assert not PACE.trusts(pending, read_at=hour_ago, now=NOW)
    assert not PACE.trusts(settled, read_at=NOW - PACE.half_life, now=NOW)


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (timedelta(days=30), timedelta(hours=24)),
        (timedelta(days=7, hours=5), timedelta(hours=5)),
        (timedelta(days=3, hours=1), timedelta(hours=1)),
        (timedelta(hours=20), timedelta(hours=24)),
    ],
)
def test_a_look_is_never_later_than_a_warning(left: timedelta, expected: timedelta) -> None:
    """An order whose authorization runs out is looked at when somebody is to be warned."""
    half = replace(klarna(KlarnaStatus.AUTHORIZED), expires_at=NOW + left)
    days = (timedelta(days=7), timedelta(days=3), timedelta(days=1))

    due = PACE.next_look(Plan(), half, now=NOW, warnings=days)

    assert due == NOW + expected


def test_looks_that_nobody_asks_for_are_spread() -> None:
    """What was taken in together does not come back together."""
    half = klarna(KlarnaStatus.AUTHORIZED)
    due = PACE.next_look(Plan(), half, now=NOW, spread=lambda wait: wait * 2)

    assert due == NOW + 2 * PACE.open
