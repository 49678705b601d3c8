"""What any journal must do: calls, and who may write."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from clocks import StandingClock
from contract.lives import HOLD, Act, done, parked, refused, sent, state_of, unknown, unsent
from contract.rows import LEASE, SEK_100, capture, note, receipt, snapshot
from kvitt.adapters.database.ledger import OrderLedger
from kvitt.adapters.database.models import IntentRow, TimelineRow
from kvitt.adapters.database.queue import OrderQueue
from kvitt.domain.errors import (
    LeaseLost,
    OutcomeUnknown,
    Rejected,
    Unreachable,
    UnsafePlan,
)
from kvitt.domain.ids import StoreRefundId
from kvitt.domain.intents import State
from kvitt.domain.journal import Lease, Snapshot
from kvitt.domain.plan import Agree, Plan, Wish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("each_database")]

MINUTE = timedelta(minutes=1)


def test_an_order_nobody_has_looked_at_has_an_empty_case(
    ledger: OrderLedger, lease: Lease
) -> None:
    """What is not remembered has its defaults: no record, no hold, the default policy."""
    case = ledger.load(lease)

    assert (case.snapshot, case.unsettled, case.owed) == (Snapshot(), (), ())
    assert case.journal.records == ()
    assert case.policy.capture_statuses == {"completed"}


def test_a_call_is_kept_to_be_sent_again_byte_for_byte(
    ledger: OrderLedger, lease: Lease
) -> None:
    """What comes out of the journal is the call that went in, with its body's own order."""
    call = capture()
    ledger.record_planned(lease, call)

    stored = ledger.load(lease).unsettled[0]

    assert stored.call == call
    assert list(stored.call.body) == list(call.body)
    assert (stored.state, stored.attempts, stored.first_sent_at) == (State.PLANNED, 0, None)


def test_a_body_is_not_readable_in_the_database(ledger: OrderLedger, lease: Lease) -> None:
    """Bodies may hold an address, so they are sealed."""
    ledger.record_planned(lease, capture())

    assert "captured_amount" not in IntentRow.objects.get().body_sealed


def test_a_call_of_the_same_id_is_stored_once(ledger: OrderLedger, lease: Lease) -> None:
    """Planning the same call twice leaves one row, also after it was sent."""
    call = capture()
    sent(ledger, lease, call)
    ledger.record_planned(lease, call)

    assert IntentRow.objects.count() == 1
    assert state_of(call) == "sent"


def test_no_two_calls_share_a_key(ledger: OrderLedger, lease: Lease) -> None:
    """The database itself refuses a key that another call bears."""
    ledger.record_planned(lease, capture())
    other = replace(capture("another"), key=capture().key)

    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.record_planned(lease, other)


def test_each_attempt_is_counted_and_dated(
    ledger: OrderLedger, lease: Lease, clock: StandingClock
) -> None:
    """The life of a key counts from the first attempt, the quiet period from the last."""
    call = capture()
    unknown(ledger, lease, call)
    first = clock.now()
    clock.pass_by(MINUTE)
    ledger.record_sent(lease, call)

    stored = ledger.load(lease).unsettled[0]

    assert (stored.attempts, stored.state) == (2, State.SENT)
    assert (stored.first_sent_at, stored.last_sent_at) == (first, clock.now())


def test_a_done_call_is_settled_and_owed_to_the_shop_together(
    ledger: OrderLedger, lease: Lease
) -> None:
    """The record bears Klarna's id, and the report is owed."""
    done(ledger, lease, capture())

    case = ledger.load(lease)

    assert case.unsettled == ()
    assert case.journal.records[0].remote_id == "cap-1"
    assert [owed.note for owed in case.owed] == ["Klarna order captured."]


def test_a_done_update_is_agreed(ledger: OrderLedger, lease: Lease) -> None:
    """The lines of an update become the agreed ones when it is carried out."""
    done(ledger, lease, capture(fingerprint="f" * 64))

    journal = ledger.load(lease).journal

    assert (journal.agreed_fingerprint, journal.agreed_amount) == ("f" * 64, SEK_100)


def test_a_refusal_keeps_what_klarna_said(ledger: OrderLedger, lease: Lease) -> None:
    """The decision sees the code of a refusal."""
    refused(ledger, lease, capture())

    record = ledger.load(lease).journal.records[0]

    assert (record.state, record.error_code) == (State.REFUSED, "CAPTURE_NOT_ALLOWED")


