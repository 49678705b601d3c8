"""Refunds made at Klarna without the shop: each has one place in the shop's books."""

import pytest

from kvitt.domain.decide.unbooked import Place, places_of, unbooked_refunds
from kvitt.domain.decide.view import View
from kvitt.domain.intents import State
from kvitt.domain.klarna_order import KlarnaOrder
from kvitt.domain.plan import Journal
from kvitt.domain.steps import Refund
from unit.domain.orders import (
    OUR_CAPTURE,
    TOTAL,
    agreed,
    captured,
    klarna_refund,
    order,
    record,
    sek,
    situation,
)


def look(klarna: KlarnaOrder, journal: Journal | None = None) -> View:
    return View(situation=situation(order("completed"), klarna, journal), klarna=klarna)


def ours(state: State) -> Journal:
    """Return a journal with a refund that an operator asked for here."""
    step = Refund(amount=sek(2_500), lines=(), store_refund_id=None, reason="", request="r1")
    return agreed(records=(OUR_CAPTURE, record(step, state, remote_id="P")))


def test_a_refund_of_all_of_it_has_room() -> None:
    """All of the order was refunded in the portal: the shop can book exactly that."""
    assert places_of(look(captured(refunds=(klarna_refund(TOTAL, name="P"),)))) == {
        "P": Place.BOOKED
    }


@pytest.mark.parametrize(
    ("noted", "first", "second"),
    [
        pytest.param((), Place.BOOKED, Place.NO_ROOM, id="none is noted: the oldest first"),
        pytest.param(("B",), Place.NO_ROOM, Place.BOOKED, id="the noted one may be booked"),
    ],
)
def test_room_is_given_once(noted: tuple[str, ...], first: Place, second: Place) -> None:
    """Two refunds of 200.00 on an order of 248.98: one fits, and what was noted goes first."""
    theirs = (klarna_refund(20_000, name="A"), klarna_refund(20_000, name="B"))

    places = places_of(look(captured(refunds=theirs), agreed(adopted=frozenset(noted))))

    assert places == {"A": first, "B": second}


@pytest.mark.parametrize(
    ("journal", "places"),
    [
        pytest.param(ours(State.DONE), {}, id="an operator's, and done"),
        pytest.param(ours(State.REFUSED), {"P": Place.BOOKED}, id="ours was refused"),
        pytest.param(agreed(), {"P": Place.BOOKED}, id="none of ours"),
    ],
)
def test_ours_is_not_theirs(journal: Journal, places: dict[str, Place]) -> None:
    """A refund that was made from here is not taken for one made without the shop."""
    theirs = captured(refunds=(klarna_refund(2_500, name="P"),))

    assert places_of(look(theirs, journal)) == places


def test_the_half_as_read_is_looked_at() -> None:
    """A refund read at Klarna counts, though the view at hand was made before it."""
    read = captured(refunds=(klarna_refund(20_000, name="A"), klarna_refund(20_000, name="B")))

    view = View(situation=situation(order("completed"), read), klarna=captured())

    assert [refund.id for refund in unbooked_refunds(view)] == ["B"]
