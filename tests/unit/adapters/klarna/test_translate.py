"""Klarna's order, from its JSON to our value."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvitt.adapters.klarna import translate
from kvitt.domain.errors import MalformedReply
from kvitt.domain.klarna_order import DueDateOption, FraudStatus, KlarnaOrder, KlarnaStatus
from kvitt.domain.money import Money
from unit.adapters.klarna.calls import CAPTURE_ID, ORDER_ID, order
from unit.adapters.samples import fields_of


def parse(document: dict[str, Any]) -> KlarnaOrder:
    return translate.parse_order(fields_of(document), asked=ORDER_ID)


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in order().items() if key != name}


def test_a_part_captured_order_is_read_whole() -> None:
    """Amounts, states, references, times, captures and refunds arrive as Klarna has them."""
    found = parse(order())

    assert (found.status, found.fraud_status) == (
        KlarnaStatus.PART_CAPTURED,
        FraudStatus.ACCEPTED,
    )
    assert [
        money.minor
        for money in (
            found.order_amount,
            found.original_order_amount,
            found.captured,
            found.refunded,
            found.remaining,
        )
    ] == [24898, 30000, 10000, 2500, 14898]
    assert found.expires_at == datetime(2026, 12, 18, tzinfo=UTC)
    assert (found.payment_method, found.payment_method_name) == ("INVOICE", "Pay later")


def test_a_capture_is_read_with_the_references_of_its_lines() -> None:
    """A capture gives its invoice number and what refunds are matched by."""
    (capture,) = parse(order()).captures

    assert capture.id == CAPTURE_ID
    assert capture.klarna_reference == "20S0XXXX-1"
    assert capture.line_references == ("MUG-1",)
    assert (capture.amount, capture.refunded) == (Money(10000, "SEK"), Money(2500, "SEK"))


def test_a_refund_is_read_with_its_reference() -> None:
    """A refund gives the reference by which the shop's refund is found again."""
    (refund,) = parse(order()).refunds

    assert (refund.reference, refund.amount) == ("1042|91", Money(2500, "SEK"))


def test_the_sample_of_the_documentation_is_read() -> None:
    """A live order without references, customer and shipping address (klarna-api.md §11)."""
    found = parse(
        {
            "order_id": ORDER_ID,
            "status": "CAPTURED",
            "fraud_status": "ACCEPTED",
            "order_amount": 200,
            "original_order_amount": 200,
            "captured_amount": 200,
            "refunded_amount": 0,
            "remaining_authorized_amount": 0,
            "purchase_currency": "pln",
            "klarna_reference": "20S0XXXX",
            "captures": [
                {
                    "capture_id": CAPTURE_ID,
                    "klarna_reference": "20S0XXXX-1",
                    "captured_amount": 200,
                    "description": "",
                    "order_lines": [],
                }
            ],
        }
    )

    assert found.currency == "PLN"
    assert found.captures[0].refunded == Money.zero("PLN")
    assert (found.refunds, found.merchant_reference1, found.expires_at) == ((), "", None)


@pytest.mark.parametrize(
    "name",
    [
        "original_order_amount",
        "merchant_reference1",
        "klarna_reference",
        "captures",
        "refunds",
        "created_at",
        "expires_at",
        "purchase_country",
        "initial_payment_method",
        "order_lines",
    ],
)
def test_what_people_read_may_be_missing(name: str) -> None:
    """Klarna leaves out what is empty, and so may an order."""
    assert parse(without(name)).order_amount == Money(24898, "SEK")


@pytest.mark.parametrize(
    "name",
    [
        "order_id",
        "status",
        "fraud_status",
        "order_amount",
        "captured_amount",
        "refunded_amount",
        "remaining_authorized_amount",
        "purchase_currency",
    ],
)
def test_what_decisions_rest_on_must_be_there(name: str) -> None:
    """A missing amount, state or currency is never filled in by a guess."""
    with pytest.raises(MalformedReply):
        parse(without(name))


