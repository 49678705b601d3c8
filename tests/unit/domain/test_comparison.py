"""What a bookkeeper finds in an order's two halves, row by row in a bookkeeper's words."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from kvitt.domain.comparison import (
    DIFFERENCES,
    Comparison,
    Halves,
    Verdict,
    compare,
)
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.money import Money
from kvitt.domain.plan import Guard, HoldCode
from kvitt.domain.policy import ManualRefunds, Policy

DEFAULT = Policy()
IGNORES_REFUNDS = Policy(manual_refunds=ManualRefunds.IGNORE)
CAPTURES_SHIPPED = Policy(capture_statuses=frozenset({"shipped"}))
MONEY = ("total", "store_refunded", "authorized", "captured", "refunded", "remaining")


def sek(kronor: int) -> Money:
    return Money(kronor * 100, "SEK")


def halves(**given: Any) -> Halves:
    """Return two halves of an order over 100 kronor; amounts are given in kronor."""
    default: dict[str, Any] = {
        "read": True,
        "store_status": "processing",
        "total": 100,
        "store_refunded": 0,
        "klarna_status": KlarnaStatus.AUTHORIZED,
        "authorized": 100,
        "captured": 0,
        "refunded": 0,
        "remaining": 100,
    }
    values = {**default, **given}
    for name in MONEY:
        values[name] = None if values[name] is None else sek(values[name])
    return Halves(**values)


def captured(kronor: int, refunded: int = 0, **given: Any) -> dict[str, Any]:
    """Return what Klarna says of an order of which so much is captured."""
    status = KlarnaStatus.CAPTURED if kronor >= 100 else KlarnaStatus.PART_CAPTURED
    return {
        "klarna_status": status,
        "captured": kronor,
        "refunded": refunded,
        "remaining": max(100 - kronor, 0),
        **given,
    }


def ended(status: KlarnaStatus = KlarnaStatus.CANCELLED) -> dict[str, Any]:
    """Return what Klarna says of an order that is over without a capture."""
    return {"klarna_status": status, "remaining": 0}


UNKNOWN = {
    "klarna_status": None,
    "authorized": None,
    "captured": None,
    "refunded": None,
    "remaining": None,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One pair of halves, and what a bookkeeper finds there."""

    said: str
    verdict: Verdict
    given: dict[str, Any] = field(default_factory=dict)
    #: In kronor; None where no amounts are compared.
    shop: int | None = None
    klarna: int | None = None
    policy: Policy = DEFAULT


