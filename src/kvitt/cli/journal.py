"""``kvitt journal``: is what was written still what is there?"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from cyclopts import App
from rich.console import Console

from kvitt import bootstrap
from kvitt import settings as configuration

if TYPE_CHECKING:
    from kvitt.adapters.database.verify import Finding

journal = App(name="journal", help="What was done at Klarna, and the proof of it.")
console = Console(highlight=False)

#: As for every command that did not succeed.
EXIT_FINDINGS = 1


@journal.command
def verify(order: int | None = None, *, as_json: bool = False) -> int:
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
    verdicts = [checks.verify_order(one, vault) for one in orders]
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
