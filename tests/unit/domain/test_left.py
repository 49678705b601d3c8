"""What is left of each line, as a form shows it before anybody asks for anything."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitt.domain.decide import commands
from kvitt.domain.decide.left import LineLeft, Share, lines_left
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.klarna_order import FraudStatus
from kvitt.domain.money import Money
from kvitt.domain.plan import Situation
from kvitt.domain.policy import ManualRefunds, Policy
from kvitt.domain.store_order import LineKind
from unit.domain.orders import (
    MUGS,
    agreed,
    authorized,
    captured,
    klarna_refund,
    line,
    order,
    refund,
    sek,
    shipping,
    situation,
)
from unit.domain.strategies import histories, store_orders
from unit.domain.world import after_first, settled

FAST = settings(max_examples=60, deadline=timedelta(seconds=5))
PARTS = ("ordered", "captured", "refunded", "to_capture", "to_refund")
OPEN = situation(order(), authorized(), agreed(records=()))
DONE = situation(order("completed", capture_id="CAP-1"), captured(), agreed(records=()))


def figures(asked: Situation) -> list[tuple[object, ...]]:
    """Return each line's id with the pieces and minor units of its parts."""
    return [
        (row.id, *((share.quantity, share.amount.minor) for share in shares_of(row)))
        for row in lines_left(asked)
    ]


def shares_of(row: LineLeft) -> Iterable[Share]:
    return (getattr(row, part) for part in PARTS)


def sum_of(asked: Situation, part: str) -> Money:
    shares = (getattr(row, part).amount for row in lines_left(asked))
    return Money.total(shares, asked.store.currency)


def done(asked: Situation, *, lines: dict[int, int]) -> Situation:
    """Return the order after a capture of some lines."""
    return after_first(asked, commands.plan_capture(asked, lines=lines))


def given_back(asked: Situation, *, lines: dict[int, int], request: str = "1") -> Situation:
    """Return the order after a refund of some lines that was asked for here."""
    return after_first(asked, commands.plan_refund(asked, request=request, lines=lines))


def portal_refund(asked: Situation, amount: int) -> Situation:
    """Return the order after a refund in Klarna's portal that the shop has not booked."""
    assert asked.klarna is not None
    refunds = (*asked.klarna.refunds, klarna_refund(amount, reference="portal"))
    refunded = asked.klarna.refunded + sek(amount)
    return replace(asked, klarna=replace(asked.klarna, refunds=refunds, refunded=refunded))


NOTHING = (0, 0)
MUG_BACK = replace(MUGS, id=900, quantity=1, total=MUGS.total / 2, total_tax=MUGS.total_tax / 2)
ONE_MUG_BACK = refund(9_999, lines=(replace(MUG_BACK, refunds_line=1),))
ALL_BACK = refund(
    24_898,
    lines=(
        replace(MUGS, id=900, refunds_line=1),
        replace(shipping(), id=901, refunds_line=2),
    ),
)

#: A mug, and a discount of its price.
FREE = order(
    "completed",
    total=0,
    lines=(
        line("80", "20"),
        line("-80", "-20", line_id=2, kind=LineKind.FEE, reference="sale"),
    ),
)
#: The same mug on two lines.
TWICE = order(
    total=19_998, lines=(line("79.992", "19.998"), line("79.992", "19.998", line_id=4))
)

