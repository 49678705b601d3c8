"""What any journal must remember: halves, holds, wishes, what is owed, the timeline."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from clocks import StandingClock
from contract.lives import HOLD, done
from contract.rows import (
    KLARNA_ID,
    SEK_100,
    capture,
    note,
    snapshot,
    store_refund,
)
from kvitt.adapters.database import timeline
from kvitt.adapters.database.ledger import OrderLedger
from kvitt.adapters.database.models import Order, TimelineRow
from kvitt.adapters.database.vault import Vault
from kvitt.domain.errors import (
    ConfigurationError,
)
from kvitt.domain.journal import Lease
from kvitt.domain.money import Money
from kvitt.domain.plan import Agree, Guard, HoldCode, Plan, Wish

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def test_both_halves_come_back_as_they_were_read(ledger: OrderLedger, lease: Lease) -> None:
    """A snapshot is remembered exactly, with decimals, addresses and refunds."""
    seen = snapshot(refunds=(store_refund(77, 2500),))
    ledger.save_snapshot(lease, seen)

    assert ledger.load(lease).snapshot == seen


def test_an_address_is_not_readable_in_the_database(ledger: OrderLedger, lease: Lease) -> None:
    """Of the customer the row shows the name, for the list, and nothing else."""
    ledger.save_snapshot(lease, snapshot())

    row = Order.objects.filter(pk=lease.order).values().get()
    assert row["customer"] == "Östen Ek"
    assert "Storgatan" not in str(row)


def test_figures_for_lists_follow_what_was_read(ledger: OrderLedger, lease: Lease) -> None:
    """The list shows the shop's and Klarna's figures of the last look."""
    ledger.save_snapshot(lease, snapshot(status="completed"))

    order = Order.objects.get(pk=lease.order)
    assert (order.number, order.store_status, order.klarna_status) == (
        "1042",
        "completed",
        "AUTHORIZED",
    )
    assert (order.total, order.remaining, order.klarna_order_id) == (
        SEK_100,
        SEK_100,
        KLARNA_ID,
    )


def test_a_refund_once_seen_is_missed_when_it_is_deleted(
    ledger: OrderLedger, lease: Lease
) -> None:
    """The journal keeps the amounts of refunds that the shop does not have any more."""
    ledger.save_snapshot(lease, snapshot(refunds=(store_refund(77, 2500),)))
    ledger.save_snapshot(lease, snapshot())

    assert ledger.load(lease).journal.refunds_seen == {77: Money(2500, "SEK")}


def test_an_agreement_is_remembered(ledger: OrderLedger, lease: Lease) -> None:
    """Lines and amount that Klarna has agreed to come back."""
    ledger.save_agreement(lease, Agree(fingerprint="a" * 64, amount=SEK_100))

    journal = ledger.load(lease).journal
    assert (journal.agreed_fingerprint, journal.agreed_amount) == ("a" * 64, SEK_100)


def test_a_hold_parks_the_order_with_its_age(
    ledger: OrderLedger, lease: Lease, clock: StandingClock
) -> None:
    """The hold comes back whole, and is as old as its first look, not as its last."""
    since = clock.now()
    ledger.save_plan(lease, Plan(hold=HOLD))
    clock.pass_by(MINUTE)
    ledger.save_plan(lease, Plan(hold=HOLD))

    order = Order.objects.get(pk=lease.order)
    assert ledger.load(lease).hold == HOLD
    assert (order.state, order.hold_code, order.hold_since) == ("held", HOLD.code, since)
    assert order.hold_minor == SEK_100.minor


def test_a_hold_that_moved_the_order_is_remembered_beside_a_later_one(
    ledger: OrderLedger, lease: Lease
) -> None:
    """Another hold does not hide which one moved the shop's order; no hold forgets it."""
    later = replace(HOLD, code=HoldCode.UPDATE_REFUSED, store_status="")
    seen = []
    for plan in (Plan(hold=HOLD), Plan(hold=later), Plan()):
        ledger.save_plan(lease, plan)
        seen.append(ledger.load(lease).journal.open_hold)

    assert seen == [HOLD, HOLD, None]


