"""``kvitt export``: orders or the journal of calls, a line for each, for other programs.

Rows are read and written one after another, so that a million of them need no memory.
"""

import csv
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.cli.orders import harmless
from kvitt.cli.progress import watched
from kvitt.domain.errors import ConfigurationError
from kvitt.domain.lines import Json

if TYPE_CHECKING:
    from kvitt.adapters.database.models import IntentRow

exports = App(name="export", help="Orders or the journal, a line each, as JSON lines or CSV.")

Form = Annotated[
    Literal["jsonl", "csv"],
    Parameter(name="--format", help="jsonl: a JSON object in each line; csv: a table."),
]
Since = Annotated[str, Parameter(help="Only what is from this day on, like 2026-11-01 (UTC).")]


@exports.command
def orders(*, form: Form = "jsonl", since: Since = "") -> None:
    """Write every order with where both halves stand, the oldest first.

    Example: kvitt export orders --format csv > orders.csv
    """
    _set_up()
    from kvitt.adapters.database.models import Order
    from kvitt.cli.orders import row_of

    rows = Order.objects.select_related("shop").order_by("pk")
    rows = rows.defer("store_sealed", "klarna", "refunds_seen")
    if since:
        rows = rows.filter(created_at__gte=_moment(since))
    each = watched(rows.iterator(chunk_size=500), saying="Writing", total=rows.count())
    _write((row_of(row) for row in each), form)


@exports.command
def journal(*, form: Form = "jsonl", since: Since = "") -> None:
    """Write every call to Klarna with its outcome, the oldest first, without its body.

    Example: kvitt export journal --since 2026-11-01
    """
    _set_up()
    from kvitt.adapters.database.models import IntentRow

    rows = IntentRow.objects.select_related("order__shop").defer("body_sealed").order_by("pk")
    if since:
        rows = rows.filter(created_at__gte=_moment(since))
    each = watched(rows.iterator(chunk_size=500), saying="Writing", total=rows.count())
    _write((_call(row) for row in each), form)


def _set_up() -> None:
    bootstrap.start_django(configuration.load_or_create())
    bootstrap.migrate()


def _moment(day: str) -> datetime:
    try:
        return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise ConfigurationError(f"--since {day} is no day: write 2026-11-01") from None


def _call(row: "IntentRow") -> dict[str, Json]:
    return {
        "id": str(row.uid),
        "shop": row.order.shop.name,
        "order": row.order.number,
        "klarna_order_id": row.klarna_order_id,
        "kind": row.kind,
        "state": row.state,
        "amount": str(row.amount.major()),
        "currency": row.currency,
        "reference": row.reference,
        "klarna_id": row.remote_id,
        "correlation_id": row.correlation_id,
        "actor": row.actor,
        "attempts": row.attempts,
        "error_code": row.error_code,
        "created_at": row.created_at.isoformat(),
        "settled_at": row.settled_at.isoformat() if row.settled_at else "",
    }


def _write(rows: Iterator[dict[str, Json]], form: str) -> None:
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if form == "jsonl":
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
            continue
        if writer is None:
            writer = csv.DictWriter(sys.stdout, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({name: harmless(value) for name, value in row.items()})
