"""A small language for what a request body may hold, and its reader.

Law: reading never raises. It returns what was understood and adds a `Flaw` for each
thing that was not, because Klarna names all bad fields at once. Unknown fields and
nulls are passed over: shipping plugins send both (klarna-api.md §5).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

Place = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Flaw:
    """One thing wrong with a body."""

    place: Place
    #: A wrong JSON type is a malformed request; anything else breaks a limit (§4.2).
    malformed: bool
    text: str

    @property
    def dotted(self) -> str:
        """The place as the Payments API writes it: `order_lines[3].tax_rate`."""
        return re.sub(r"\.\[", "[", ".".join(_step(step) for step in self.place))


def _step(step: str | int) -> str:
    return f"[{step}]" if isinstance(step, int) else step


def slashed(place: Place) -> str:
    """Return the place as Order Management writes it: `shipping_info/tracking_number`."""
    return "/".join(step for step in place if isinstance(step, str))


@dataclass(slots=True)
class Reading:
    """The flaws found so far, and how lenient the reader is."""

    integral_fractions: bool = True
    flaws: list[Flaw] = field(default_factory=list)

    def malformed(self, place: Place, expected: str) -> None:
        """Note a value of the wrong JSON type."""
        text = f"{slashed(place) or 'body'} must be {expected}"
        self.flaws.append(Flaw(place=place, malformed=True, text=text))

    def broken(self, place: Place, text: str) -> None:
        """Note a value outside its limits."""
        self.flaws.append(Flaw(place=place, malformed=False, text=text))

    def out_of_size(self, place: Place, least: int | None, most: int | None) -> None:
        """Note a value that is too long, short, large or small."""
        low = "-9223372036854775808" if least is None else least
        high = "9223372036854775807" if most is None else most
        where = slashed(place)
        self.broken(place, f"The size of the {where} value must be between {low} and {high}")


def is_writable(text: str) -> bool:
    """Say whether a text can be written as UTF-8: JSON escapes can spell half a character."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


class Kind(Protocol):
    """What a field may hold."""

    def read(self, value: Any, at: Place, reading: Reading) -> Any:
        """Return the value as understood, noting flaws."""


@dataclass(frozen=True, slots=True)
class Text:
    """A string of limited length; a number is taken as its digits, as Jackson does."""

    most: int
    least: int = 0
    pattern: str | None = None

    def read(self, value: Any, at: Place, reading: Reading) -> str:
        """Return the string."""
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            reading.malformed(at, "a string")
            return ""
        if not is_writable(value):
            reading.malformed(at, "Unicode text")
            return ""
        if not self.least <= len(value) <= self.most:
            reading.out_of_size(at, self.least, self.most)
        elif self.pattern and not re.fullmatch(self.pattern, value):
            reading.broken(at, f"The {slashed(at)} value must match {self.pattern}")
        return value


@dataclass(frozen=True, slots=True)
class Whole:
    """An integer between two bounds."""

    least: int | None = None
    most: int | None = None

    def read(self, value: Any, at: Place, reading: Reading) -> int:
        """Return the integer; 1050.0 counts as one (§17, row 15)."""
        integral = isinstance(value, Decimal) and value == value.to_integral_value()
        if integral and reading.integral_fractions:
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            reading.malformed(at, "an integer")
            return 0
        too_small = self.least is not None and value < self.least
        if too_small or (self.most is not None and value > self.most):
            reading.out_of_size(at, self.least, self.most)
        return value


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def read(self, value: Any, at: Place, reading: Reading) -> bool:
        """Return the truth value."""
        if not isinstance(value, bool):
            reading.malformed(at, "a boolean")
        return value is True


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a closed set."""

    words: frozenset[str]

    def read(self, value: Any, at: Place, reading: Reading) -> str:
        """Return the word."""
        if not isinstance(value, str):
            reading.malformed(at, "a string")
            return ""
        if value not in self.words:
            known = ", ".join(sorted(self.words))
            reading.broken(at, f"The {slashed(at)} value must be one of {known}")
        return value


@dataclass(frozen=True, slots=True)
class Items:
    """A JSON array of limited length."""

    of: Kind
    most: int
    least: int = 0

    def read(self, value: Any, at: Place, reading: Reading) -> tuple[Any, ...]:
        """Return the items."""
        if not isinstance(value, list):
            reading.malformed(at, "an array")
            return ()
        if not self.least <= len(value) <= self.most:
            reading.out_of_size(at, self.least, self.most)
            return ()
        return tuple(self.of.read(item, (*at, n), reading) for n, item in enumerate(value))


@dataclass(frozen=True, slots=True)
class Record:
    """A JSON object; `required` names what must be there."""

    known: Mapping[str, Kind]
    required: tuple[str, ...] = ()

    def read(self, value: Any, at: Place, reading: Reading) -> dict[str, Any]:
        """Return the known fields that were sent."""
        if not isinstance(value, dict):
            reading.malformed(at, "an object")
            return {}
        for name in self.required:
            if value.get(name) is None:
                where = slashed((*at, name))
                reading.broken((*at, name), f"The {where} value must not be null")
        return {
            name: kind.read(value[name], (*at, name), reading)
            for name, kind in self.known.items()
            if value.get(name) is not None
        }