def test_an_attempt_that_did_nothing_leaves_the_call_planned(
    ledger: OrderLedger, lease: Lease
) -> None:
    """The same call, under the same key, goes again."""
    call = capture()
    unsent(ledger, lease, call)

    stored = ledger.load(lease).unsettled[0]

    assert (stored.state, stored.call.key) == (State.PLANNED, call.key)


@pytest.mark.parametrize("how", ["unknown", "died"])
def test_an_attempt_that_did_nothing_does_not_clear_an_earlier_doubt(
    ledger: OrderLedger, lease: Lease, how: str
) -> None:
    """After an attempt nobody answered, the call stays unknown until that is found out."""
    call = capture()
    if how == "unknown":
        unknown(ledger, lease, call)
    else:
        sent(ledger, lease, call)
    ledger.record_sent(lease, call)
    ledger.record_unsent(lease, call, Unreachable("no route"))

    assert state_of(call) == "unknown"


@pytest.mark.parametrize("then", ["asked again", "silence", "died"])
def test_a_refusal_in_doubt_settles_nothing(
    ledger: OrderLedger, lease: Lease, clock: StandingClock, then: str
) -> None:
    """The call stays unknown and waits; a new doubt has to be waited out anew."""
    call = capture()
    unknown(ledger, lease, call)
    until = clock.now() + timedelta(hours=1)
    ledger.record_sent(lease, call)
    ledger.record_refused_in_doubt(lease, call, Rejected("no"), until=until)
    waits = ledger.load(lease).unsettled[0]
    ledger.record_sent(lease, call)
    if then == "silence":
        ledger.record_unknown(lease, call, OutcomeUnknown("no answer"))
    if then == "died":
        ledger.record_sent(lease, call)

    assert (waits.state, waits.quiet_until) == (State.UNKNOWN, until)
    later = ledger.load(lease).unsettled[0]
    assert later.quiet_until == (until if then == "asked again" else None)


@pytest.mark.parametrize(
    ("before", "act", "is_allowed"),
    [
        (sent, lambda b, le, c: b.record_sent(le, c), True),
        (unknown, lambda b, le, c: b.record_sent(le, c), True),
        (unsent, lambda b, le, c: b.record_sent(le, c), True),
        (done, lambda b, le, c: b.record_sent(le, c), False),
        (refused, lambda b, le, c: b.record_sent(le, c), False),
        (parked, lambda b, le, c: b.record_sent(le, c), False),
        (unknown, lambda b, le, c: b.record_done(le, c, receipt(), []), True),
        (parked, lambda b, le, c: b.record_done(le, c, receipt(), []), True),
        (done, lambda b, le, c: b.record_done(le, c, receipt(), []), False),
        (refused, lambda b, le, c: b.record_done(le, c, receipt(), []), False),
        (unsent, lambda b, le, c: b.record_done(le, c, receipt(), []), False),
        (unknown, lambda b, le, c: b.record_refused(le, c, Rejected("no")), False),
        (done, lambda b, le, c: b.record_refused(le, c, Rejected("no")), False),
        (done, lambda b, le, c: b.record_unknown(le, c, OutcomeUnknown("?")), False),
        (done, lambda b, le, c: b.record_unsent(le, c, Unreachable("?")), False),
        (done, lambda b, le, c: b.record_parked(le, c, HOLD), False),
        (sent, lambda b, le, c: b.record_parked(le, c, HOLD), True),
    ],
)
def test_a_call_is_only_settled_by_evidence(
    ledger: OrderLedger, lease: Lease, before: Act, act: Act, is_allowed: bool
) -> None:
    """What no evidence allows is refused and changes nothing."""
    call = capture()
    before(ledger, lease, call)
    state = state_of(call)

    if is_allowed:
        act(ledger, lease, call)
        return
    with pytest.raises(UnsafePlan):
        act(ledger, lease, call)
    assert state_of(call) == state


def test_a_call_that_is_not_in_the_journal_cannot_be_sent(
    ledger: OrderLedger, lease: Lease
) -> None:
    """Journal before send: there is no row to note the attempt on."""
    with pytest.raises(UnsafePlan):
        ledger.record_sent(lease, capture())