AGREES = (
    Row(said="paid and not sent yet", verdict=Verdict.AGREES, shop=0, klarna=0),
    Row(
        said="completed and captured in full",
        given={"store_status": "completed", **captured(100)},
        verdict=Verdict.AGREES,
        shop=100,
        klarna=100,
    ),
    Row(
        said="completed, captured, and a part refunded on both sides",
        given={"store_status": "completed", "store_refunded": 30, **captured(100, 30)},
        verdict=Verdict.AGREES,
        shop=70,
        klarna=70,
    ),
    Row(
        said="refunded before the capture, which took that much less",
        given={"store_status": "completed", "store_refunded": 30, **captured(70)},
        verdict=Verdict.AGREES,
        shop=70,
        klarna=70,
    ),
    Row(
        said="refunded in full on both sides",
        given={"store_status": "refunded", "store_refunded": 100, **captured(100, 100)},
        verdict=Verdict.AGREES,
        shop=0,
        klarna=0,
    ),
    Row(
        said="refunded in full before anything was captured, and cancelled at Klarna",
        given={"store_status": "refunded", "store_refunded": 100, **ended()},
        verdict=Verdict.AGREES,
        shop=0,
        klarna=0,
    ),
    Row(
        said="captured too much, and the surplus given back at Klarna alone",
        given={"store_status": "completed", "total": 90, **captured(100, 10)},
        verdict=Verdict.AGREES,
        shop=90,
        klarna=90,
    ),
    Row(
        said="a part was sent and captured, the rest is to come",
        given=captured(40),
        verdict=Verdict.AGREES,
        shop=40,
        klarna=40,
    ),
    Row(
        said="all of it captured at Klarna before the shop completes it",
        given=captured(100),
        verdict=Verdict.AGREES,
        shop=100,
        klarna=100,
    ),
    Row(
        said="a part captured, and a part refunded on both sides",
        given={"store_refunded": 10, **captured(40, 10)},
        verdict=Verdict.AGREES,
        shop=30,
        klarna=30,
    ),
    Row(
        said="a surplus given back at Klarna alone, before the shop completes it",
        given={"total": 90, **captured(100, 10)},
        verdict=Verdict.AGREES,
        shop=90,
        klarna=90,
    ),
    Row(
        said="cancelled on both sides",
        given={"store_status": "cancelled", **ended()},
        verdict=Verdict.AGREES,
        shop=0,
        klarna=0,
    ),
    Row(
        said="cancelled after a capture that was given back",
        given={"store_status": "cancelled", "store_refunded": 100, **captured(100, 100)},
        verdict=Verdict.AGREES,
        shop=0,
        klarna=0,
    ),
    Row(
        said="cancelled in the shop, and Klarna never knew the order",
        given={"store_status": "cancelled", **UNKNOWN},
        verdict=Verdict.AGREES,
        shop=0,
        klarna=0,
    ),
    Row(
        said="failed in the shop, while Klarna's authorization runs out by itself",
        given={"store_status": "failed"},
        verdict=Verdict.AGREES,
        shop=0,
        klarna=0,
    ),
    Row(
        said="never paid, and over at Klarna",
        given={"store_status": "pending", **ended(KlarnaStatus.EXPIRED)},
        verdict=Verdict.AGREES,
        shop=0,
        klarna=0,
    ),
    Row(
        said="comes to nothing, and is over at Klarna",
        given={"total": 0, **ended()},
        verdict=Verdict.AGREES,
        shop=0,
        klarna=0,
    ),
    Row(
        said="the total was changed in a status from which changes are not sent",
        given={"store_status": "awaiting-parts", "total": 80},
        verdict=Verdict.AGREES,
        shop=0,
        klarna=0,
    ),
    Row(
        said="completed, in a shop that captures in another status",
        given={"store_status": "completed"},
        verdict=Verdict.AGREES,
        shop=0,
        klarna=0,
        policy=CAPTURES_SHIPPED,
    ),
    Row(
        said="refunded by bank transfer, in a shop that says so",
        given={"store_status": "completed", "store_refunded": 30, **captured(100)},
        verdict=Verdict.AGREES,
        shop=100,
        klarna=100,
        policy=IGNORES_REFUNDS,
    ),
    Row(
        said="the authorization ends soon, which is a warning and no difference",
        given={"hold": HoldCode.EXPIRES_SOON},
        verdict=Verdict.AGREES,
        shop=0,
        klarna=0,
    ),
    Row(
        said="watched beside the shop's own plugin, which has captured it",
        given={
            "store_status": "completed",
            "guard": Guard.ANOTHER_PLUGIN,
            **captured(100),
        },
        verdict=Verdict.AGREES,
        shop=100,
        klarna=100,
    ),
)

