"""How long one wait of a call may last."""

import httpcore2
import pytest

from kvitt.adapters.network import Call


@pytest.mark.parametrize(
    ("limit", "waits"),
    [
        pytest.param(60.0, 5.0, id="cut to what is left"),
        pytest.param(2.0, 2.0, id="shorter than what is left"),
        pytest.param(None, 5.0, id="without a limit of its own"),
    ],
)
def test_a_wait_is_cut_to_what_is_left_of_the_call(limit: float | None, waits: float) -> None:
    """Whatever one read may take: the call ends by its total deadline."""
    call = Call(deadline=105.0, clock=lambda: 100.0, secure=True)

    assert call.left(limit) == waits


def test_nothing_is_waited_for_after_the_deadline() -> None:
    """At the deadline itself the call is over."""
    call = Call(deadline=100.0, clock=lambda: 100.0, secure=True)

    with pytest.raises(httpcore2.ReadTimeout):
        call.left(60.0)
