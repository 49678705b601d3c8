"""What calls the workers of other machines."""

from datetime import timedelta
from threading import Event

from kvitt.engine.bell import Bell
from kvitt.engine.caller import Caller

SOON = 10.0


def nothing() -> None:
    """Tidy up nothing."""


def test_a_stroke_becomes_a_call() -> None:
    """What was rung before the start is called as well; nothing is missed."""
    bell, called = Bell(), Event()
    bell.ring()
    caller = Caller(called.set, bell=bell, after_each=nothing)
    caller.start()

    assert called.wait(SOON)
    assert caller.stop()


def test_a_stroke_during_a_call_is_one_more_call() -> None:
    """However often it rings meanwhile, that is one call more."""
    bell, twice = Bell(), Event()
    calls: list[int] = []

    def call() -> None:
        calls.append(len(calls))
        if len(calls) == 1:
            bell.ring()
            bell.ring()
        else:
            twice.set()

    caller = Caller(call, bell=bell, after_each=nothing)
    caller.start()
    bell.ring()

    assert twice.wait(SOON)
    assert caller.stop()
    assert len(calls) == 2


def test_a_call_that_fails_ends_nothing() -> None:
    """While the broker is away hints go on being stored, and the next stroke is called."""
    bell, again = Bell(), Event()
    tidied: list[str] = []
    calls: list[str] = []

    def call() -> None:
        calls.append("call")
        if len(calls) == 2:
            again.set()
        bell.ring()
        raise ConnectionRefusedError

    caller = Caller(call, bell=bell, after_each=lambda: tidied.append("tidied"))
    caller.start()
    bell.ring()

    assert again.wait(SOON)
    assert caller.stop()
    assert tidied


def test_a_call_that_hangs_does_not_hold_up_the_end() -> None:
    """Whoever stops waits no longer than asked, and learns that a call is under way."""
    bell, begun, may_end = Bell(), Event(), Event()

    def call() -> None:
        begun.set()
        assert may_end.wait(SOON)

    caller = Caller(call, bell=bell, after_each=nothing)
    caller.start()
    bell.ring()
    assert begun.wait(SOON)
    ended = caller.stop(within=timedelta(0))
    may_end.set()

    assert not ended
    assert caller.stop()
