"""Bugs of the journal: what is not stored, stored late, or forgotten (reliability.md §3d)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid5

from kvitt.application.send import Sender
from kvitt.domain.intents import State
from kvitt.domain.journal import Call, Case, Lease, Receipt
from simulation.memory.desk import MemoryDesk
from simulation.memory.ledger import MemoryLedger
from simulation.memory.queue import MemoryQueue
from simulation.memory.rows import OrderRow
from simulation.planted.bug import Bug, bug, calm

_load: Callable[[MemoryLedger, Lease], Case] = MemoryLedger.load
_sent = MemoryLedger.record_sent
_done = MemoryLedger.record_done
_settle = MemoryQueue.settle
_store_ask = MemoryDesk.store_ask


def _sent_first(
    sender: Sender, look: Any, klarna: Any, call: Call, *, before: Any = None
) -> Receipt | None:
    """Send, and note it afterwards."""
    del before
    receipt: Receipt = klarna.send(call)
    sender.ledger.record_sent(look.lease, call)
    return receipt


def _not_noted(
    sender: Sender, look: Any, klarna: Any, call: Call, *, before: Any = None
) -> Receipt | None:
    del look, before, sender
    receipt: Receipt = klarna.send(call)
    return receipt


def _without_unknown(book: MemoryLedger, lease: Lease) -> Case:
    """Read a case as if nothing had ever been left without an answer."""
    case = _load(book, lease)
    open_states = {State.SENT, State.UNKNOWN}
    records = tuple(r for r in case.journal.records if r.state not in open_states)
    return replace(case, unsettled=(), journal=replace(case.journal, records=records))


def _any_lease(book: MemoryLedger, lease: Lease) -> OrderRow:
    return book.rows.orders[lease.order]


def _age_of_last(book: MemoryLedger, lease: Lease, call: Call) -> None:
    """Count a key's age from the last attempt instead of the first."""
    book.rows.orders[lease.order].intents[call.id].first_sent_at = None
    _sent(book, lease, call)


def _owed_nothing(
    book: MemoryLedger, lease: Lease, call: Call, receipt: Any, owed: Any
) -> None:
    del owed
    _done(book, lease, call, receipt, ())


def _failed_for_good(
    queue: MemoryQueue, lease: Lease, *, due: Any, failed: bool = False
) -> None:
    _settle(queue, lease, due=None if failed else due, failed=failed)


def _claimed_twice(queue: MemoryQueue, row: OrderRow, *, lease: Any) -> Lease:
    taken = _take(queue, row, lease=lease)
    row.due_at = queue._now()
    return taken


_take = MemoryQueue._take


def _never_free(queue: MemoryQueue, row: OrderRow, *, lease: Any) -> Lease:
    taken = _take(queue, row, lease=lease * 100_000)
    row.due_at = None
    return taken


def _each_click(desk: MemoryDesk, order: int, ask: Any) -> None:
    """Take a second click for a second request."""
    again = str(len(desk.rows.asks))
    _store_ask(desk, order, replace(ask, id=uuid5(ask.id, again)))


def _unsent(book: MemoryLedger, lease: Lease, call: Call, error: Any) -> None:
    row = book._open("record_unsent", lease)
    row.intents[call.id].state = State.PLANNED
    row.intents[call.id].fail(error)


BUGS: tuple[Bug, ...] = (
    bug(
        "journal after send",
        "a call is noted as sent once it has been",
        (Sender, "_attempt", _sent_first),
    ),
    bug(
        "sent without being noted",
        "an attempt is never written down",
        (Sender, "_attempt", _not_noted),
    ),
    bug(
        "unknown forgotten at restart",
        "who takes over does not see what was left without an answer",
        (MemoryLedger, "load", _without_unknown),
        within=3_000,
    ),
    bug(
        "lease without fencing",
        "a worker that was overtaken still writes",
        (MemoryLedger, "_held", _any_lease),
    ),
    bug(
        "key's age from the last attempt",
        "a key that is asked with often enough never seems to expire",
        (MemoryLedger, "record_sent", _age_of_last),
        (Sender, "_found", lambda *_: False),
        within=8_000,
    ),
    bug(
        "doubt forgotten",
        "an attempt that did nothing clears the doubt that an earlier one has left",
        (MemoryLedger, "record_unsent", _unsent),
        within=6_000,
    ),
    bug(
        "done without its report",
        "the shop is not told of what was carried out",
        (MemoryLedger, "record_done", _owed_nothing),
    ),
    bug(
        "adoption forgotten",
        "what was done elsewhere is not remembered as written to the shop",
        (MemoryLedger, "record_adopted", calm),
    ),
    bug(
        "hold not kept",
        "what a person must see is not stored",
        (MemoryLedger, "save_plan", calm),
    ),
    bug(
        "agreement forgotten",
        "what the halves agreed on is not remembered",
        (MemoryLedger, "save_agreement", calm),
        within=3_000,
    ),
    bug(
        "answer never given",
        "an operator's request is carried out and never answered",
        (MemoryLedger, "settle_ask", calm),
        within=1_500,
    ),
    bug(
        "each click a request",
        "a double click asks twice",
        (MemoryDesk, "store_ask", _each_click),
        within=1_500,
    ),
    bug(
        "failed looks are dropped",
        "an order whose look failed waits for the next hint",
        (MemoryQueue, "settle", _failed_for_good),
    ),
    bug(
        "order claimed twice",
        "a claim does not keep others away",
        (MemoryQueue, "_take", _claimed_twice),
    ),
    bug(
        "lease never ends",
        "the order of a dead worker is never free",
        (MemoryQueue, "_take", _never_free),
        within=1_500,
    ),
)
