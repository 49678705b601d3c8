"""``kvitt reconcile``: whether the shop and Klarna agree on a month, and where they do not.

Differences are read and written one after another, so that a month of them needs no memory.
"""

import csv
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from kvitt.cli.orders import harmless, shops_named
from kvitt.cli.telling import AsJson, print_json
from kvitt.domain.books import Book, Reconciliation
from kvitt.domain.errors import ConfigurationError
from kvitt.domain.lines import Json
from kvitt.domain.money import Money
from kvitt.domain.period import Month
from kvitt.facade import Kvitt

if TYPE_CHECKING:
    from kvitt.adapters.database.models import Order
    from kvitt.adapters.database.reconciliation import Question

console = Console(highlight=False)

EXIT_DIFFERENCES = 1
#: Differences that are listed for people; programs get all of them.
MOST_LISTED = 100


def reconcile(
    *,
    month: str = "",
    shop: str = "",
    as_json: AsJson = False,
    as_csv: Annotated[bool, Parameter(name="--csv", negative=())] = False,
) -> int:
    """Show whether shop and Klarna agree on a month's orders, and where they do not.

    Both halves are taken as last read: kvitt sync reads orders again. Ends with 1 where
    something differs.

    Example: kvitt reconcile --month 2026-10

    Parameters
    ----------
    month
        The month in which the orders were placed, in UTC; without it, this one.
    shop
        Name or address of a shop; without it, all.
    as_csv
        Print the differences as CSV, for a spreadsheet.
    """
    if as_json and as_csv:
        raise ConfigurationError("choose one of --json and --csv")
    chosen = _month(month)
    with Kvitt.open(actor="cli"):
        from kvitt.adapters.database import reconciliation
        from kvitt.adapters.database.reconciliation import Question

        start, end = chosen.within(UTC)
        question = Question(start=start, end=end, shops=shops_named(shop))
        found = reconciliation.reconcile(question)
        if as_json:
            print_json(_books_json(chosen, found, _rows(question)))
        elif as_csv:
            _print_csv(_rows(question))
        else:
            _say(chosen, found, _rows(question))
    return EXIT_DIFFERENCES if found.differ else 0


def _month(text: str) -> Month:
    """Return the month that was typed. Raises ConfigurationError."""
    if not text:
        return Month.of(datetime.now(UTC).date())
    month = Month.parse(text)
    if month is None:
        raise ConfigurationError(f"--month {text} is no month: write 2026-11")
    return month


def _rows(question: "Question") -> Iterator[dict[str, Json]]:
    """Yield each difference as programs read it: amounts in major units, times in UTC."""
    from kvitt.adapters.database import reconciliation

    return (_row(order) for order in reconciliation.every_difference(question))


def _row(order: "Order") -> dict[str, Json]:
    from kvitt.adapters.database import comparing

    found = comparing.comparison_of(order)
    return {
        "order": order.number or str(order.store_order_id),
        "shop": order.shop.name,
        "placed_at": order.placed_at.isoformat() if order.placed_at else "",
        "reason": found.verdict.value,
        "store_status": order.store_status,
        "klarna_status": order.klarna_status,
        "currency": order.currency,
        "shop_says": _major(found.shop),
        "klarna_says": _major(found.klarna),
        "difference": _major(found.apart),
        "in_sums": found.verdict.booked,
        "waits_for": order.hold_text,
        "klarna_order_id": order.klarna_order_id,
    }


def _books_json(
    month: Month, found: Reconciliation, rows: Iterable[dict[str, Json]]
) -> dict[str, Json]:
    return {
        "month": str(month),
        "compared": found.compared,
        "differ": found.differ,
        "left_alone": found.left_alone,
        "books": [_book(book) for book in found.books],
        "differences": list(rows),
    }


def _book(book: Book) -> dict[str, Json]:
    return {
        "shop": book.shop_name,
        "currency": book.currency,
        "compared": book.compared,
        "agree": book.agree,
        "differ": book.differ,
        "left_alone": book.left_alone,
        "shop_says": _major(book.shop_sum),
        "klarna_says": _major(book.klarna_sum),
        "difference": _major(book.apart),
        "shop_read": [_when(book.shop_read.oldest), _when(book.shop_read.newest)],
        "klarna_read": [_when(book.klarna_read.oldest), _when(book.klarna_read.newest)],
    }


def _print_csv(rows: Iterable[dict[str, Json]]) -> None:
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(sys.stdout, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({name: _cell(name, value) for name, value in row.items()})


def _cell(name: str, value: Json) -> Json:
    """Return a cell that no spreadsheet takes for a formula; an amount may be negative."""
    return value if name == "difference" else harmless(value)


def _say(month: Month, found: Reconciliation, rows: Iterator[dict[str, Json]]) -> None:
    if not found.compared:
        console.print(f"No order to compare was placed in {month}.")
        return
    table = Table("Shop", "Currency", "Compared", "Differ", "Shop says", "Klarna says", "Apart")
    for book in found.books:
        sums = (book.shop_sum, book.klarna_sum, book.apart)
        counts = (str(book.compared), str(book.differ))
        table.add_row(book.shop_name, book.currency, *counts, *(_major(each) for each in sums))
    console.print(table)
    if found.left_alone:
        console.print(f"{found.left_alone} are left alone on purpose, and not compared.")
    if not found.differ:
        console.print(f"The shop and Klarna agree on all {found.compared} orders of {month}.")
        return
    _list(islice(rows, MOST_LISTED))
    console.print(f"{found.differ} of {found.compared} orders of {month} differ.")
    if found.differ > MOST_LISTED:
        console.print(f"Only the first {MOST_LISTED} are listed: --csv has all of them.")


def _list(rows: Iterable[dict[str, Json]]) -> None:
    table = Table("Order", "Reason", "Shop says", "Klarna says", "Apart", "Waits for")
    for row in rows:
        reason = str(row["reason"]).replace("_", " ")
        amounts = (str(row[name]) for name in ("shop_says", "klarna_says", "difference"))
        table.add_row(str(row["order"]), reason, *amounts, str(row["waits_for"]))
    console.print(table)


def _major(amount: Money | None) -> str:
    return "" if amount is None else str(amount.major())


def _when(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
