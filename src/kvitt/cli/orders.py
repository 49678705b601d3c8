"""``kvitt orders`` and ``kvitt show``: what kvitt knows, for people and for programs."""

import csv
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from kvitt.domain import render
from kvitt.domain.decide.left import Share
from kvitt.domain.errors import ConfigurationError
from kvitt.domain.lines import Json
from kvitt.domain.money import Money
from kvitt.facade import Kvitt

if TYPE_CHECKING:
    from kvitt.adapters.database.models import Order

console = Console(highlight=False)

MOST = 10_000
_STATES = ("working", "in_step", "held", "guarded")
_COLUMNS = (
    "shop",
    "number",
    "customer",
    "store_status",
    "klarna_status",
    "state",
    "currency",
    "total",
    "captured",
    "refunded",
    "remaining",
    "expires_at",
    "waits_for",
)


def orders(
    search: str = "",
    *,
    state: str = "",
    shop: str = "",
    limit: int = 50,
    as_json: Annotated[bool, Parameter(name="--json", negative=())] = False,
    as_csv: Annotated[bool, Parameter(name="--csv", negative=())] = False,
) -> None:
    """List orders, newest first, with where both halves stand.

    Example: kvitt orders lind --state held --json

    Parameters
    ----------
    search
        Order number, customer, e-mail or Klarna's order id; or how one begins.
    state
        working, in_step, held (waits for a person) or guarded (left alone on purpose).
    shop
        Name or address of a shop.
    limit
        How many at most.
    as_json
        Print JSON.
    as_csv
        Print CSV, for a spreadsheet.
    """
    if state and state not in _STATES:
        raise ConfigurationError(f"--state is one of {', '.join(_STATES)}, not {state}")
    if not 0 < limit <= MOST:
        raise ConfigurationError(f"--limit is from 1 to {MOST}")
    with Kvitt.open(actor="cli"):
        from kvitt.adapters.database import lookups, reads

        where = None
        if shop:
            where = [row.pk for row in lookups.find_shops(shop)]
            if not where:
                raise ConfigurationError(f"there is no shop {shop}: see kvitt shop list")
        found = reads.list_orders(
            reads.Filters(search=search, state=state), size=limit, shops=where
        )
    rows = [row_of(order) for order in found.orders]
    if as_json:
        sys.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    elif as_csv:
        _print_csv(rows)
    else:
        _print_table(found.orders, more=bool(found.older))


def show(
    order: str,
    *,
    shop: str = "",
    as_json: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> None:
    """Show one order: both halves, what is left of each line, and what kvitt would do.

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
    store, klarna = situation.store, situation.klarna
    if as_json:
        value: dict[str, Json] = {
            "order": ref.number,
            "shop": ref.shop,
            "store": {"status": store.status, "total": str(store.total.major())},
            "klarna": None
            if klarna is None
            else {
                "order_id": str(klarna.id),
                "status": klarna.status.value,
                **{
                    name: str(amount.major())
                    for name, amount in (
                        ("authorized", klarna.order_amount),
                        ("captured", klarna.captured),
                        ("refunded", klarna.refunded),
                        ("remaining", klarna.remaining),
                    )
                },
            },
            "currency": store.currency,
            "plan": render.render_json(plan, scope=situation.scope),
        }
        sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
        return
    console.print(f"Order {ref.number} of {ref.shop}", style="bold")
    console.print(f"Shop    {store.status}, {store.total}")
    if klarna is None:
        console.print("Klarna  not known there")
    else:
        console.print(
            f"Klarna  {klarna.status.in_words}: authorized {klarna.order_amount}, captured "
            f"{klarna.captured}, refunded {klarna.refunded}, left {klarna.remaining}",
            soft_wrap=True,
        )
    table = Table("Line", "Name", "Ordered", "Captured", "Refunded", "To capture", "To refund")
    for line in lines:
        shares = (line.ordered, line.captured, line.refunded, line.to_capture, line.to_refund)
        cells = [_share(share) for share in shares]
        table.add_row(line.reference, line.name, *cells)
    console.print(table)
    console.print(render.render_text(plan), soft_wrap=True)


def _share(share: Share) -> str:
    """Return pieces and amount, or a dash for nothing."""
    if not share.quantity and not share.amount:
        return "–"
    return f"{share.quantity} pcs {share.amount.major()}"


def row_of(order: "Order") -> dict[str, Json]:
    """Return an order as programs read it: amounts in major units, times in UTC."""
    return {
        "shop": order.shop.name,
        "number": order.number,
        "customer": order.customer,
        "store_status": order.store_status,
        "klarna_status": order.klarna_status,
        "state": order.state,
        "currency": order.currency,
        "total": _major(order.total),
        "captured": _major(order.captured),
        "refunded": _major(order.refunded),
        "remaining": _major(order.remaining),
        "expires_at": _moment(order.expires_at),
        "waits_for": order.hold_text,
    }


def _major(amount: Money | None) -> str:
    return "" if amount is None else str(amount.major())


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _print_csv(rows: Sequence[dict[str, Json]]) -> None:
    writer = csv.DictWriter(sys.stdout, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: harmless(value) for name, value in row.items()} for row in rows)


def harmless(value: Json) -> Json:
    """Keep a spreadsheet from taking a customer's name for a formula (CWE-1236)."""
    risky = isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}
    return f"'{value}" if risky else value


def _print_table(found: "Sequence[Order]", *, more: bool) -> None:
    if not found:
        console.print("No order fits. Without a filter, kvitt orders lists all.")
        return
    table = Table("Order", "Customer", "Shop", "Klarna", "Total", "Captured", "Waits for")
    for order in found:
        table.add_row(
            order.number,
            order.customer,
            order.store_status,
            order.klarna_status,
            str(order.total or ""),
            str(order.captured or ""),
            order.hold_text,
        )
    console.print(table)
    if more:
        console.print("There are more: use --limit, or search.")
