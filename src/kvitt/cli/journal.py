"""``kvitt journal``: is what was written still what is there?"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.console import Console

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.cli.orders import MOST, shops_named
from kvitt.cli.progress import watched
from kvitt.cli.telling import AsJson, print_rows
from kvitt.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from kvitt.adapters.database.models import IntentRow
    from kvitt.adapters.database.verify import Finding

journal = App(name="journal", help="What was done at Klarna, and the proof of it.")
console = Console(highlight=False)

#: As for every command that did not succeed.
EXIT_FINDINGS = 1


@journal.command
def verify(
    order: int | None = None,
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> int:
    """Check that timelines and calls are as they were written. Changes nothing.

    Ends with 0 where all is well, with 1 where something is not.

    Example: kvitt journal verify

    Parameters
    ----------
    order
        The order's id in its shop; else every order is checked.
    as_json
        Print one JSON object instead of sentences.
    """
    settings = configuration.load()
    bootstrap.start_django(settings)
    # Models can be imported only now.
    from kvitt.adapters.database import verify as checks
    from kvitt.adapters.database.vault import Vault

    vault = Vault.of(settings)
    orders = checks.orders_to_verify(order)
    each = watched(orders, saying="Checking", total=len(orders))
    verdicts = [checks.verify_order(one, vault) for one in each]
    findings = [finding for verdict in verdicts for finding in verdict.findings]
    counted = {
        "orders": len(orders),
        "timeline_rows": sum(verdict.rows for verdict in verdicts),
        "calls": sum(verdict.calls for verdict in verdicts),
    }
    if as_json:
        told = {**counted, "findings": [asdict(finding) for finding in findings]}
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        _say(counted, findings)
    return EXIT_FINDINGS if findings else 0


@journal.command(name="list")
def list_calls(
    order: str = "", *, shop: str = "", limit: int = 50, as_json: AsJson = False
) -> None:
    """List the calls to Klarna and what became of each, the newest first.

    Example: kvitt journal list 1042

    Parameters
    ----------
    order
        The order's number; else the calls of every order.
    shop
        Only the calls for this shop.
    limit
        How many at most.
    """
    if not 0 < limit <= MOST:
        raise ConfigurationError(f"--limit is from 1 to {MOST}")
    settings = configuration.load_or_create()
    bootstrap.start_django(settings)
    bootstrap.migrate()
    from kvitt.adapters.database.models import IntentRow

    rows = IntentRow.objects.select_related("order__shop").defer("body_sealed")
    if order:
        rows = rows.filter(order__number=order.lstrip("#"))
    if (shops := shops_named(shop)) is not None:
        rows = rows.filter(order__shop__in=shops)
    told = [_row(row) for row in rows.order_by("-pk")[:limit]]
    print_rows(told, as_json=as_json, nothing="Klarna was asked nothing yet.")


def _row(row: "IntentRow") -> dict[str, str]:
    return {
        "order": row.order.number,
        "shop": row.order.shop.name,
        "call": row.kind,
        "amount": str(row.amount),
        "state": row.state,
        "klarna_id": row.remote_id,
        "by": row.actor,
        "at": f"{row.created_at:%Y-%m-%d %H:%M:%S}",
    }


def _say(counted: dict[str, int], findings: "Sequence[Finding]") -> None:
    for finding in findings:
        console.print(
            f"Order {finding.store_order_id} of {finding.shop}: {finding.text}.",
            soft_wrap=True,
            markup=False,
        )
    checked = (
        f"{counted['orders']} orders, {counted['timeline_rows']} rows of timeline and "
        f"{counted['calls']} calls"
    )
    if not findings:
        console.print(f"{checked}: all as they were written.")
        return
    console.print(
        f"{checked}: {len(findings)} things are not as they were written. Somebody changed the "
        "database past kvitt, or it is damaged: compare these orders with Klarna's portal, and "
        "keep this database as it is for whoever looks into it.",
        soft_wrap=True,
    )
