"""Runs over many orders: what each order is asked, under which key."""

from uuid import UUID

import pytest

from kvitt.domain.asks import Command
from kvitt.domain.runs import Pending, Run, RunCommand, Wanted

RUN = UUID("11111111-2222-4333-8444-555555555555")


@pytest.mark.parametrize(
    "command", [each for each in RunCommand if each is not RunCommand.SYNC]
)
def test_a_run_asks_what_a_person_asks(command: RunCommand) -> None:
    """Each order of a run is asked for what the button on its page asks for."""
    assert command.command is Command(command.value)


def test_a_run_that_looks_asks_for_nothing() -> None:
    """Reading both halves again moves no money."""
    assert RunCommand.SYNC.command is None


def test_an_order_of_a_run_has_one_key() -> None:
    """However often its request is made, it is one; another order's is another."""
    run = Run(id=RUN, command=RunCommand.CAPTURE, actor="a")
    keys = [
        Pending(run=run, wanted=Wanted(order=order, request=None)).ask for order in (1, 1, 2)
    ]

    assert keys[0] == keys[1] != keys[2]
