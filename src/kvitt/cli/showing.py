"""``kvitt show``: one order with both halves, what was done and asked for, what is next."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from kvitt.domain import render
from kvitt.domain.decide.left import LineLeft, Share
from kvitt.domain.lines import Json
from kvitt.domain.money import Money
from kvitt.domain.plan import Plan, Situation
from kvitt.facade import Kvitt, OrderRef

if TYPE_CHECKING:
    from kvitt.adapters.database.models import AskRow, IntentRow

console = Console(highlight=False)

#: Of the last calls and requests so many are shown.
MOST = 50
_WHEN = "%Y-%m-%d %H:%M"


def show(
    order: str,
    *,
    shop: str = "",
    as_json: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> None:
    """Show one order: both halves, each line, what was asked for and done, and what is next.

    Example: kvitt show 1042

    Parameters
    ----------
    order
        The order's number.
    shop
        The shop, where several have such an order.
    as_json
        Print JSON.
    """
    with Kvitt.open(actor="cli") as kvitt:
        ref = kvitt.order(order, shop=shop)
        situation, plan, lines = kvitt.situation(ref), kvitt.plan(ref), kvitt.lines(ref)
        asked, calls, waits_for = _asked(ref), _calls(ref), _waits_for(ref)
    if as_json:
        value: dict[str, Json] = {
            **_halves(ref, situation),
            "waits_for": waits_for,
            "lines": [_line_json(line) for line in lines],
            "requests": [_ask_json(row) for row in asked],
            "calls": [_call_json(row) for row in calls],
            "plan": render.render_json(plan, scope=situation.scope),
        }
        sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
        return
    _say_halves(ref, situation)
    if waits_for:
        console.print(f"Waits   {waits_for} (Times are in UTC.)", soft_wrap=True, markup=False)
    console.print(_line_table(lines))
    _say_history(asked, calls)
    _say_plan(plan)


def _asked(ref: OrderRef) -> "Sequence[AskRow]":
    from kvitt.adapters.database.models import AskRow

    return list(AskRow.objects.filter(order=ref.id).order_by("-pk")[:MOST])[::-1]


def _calls(ref: OrderRef) -> "Sequence[IntentRow]":
    from kvitt.adapters.database.models import IntentRow

    rows = IntentRow.objects.filter(order=ref.id).defer("body_sealed")
    return list(rows.order_by("-pk")[:MOST])[::-1]


def _waits_for(ref: OrderRef) -> str:
    """Return why the order waits for a service that is left alone; empty where it does not."""
    from kvitt.adapters.database.health import away
    from kvitt.adapters.database.models import Order

    return away().sentence(Order.objects.get(pk=ref.id), now=datetime.now(UTC))


def _halves(ref: OrderRef, situation: Situation) -> dict[str, Json]:
    store, klarna = situation.store, situation.klarna
    found: dict[str, Json] = {
        "order": ref.number,
        "shop": ref.shop,
        "currency": store.currency,
        "store": {"status": store.status, "total": _major(store.total)},
        "klarna": None,
    }
    if klarna is not None:
        found["klarna"] = {
            "order_id": str(klarna.id),
            "status": klarna.status.value,
            "authorized": _major(klarna.order_amount),
            "captured": _major(klarna.captured),
            "refunded": _major(klarna.refunded),
            "remaining": _major(klarna.remaining),
        }
    return found


def _line_json(line: LineLeft) -> dict[str, Json]:
    shares = {
        "ordered": line.ordered,
        "captured": line.captured,
        "refunded": line.refunded,
        "to_capture": line.to_capture,
        "to_refund": line.to_refund,
    }
    return {
        "id": line.id,
        "reference": line.reference,
        "name": line.name,
        **{
            name: {"quantity": share.quantity, "amount": _major(share.amount)}
            for name, share in shares.items()
        },
    }


def _ask_json(row: "AskRow") -> dict[str, Json]:
    return {
        "key": str(row.uid),
        "command": row.command,
        "state": row.state,
        "answer": row.answer,
        "actor": row.actor,
        "asked_at": row.asked_at.isoformat(),
    }


def _call_json(row: "IntentRow") -> dict[str, Json]:
    return {
        "id": str(row.uid),
        "kind": row.kind,
        "state": row.state,
        "amount": _major(row.amount),
        "reference": row.reference,
        "klarna_id": row.remote_id,
        "attempts": row.attempts,
        "actor": row.actor,
        "created_at": row.created_at.isoformat(),
    }


def _say_halves(ref: OrderRef, situation: Situation) -> None:
    store, klarna = situation.store, situation.klarna
    console.print(f"Order {ref.number} of {ref.shop}", style="bold", markup=False)
    console.print(f"Shop    {store.status}, {store.total}")
    if klarna is None:
        console.print("Klarna  not known there")
        return
    console.print(
        f"Klarna  {klarna.status.in_words}: authorized {klarna.order_amount}, captured "
        f"{klarna.captured}, refunded {klarna.refunded}, left {klarna.remaining}",
        soft_wrap=True,
    )


def _line_table(lines: Sequence[LineLeft]) -> Table:
    table = Table("Line", "Name", "Ordered", "Captured", "Refunded", "To capture", "To refund")
    for line in lines:
        shares = (line.ordered, line.captured, line.refunded, line.to_capture, line.to_refund)
        table.add_row(line.reference, line.name, *(_share(share) for share in shares))
    return table


def _say_history(asked: "Sequence[AskRow]", calls: "Sequence[IntentRow]") -> None:
    """Say what people have asked for, and what Klarna was asked, oldest first."""
    if asked:
        table = Table("Asked for", "By", "At (UTC)", "State", "Answer")
        for ask in asked:
            at = f"{ask.asked_at:{_WHEN}}"
            table.add_row(ask.command, ask.actor, at, ask.state, ask.answer)
        console.print(table)
    if calls:
        table = Table("Call", "Amount", "State", "Klarna's id", "By", "At (UTC)")
        for call in calls:
            at = f"{call.created_at:{_WHEN}}"
            table.add_row(
                call.kind, str(call.amount), call.state, call.remote_id, call.actor, at
            )
        console.print(table)


def _say_plan(plan: Plan) -> None:
    console.print("What kvitt would do now", style="bold")
    console.print(render.render_text(plan), soft_wrap=True, markup=False)


def _share(share: Share) -> str:
    """Return pieces and amount, or a dash for nothing."""
    if not share.quantity and not share.amount:
        return "–"
    return f"{share.quantity} pcs {share.amount.major()}"


def _major(amount: Money) -> str:
    return str(amount.major())
