"""Records to JSON and back, so that a shop can be stored, dumped and loaded.

The types of the dataclasses are the schema: nothing is written that they do not name, and a
record reads back equal to what was written.
"""

import dataclasses
import json
import types
import typing
from collections.abc import Hashable
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, cast

T = TypeVar("T")


def plain(value: Any) -> Any:
    """Return a record as dictionaries, lists, strings and numbers."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: plain(entry) for name, entry in fields(value).items()}
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    return value


def record(kind: type[T], value: Any) -> T:
    """Return the record of a kind from what `plain` made of it."""
    hints = _hints(cast("Hashable", kind))
    known = {name: _read(hints[name], entry) for name, entry in value.items() if name in hints}
    return kind(**known)


def fields(value: Any) -> dict[str, Any]:
    """Return the fields of a record as they are."""
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def dumps(value: Any) -> str:
    """Return a record as JSON text."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))


def loads(kind: type[T], text: str) -> T:
    """Return the record of a kind from JSON text."""
    return record(kind, json.loads(text))


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _read(hint: Any, value: Any) -> Any:
    if typing.get_origin(hint) in {types.UnionType, typing.Union}:
        if value is None:
            return None
        hint = next(part for part in typing.get_args(hint) if part is not types.NoneType)
    if hint is Decimal:
        return Decimal(value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    if typing.get_origin(hint) is tuple:
        entry = typing.get_args(hint)[0]
        return tuple(_read(entry, part) for part in value)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return record(hint, value)
    return value
