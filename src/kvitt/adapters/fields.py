"""Reading a JSON document of somebody else's, field by field.

The law: what is not what it should be raises ``MalformedReply`` that names the place
and never the value, for values are customers' names and amounts. Numbers with a
fraction become ``Decimal``; there is no float. Pure.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from kvitt.domain.errors import MalformedReply

#: How JSON writes what no database stores: a null character, half of a surrogate pair.
_AWKWARD = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
#: More digits than any amount has, and few enough that arithmetic stays quick.
_LONGEST_NUMBER = 40


def parse_json(body: bytes) -> object:
    """Return the document. Raises MalformedReply for anything that is not JSON."""
    try:
        value = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
        return _storable(value) if _AWKWARD.search(body) else value
    # ValueError covers wrong JSON, wrong UTF-8 and whole numbers of thousands of digits;
    # RecursionError nesting made to hurt.
    except (ValueError, RecursionError, InvalidOperation) as error:
        raise MalformedReply("the answer is not JSON") from error


def _storable(value: object) -> object:
    """Return the document with a question mark where a string cannot be stored as it is."""
    if isinstance(value, str):
        return value.replace("\0", "?").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(one) for name, one in value.items()}
    return value


class Fields:
    """One JSON object, and where in the document it stands."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise MalformedReply(f"{where} is not an object")
        self._value: Mapping[str, Any] = value
        self.where = where

    def __contains__(self, name: str) -> bool:
        return self._value.get(name) is not None

    def names(self) -> tuple[str, ...]:
        """Return the names of all fields."""
        return tuple(self._value)

    def text(self, name: str, default: str | None = "") -> str:
        """Return a string; numbers are written out. Required where the default is None."""
        value = self._value.get(name)
        if value is None and default is not None:
            return default
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise self._refusal(name, "a text")

    def whole(self, name: str, default: int | None = None) -> int:
        """Return a whole number, also one that is written as a string."""
        value = self._value.get(name)
        if value is None and default is not None:
            return default
        number = to_decimal(value)
        if number is None or number != number.to_integral_value():
            raise self._refusal(name, "a whole number")
        return int(number)

    def decimal(self, name: str, default: Decimal | None = None) -> Decimal:
        """Return a number, also one that is written as a string."""
        value = self._value.get(name)
        if value in (None, "") and default is not None:
            return default
        number = to_decimal(value)
        if number is None:
            raise self._refusal(name, "a number")
        return number

    def flag(self, name: str) -> bool:
        """Return a truth value; what is missing is false."""
        value = self._value.get(name)
        if value is not None and not isinstance(value, bool):
            raise self._refusal(name, "true or false")
        return bool(value)

    def moment(self, name: str) -> datetime | None:
        """Return a time in UTC, or None; one without a zone is in UTC."""
        value = self._value.get(name)
        if value is None or value == "":
            return None
        try:
            moment = datetime.fromisoformat(value)
            zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return zoned.astimezone(UTC)
        except (TypeError, ValueError, OverflowError) as error:
            raise self._refusal(name, "a time") from error

    def child(self, name: str) -> "Fields":
        """Return an object inside; an empty one where it is missing.

        PHP writes an empty object as ``[]``.
        """
        value = self._value.get(name)
        return Fields({} if value is None or value == [] else value, f"{self.where}.{name}")

    def children(self, name: str) -> tuple["Fields", ...]:
        """Return a list of objects inside; nothing where it is missing."""
        value = self._value.get(name)
        if value is None:
            return ()
        return objects(value, f"{self.where}.{name}")

    def raw(self, name: str) -> object:
        """Return a value of any shape, as it stands."""
        return self._value.get(name)

    def _refusal(self, name: str, wanted: str) -> MalformedReply:
        return MalformedReply(f"{self.where}.{name} is not {wanted}")


def objects(value: object, where: str) -> tuple[Fields, ...]:
    """Read a list of objects."""
    if not isinstance(value, list):
        raise MalformedReply(f"{where} is not a list")
    return tuple(Fields(item, f"{where}[{index}]") for index, item in enumerate(value))


def to_decimal(value: object) -> Decimal | None:
    """Return the number, or None where there is none that we would count with."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    text = str(value).strip()
    if len(text) > _LONGEST_NUMBER:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    # An exponent can make a short text a number of a million digits.
    if not number.is_finite() or abs(number.adjusted()) > _LONGEST_NUMBER:
        return None
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
