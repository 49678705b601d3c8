"""What was typed into a form, as a request, and back into the form's fields.

The law: what cannot be read is said beside its field, in words, and everything else that
was typed is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from uuid import UUID

from babel.numbers import NumberFormatError, parse_decimal
from django.utils.translation import gettext as _

from kvitt.domain.asks import Command, Request, Seen
from kvitt.domain.decide.left import LineLeft
from kvitt.domain.errors import InvalidAmount
from kvitt.domain.money import Money
from kvitt.web.console import text

ALL, LINES, AMOUNT = "all", "lines", "amount"
MOST_DIGITS = 15


@dataclass(kw_only=True, slots=True)
class Reading:
    """A request that is being read from what was typed, with what is wrong with it."""

    typed: Mapping[str, str]
    currency: str
    errors: dict[str, str] = field(default_factory=dict)

    def money(self, name: str) -> Money | None:
        """Read an amount as people of the reader's language write it; empty is none."""
        typed = self.typed.get(name, "").strip()
        if not typed:
            return None
        try:
            amount = Money.exact(_decimal(typed.removesuffix(self.currency)), self.currency)
        except InvalidAmount:
            self.errors[name] = _("Write an amount such as %(example)s.") % {
                "example": text.amount_alone(Money(12345, self.currency))
            }
            return None
        if amount.minor <= 0:
            self.errors[name] = _("Write an amount that is more than nothing.")
            return None
        return amount

    def count(self, name: str, *, most: int) -> int:
        """Read a number of pieces; empty is none of them."""
        typed = self.typed.get(name, "").strip()
        if not typed:
            return 0
        if not typed.isdecimal() or len(typed) > MOST_DIGITS:
            self.errors[name] = _("Write a whole number.")
            return 0
        if int(typed) > most:
            self.errors[name] = _("At most %(most)s are left.") % {"most": most}
            return 0
        return int(typed)

    def words(self, name: str, *, most: int) -> str:
        """Read a text on one line."""
        words = " ".join(self.typed.get(name, "").replace("\x00", "").split())
        if len(words) > most:
            self.errors[name] = _("Write at most %(most)s characters.") % {"most": most}
        return words[:most]


def read(
    command: Command, typed: Mapping[str, str], lines: tuple[LineLeft, ...], currency: str
) -> tuple[Request, dict[str, str]]:
    """Return the request that was typed, and what is wrong with which field."""
    reading = Reading(typed=typed, currency=currency)
    request = Request(command=command, capture_id=reading.words("capture_id", most=100))
    if command in {Command.CAPTURE, Command.REFUND}:
        request = _how_much(reading, request, lines)
    if command is Command.CAPTURE:
        request = replace(
            request,
            tracking_number=reading.words("tracking_number", most=100),
            tracking_company=reading.words("tracking_company", most=100),
        )
    if command is Command.REFUND:
        request = replace(
            request,
            return_fee=reading.money("return_fee"),
            description=reading.words("reason", most=255),
            restock=bool(typed.get("restock")) and typed.get("by") == LINES,
        )
    if command is Command.DUE_DATE and typed.get("days"):
        request = replace(
            request, days=reading.count("days", most=365) or None, fee=_fee(reading)
        )
    return request, reading.errors


def read_seen(request: Request, typed: Mapping[str, str], currency: str) -> Request:
    """Return the request with what its review has shown: refused if that moved since."""
    expects = _minor(typed.get("expects", ""))
    captured, refunded = _minor(typed.get("captured", "")), _minor(typed.get("refunded", ""))
    seen = None
    if captured is not None and refunded is not None:
        seen = Seen(captured=Money(captured, currency), refunded=Money(refunded, currency))
    amount = None if expects is None else Money(expects, currency)
    return replace(request, expects=amount, seen=seen)


def key_of(typed: Mapping[str, str]) -> UUID | None:
    """Return the key that the form was given; None where it is no key of ours."""
    try:
        return UUID(typed.get("key", ""))
    except ValueError:
        return None


def _how_much(reading: Reading, request: Request, lines: tuple[LineLeft, ...]) -> Request:
    """Read lines with pieces, or an amount, or all there is."""
    by = reading.typed.get("by", ALL)
    _check_meant(reading, by, lines, capture=request.command is Command.CAPTURE)
    if by == AMOUNT:
        amount = reading.money("amount")
        if amount is None and "amount" not in reading.errors:
            reading.errors["amount"] = _("Write how much.")
        return replace(request, amount=amount)
    if by != LINES:
        return request
    chosen: dict[int, int] = {}
    for line in lines:
        if line.id is None:
            continue
        left = line.to_capture if request.command is Command.CAPTURE else line.to_refund
        if pieces := reading.count(f"line-{line.id}", most=left.quantity):
            chosen[line.id] = pieces
    if not chosen and not reading.errors:
        reading.errors["by"] = _("Choose at least one item.")
    return replace(request, lines=chosen)


def _check_meant(
    reading: Reading, by: str, lines: tuple[LineLeft, ...], *, capture: bool
) -> None:
    """Ask what is meant where an amount or pieces were typed and something else is chosen."""
    typed = reading.typed
    if by != AMOUNT and typed.get("amount", "").strip():
        reading.errors["by"] = _(
            "You typed an amount, but chose something else above it. Choose “This amount”, or "
            "clear the field."
        )
    changed = [
        line
        for line in lines
        if (pieces := typed.get(f"line-{line.id}")) is not None
        and pieces.strip() != prefilled(line, capture=capture)
    ]
    if by == ALL and changed:
        reading.errors["by"] = _(
            "You changed a quantity, but chose all that is left. Choose “These "
            "items”, or set it back."
        )


def prefilled(line: LineLeft, *, capture: bool) -> str:
    """Return how many pieces a form begins with: all to capture, and none to refund."""
    return str(line.to_capture.quantity) if capture else "0"


def _fee(reading: Reading) -> Money | None:
    minor = _minor(reading.typed.get("fee", ""))
    return None if minor is None else Money(minor, reading.currency)


def _minor(typed: str) -> int | None:
    plain = typed.isascii() and typed.isdecimal() and len(typed) <= MOST_DIGITS
    return int(typed) if plain else None


def _decimal(typed: str) -> Decimal:
    """Read a number in the reader's language, or with a point. Raises InvalidAmount."""
    plain = typed.replace("\N{NO-BREAK SPACE}", "").replace(" ", "").strip()
    if len(plain) > MOST_DIGITS:
        raise InvalidAmount(plain, "")
    try:
        if plain.count(".") == 1 and "," not in plain:
            return Decimal(plain)
        return parse_decimal(plain, locale=text.locale(), strict=True)
    except (InvalidOperation, NumberFormatError) as error:
        raise InvalidAmount(plain, "") from error
