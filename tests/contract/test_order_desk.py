"""What people may ask of an order row."""

from datetime import timedelta

import pytest

from contract.lives import parked, refused, state_of, unknown
from contract.rows import LEASE, capture, snapshot
from kvitt.adapters.database.ledger import OrderLedger
from kvitt.adapters.database.models import TimelineRow
from kvitt.adapters.database.orders import OrderDesk
from kvitt.adapters.database.queue import OrderQueue
from kvitt.domain.errors import NotAllowedNow, Rejected
from kvitt.domain.journal import Lease

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("each_database")]

MINUTE = timedelta(minutes=1)


def test_looking_again_makes_klarna_be_read_anew(
    ledger: OrderLedger, queue: OrderQueue, desk: OrderDesk, lease: Lease
) -> None:
    """The order is due at once, and what was read of Klarna is not believed any more."""
    ledger.save_snapshot(lease, snapshot())
    queue.settle(lease, due=None)
    desk.look_again(lease.order, actor="anna")
    again = queue.claim(worker="a", lease=LEASE)

    assert again is not None
    assert ledger.load(again).snapshot.klarna_read_at is None


def test_a_refused_call_may_be_asked_once_more(
    ledger: OrderLedger, desk: OrderDesk, lease: Lease
) -> None:
    """The approval names the refused call, and the next refusal uses it up."""
    call, again = capture(), capture(epoch=1)
    refused(ledger, lease, call)
    desk.approve(lease.order, frozenset({"refund_ignore:17"}), actor="anna")
    desk.approve_refused(lease.order, actor="anna")
    before = ledger.load(lease).journal.approved
    ledger.rotate_key(lease, call, key=again.key, epoch=1)
    ledger.record_sent(lease, again)
    ledger.record_refused(lease, again, Rejected("no"))

    assert before == {str(call.id), "refund_ignore:17"}
    assert ledger.load(lease).journal.approved == {"refund_ignore:17"}


@pytest.mark.parametrize(("is_done", "state"), [(True, "done"), (False, "planned")])
def test_a_person_settles_a_parked_call(
    ledger: OrderLedger, desk: OrderDesk, lease: Lease, is_done: bool, state: str
) -> None:
    """Done is done; not done goes again under the same key; both bear the person's name."""
    call = capture()
    parked(ledger, lease, call)
    desk.settle_parked(
        lease.order, call.id, done=is_done, actor="anna", reason="seen in the portal"
    )

    assert state_of(call) == state
    assert TimelineRow.objects.latest("nth").actor == "anna"


def test_a_person_cannot_settle_what_is_not_parked(
    ledger: OrderLedger, desk: OrderDesk, lease: Lease
) -> None:
    """While kvitt still finds out by itself, nobody overrules it."""
    unknown(ledger, lease, capture())

    with pytest.raises(NotAllowedNow):
        desk.settle_parked(
            lease.order, capture().id, done=True, actor="anna", reason="seen in the portal"
        )
