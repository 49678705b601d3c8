"""One call to Klarna with its attempts, and what was sent and answered, masked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kvitt.adapters.database.details import OrderReader
from kvitt.adapters.database.models import IntentRow, TimelineRow
from kvitt.domain.errors import UnsafePlan
from kvitt.domain.intents import State
from kvitt.domain.steps import Kind
from kvitt.web.accounts.rights import Right
from kvitt.web.console import history, masking, progress
from kvitt.web.console.history import Happening
from kvitt.web.console.progress import Operation


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """What went over the wire, as far as it is kept."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str
    #: Klarna's answer; None where none came.
    status: int | None
    code: str
    messages: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CallView:
    """The page of one call."""

    call: IntentRow
    operation: Operation
    #: What happened to the call, oldest first.
    attempts: tuple[Happening, ...]
    #: None where what was sent does not open any more.
    exchange: Exchange | None
    parked: bool
    refused: bool
    #: Still kvitt's to find out.
    moving: bool


def view_of(call: IntentRow, reader: OrderReader) -> CallView:
    """Return everything that is known of a call. Raises ConfigurationError."""
    rows = TimelineRow.objects.filter(order=call.order_id).order_by("nth")
    own = [row for row in rows if _about(row) == str(call.uid)]
    state = State(call.state)
    return CallView(
        call=call,
        operation=progress.operation_of_call(call),
        attempts=tuple(history.happening_of(row) for row in own),
        exchange=_exchange(call, reader),
        parked=state is State.PARKED,
        refused=state is State.REFUSED,
        moving=state in {State.PLANNED, State.SENT, State.UNKNOWN},
    )


def right_to_settle(call: IntentRow) -> Right:
    """Return what one must be allowed to, to say what became of the call."""
    return Right.REFUND if call.kind == Kind.REFUND.value else Right.CAPTURE


def _about(row: TimelineRow) -> str:
    facts: Any = row.data
    return str(facts.get("intent", "")) if isinstance(facts, dict) else ""


def _exchange(call: IntentRow, reader: OrderReader) -> Exchange | None:
    try:
        request = reader.request_of(call)
    except UnsafePlan:
        return None
    body = json.loads(request.body) if request.body else None
    return Exchange(
        method=request.method,
        path=request.path,
        headers=request.headers,
        body="" if body is None else _pretty(masking.masked(body)),
        status=call.http_status,
        code=call.error_code,
        messages=tuple(str(each) for each in call.error_messages),
    )


def _pretty(body: Any) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False)
