"""Amounts of money, exact and in minor units."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import (
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from typing import Self

from kvitt.domain.errors import CurrencyMismatch, InvalidAmount

# ISO 4217 gives most currencies two decimals; these are the others.
EXPONENTS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}

#: Refuses what cannot be said exactly; the default context would round it in silence.
_EXACTLY = Context(prec=28, traps=[Inexact, InvalidOperation, Overflow, DivisionByZero])
_WHOLE = Decimal(1)


def exponent_of(currency: str) -> int:
    """Return how many decimals the currency has by ISO 4217."""
    return EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in the smallest unit of its currency: 1999 is 19.99 SEK."""

    minor: int
    currency: str

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Return nothing, in the currency."""
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Read a shop's decimal string, such as "19.99", without rounding."""
        try:
            amount = Decimal(text)
        except InvalidOperation:
            raise InvalidAmount(text, currency) from None
        return cls.exact(amount, currency)

    @classmethod
    def exact(cls, amount: Decimal, currency: str) -> Self:
        """Convert a decimal in major units that has no fraction of a minor unit."""
        if not amount.is_finite():
            raise InvalidAmount(str(amount), currency)
        try:
            scaled = _EXACTLY.scaleb(amount, exponent_of(currency))
            minor = _EXACTLY.quantize(scaled, _WHOLE)
        except DecimalException:
            # A fraction of a minor unit, or more digits than any money has.
            raise InvalidAmount(str(amount), currency) from None
        return cls(int(minor), currency)

    @classmethod
    def total(cls, amounts: Iterable[Self], currency: str) -> Self:
        """Add amounts up; nothing is zero of the currency."""
        return sum(amounts, start=cls.zero(currency))

    def __add__(self, other: Self) -> Self:
        return type(self)(self.minor + self._minor_of(other), self.currency)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.minor - self._minor_of(other), self.currency)

    def __neg__(self) -> Self:
        return type(self)(-self.minor, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Self) -> bool:
        return self.minor < self._minor_of(other)

    def __le__(self, other: Self) -> bool:
        return self.minor <= self._minor_of(other)

    def __gt__(self, other: Self) -> bool:
        return self.minor > self._minor_of(other)

    def __ge__(self, other: Self) -> bool:
        return self.minor >= self._minor_of(other)

    def __str__(self) -> str:
        return f"{self.major()} {self.currency}"

    def major(self) -> Decimal:
        """Return the amount in major units, with the currency's decimals: 19.90."""
        places = exponent_of(self.currency)
        return Decimal(self.minor).scaleb(-places).quantize(Decimal(1).scaleb(-places))

    def _minor_of(self, other: Self) -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.minor
