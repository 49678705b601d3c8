"""``kvitt orders``: what kvitt knows, for people and for programs."""

import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from kvitt.domain.errors import ConfigurationError
from kvitt.domain.lines import Json
from kvitt.domain.money import Money
from kvitt.facade import Kvitt

if TYPE_CHECKING:
    from kvitt.adapters.database.models import Order
    from kvitt.adapters.database.reads import Page

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


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True, slots=True)
class Which:
    """What the list is narrowed to."""

    state: Annotated[
        str,
        Parameter(
            help="working, in_step, held (waits for a person) or guarded (left alone on "
            "purpose)."
        ),
    ] = ""
    shop: Annotated[str, Parameter(help="Name or address of a shop.")] = ""
    shop_status: Annotated[
        str, Parameter(help="The shop's status, like processing or completed.")
    ] = ""
    klarna_status: Annotated[
        str, Parameter(help="Klarna's status, like AUTHORIZED or PART_CAPTURED.")
    ] = ""
    limit: Annotated[int, Parameter(help="How many at most.")] = 50


EVERY = Which()


def orders(
    search: str = "",
    *,
    which: Which = EVERY,
    as_json: Annotated[bool, Parameter(name="--json", negative=())] = False,
    as_csv: Annotated[bool, Parameter(name="--csv", negative=())] = False,
    numbers: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """List orders, newest first, with where both halves stand.

    Example: kvitt orders lind --state held --json

    Parameters
    ----------
    search
        Order number, customer, e-mail or Klarna's order id; or how one begins.
    as_json
        Print JSON.
    as_csv
        Print CSV, for a spreadsheet.
    numbers
        Print order numbers alone, for a command that reads them with -.
    """
    if as_json + as_csv + numbers > 1:
        raise ConfigurationError("choose one of --json, --csv and --numbers")
    found = _found(search, which)
    rows = [row_of(order) for order in found.orders]
    if as_json:
        sys.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    elif as_csv:
        _print_csv(rows)
    elif numbers:
        sys.stdout.writelines(f"{order.number}\n" for order in found.orders)
    else:
        _print_table(found.orders, more=bool(found.older))


def _found(search: str, which: Which) -> "Page":
    """Return the orders that fit. Raises ConfigurationError for a choice that means nothing."""
    if which.state and which.state not in _STATES:
        raise ConfigurationError(f"--state is one of {', '.join(_STATES)}, not {which.state}")
    if not 0 < which.limit <= MOST:
        raise ConfigurationError(f"--limit is from 1 to {MOST}")
    with Kvitt.open(actor="cli"):
        from kvitt.adapters.database import reads

        filters = reads.Filters(
            search=search,
            state=which.state,
            store_status=which.shop_status,
            klarna_status=which.klarna_status.upper(),
        )
        return reads.list_orders(filters, size=which.limit, shops=shops_named(which.shop))


def shops_named(name: str) -> list[int] | None:
    """Return row ids of shops; no name is every shop. Raises ConfigurationError."""
    if not name:
        return None
    from kvitt.adapters.database import lookups

    found = [row.pk for row in lookups.find_shops(name)]
    if not found:
        raise ConfigurationError(f"there is no shop {name}: see kvitt shop list")
    return found


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
            style="yellow" if order.hold_text else "",
        )
    console.print(table)
    if more:
        console.print("There are more: use --limit, or search.")