@pytest.mark.parametrize(
    "change",
    [
        {"order_id": "00000000-e3b5-1f2b-8544-0469e87e9e1e"},
        {"status": "HALF_CAPTURED"},
        {"status": None},
        {"status": {"name": "CAPTURED"}},
        {"fraud_status": "MAYBE"},
        {"order_amount": 1.5},
        {"order_amount": "a lot"},
        {"order_amount": True},
        {"order_amount": -1},
        {"captured_amount": -5},
        {"purchase_currency": "KRONOR"},
        {"purchase_currency": "S1K"},
        {"expires_at": "tomorrow"},
        {"expires_at": 5},
        {"captures": {}},
        {"captures": [5]},
        {"captures": [{"captured_amount": 1}]},
        {"refunds": [{"refund_id": "x"}]},
        {"initial_payment_method": "invoice"},
    ],
)
def test_what_does_not_fit_is_malformed(change: dict[str, Any]) -> None:
    """An unknown state or a figure that is none stops here, with the place named."""
    with pytest.raises(MalformedReply):
        parse(order(**change))


def test_ids_are_compared_without_case() -> None:
    """Klarna may write the id of the order as it likes."""
    assert parse(order(order_id=ORDER_ID.upper())).id == ORDER_ID


def test_a_refund_of_an_old_order_has_no_id() -> None:
    """Old orders hold refunds without an id, and are read all the same."""
    (refund,) = parse(order(refunds=[{"refunded_amount": 5}])).refunds

    assert (refund.id, refund.amount.minor) == ("", 5)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(order())), JSON)
def test_no_field_of_any_shape_raises_anything_else(name: str, value: object) -> None:
    """Whatever stands in a field, the order is read or is malformed."""
    with suppress(MalformedReply):
        assert parse(order(**{name: value})).id == ORDER_ID


def test_due_dates_are_read_with_their_fees() -> None:
    """Each offer has its days and its fee, the shortest first."""
    offered = {
        "currency": "sek",
        "options": [
            {"amount": 5900, "number_of_days": 30},
            {"amount": 2900, "number_of_days": 10},
        ],
    }

    assert translate.parse_due_date_options(fields_of(offered)) == (
        DueDateOption(number_of_days=10, fee=Money(2900, "SEK")),
        DueDateOption(number_of_days=30, fee=Money(5900, "SEK")),
    )


@pytest.mark.parametrize("nothing", [{}, {"currency": "SEK", "options": []}])
def test_no_offer_is_no_fault(nothing: dict[str, Any]) -> None:
    """A payment without a due date is answered with nothing."""
    assert translate.parse_due_date_options(fields_of(nothing)) == ()


@pytest.mark.parametrize(
    "offered",
    [
        {"options": [{"amount": 1, "number_of_days": 10}]},
        {"currency": "SEK", "options": [{"amount": 1}]},
        {"currency": "SEK", "options": [{"amount": -1, "number_of_days": 10}]},
        {"currency": "SEK", "options": [{"number_of_days": 10}]},
    ],
)
def test_an_offer_that_cannot_be_read_is_not_guessed_at(offered: dict[str, Any]) -> None:
    """Without its days, its fee or the currency, an offer is none that can be shown."""
    with pytest.raises(MalformedReply):
        translate.parse_due_date_options(fields_of(offered))


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ([{"reference": "A", "name": "Mug", "quantity": 2, "total_amount": 500}], 1),
        ([{"name": "Mug", "quantity": 1.5, "total_amount": 500}], 0),
        ("not a list", 0),
        ([], 0),
    ],
)
def test_lines_are_shown_where_they_can_be_read_and_judge_nothing(
    lines: object, shown: int
) -> None:
    """Odd lines keep no order from being read, and records with other lines agree."""
    found = parse({**order(), "order_lines": lines})

    assert len(found.lines) == shown
    assert found == parse(without("order_lines"))