MONEY_APART = (
    Row(
        said="completed and not captured",
        given={"store_status": "completed"},
        verdict=Verdict.NOT_CAPTURED,
        shop=100,
        klarna=0,
    ),
    Row(
        said="completed and not captured, and the shop's own plugin should have",
        given={"store_status": "completed", "guard": Guard.ANOTHER_PLUGIN},
        verdict=Verdict.NOT_CAPTURED,
        shop=100,
        klarna=0,
    ),
    Row(
        said="not captured, and a person has been told why",
        given={"store_status": "completed", "hold": HoldCode.REFUSED_BY_KLARNA},
        verdict=Verdict.NOT_CAPTURED,
        shop=100,
        klarna=0,
    ),
    Row(
        said="completed, and Klarna does not know it",
        given={"store_status": "completed", **UNKNOWN},
        verdict=Verdict.NOT_CAPTURED,
        shop=100,
        klarna=0,
    ),
    Row(
        said="sent in a shop that captures what is sent",
        given={"store_status": "shipped"},
        verdict=Verdict.NOT_CAPTURED,
        shop=100,
        klarna=0,
        policy=CAPTURES_SHIPPED,
    ),
    Row(
        said="completed after the authorization had run out",
        given={"store_status": "completed", **ended(KlarnaStatus.EXPIRED)},
        verdict=Verdict.LOST_AT_KLARNA,
        shop=100,
        klarna=0,
    ),
    Row(
        said="completed, and only a part captured",
        given={"store_status": "completed", **captured(60)},
        verdict=Verdict.CAPTURED_LESS,
        shop=100,
        klarna=60,
    ),
    Row(
        said="a part captured and a little refunded at Klarna: the capture lacks more",
        given={"store_status": "completed", **captured(60, 5)},
        verdict=Verdict.CAPTURED_LESS,
        shop=100,
        klarna=55,
    ),
    Row(
        said="lowered in the shop after all of it was captured",
        given={"store_status": "completed", "total": 80, **captured(100)},
        verdict=Verdict.CAPTURED_MORE,
        shop=80,
        klarna=100,
    ),
    Row(
        said="lowered after the capture, and not completed yet",
        given={"total": 80, **captured(100)},
        verdict=Verdict.CAPTURED_MORE,
        shop=80,
        klarna=100,
    ),
    Row(
        said="refunded in the shop, and Klarna has given nothing back",
        given={"store_status": "completed", "store_refunded": 30, **captured(100)},
        verdict=Verdict.REFUND_NOT_AT_KLARNA,
        shop=70,
        klarna=100,
    ),
    Row(
        said="refunded in the shop before it is completed, and not at Klarna",
        given={"store_refunded": 30, **captured(100)},
        verdict=Verdict.REFUND_NOT_AT_KLARNA,
        shop=70,
        klarna=100,
    ),
    Row(
        said="of two refunds of the shop the later one is not at Klarna",
        given={"store_status": "completed", "store_refunded": 50, **captured(70)},
        verdict=Verdict.REFUND_NOT_AT_KLARNA,
        shop=50,
        klarna=70,
    ),
    Row(
        said="refunded in Klarna's portal, and the shop knows nothing of it",
        given={"store_status": "completed", **captured(100, 20)},
        verdict=Verdict.REFUND_NOT_IN_SHOP,
        shop=100,
        klarna=80,
    ),
    Row(
        said="refunded in Klarna's portal before the shop completes the order",
        given=captured(100, 20),
        verdict=Verdict.REFUND_NOT_IN_SHOP,
        shop=100,
        klarna=80,
    ),
    Row(
        said="refunded in the portal what a part captured had brought",
        given=captured(40, 20),
        verdict=Verdict.REFUND_NOT_IN_SHOP,
        shop=40,
        klarna=20,
    ),
    Row(
        said="cancelled in the shop, and Klarna has kept the money",
        given={"store_status": "cancelled", **captured(100)},
        verdict=Verdict.PAID_THOUGH_CANCELLED,
        shop=0,
        klarna=100,
    ),
    Row(
        said="thrown into the shop's bin, and Klarna has kept the money",
        given={"store_status": "trash", **captured(100, 30)},
        verdict=Verdict.PAID_THOUGH_CANCELLED,
        shop=0,
        klarna=70,
    ),
    Row(
        said="a capture nobody answered",
        given={"store_status": "completed", "hold": HoldCode.OUTCOME_UNKNOWN},
        verdict=Verdict.OUTCOME_UNKNOWN,
        shop=100,
        klarna=0,
    ),
    Row(
        said="an update nobody answered: no money has moved",
        given={"total": 80, "hold": HoldCode.OUTCOME_UNKNOWN},
        verdict=Verdict.OUTCOME_UNKNOWN,
        shop=0,
        klarna=0,
    ),
    Row(
        said="the money agrees, and a person has to look all the same",
        given={"store_status": "on-hold", "hold": HoldCode.UNDER_REVIEW},
        verdict=Verdict.WAITS,
        shop=0,
        klarna=0,
    ),
)

