"""A merchant's own changes to what Klarna is sent."""

from dataclasses import replace

import pytest

from kvitt.domain import safety
from kvitt.domain.asks import Command, Request
from kvitt.domain.decide import decide
from kvitt.domain.decide.asked import plan_of
from kvitt.domain.errors import UnsafePlan
from kvitt.domain.hooks import Hooks
from kvitt.domain.lines import OrderLine
from kvitt.domain.plan import Situation
from kvitt.domain.steps import Cancel, Capture, Refund, Step, Update
from kvitt.domain.store_order import StoreOrder
from unit.domain.orders import (
    agreed,
    authorized,
    captured,
    one_mug,
    order,
    refund,
    situation,
)

COMPLETED = situation(order("completed"), authorized(), agreed(records=()))


def renamed(line: OrderLine, store: StoreOrder) -> OrderLine | None:
    return replace(line, name=f"{line.name} of {store.number}")


def without_shipping(line: OrderLine, store: StoreOrder) -> OrderLine | None:
    del store
    return None if line.reference == "flat_rate:3" else line


def described(step: Capture, store: StoreOrder) -> Capture:
    return replace(step, description=f"Parcel of order {store.number}")


def only_step(asked: Situation) -> Step:
    plan = decide(asked)
    (step,) = plan.steps
    assert isinstance(step, Capture | Update | Refund | Cancel)
    return step


def test_a_line_is_sent_as_the_merchants_function_leaves_it() -> None:
    """Names with the order's number in them go to Klarna so."""
    step = only_step(replace(COMPLETED, hooks=Hooks(map_line=renamed)))

    assert isinstance(step, Capture)
    assert [line.name for line in step.lines] == ["Mug of 1042", "Postnord of 1042"]


def test_a_capture_is_sent_as_the_merchants_function_leaves_it() -> None:
    """What a status asks for and what an operator asks for are adjusted alike."""
    hooks = Hooks(before_capture=described)
    by_status = only_step(replace(COMPLETED, hooks=hooks))
    (by_hand,) = plan_of(
        replace(COMPLETED, hooks=hooks), Request(command=Command.CAPTURE), name="a"
    ).steps

    assert isinstance(by_status, Capture)
    assert isinstance(by_hand, Capture)
    assert by_status.description == by_hand.description == "Parcel of order 1042"


def test_updates_and_refunds_have_functions_of_their_own() -> None:
    """Each is called for its own kind only."""
    seen: list[str] = []

    def note_update(step: Update, store: StoreOrder) -> Update:
        seen.append(f"{step.kind.value} of {store.number}")
        return step

    def note_refund(step: Refund, store: StoreOrder) -> Refund:
        seen.append(f"{step.kind.value} of {store.number}")
        return step

    hooks = Hooks(before_update=note_update, before_refund=note_refund)
    edited = situation(one_mug("processing"), authorized(), agreed(records=()))
    returned = situation(
        order("completed", capture_id="CAP-1", refunds=(refund(2_500),)), captured()
    )
    decide(replace(edited, hooks=hooks))
    decide(replace(returned, hooks=hooks))

    assert seen == ["update of 1042", "refund of 1042"]


def test_a_cancellation_has_nothing_to_adjust() -> None:
    """It has no body, and is sent as it is."""
    asked = situation(order("cancelled"), authorized(), agreed(records=()))

    assert only_step(replace(asked, hooks=Hooks(map_line=renamed))) == only_step(asked)


def test_lines_that_no_longer_add_up_are_not_sent() -> None:
    """A function that drops a line worth money is stopped before anything leaves."""
    step = only_step(replace(COMPLETED, hooks=Hooks(map_line=without_shipping)))
    assert COMPLETED.klarna is not None

    with pytest.raises(UnsafePlan, match="the lines come to 19998"):
        safety.check_step(step, COMPLETED.klarna)


def test_a_step_comes_out_the_same_each_time() -> None:
    """Deciding twice gives one step, so that what was done is known again."""
    asked = replace(COMPLETED, hooks=Hooks(map_line=renamed, before_capture=described))

    assert decide(asked) == decide(asked)
