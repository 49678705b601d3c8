"""Refunds and where they are booked: klarna-api.md §8.2."""

import pytest

from contract.sandbox_klarna.till import Till, code_of, line
from kvitt.sandbox.klarna.orders import Json

MUG, CUP = line("Mug", price=600), line("Cup", price=400)
FEE = line("Return", price=-50, kind="return_fee")
FREE = line("Return", price=0, kind="return_fee")


def _twice_captured(till: Till) -> str:
    oid = till.place(1000, order_lines=(MUG, CUP))
    till.capture(oid, 600, order_lines=[MUG])
    till.capture(oid, 400, order_lines=[CUP])
    return oid


def _booked(till: Till, oid: str) -> list[int]:
    return [capture["refunded_amount"] for capture in till.read(oid)["captures"]]


def test_a_repeated_reference_finds_its_capture(till: Till) -> None:
    """A refund is booked against the capture whose line references it repeats."""
    oid = _twice_captured(till)
    till.refund(oid, 400, order_lines=[CUP])

    assert _booked(till, oid) == [0, 400]


@pytest.mark.parametrize(
    "lines",
    [[], [line("Bowl", price=400)], [MUG], [line("Cup", price=300)]],
    ids=["none", "unknown reference", "wrong sum", "another wrong sum"],
)
def test_what_cannot_be_allocated_is_still_refunded(till: Till, lines: list[Json]) -> None:
    """Without fitting lines the order's refunded amount moves, and no capture's does."""
    oid = _twice_captured(till)

    answer = till.refund(oid, 400, order_lines=lines)

    assert answer.status_code == 201
    assert till.read(oid)["refunded_amount"] == 400
    assert _booked(till, oid) == [0, 0]


def test_after_a_failed_allocation_none_succeeds(till: Till) -> None:
    """Once one refund could not be allocated, later ones are not either."""
    oid = _twice_captured(till)
    till.refund(oid, 100)
    till.refund(oid, 400, order_lines=[CUP])

    assert _booked(till, oid) == [0, 0]


def test_oldest_first_by_a_switch(till: Till) -> None:
    """By a switch, refunds without references fill the captures from the oldest on."""
    till.books.switch("allocation", "fifo")
    oid = _twice_captured(till)
    till.refund(oid, 700)

    assert _booked(till, oid) == [600, 100]


def test_a_return_fee_is_kept(till: Till) -> None:
    """A return fee lowers the refund, and can be given back later."""
    oid = till.place(600, order_lines=(MUG,))
    till.capture(oid, 600, order_lines=[MUG])

    kept = till.refund(oid, 550, order_lines=[MUG, FEE])
    later = till.refund(oid, 50)

    assert (kept.status_code, later.status_code) == (201, 201)
    assert till.read(oid)["refunded_amount"] == 600


def test_a_return_fee_needs_one_full_capture(till: Till) -> None:
    """A return fee is refused when the order was captured in parts."""
    oid = _twice_captured(till)

    refused = till.refund(oid, 550, order_lines=[MUG, FEE])

    assert code_of(refused) == (403, "REFUND_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("country", "amount", "fee"),
    [
        ("US", 550, FEE),
        ("SE", 600, FEE),
        ("SE", 600, FREE),
    ],
    ids=["country", "sum", "not negative"],
)
def test_other_conditions_of_a_return_fee(
    till: Till, country: str, amount: int, fee: Json
) -> None:
    """Country, sum and sign have to fit, at any strictness but the lenient."""
    oid = till.place(600, order_lines=(MUG,), country=country)
    till.capture(oid, 600, order_lines=[MUG])

    refused = till.refund(oid, amount, order_lines=[MUG, fee])

    assert code_of(refused) == (403, "REFUND_NOT_ALLOWED")


def test_a_refund_gives_no_authorization_back(till: Till) -> None:
    """What was refunded cannot be captured again."""
    oid = till.place(1000)
    till.capture(oid, 400)
    till.refund(oid, 400)

    assert till.read(oid)["remaining_authorized_amount"] == 600
