"""Which refund of the shop is which of Klarna's: what says so, and what does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kvitt.domain.decide.matching import CLOCKS, Matching, match_refunds, name_of
from kvitt.domain.ids import RefundId, StoreRefundId
from kvitt.domain.intents import IntentRecord, State
from kvitt.domain.klarna_order import KlarnaRefund
from kvitt.domain.plan import Journal
from kvitt.domain.steps import Refund
from kvitt.domain.store_order import StoreRefund
from unit.domain.orders import (
    NOW,
    OUR_CAPTURE,
    captured,
    klarna_refund,
    order,
    record,
    refund,
    sek,
)

A, B = klarna_refund(2_500, name="A"), klarna_refund(2_500, name="B")


def sent(refund_id: int, state: State = State.DONE, *, as_: str = "") -> IntentRecord:
    step = Refund(
        amount=sek(2_500), lines=(), store_refund_id=StoreRefundId(refund_id), reason=""
    )
    return record(step, state, remote_id=as_)


def match(
    ours: tuple[StoreRefund, ...], theirs: tuple[KlarnaRefund, ...], *records: IntentRecord
) -> Matching:
    placed = replace(order("completed", refunds=ours), number="W-7")
    return match_refunds(placed, captured(refunds=theirs), Journal(records=records))


def names(found: Matching) -> list[tuple[int, str]]:
    return [(int(ours.id), name_of(theirs)) for ours, theirs in found.pairs]


def test_our_own_records_say_which_is_which() -> None:
    """Of two refunds of 25.00, each is the one our journal says, not the first that fits."""
    ours = (refund(2_500), refund(2_500, refund_id=78))

    found = match(ours, (A, B), sent(77, as_="B"), sent(78, as_="A"))

    assert names(found) == [(77, "B"), (78, "A")]
    assert (found.unsettled, found.foreign) == ((), ())


@pytest.mark.parametrize("state", [State.REFUSED, State.UNKNOWN])
def test_what_was_only_tried_is_not_settled(state: State) -> None:
    """A refund that Klarna refused, or never answered to, is still to be given back."""
    found = match((refund(2_500),), (), sent(77, state))

    assert [each.id for each in found.unsettled] == [77]


@pytest.mark.parametrize(
    ("reference", "pairs"),
    [
        pytest.param("W-7|77", [(77, "P")], id="the shop's number"),
        pytest.param("1042|77", [(77, "P")], id="the shop's id"),
        pytest.param("1043|77", [], id="another order"),
        pytest.param("W-7|78", [], id="another refund"),
    ],
)
def test_klarnas_reference_names_the_refund(
    reference: str, pairs: list[tuple[int, str]]
) -> None:
    """Klarna's refund bears order and refund of the shop; only both together mean it."""
    theirs = replace(
        klarna_refund(3_000, name="P", reference=reference), refunded_at=NOW + timedelta(days=2)
    )

    assert names(match((refund(2_500),), (theirs,))) == pairs


@pytest.mark.parametrize(
    ("later", "pairs"),
    [(CLOCKS, [(77, "A")]), (CLOCKS + timedelta(seconds=1), [])],
)
def test_an_equal_amount_counts_if_klarnas_was_first(
    later: timedelta, pairs: list[tuple[int, str]]
) -> None:
    """Ten minutes are the clocks' affair; a second more, and a person has to say."""
    booked = refund(2_500)
    theirs = replace(A, refunded_at=booked.created_at + later)

    found = match((booked,), (theirs,))

    assert names(found) == pairs
    assert len(found.doubtful) == 1 - len(pairs)


def test_refunds_of_one_moment_go_by_their_number() -> None:
    """What was booked in one second is taken in the order it was booked in."""
    ours = (refund(2_500, refund_id=79), refund(0, refund_id=76), refund(2_500, refund_id=78))

    assert [each.id for each in match(ours, ()).unsettled] == [78, 79]


def test_an_old_refund_without_an_id_has_a_name() -> None:
    """When and what it was, is its name."""
    old = replace(klarna_refund(2_500, reference="R"), id=RefundId(""))

    assert name_of(old) == f"R@{NOW.isoformat()}:2500"
    assert name_of(replace(old, refunded_at=None)) == "R@:2500"


@pytest.mark.parametrize(
    ("reason", "unsettled"),
    [
        pytest.param("Refunded at Klarna (REF-9)", [], id="it names a refund of ours"),
        pytest.param("Of capture CAP-1", [77], id="it names a capture"),
        pytest.param("None of it fits", [77], id="it names nothing"),
    ],
)
def test_a_reason_that_names_our_refund_settles_it(reason: str, unsettled: list[int]) -> None:
    """A refund booked for one that was sent from here is not sent again, though read late."""
    asked = Refund(amount=sek(2_500), lines=(), store_refund_id=None, reason="", request="r1")
    tried = Refund(amount=sek(2_500), lines=(), store_refund_id=None, reason="", request="r2")

    found = match(
        (refund(2_500, reason=reason),),
        (),
        record(asked, remote_id="REF-9"),
        record(tried, State.REFUSED),
        OUR_CAPTURE,
    )

    assert [each.id for each in found.unsettled] == unsettled


def test_a_number_may_have_a_bar() -> None:
    """The refund's number is what follows the last bar."""
    theirs = replace(klarna_refund(3_000, name="P", reference="A|7|77"), refunded_at=None)
    placed = replace(order(refunds=(refund(2_500),)), number="A|7")

    assert names(match_refunds(placed, captured(refunds=(theirs,)), Journal())) == [(77, "P")]