#: Ordered, captured, refunded, left to capture, left to refund: pieces and minor units.
ROWS = {
    "nothing is captured: all can be": (
        OPEN,
        [
            (1, (2, 19_998), NOTHING, NOTHING, (2, 19_998), NOTHING),
            (2, (1, 4_900), NOTHING, NOTHING, (1, 4_900), NOTHING),
        ],
    ),
    "one of two mugs is captured": (
        done(OPEN, lines={1: 1}),
        [
            (1, (2, 19_998), (1, 9_999), NOTHING, (1, 9_999), (1, 9_999)),
            (2, (1, 4_900), NOTHING, NOTHING, (1, 4_900), NOTHING),
        ],
    ),
    "that mug is refunded": (
        given_back(done(OPEN, lines={1: 1}), lines={1: 1}),
        [
            (1, (2, 19_998), (1, 9_999), (1, 9_999), (1, 9_999), NOTHING),
            (2, (1, 4_900), NOTHING, NOTHING, (1, 4_900), NOTHING),
        ],
    ),
    "all was captured in Klarna's portal": (
        DONE,
        [
            (1, (2, 19_998), (2, 19_998), NOTHING, NOTHING, (2, 19_998)),
            (2, (1, 4_900), (1, 4_900), NOTHING, NOTHING, (1, 4_900)),
        ],
    ),
    "half was captured in Klarna's portal: pieces are not known": (
        situation(order(), captured(12_449), agreed(records=())),
        [
            (1, (2, 19_998), (0, 9_999), NOTHING, (2, 9_999), (0, 9_999)),
            (2, (1, 4_900), (0, 2_450), NOTHING, (1, 2_450), (0, 2_450)),
        ],
    ),
    "a mug is refunded in the shop, and about to be at Klarna": (
        replace(DONE, store=replace(DONE.store, refunds=(ONE_MUG_BACK,))),
        [
            (1, (2, 19_998), (2, 19_998), (1, 9_999), NOTHING, (1, 9_999)),
            (2, (1, 4_900), (1, 4_900), NOTHING, NOTHING, (1, 4_900)),
        ],
    ),
    "half was refunded in Klarna's portal: the amount is spread": (
        situation(
            order("completed", capture_id="CAP-1"),
            captured(refunds=(klarna_refund(12_449),)),
            agreed(records=()),
        ),
        [
            (1, (2, 19_998), (2, 19_998), (0, 9_999), NOTHING, (2, 9_999)),
            (2, (1, 4_900), (1, 4_900), (0, 2_450), NOTHING, (1, 2_450)),
        ],
    ),
    "a discount of the whole order goes along": (
        situation(
            order(
                total=20_898,
                lines=(
                    MUGS,
                    shipping(),
                    line("-32", "-8", line_id=3, kind=LineKind.FEE, reference="sale"),
                ),
            ),
            authorized(20_898),
            agreed(records=()),
        ),
        [
            (1, (2, 19_998), NOTHING, NOTHING, (2, 19_998), NOTHING),
            (2, (1, 4_900), NOTHING, NOTHING, (1, 4_900), NOTHING),
            (None, (0, -4_000), NOTHING, NOTHING, (0, -4_000), NOTHING),
        ],
    ),
    "two lines of one product are told apart": (
        done(
            situation(TWICE, authorized(19_998), agreed(TWICE, records=())),
            lines={1: 1},
        ),
        [
            (1, (1, 9_999), (1, 9_999), NOTHING, NOTHING, (1, 9_999)),
            (4, (1, 9_999), NOTHING, NOTHING, (1, 9_999), NOTHING),
        ],
    ),
    "the order was changed to cost nothing after its capture: no line is worth anything": (
        situation(FREE, captured(10_000, of=10_000)),
        [
            (1, (1, 10_000), (1, 0), NOTHING, NOTHING, NOTHING),
            (None, (0, -10_000), NOTHING, NOTHING, NOTHING, NOTHING),
            (None, NOTHING, (0, 10_000), NOTHING, NOTHING, (0, 10_000)),
        ],
    ),
    "a mug is refunded here, and some of it in Klarna's portal": (
        portal_refund(given_back(DONE, lines={1: 1}), 1_000),
        [
            (1, (2, 19_998), (2, 19_998), (1, 10_671), NOTHING, (1, 9_327)),
            (2, (1, 4_900), (1, 4_900), (0, 328), NOTHING, (1, 4_572)),
        ],
    ),
    "a mug is refunded in the shop, and Klarna has given it back": (
        settled(replace(DONE, store=replace(DONE.store, refunds=(ONE_MUG_BACK,))))[0],
        [
            (1, (2, 19_998), (2, 19_998), (1, 9_999), NOTHING, (1, 9_999)),
            (2, (1, 4_900), (1, 4_900), NOTHING, NOTHING, (1, 4_900)),
        ],
    ),
    "all is refunded by hand, line by line, and Klarna is not told of it": (
        replace(
            DONE,
            store=replace(DONE.store, refunds=(ALL_BACK,)),
            policy=Policy(manual_refunds=ManualRefunds.IGNORE),
        ),
        [
            (1, (2, 19_998), (2, 19_998), (2, 0), NOTHING, (0, 19_998)),
            (2, (1, 4_900), (1, 4_900), (1, 0), NOTHING, (0, 4_900)),
        ],
    ),
    "of two lines of one product, the first is given back first": (
        given_back(
            situation(TWICE, captured(19_998, of=19_998), agreed(TWICE, records=())),
            lines={1: 1},
        ),
        [
            (1, (1, 9_999), (1, 9_999), (1, 9_999), NOTHING, NOTHING),
            (4, (1, 9_999), (1, 9_999), NOTHING, NOTHING, (1, 9_999)),
        ],
    ),
    "under review nothing can be captured": (
        situation(order(), authorized(fraud_status=FraudStatus.PENDING), agreed(records=())),
        [
            (1, (2, 19_998), NOTHING, NOTHING, NOTHING, NOTHING),
            (2, (1, 4_900), NOTHING, NOTHING, NOTHING, NOTHING),
        ],
    ),
}