@pytest.mark.parametrize(
    ("plan", "state"),
    [
        (Plan(), "in_step"),
        (Plan(guard=Guard.NOT_PAID), "guarded"),
        (Plan(steps=(Agree(fingerprint="a", amount=SEK_100),)), "working"),
        (Plan(hold=HOLD, guard=Guard.IDENTITY), "held"),
    ],
)
def test_a_plan_says_where_an_order_stands(
    ledger: OrderLedger, lease: Lease, plan: Plan, state: str
) -> None:
    """A hold comes before anything else; a guard leaves alone; steps are work."""
    ledger.save_plan(lease, plan)

    assert Order.objects.get(pk=lease.order).state == state


def test_wishes_are_kept_until_they_are_met(ledger: OrderLedger, lease: Lease) -> None:
    """What is wished stays wished, once, until it is forgotten."""
    for wanted in (True, True, False):
        ledger.save_wish(lease, Wish.CANCEL, wanted=wanted)
        ledger.save_wish(lease, Wish.CAPTURE, wanted=True)

    assert ledger.load(lease).journal.wishes == {Wish.CAPTURE}


def test_what_is_owed_is_owed_once(ledger: OrderLedger, lease: Lease) -> None:
    """The same report, owed again before or after it was written, is written once."""
    ledger.owe(lease, [note()])
    ledger.owe(lease, [note()])
    before = ledger.load(lease).owed
    ledger.record_written(lease, note(), outcome="written")
    ledger.owe(lease, [note()])

    assert len(before) == 1
    assert ledger.load(lease).owed == ()


def test_a_write_that_was_tried_says_so(
    ledger: OrderLedger, lease: Lease, clock: StandingClock
) -> None:
    """Whoever writes next knows to look first, and since when it is owed."""
    since = clock.now()
    ledger.owe(lease, [note()])
    clock.pass_by(MINUTE)
    ledger.record_write_attempt(lease, note())

    owed = ledger.load(lease).owed[0]
    assert (owed.attempts, owed.owed_since) == (1, since)


def test_what_was_done_elsewhere_is_adopted_once(ledger: OrderLedger, lease: Lease) -> None:
    """Klarna's id is remembered, and the report owed, however often it is seen."""
    for _ in range(2):
        ledger.record_adopted(lease, "cap-9", [note("adopted")])

    case = ledger.load(lease)
    assert case.journal.adopted == {"cap-9"}
    assert len(case.owed) == 1


def test_an_untouched_timeline_is_intact(ledger: OrderLedger, lease: Lease) -> None:
    """What was written is what is there, in the order in which it happened."""
    done(ledger, lease, capture())

    report = timeline.verify(lease.order)

    assert report.intact
    assert [row.what for row in TimelineRow.objects.all()] == ["planned", "sent", "done"]


@pytest.mark.parametrize(
    ("tamper", "broken_at"),
    [
        (lambda: TimelineRow.objects.filter(nth=2).update(text="nothing happened"), 2),
        (lambda: TimelineRow.objects.filter(nth=1).update(actor="somebody"), 1),
        (lambda: TimelineRow.objects.filter(nth=2).delete(), 2),
        (lambda: TimelineRow.objects.filter(nth=3).delete(), 3),
        (lambda: TimelineRow.objects.filter(nth=3).update(data={}), 3),
    ],
)
def test_a_changed_timeline_is_found(
    ledger: OrderLedger, lease: Lease, tamper: Callable[[], object], broken_at: int
) -> None:
    """A row that was changed, taken out or cut off at the end is named."""
    done(ledger, lease, capture())
    tamper()

    assert timeline.verify(lease.order).broken_at == broken_at


def test_a_lost_key_is_an_error_and_never_an_empty_order(
    ledger: OrderLedger, lease: Lease, clock: StandingClock
) -> None:
    """What does not open is said, and nothing is decided on it."""
    ledger.save_snapshot(lease, snapshot())
    with_other_key = OrderLedger(Vault([Fernet.generate_key()]), clock.now)

    with pytest.raises(ConfigurationError):
        with_other_key.load(lease)
