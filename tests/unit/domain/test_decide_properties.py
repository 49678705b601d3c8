"""What holds of every decision, whatever the order has been through."""

import json
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from kvitt.domain import safety
from kvitt.domain.agreement import Agreement
from kvitt.domain.decide import commands, decide
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.intents import Intent
from kvitt.domain.lines import sum_of
from kvitt.domain.money import Money
from kvitt.domain.plan import Adopt, Agree, Plan, Situation
from kvitt.domain.render import render_json, render_markdown, render_text
from kvitt.domain.steps import Capture, Kind, Refund, Step
from unit.domain.orders import SCOPE, agreed, authorized, first_call, order, sek, situation
from unit.domain.strategies import histories
from unit.domain.world import after_first, settled

FAST = settings(max_examples=40, deadline=timedelta(seconds=5))


@FAST
@given(histories())
def test_a_plan_comes_to_rest(asked: Situation) -> None:
    """Carried out a step at a time, every plan ends in step, or in a hold that stays."""
    after, plan, _ = settled(asked)

    assert not plan.steps
    assert decide(after) == plan


@FAST
@given(histories())
def test_a_plan_never_moves_more_than_it_may(asked: Situation) -> None:
    """Never more is captured than was authorized, nor refunded than was captured."""
    after, _, sent = settled(asked)
    assert asked.klarna is not None
    assert after.klarna is not None

    raised = [step.amount.minor for step in sent if step.kind is Kind.UPDATE]
    reach = asked.klarna.captured.minor + asked.klarna.remaining.minor
    assert after.klarna.captured.minor <= max([reach, *raised])
    assert sek(0) <= after.klarna.refunded <= after.klarna.captured


@FAST
@given(histories())
def test_no_more_is_taken_than_the_shop_wants(asked: Situation) -> None:
    """What Klarna keeps is at most the shop's total."""
    after, _, sent = settled(asked)
    assert after.klarna is not None

    if any(step.kind is Kind.CAPTURE for step in sent):
        assert after.klarna.captured <= after.store.total


@FAST
@given(histories())
def test_no_refund_is_sent_twice(asked: Situation) -> None:
    """Each refund of the shop is sent at most once, and by its own amount."""
    after, _, sent = settled(asked)
    refunds = [step for step in sent if isinstance(step, Refund)]
    booked: dict[int | None, Money] = {
        refund.id: refund.amount for refund in after.store.refunds
    }

    assert len({step.store_refund_id for step in refunds}) == len(refunds)
    assert all(booked.get(step.store_refund_id) == step.amount for step in refunds)


@FAST
@given(histories())
def test_the_whole_plan_is_the_steps_in_turn(asked: Situation) -> None:
    """The plan that is shown is what happens when its steps are carried out."""
    plan = decide(asked)
    rest = asked
    for action in plan.steps:
        now = decide(rest)
        assert now.steps
        assert type(now.steps[0]) is type(action)
        assert now.steps[0].amount == action.amount
        rest = after_first(rest, now)


@FAST
@given(histories())
def test_lines_come_to_the_amounts(asked: Situation) -> None:
    """The lines of every step come to its amount."""
    for step in _steps(decide(asked)):
        lines = getattr(step, "lines", ())
        assert not lines or sum_of(lines) == step.amount.minor


@FAST
@given(histories())
def test_every_plan_says_why_and_can_be_read(asked: Situation) -> None:
    """A plan has a reason, and reads as text, Markdown and JSON."""
    plan = decide(asked)

    assert plan.reason
    assert render_text(plan)
    assert render_markdown(plan)
    assert json.dumps(render_json(plan, scope=SCOPE))


@FAST
@given(histories())
def test_equal_steps_have_equal_keys_and_others_never(asked: Situation) -> None:
    """A key is of one step and one body; what differs in anything has another."""
    _, _, sent = settled(asked)
    keys = [Intent(scope=SCOPE, step=step).key for step in sent]
    again = [Intent(scope=SCOPE, step=replace(step)).key for step in sent]
    elsewhere = replace(SCOPE, shop="https://other.example")
    others = {
        *(Intent(scope=elsewhere, step=step).key for step in sent),
        *(Intent(scope=SCOPE, step=step, epoch=1).key for step in sent),
    }

    assert keys == again
    assert len(set(keys)) == len(keys)
    assert len(others) == 2 * len(keys)
    assert not others & set(keys)


