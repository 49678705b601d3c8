"""Whole lives of orders: a merchant, a portal and time act at random, and money agrees.

Whenever a completed order is in step, Klarna keeps exactly what the shop's order comes to
less its refunds.
"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from kvitt.domain import effects
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.money import Money
from kvitt.domain.plan import Journal, Situation
from kvitt.domain.steps import Capture
from kvitt.domain.store_order import StoreLine, StoreOrder
from unit.domain.orders import (
    DAY,
    NOW,
    agreed,
    authorized,
    klarna_refund,
    line,
    order,
    refund,
    sek,
    shipping,
    situation,
)
from unit.domain.world import settled

FAST = settings(max_examples=60, deadline=timedelta(seconds=5))
TOTALS = (9_999, 20_000, 24_898, 30_000)
STATUSES = ("processing", "on-hold", "completed", "completed")

ACTS = st.one_of(
    st.tuples(st.just("status"), st.sampled_from(STATUSES)),
    st.tuples(st.just("total"), st.sampled_from(TOTALS)),
    st.tuples(st.just("refund"), st.sampled_from((500, 9_999, 24_898))),
    st.tuples(st.just("portal capture"), st.sampled_from((1_000, 9_999))),
    st.tuples(st.just("portal refund"), st.sampled_from((500, 999))),
    st.tuples(st.just("forget"), st.just(0)),
)


def lived(asked: Situation, acts: list[tuple[str, object]]) -> tuple[Situation, bool]:
    """Return the order after the acts, looked at after each, and whether it is in step."""
    asked, plan, _ = settled(asked)
    for day, (act, value) in enumerate(acts, start=1):
        asked = replace(asked, now=NOW + day * DAY / 24)
        if act == "status":
            asked = replace(asked, store=replace(asked.store, status=str(value)))
        elif act == "forget":
            asked = replace(asked, journal=forgotten(asked.journal))
        else:
            asked = acted(asked, act, int(str(value)), day=day)
        asked, plan, _ = settled(asked)
        hold = plan.hold
        if hold is not None and hold.store_status:
            store = replace(asked.store, status=hold.store_status)
            asked = replace(asked, store=store, journal=replace(asked.journal, open_hold=hold))
    return asked, plan.in_step


def forgotten(journal: Journal) -> Journal:
    """Return a journal that never agreed on anything: a first sight of an old order."""
    return replace(journal, agreed_fingerprint=None, agreed_amount=None)


def acted(asked: Situation, act: str, value: int, *, day: int) -> Situation:
    """Return the order after a merchant or the portal has done something to it."""
    store, klarna = asked.store, asked.klarna
    assert klarna is not None
    if act == "total":
        edited = replace(store, total=sek(value), lines=lines_for(value))
        return replace(asked, store=edited)
    if act == "refund":
        return replace(asked, store=refunded(store, value, number=500 + day))
    if act == "portal capture" and klarna.remaining.minor >= value:
        step = Capture(amount=sek(value), lines=(), captured_before=klarna.captured, reason="")
        after = effects.carried_out(
            klarna, step, remote_id=f"P-{day}", reference="portal", at=asked.now
        )
        return replace(asked, klarna=after)
    # A portal refund that the shop has no room to book is a note for a person, and not here.
    room = store.total - Money.total((each.amount for each in store.refunds), "SEK")
    if act == "portal refund" and min(klarna.refundable.minor, room.minor) >= value:
        given_back = klarna_refund(value, name=f"PR-{day}", reference="portal")
        after = replace(
            klarna,
            refunds=(*klarna.refunds, given_back),
            refunded=klarna.refunded + sek(value),
        )
        return replace(asked, klarna=after)
    return asked


def lines_for(total: int) -> tuple[StoreLine, ...]:
    """Return lines that come to a total: a thing and its shipping."""
    net = (total - 4_900) * 80
    return (line(f"{net / 10_000:.4f}", f"{net / 40_000:.4f}"), shipping())


def refunded(store: StoreOrder, amount: int, *, number: int) -> StoreOrder:
    """Return the order with one more refund, as far as WooCommerce would allow it."""
    booked = Money.total((each.amount for each in store.refunds), "SEK")
    if booked + sek(amount) > store.total:
        return store
    when = NOW + (number - 500) * DAY / 24
    new = replace(refund(amount, refund_id=number), created_at=when)
    return replace(store, refunds=(*store.refunds, new))


@FAST
@given(st.lists(ACTS, max_size=7))
def test_money_agrees_whenever_an_order_is_in_step(acts: list[tuple[str, object]]) -> None:
    """A completed order in step is captured for its total, less what was refunded."""
    start = situation(order(), authorized(), agreed(records=()))

    after, in_step = lived(start, acts)

    store, klarna = after.store, after.klarna
    assert klarna is not None
    assert sek(0) <= klarna.refunded <= klarna.captured
    if in_step and store.status == "completed" and klarna.status is not KlarnaStatus.CANCELLED:
        booked = Money.total((each.amount for each in store.refunds), "SEK")
        assert klarna.captured - klarna.refunded == store.total - booked
        assert not klarna.remaining
