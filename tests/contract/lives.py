"""How far a call of the journal has come, for the suites that begin there."""

from collections.abc import Callable

from contract.rows import SEK_100, note, receipt
from kvitt.adapters.database.ledger import OrderLedger
from kvitt.adapters.database.models import IntentRow
from kvitt.domain.errors import OutcomeUnknown, Rejected, Unreachable
from kvitt.domain.journal import Call, Lease
from kvitt.domain.plan import Hold, HoldCode

Act = Callable[[OrderLedger, Lease, Call], object]

HOLD = Hold(
    code=HoldCode.CAPTURE_OF_CANCELLED,
    wanted="Capture 100.00 SEK",
    why="Klarna has cancelled this order.",
    next_step="Ask the customer to pay again.",
    store_status="on-hold",
    amount=SEK_100,
)


def sent(ledger: OrderLedger, lease: Lease, call: Call) -> None:
    ledger.record_planned(lease, call)
    ledger.record_sent(lease, call)


def done(ledger: OrderLedger, lease: Lease, call: Call) -> None:
    sent(ledger, lease, call)
    ledger.record_done(lease, call, receipt(), [note()])


def refused(ledger: OrderLedger, lease: Lease, call: Call) -> None:
    sent(ledger, lease, call)
    ledger.record_refused(lease, call, Rejected("no", code="CAPTURE_NOT_ALLOWED"))


def unknown(ledger: OrderLedger, lease: Lease, call: Call) -> None:
    sent(ledger, lease, call)
    ledger.record_unknown(lease, call, OutcomeUnknown("no answer", correlation_id="corr-9"))


def parked(ledger: OrderLedger, lease: Lease, call: Call) -> None:
    unknown(ledger, lease, call)
    ledger.record_parked(lease, call, HOLD)


def unsent(ledger: OrderLedger, lease: Lease, call: Call) -> None:
    sent(ledger, lease, call)
    ledger.record_unsent(lease, call, Unreachable("no route"))


def state_of(call: Call) -> str:
    return IntentRow.objects.get(uid=call.id).state