def test_a_call_is_not_sent_under_another_key_than_the_stored_one(
    ledger: OrderLedger, lease: Lease
) -> None:
    """A key of another epoch is refused until the journal has it."""
    ledger.record_planned(lease, capture())

    with pytest.raises(UnsafePlan):
        ledger.record_sent(lease, capture(epoch=1))


@pytest.mark.parametrize("before", [sent, unknown, refused])
def test_a_key_is_rotated_once(ledger: OrderLedger, lease: Lease, before: Act) -> None:
    """The second to try sees that the epoch has moved, and the call goes under the new key."""
    old, new = capture(), capture(epoch=1)
    before(ledger, lease, old)
    rotated = [
        ledger.rotate_key(lease, old, key=new.key, epoch=1),
        ledger.rotate_key(lease, old, key=new.key, epoch=1),
    ]
    ledger.record_sent(lease, new)

    stored = ledger.load(lease).unsettled[0]

    assert rotated == [True, False]
    assert (stored.call.key, stored.call.epoch, stored.attempts) == (new.key, 1, 2)


@pytest.mark.parametrize("before", [done, parked])
def test_a_key_in_use_is_never_rotated(ledger: OrderLedger, lease: Lease, before: Act) -> None:
    """What is done, or waits for a person, keeps its key."""
    before(ledger, lease, capture())

    assert not ledger.rotate_key(lease, capture(), key=capture(epoch=1).key, epoch=1)


def test_a_new_key_begins_a_new_life(
    ledger: OrderLedger, lease: Lease, clock: StandingClock
) -> None:
    """The age of a key counts from the first attempt under that key."""
    old, new = capture(), capture(epoch=1)
    unknown(ledger, lease, old)
    clock.pass_by(timedelta(hours=25))
    ledger.rotate_key(lease, old, key=new.key, epoch=1)
    ledger.record_sent(lease, new)

    assert ledger.load(lease).unsettled[0].first_sent_at == clock.now()


WRITES: list[Act] = [
    lambda b, le, _: b.save_snapshot(le, snapshot()),
    lambda b, le, _: b.save_agreement(le, Agree(fingerprint="a", amount=SEK_100)),
    lambda b, le, _: b.save_plan(le, Plan(hold=HOLD)),
    lambda b, le, _: b.save_wish(le, Wish.CANCEL, wanted=True),
    lambda b, le, _: b.record_planned(le, capture("other")),
    lambda b, le, c: b.record_sent(le, c),
    lambda b, le, c: b.record_done(le, c, receipt(), [note()]),
    lambda b, le, c: b.record_refused(le, c, Rejected("no")),
    lambda b, le, c: b.record_unsent(le, c, Unreachable("no")),
    lambda b, le, c: b.record_unknown(le, c, OutcomeUnknown("no")),
    lambda b, le, c: b.record_parked(le, c, HOLD),
    lambda b, le, c: b.rotate_key(le, c, key=capture(epoch=1).key, epoch=1),
    lambda b, le, _: b.owe(le, [note()]),
    lambda b, le, _: b.record_write_attempt(le, note()),
    lambda b, le, _: b.record_written(le, note(), outcome="written"),
    lambda b, le, _: b.record_booked(le, StoreRefundId(78), SEK_100),
    lambda b, le, _: b.record_adopted(le, "cap-9", []),
    lambda b, le, _: b.record_event(le, "looked", ""),
]


@pytest.mark.parametrize("write", WRITES)
def test_who_was_overtaken_cannot_write(
    ledger: OrderLedger, queue: OrderQueue, lease: Lease, clock: StandingClock, write: Act
) -> None:
    """Every write of a worker whose lease another took is refused and leaves no trace."""
    call = capture()
    sent(ledger, lease, call)
    clock.pass_by(LEASE)
    assert queue.claim(worker="b", lease=LEASE) is not None
    rows = TimelineRow.objects.count()

    with pytest.raises(LeaseLost):
        write(ledger, lease, call)

    assert TimelineRow.objects.count() == rows
    assert state_of(call) == "sent"


def test_who_was_overtaken_cannot_read_either(
    ledger: OrderLedger, queue: OrderQueue, lease: Lease, clock: StandingClock
) -> None:
    """A case is given to the worker that holds the order only."""
    clock.pass_by(LEASE)
    queue.claim(worker="b", lease=LEASE)

    with pytest.raises(LeaseLost):
        ledger.load(lease)
