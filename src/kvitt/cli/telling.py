"""How lists are told: a table for people, JSON for programs."""

import json
import sys
from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from kvitt.domain.lines import Json

console = Console(highlight=False)

AsJson = Annotated[bool, Parameter(name="--json", negative=(), help="Print JSON.")]


def print_json(value: Json) -> None:
    """Print what a program reads."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def print_rows(rows: Sequence[dict[str, str]], *, as_json: bool, nothing: str) -> None:
    """Print rows that have the same columns; ``nothing`` is said where there are none."""
    if as_json:
        print_json([dict(row) for row in rows])
    elif not rows:
        console.print(nothing)
    else:
        table = Table(*(name.capitalize() for name in rows[0]), box=None)
        for row in rows:
            table.add_row(*row.values())
        console.print(table)
