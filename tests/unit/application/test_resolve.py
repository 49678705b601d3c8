"""What became of a call nobody answered: the way out at every age, and what counts as proof."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from kvitt.application import resolve
from kvitt.application.pacing import KEY_LIFE, QUIET_PERIOD, UNKNOWN_ATTEMPTS
from kvitt.application.resolve import AskAgain, GiveUp, ReadFirst, Wait
from kvitt.domain.ids import CaptureId, KlarnaOrderId, RefundId
from kvitt.domain.intents import State
from kvitt.domain.journal import Call, StoredCall
from kvitt.domain.klarna_order import (
    FraudStatus,
    KlarnaCapture,
    KlarnaLine,
    KlarnaOrder,
    KlarnaRefund,
    KlarnaStatus,
)
from kvitt.domain.lines import Json
from kvitt.domain.money import Money
from kvitt.domain.steps import Kind

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HUNDRED = Money(10_000, "SEK")
NOTHING = Money(0, "SEK")


def call(kind: Kind) -> Call:
    return Call(
        id=UUID(int=1),
        kind=kind,
        klarna_order_id=KlarnaOrderId("k-1"),
        key=UUID(int=2),
        epoch=0,
        reference="1042|7",
        amount=HUNDRED,
        body={},
        body_digest="",
        reason="",
    )


def stored(*, first: timedelta, last: timedelta, attempts: int = 1) -> StoredCall:
    return StoredCall(
        call=call(Kind.REFUND),
        state=State.UNKNOWN,
        attempts=attempts,
        first_sent_at=NOW - first,
        last_sent_at=NOW - last,
    )


ORDER = KlarnaOrder(
    id=KlarnaOrderId("k-1"),
    status=KlarnaStatus.AUTHORIZED,
    fraud_status=FraudStatus.ACCEPTED,
    order_amount=Money(20_000, "SEK"),
    original_order_amount=Money(20_000, "SEK"),
    captured=NOTHING,
    refunded=NOTHING,
    remaining=Money(20_000, "SEK"),
)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param(
            stored(first=MINUTE, last=MINUTE), AskAgain(), id="a minute old: the same key"
        ),
        pytest.param(
            stored(first=KEY_LIFE - MINUTE, last=MINUTE),
            AskAgain(),
            id="just before the key may be forgotten: the same key",
        ),
        pytest.param(
            stored(first=KEY_LIFE, last=QUIET_PERIOD),
            ReadFirst(),
            id="the key may be forgotten and it has been quiet: read",
        ),
        pytest.param(
            stored(first=KEY_LIFE, last=MINUTE),
            Wait(until=NOW - MINUTE + QUIET_PERIOD),
            id="the last attempt may still be on its way: wait",
        ),
        pytest.param(
            replace(stored(first=MINUTE, last=MINUTE), quiet_until=NOW + MINUTE),
            Wait(until=NOW + MINUTE),
            id="refused, and an earlier request may still arrive: wait",
        ),
        pytest.param(
            replace(stored(first=QUIET_PERIOD, last=QUIET_PERIOD), quiet_until=NOW),
            AskAgain(),
            id="refused, and it has been quiet since: the same key",
        ),
        pytest.param(
            stored(first=MINUTE, last=MINUTE, attempts=UNKNOWN_ATTEMPTS),
            GiveUp(),
            id="asked too often: a person has to look",
        ),
    ],
)
def test_way_out(known: StoredCall, expected: resolve.Resolution) -> None:
    """A timer alone never settles anything; it only says how to find out."""
    assert resolve.way_out_of(known, now=NOW) == expected


@pytest.mark.parametrize(
    ("known", "in_doubt"),
    [
        pytest.param(stored(first=MINUTE, last=MINUTE), True, id="nobody answered"),
        pytest.param(
            replace(stored(first=MINUTE, last=MINUTE), quiet_until=NOW),
            False,
            id="refused, and waited out",
        ),
        pytest.param(
            replace(stored(first=MINUTE, last=MINUTE), quiet_until=NOW, state=State.SENT),
            True,
            id="refused and waited out, but sent again since, and the worker died",
        ),
    ],
)
def test_a_refusal_is_believed_once_nothing_is_on_its_way(
    known: StoredCall, in_doubt: bool
) -> None:
    """A refusal of one attempt is no word about another."""
    assert resolve.is_in_doubt(known) is in_doubt


@pytest.mark.parametrize(
    ("kind", "order", "remote_id"),
    [
        pytest.param(
            Kind.CAPTURE,
            replace(
                ORDER,
                captures=(
                    KlarnaCapture(
                        id=CaptureId("c-9"),
                        klarna_reference="K-1",
                        amount=HUNDRED,
                        captured_at=None,
                        reference="1042|7",
                        refunded=NOTHING,
                    ),
                ),
            ),
            "c-9",
            id="a capture that bears our reference",
        ),
        pytest.param(
            Kind.REFUND,
            replace(
                ORDER,
                refunds=(
                    KlarnaRefund(
                        id=RefundId("r-9"),
                        amount=HUNDRED,
                        refunded_at=None,
                        reference="1042|7",
                    ),
                ),
            ),
            "r-9",
            id="a refund that bears our reference",
        ),
        pytest.param(
            Kind.CANCEL, replace(ORDER, status=KlarnaStatus.CANCELLED), "", id="cancelled"
        ),
        pytest.param(Kind.UPDATE, replace(ORDER, order_amount=HUNDRED), "", id="updated"),
        pytest.param(Kind.RELEASE, replace(ORDER, remaining=NOTHING), "", id="released"),
    ],
)
def test_what_proves_that_a_call_was_carried_out(
    kind: Kind, order: KlarnaOrder, remote_id: str
) -> None:
    """The order shows the effect, and did not before."""
    receipt = resolve.find_effect(call(kind), order)

    assert receipt is not None
    assert receipt.remote_id == remote_id
    assert resolve.find_effect(call(kind), ORDER) is None


def test_money_of_somebody_else_proves_nothing() -> None:
    """An equal amount under another reference is not ours: only the reference counts."""
    foreign = KlarnaRefund(
        id=RefundId("r-1"), amount=HUNDRED, refunded_at=None, reference="1042|8"
    )

    assert resolve.find_effect(call(Kind.REFUND), replace(ORDER, refunds=(foreign,))) is None


def test_the_next_key_is_another_key_of_the_same_call() -> None:
    """A forgotten call keeps its id, body and reference, and gets the key of the next epoch."""
    old = call(Kind.REFUND)

    fresh = resolve.under_next_key(old)

    assert fresh == replace(old, epoch=old.epoch + 1, key=fresh.key)
    assert fresh.key != old.key


def test_an_update_is_shown_by_its_amount_and_its_lines() -> None:
    """Lines can change at a total that stays: the amount alone proves nothing."""
    line: dict[str, Json] = {
        "reference": "MUG-1",
        "name": "Mug",
        "quantity": 2,
        "total_amount": 10_000,
    }
    sent = replace(call(Kind.UPDATE), body={"order_amount": 10_000, "order_lines": [line]})
    before = replace(ORDER, order_amount=HUNDRED)
    shown = KlarnaLine(reference="MUG-1", name="Mug", quantity=2, total_amount=10_000)

    assert resolve.find_effect(sent, before) is None
    assert resolve.find_effect(sent, replace(before, lines=(shown,))) is not None
