"""Values as JSON and back."""

import json
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitt.adapters.database import shapes
from kvitt.domain.klarna_order import KlarnaCapture, KlarnaOrder
from kvitt.domain.money import Money
from kvitt.domain.plan import Hold, Plan
from kvitt.domain.policy import ManualRefunds, Policy
from kvitt.domain.steps import Cancel
from kvitt.domain.store_order import Address, StoreLine, StoreOrder, StoreRefund

# A figure of a shop is a number: NaN does not even equal itself.
FIGURES = st.decimals(allow_nan=False, allow_infinity=False)
WORDS = st.text(max_size=6)
AMOUNTS = st.builds(Money, st.integers(), st.sampled_from(["SEK", "JPY", "BHD"]))
MOMENTS = st.datetimes(timezones=st.just(UTC))
LINES = st.builds(
    StoreLine,
    name=WORDS,
    reference=WORDS,
    subtotal=FIGURES,
    subtotal_tax=FIGURES,
    total=FIGURES,
    total_tax=FIGURES,
    rates=st.lists(FIGURES, max_size=2).map(tuple),
    virtual=st.none() | st.booleans(),
    refunds_line=st.none() | st.integers(),
)
REFUNDS = st.builds(
    StoreRefund,
    amount=AMOUNTS,
    reason=WORDS,
    created_at=MOMENTS,
    lines=st.lists(LINES, max_size=1).map(tuple),
    return_fee=st.none() | AMOUNTS,
)
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    StoreOrder: st.builds(
        StoreOrder,
        number=WORDS,
        status=WORDS,
        total=AMOUNTS,
        lines=st.lists(LINES, max_size=2).map(tuple),
        payment_method=WORDS,
        klarna_order_id=st.none() | WORDS,
        modified_at=MOMENTS,
        refunds=st.lists(REFUNDS, max_size=1).map(tuple),
        shipping_address=st.builds(Address, city=WORDS, phone=WORDS),
    ),
    KlarnaOrder: st.builds(
        KlarnaOrder,
        id=WORDS,
        order_amount=AMOUNTS,
        original_order_amount=AMOUNTS,
        captured=AMOUNTS,
        refunded=AMOUNTS,
        remaining=AMOUNTS,
        captures=st.lists(
            st.builds(
                KlarnaCapture,
                id=WORDS,
                klarna_reference=WORDS,
                amount=AMOUNTS,
                refunded=AMOUNTS,
                captured_at=st.none() | MOMENTS,
                line_references=st.lists(WORDS, max_size=2).map(tuple),
            ),
            max_size=2,
        ).map(tuple),
        expires_at=st.none() | MOMENTS,
    ),
    Hold: st.builds(Hold, wanted=WORDS, why=WORDS, next_step=WORDS, amount=st.none() | AMOUNTS),
    Policy: st.builds(
        Policy,
        capture_statuses=st.frozensets(WORDS, max_size=3),
        manual_refunds=st.sampled_from(ManualRefunds),
        warn_before=st.lists(st.timedeltas(), max_size=3).map(tuple),
    ),
}


def through_json(kind: Any, value: Any) -> Any:
    text = json.dumps(shapes.pack(kind, value), allow_nan=False)
    return shapes.unpack(kind, json.loads(text))


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_what_is_packed_comes_back(kind: Any, data: st.DataObject) -> None:
    """Any value of a kind that is stored comes back equal, through real JSON."""
    value = data.draw(VALUES[kind])

    assert through_json(kind, value) == value


def test_a_plan_comes_back_with_its_steps_and_what_it_would_do() -> None:
    """Steps keep their kind, and a plan within a plan is a plan."""
    step = Cancel(authorized=Money(100, "SEK"), reason="Cancelled in the shop.")
    plan = Plan(reason="Observed only.", would=Plan(steps=(step,)))

    assert through_json(Plan, plan) == plan


def test_a_field_that_came_later_has_its_default() -> None:
    """Yesterday's row is read although today's value has a field more."""
    assert shapes.unpack(Policy, {}) == Policy()


def test_a_field_that_is_gone_is_passed_over() -> None:
    """A row of before is read although a field of it is not known any more."""
    assert shapes.unpack(Money, {"minor": 1, "currency": "SEK", "cents": 1}) == Money(1, "SEK")


def test_a_missing_field_without_a_default_is_never_guessed() -> None:
    """A row that lacks what a value needs is an error."""
    with pytest.raises(KeyError):
        shapes.unpack(Money, {"minor": 1})


@pytest.mark.parametrize("kind", [float, int | str, list[int]])
def test_what_has_no_exact_shape_is_refused(kind: Any) -> None:
    """A kind that JSON could not give back as it was cannot be stored by accident."""
    with pytest.raises(TypeError):
        shapes.pack(kind, 1)
