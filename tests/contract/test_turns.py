"""Whose turn a periodic job is, whichever database holds it."""

from datetime import timedelta
from threading import Barrier

import pytest

from clocks import StandingClock
from contract.rows import in_threads
from kvitt.adapters.database.turns import JobTurns

pytestmark = pytest.mark.usefixtures("each_database")

EVERY = timedelta(minutes=4)
CROWD = 6


@pytest.mark.django_db
def test_a_job_is_due_once_in_its_interval(clock: StandingClock) -> None:
    """The first who asks has the turn; then nobody until the interval is over."""
    turns = JobTurns(clock.now)
    first = [turns.take("sweep", every=EVERY) for _ in range(2)]
    clock.pass_by(EVERY - timedelta(seconds=1))
    early = turns.take("sweep", every=EVERY)
    clock.pass_by(timedelta(seconds=1))

    assert first == [True, False]
    assert not early
    assert turns.take("sweep", every=EVERY)


@pytest.mark.django_db
def test_jobs_have_turns_of_their_own(clock: StandingClock) -> None:
    """One job that has begun holds up no other."""
    turns = JobTurns(clock.now)

    assert turns.take("sweep", every=EVERY)
    assert turns.take("forget", every=EVERY)


@pytest.mark.django_db(transaction=True)
def test_of_many_machines_one_has_the_turn(clock: StandingClock) -> None:
    """Asked at the same moment, all but one are sent away."""
    turns, start = JobTurns(clock.now), Barrier(CROWD)
    answers: list[bool] = []

    def ask() -> None:
        start.wait()
        answers.append(turns.take("sweep", every=EVERY))

    in_threads(*[ask] * CROWD)

    assert sorted(answers) == [False] * (CROWD - 1) + [True]