@pytest.mark.parametrize(("asked", "rows"), ROWS.values(), ids=ROWS)
def test_what_is_left_of_each_line(asked: Situation, rows: list[tuple[object, ...]]) -> None:
    """Each line has what was ordered, captured, refunded, and what still can be."""
    assert figures(asked) == rows


def test_lines_have_their_names() -> None:
    """A form shows the line's name and reference, and names it by the shop's id."""
    first = lines_left(OPEN)[0]

    assert (first.id, first.reference, first.name) == (1, "MUG-1", "Mug")


def test_what_goes_along_has_its_name() -> None:
    """A discount is shown by its name, and cannot be chosen."""
    last = lines_left(ROWS["a discount of the whole order goes along"][0])[-1]

    assert (last.id, last.reference, last.name) == (None, "sale", "Mug")
    assert last.ordered.amount == sek(-4_000)


def test_what_no_line_tells_of_has_no_name() -> None:
    """Money of an order that costs nothing belongs to no line, and is shown without one."""
    (free,) = (row for name, (row, _) in ROWS.items() if "cost nothing" in name)
    last = lines_left(free)[-1]

    assert (last.reference, last.name, last.captured.amount) == ("", "", sek(10_000))


@pytest.mark.parametrize(
    "asked",
    [
        situation(order(), None),
        situation(order(), replace(authorized(), order_amount=Money(24_898, "EUR"))),
    ],
)
def test_nothing_is_left_of_what_cannot_be_compared(asked: Situation) -> None:
    """Without Klarna's half, or in another currency, there are no figures to show."""
    assert lines_left(asked) == ()


def test_a_refund_that_is_left_out_is_not_given_back() -> None:
    """Where manual refunds are not sent, what was booked by hand can still be refunded."""
    asked = situation(
        replace(DONE.store, refunds=(ONE_MUG_BACK,)),
        DONE.klarna,
        agreed(records=()),
        policy=Policy(manual_refunds=ManualRefunds.IGNORE),
    )

    assert sum_of(asked, "to_refund") == sek(24_898)


@FAST
@given(histories())
def test_all_rows_add_up_to_klarnas_sums(asked: Situation) -> None:
    """Whatever happened to an order, the lines come to what Klarna has and would allow."""
    klarna = asked.klarna
    assert klarna is not None

    assert sum_of(asked, "captured") == klarna.captured
    assert sum_of(asked, "to_capture") == allowed(asked, "capture")
    assert sum_of(asked, "to_refund") == allowed(asked, "refund")
    for row in lines_left(asked):
        assert row.to_capture.quantity <= row.ordered.quantity
        assert row.to_refund.quantity <= row.captured.quantity


@FAST
@given(store_orders(currencies=("SEK",)), st.data())
def test_captured_and_left_make_the_whole(store: object, data: st.DataObject) -> None:
    """After captures of random lines, each line is what was taken and what is left of it."""
    assert isinstance(store, type(OPEN.store))
    asked = situation(store, authorized(store.total.minor), agreed(store, records=()))
    for _ in range(data.draw(st.integers(0, 3))):
        choice = {
            row.id: data.draw(st.integers(0, row.to_capture.quantity))
            for row in lines_left(asked)
            if row.id is not None
        }
        try:
            asked = done(asked, lines=choice)
        except NotAllowedNow:
            continue

    for row in lines_left(asked):
        if allowed(asked, "capture"):
            assert row.captured.amount + row.to_capture.amount == row.ordered.amount
        if row.id is not None:
            assert row.captured.quantity + row.to_capture.quantity <= row.ordered.quantity
    assert sum_of(asked, "ordered") == store.total


def allowed(asked: Situation, what: str) -> Money:
    """Return what the command without a choice would move."""
    try:
        if what == "capture":
            return commands.plan_capture(asked).steps[-1].amount
        return commands.plan_refund(asked, request="trial").steps[-1].amount
    except NotAllowedNow:
        return Money.zero(asked.store.currency)