PROMISES_APART = (
    Row(
        said="another total in the shop than is authorized",
        given={"total": 80},
        verdict=Verdict.TOTAL_DIFFERS,
        shop=80,
        klarna=100,
    ),
    Row(
        said="a refund before the capture that Klarna was not told of",
        given={"store_refunded": 30},
        verdict=Verdict.TOTAL_DIFFERS,
        shop=70,
        klarna=100,
    ),
    Row(
        said="cancelled in the shop, still authorized at Klarna",
        given={"store_status": "cancelled"},
        verdict=Verdict.CANCELLED_NOT_AT_KLARNA,
        shop=0,
        klarna=100,
    ),
    Row(
        said="cancelled at Klarna, still to be sent in the shop",
        given=ended(),
        verdict=Verdict.ENDED_AT_KLARNA,
        shop=100,
        klarna=0,
    ),
    Row(
        said="ready to be sent, and Klarna does not know it",
        given=UNKNOWN,
        verdict=Verdict.UNKNOWN_AT_KLARNA,
        shop=100,
        klarna=0,
    ),
)

WITHOUT_AMOUNTS = (
    Row(said="not read yet", given={"read": False}, verdict=Verdict.NEVER_READ),
    Row(
        said="concluded from, and yet without a total",
        given={"total": None},
        verdict=Verdict.NEVER_READ,
    ),
    Row(
        said="what the shop answered could not be read",
        given={"total": None, "hold": HoldCode.UNREADABLE},
        verdict=Verdict.WAITS,
    ),
    Row(
        said="the two halves are not the same order",
        given={"guard": Guard.IDENTITY, "hold": HoldCode.IDENTITY},
        verdict=Verdict.WAITS,
    ),
    Row(
        said="the two halves are not the same order, and nobody wants anything of it",
        given={"guard": Guard.IDENTITY},
        verdict=Verdict.NOT_MANAGED,
    ),
    Row(
        said="a person has said to leave it alone",
        given={"store_status": "completed", "guard": Guard.SYNC_OFF},
        verdict=Verdict.NOT_MANAGED,
    ),
    Row(
        said="paid another way",
        given={"guard": Guard.NOT_KLARNA, **UNKNOWN},
        verdict=Verdict.OUTSIDE,
    ),
    Row(
        said="a checkout that was not finished",
        given={"guard": Guard.NOT_PAID},
        verdict=Verdict.OUTSIDE,
    ),
)

ROWS = (*AGREES, *MONEY_APART, *PROMISES_APART, *WITHOUT_AMOUNTS)


def found(row: Row) -> Comparison:
    """Return what is found in a row's halves."""
    return compare(halves(**row.given), row.policy)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.said)
def test_what_a_bookkeeper_finds(row: Row) -> None:
    """Each pair of halves has one name, and the amounts that both sides say."""
    amounts = (None if each is None else sek(each) for each in (row.shop, row.klarna))
    shop, klarna = amounts

    assert found(row) == Comparison(verdict=row.verdict, shop=shop, klarna=klarna)


def test_an_unpaid_order_of_which_klarna_has_captured_is_compared() -> None:
    """Money that moved is nobody's to leave out, whatever the shop says of its payment."""
    taken = compare(halves(guard=Guard.NOT_PAID, **captured(100)), DEFAULT)

    assert taken.verdict is not Verdict.OUTSIDE


@pytest.mark.parametrize("verdict", Verdict)
def test_every_name_has_a_row(verdict: Verdict) -> None:
    """There is no name for a difference that no pair of halves comes to."""
    assert verdict in {row.verdict for row in ROWS}


def test_the_sums_differ_by_what_their_orders_differ() -> None:
    """What stands in the sums is Klarna's own money, and differs exactly where it is listed."""
    for row in ROWS:
        comparison = found(row)
        if not comparison.verdict.booked or comparison.apart is None:
            continue
        kept = sek(row.given.get("captured") or 0) - sek(row.given.get("refunded") or 0)
        assert comparison.klarna == kept
        named_for_money = comparison.verdict not in {
            Verdict.AGREES,
            Verdict.WAITS,
            Verdict.OUTCOME_UNKNOWN,
        }
        assert bool(comparison.apart) or not named_for_money
        assert not comparison.apart or comparison.verdict in DIFFERENCES


def test_no_amounts_are_no_difference_in_money() -> None:
    """What was never read is apart by nothing that could be said."""
    assert compare(halves(read=False), DEFAULT).apart is None
