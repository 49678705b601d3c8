"""How the serving process ends, in this process: what it would leave with is written down."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from kvitt.web.ending import Ending

SOON = 10.0


def ending(done: list[object]) -> Ending:
    """Return an end that is told to a list, and gives a server no time of its own."""
    return Ending(
        stop=lambda: done.append("stop"),
        close=lambda: done.append("close"),
        leave=done.append,
        longest=0,
        grace=0.1,
    )


def test_a_request_that_never_ends_is_left() -> None:
    """The background is stopped, what was needed is given back, and 0 is the code."""
    done: list[object] = []
    begun, may_end = Event(), Event()
    end = ending(done)
    client = Thread(target=asked(end.counted(waiting(begun, may_end))))
    client.start()
    assert begun.wait(SOON)
    end.end()
    may_end.set()
    client.join()

    assert done == ["stop", "close", 0]


def test_what_was_done_is_not_done_again() -> None:
    """Where the server finds its end by itself, the background is stopped once."""
    done: list[object] = []
    end = ending(done)
    end.finish()
    end.finish()
    end.end()

    assert done == ["stop", "close", 0]


def test_a_request_under_way_is_answered() -> None:
    """The application's answer is passed on as it is, also where it raises."""
    done: list[object] = []
    end = ending(done)

    assert end.counted(lambda _environ, _start: [b"answer"])({}, lambda *_: None) == [b"answer"]
    end.end()
    assert done[-1] == 0


def waiting(begun: Event, may_end: Event) -> Callable[..., Any]:
    """Return an application that answers when it may."""

    def answer(_environ: dict[str, Any], _start: Callable[..., Any]) -> list[bytes]:
        begun.set()
        assert may_end.wait(SOON)
        return []

    return answer


def asked(application: Callable[..., Any]) -> Callable[[], None]:
    """Return how the application is asked once."""

    def ask() -> None:
        application({}, lambda *_: None)

    return ask
