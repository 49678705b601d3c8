"""``kvitt import``: take in a shop's orders from before it was connected."""

import threading
from datetime import timedelta

from django.utils import timezone
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from kvitt import bootstrap
from kvitt.bootstrap import Parts
from kvitt.cli.connect import ACTOR, open_parts
from kvitt.domain.ids import ShopId

console = Console(highlight=False)

LEASE = timedelta(minutes=5)
#: How long to wait where others hold what is to be read, seconds.
REST = 0.5


def take_in(shop: int, *, approve: bool = False) -> None:
    """Take in a shop's Klarna orders of the last 180 days, and show where they differ.

    Nothing is sent to Klarna and nothing is written to the shop. It can be interrupted and
    goes on where it was, here or in kvitt serve.

    Example: kvitt import 1

    Parameters
    ----------
    shop
        The shop's number, as in kvitt shop list.
    approve
        Let kvitt act on what the report says, from now on.
    """
    parts = open_parts()
    desk = bootstrap.shops_of(parts)
    import_id = desk.imports.start(ShopId(shop), actor=ACTOR)
    _read_all(parts, shop)
    _report(shop)
    if approve:
        count = desk.imports.approve(import_id, actor=ACTOR)
        console.print(f"Approved: {count} orders are kept in step from now on.")
    else:
        console.print(f"Nothing was sent. To let kvitt act: kvitt import {shop} --approve")


def _read_all(parts: Parts, shop: int) -> None:
    """List pages and look at their orders, one call at a time, until all is read."""
    from kvitt.web.console.shops import reads

    never = threading.Event()
    imports = bootstrap.shops_of(parts).imports
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Reading orders", total=None)
        while (view := reads.import_of(shop)) is not None and view.reading:
            progress.update(task, total=view.row.total, completed=view.row.listed)
            lease = parts.queue.claim(worker="import", lease=LEASE)
            if lease is not None:
                parts.reconcile(lease)
            elif not imports.step():
                never.wait(REST)


def _report(shop: int) -> None:
    from kvitt.domain.plan import Guard
    from kvitt.web.console.shops import reads

    view = reads.import_of(shop)
    if view is None:
        return
    console.print(
        f"{view.row.listed} orders listed, {view.row.taken} of them paid with Klarna; "
        f"{view.differing} differ."
    )
    rows = reads.side_by_side(shop, Guard.IMPORTED, now=timezone.now())
    if not rows:
        return
    table = Table("order", "WooCommerce", "Klarna", "what kvitt would do", box=None)
    for each in rows:
        would = " ".join((*each.steps, each.hold)).strip()
        table.add_row(
            each.row.number, str(each.row.store.text), str(each.row.klarna.text), would
        )
    console.print(table)
