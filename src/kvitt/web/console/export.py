"""A list as a file for a spreadsheet, written while it is read; mostly that of orders.

Two forms: ``plain`` for programs (commas, dots, ISO 8601, codes) and ``local`` for people
(their language, their decimal sign, and the semicolon that their spreadsheet expects).
The law: no text from outside becomes a formula (OWASP, CSV injection).
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from babel.numbers import get_decimal_symbol
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from kvitt.domain.money import Money, exponent_of
from kvitt.web.console import rows, text, words

PLAIN, LOCAL = "plain", "local"
FORMS = (PLAIN, LOCAL)

#: What a spreadsheet may take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: Tells spreadsheets that the file is UTF-8.
_MARK = "\ufeff"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column: its name for programs, its title for people, and its cell."""

    name: str
    title: Any
    cell: Callable[[Any], Any]


COLUMNS = (
    Column(name="order", title=_("Order"), cell=rows.number_of),
    Column(name="shop", title=_("Shop"), cell=lambda order: order.shop.name),
    Column(name="received", title=_("Received"), cell=lambda order: order.created_at),
    Column(name="changed", title=_("Changed"), cell=lambda order: order.changed_at),
    Column(name="customer", title=_("Customer"), cell=lambda order: order.customer),
    Column(name="store_status", title="WooCommerce", cell=lambda order: order.store_status),
    Column(name="klarna_status", title="Klarna", cell=lambda order: order.klarna_status),
    Column(name="currency", title=_("Currency"), cell=lambda order: order.currency),
    Column(name="total", title=_("Total"), cell=lambda order: order.total),
    Column(name="authorized", title=_("Authorized"), cell=lambda order: order.authorized),
    Column(name="captured", title=_("Captured"), cell=lambda order: order.captured),
    Column(name="refunded", title=_("Refunded"), cell=lambda order: order.refunded),
    Column(name="remaining", title=_("Remaining"), cell=lambda order: order.remaining),
    Column(name="ends", title=_("Authorization ends"), cell=lambda order: order.expires_at),
    Column(name="klarna_order_id", title=_("Klarna id"), cell=lambda o: o.klarna_order_id),
    Column(name="waits_for", title=_("Waits for"), cell=lambda order: order.hold_text),
)


class _Line:
    """Hands each written line on instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def lines(
    listed: Iterable[Any], *, form: str, columns: tuple[Column, ...] = COLUMNS
) -> Iterator[str]:
    """Return the file line by line, in the reader's language and zone of this moment."""
    language, zone = translation.get_language() or "en", timezone.get_current_timezone()
    written = _lines(iter(listed), columns, local=form == LOCAL)
    # The file is written after the view has returned, when nobody's language is in use.
    return _within(written, language=language, zone=zone)


def safe(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _within(written: Iterator[str], *, language: str, zone: Any) -> Iterator[str]:
    while True:
        with translation.override(language), timezone.override(zone):
            line = next(written, None)
        if line is None:
            return
        yield line


def _lines(listed: Iterator[Any], columns: tuple[Column, ...], *, local: bool) -> Iterator[str]:
    writer: Any = csv.writer(_Line(), delimiter=";" if local else ",")
    titles = [str(column.title) if local else column.name for column in columns]
    yield (_MARK if local else "") + writer.writerow(titles)
    for row in listed:
        yield writer.writerow(
            [_written(column, column.cell(row), local=local) for column in columns]
        )


def _written(column: Column, value: Any, *, local: bool) -> str:
    match value:
        case None:
            return ""
        case Money():
            return _amount(value, local=local)
        case datetime():
            return _moment(value, local=local)
        case _:
            return safe(_in_words(column.name, str(value)) if local else str(value))


def _amount(amount: Money, *, local: bool) -> str:
    written = f"{amount.major():.{exponent_of(amount.currency)}f}"
    return written.replace(".", get_decimal_symbol(text.locale())) if local else written


def _moment(when: datetime, *, local: bool) -> str:
    if local:
        return f"{timezone.localtime(when):%Y-%m-%d %H:%M}"
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _in_words(name: str, code: str) -> str:
    if name == "store_status":
        return str(words.store_status(code).text)
    if name == "klarna_status":
        return str(words.klarna_status(code).text)
    return code
