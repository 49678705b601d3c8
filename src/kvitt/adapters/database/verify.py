"""Checks that the journal is as it was written: ``kvitt journal verify``.

The timeline is chained, so a row that was changed, taken out, put in or cut off shows. The
calls are not, so each is held against what the timeline says of it, and against the law of
the key: a call's key is the UUIDv5 of its identity and epoch, and its body the one its
digest was made of (klarna-api.md §3.4). Nothing here writes.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from kvitt.adapters.database import timeline
from kvitt.adapters.database.ledger.book import context_of_body
from kvitt.adapters.database.models import IntentRow, Order, TimelineRow
from kvitt.adapters.database.vault import Vault
from kvitt.domain.errors import ConfigurationError
from kvitt.domain.intents import State
from kvitt.domain.steps import digest_of

_NAME_BASED = 5
#: Events that follow a sending, and so need one.
_OUTCOMES = frozenset({"done", "refused", "refused_in_doubt", "unsent", "unknown"})
_TOLD = frozenset({"planned", "sent", "parked", "new_key"}) | _OUTCOMES
#: Events one of which a call in that state must have.
_EVIDENCE: Mapping[State, frozenset[str]] = {
    State.SENT: frozenset({"sent"}),
    State.DONE: frozenset({"done", "found_done"}),
    State.REFUSED: frozenset({"refused"}),
    State.UNKNOWN: frozenset({"unknown", "unsent", "refused_in_doubt"}),
    State.PARKED: frozenset({"parked"}),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is not as it was written."""

    order: int
    store_order_id: int
    shop: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What was checked of one order, and what was found."""

    rows: int
    calls: int
    findings: tuple[Finding, ...] = ()


def orders_to_verify(store_order_id: int | None) -> Sequence[int]:
    """Return the row ids of every order, or of those with this id in their shop."""
    orders = Order.objects.order_by("pk")
    if store_order_id is not None:
        orders = orders.filter(store_order_id=store_order_id)
    return list(orders.values_list("pk", flat=True))


def verify_order(order_id: int, vault: Vault) -> Verdict:
    """Check one order's timeline and calls."""
    order = (
        Order.objects.select_related("shop").defer("store_sealed", "klarna").get(pk=order_id)
    )
    chain = timeline.verify(order_id)
    rows = list(TimelineRow.objects.filter(order=order_id).order_by("nth"))
    calls = list(IntentRow.objects.filter(order=order_id).order_by("pk"))
    texts: list[str] = []
    if not chain.intact:
        texts.append(_broken(chain.broken_at or 0, rows=len(rows)))
    events = _events(rows)
    for call in calls:
        texts += (f"{call.kind} {call.uid}: {fault}" for fault in _faults(call, events, vault))
    known = {call.uid for call in calls}
    texts += (
        f"the timeline tells of the call {uid}, which is not in the journal"
        for uid in events
        if uid not in known
    )
    return Verdict(
        rows=len(rows),
        calls=len(calls),
        findings=tuple(
            Finding(
                order=order.pk,
                store_order_id=order.store_order_id,
                shop=order.shop.name,
                text=text,
            )
            for text in texts
        ),
    )


def _broken(nth: int, *, rows: int) -> str:
    if nth > rows:
        return f"rows are missing at the end of the timeline, after row {rows}"
    return f"row {nth} of the timeline is not what was written, or one before it is missing"


def _events(rows: Sequence[TimelineRow]) -> dict[UUID, list[TimelineRow]]:
    """Return what the timeline says of each call, in its order."""
    events: dict[UUID, list[TimelineRow]] = {}
    for row in rows:
        named = row.data.get("intent")
        if isinstance(named, str):
            events.setdefault(UUID(named), []).append(row)
    return events


def _faults(
    call: IntentRow, events: Mapping[UUID, Sequence[TimelineRow]], vault: Vault
) -> Iterator[str]:
    if call.uid.version != _NAME_BASED or call.key != uuid5(call.uid, str(call.epoch)):
        yield "its key is not the one that follows from what it is"
    yield from _body_faults(call, vault)
    yield from _history_faults(call, events.get(call.uid, ()))


def _body_faults(call: IntentRow, vault: Vault) -> Iterator[str]:
    try:
        body = json.loads(vault.open(call.body_sealed, context=context_of_body(call.uid)))
    except ConfigurationError:
        yield "its body does not open with the encryption keys given"
        return
    if digest_of(body) != call.body_digest:
        yield "its body is not the one its key was made for"


def _history_faults(call: IntentRow, told: Sequence[TimelineRow]) -> Iterator[str]:
    whats = [row.what for row in told]
    if not whats or whats[0] != "planned":
        yield "it was never planned, as far as the timeline tells"
        return
    if "sent" not in whats and _OUTCOMES.intersection(whats):
        yield "it has an outcome, and the timeline does not tell that it was sent"
    if whats.count("sent") != call.attempts:
        yield (
            f"it was sent {whats.count('sent')} times by the timeline "
            f"and {call.attempts} times by the journal"
        )
    needed = _EVIDENCE.get(State(call.state), frozenset())
    if needed and not needed.intersection(whats):
        yield f"it is {call.state}, for which the timeline has no evidence"
    yield from (
        f"row {row.nth} of the timeline tells of another {about}"
        for row in told
        if row.what in _TOLD
        for about in _differences(call, row)
    )


def _differences(call: IntentRow, row: TimelineRow) -> Iterator[str]:
    if row.data.get("minor") != call.amount_minor:
        yield "amount"
    if row.data.get("currency") != call.currency:
        yield "currency"
    if row.data.get("body_digest") != call.body_digest:
        yield "body"