@FAST
@given(histories())
def test_what_was_never_taken_is_never_given_back(asked: Situation) -> None:
    """No capture is followed by a refund that was booked before it."""
    early = {refund.id for refund in asked.store.refunds}
    _, _, sent = settled(asked)
    kinds = [step.kind for step in sent]

    untouched = asked.klarna is not None and not asked.klarna.captured
    if untouched and Kind.CAPTURE in kinds:
        after = sent[kinds.index(Kind.CAPTURE) :]
        assert not any(getattr(step, "store_refund_id", 0) in early for step in after)


@FAST
@given(st.lists(st.integers(1, 24_897), max_size=5), st.booleans())
def test_parts_by_amount_add_up(amounts: list[int], completed: bool) -> None:
    """Any parts, then Completed: what is captured is the order, and each part has its key."""
    state = situation(order(), authorized(), agreed(records=()))
    keys = set()
    for amount in amounts:
        try:
            plan = commands.plan_capture(state, amount=sek(amount))
        except NotAllowedNow:
            continue
        keys.add(Intent(scope=SCOPE, step=first_call(plan)).key)
        state = after_first(state, plan)
    parts = len([record for record in state.journal.records if record.kind is Kind.CAPTURE])
    if completed:
        state, _, _ = settled(replace(state, store=order("completed")))

    assert state.klarna is not None
    assert len(keys) == parts
    assert not completed or state.klarna.captured == sek(24_898)


@FAST
@given(st.permutations([1, 1, 2]), st.data())
def test_parts_by_piece_add_up(ids: list[int], data: st.DataObject) -> None:
    """The pieces of an order, captured in any order, are the order, line by line."""
    state = situation(order(), authorized(), agreed(records=()))
    for line in ids[: data.draw(st.integers(1, 3))]:
        state = after_first(state, commands.plan_capture(state, lines={line: 1}))

    state, plan, sent = settled(replace(state, store=order("completed")))

    assert plan.in_step
    assert state.klarna is not None
    assert state.klarna.captured == sek(24_898)
    assert all(step.kind is Kind.CAPTURE for step in sent)


@FAST
@given(st.lists(st.sampled_from([{1: 1}, {2: 1}, {1: 2}]), max_size=4))
def test_refunds_by_piece_never_exceed_the_order(choices: list[dict[int, int]]) -> None:
    """Pieces are refunded once each; all of them are all that was captured."""
    state, _, _ = settled(situation(order("completed"), authorized(), agreed(records=())))
    for number, choice in enumerate(choices):
        try:
            plan = commands.plan_refund(state, request=str(number), lines=choice)
        except NotAllowedNow:
            continue
        state, _, _ = settled(after_first(state, plan))

    assert state.klarna is not None
    assert state.klarna.refunded <= state.klarna.captured
    assert state.klarna.refunded.minor in {0, 4_900, 9_999, 14_899, 19_998, 24_898}


@FAST
@given(
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.text("0123456789abcdef", max_size=16),
    st.frozensets(st.integers(1, 10**9)),
)
def test_an_agreement_is_read_as_it_was_written(
    fingerprint: str, address: str, absorbed: frozenset[int]
) -> None:
    """Writing and reading an agreement are inverse."""
    agreement = Agreement(fingerprint=fingerprint, address=address, absorbed=absorbed)

    assert Agreement.parse(agreement.render()) == agreement


def _steps(plan: Plan) -> list[Step]:
    steps: list[Step] = [
        action for action in plan.steps if not isinstance(action, Adopt | Agree)
    ]
    return steps


def test_safety_is_checked_where_money_moves() -> None:
    """The last look before sending passes what was planned."""
    asked = situation(order("completed"), authorized())
    for step in _steps(decide(asked)):
        assert isinstance(step, Capture)
        safety.check_step(step, authorized())
