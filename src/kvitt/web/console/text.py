"""Amounts, dates and ages as the reader's language writes them.

The law: nothing here computes; a figure comes in exact and leaves as words.
Only Babel formats, so that a browser never writes the same amount another way. What a list
writes in each row is worked out once for a day, a minute or a currency and then remembered.
"""

import datetime as dt
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton, format_timedelta
from babel.numbers import (
    NumberPattern,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_symbol,
    parse_pattern,
)
from django.utils import timezone
from django.utils.translation import get_language

from kvitt.domain.money import Money, exponent_of

#: English without a country is written as in Europe, where Klarna's shops are: day
#: before month, 24 hours.
_ENGLISH = Locale("en", "GB")


def locale() -> Locale:
    """Return Babel's locale for the language in use."""
    return _locale_of(get_language() or "en")


#: As many languages as any console speaks, with room for those that browsers ask for.
@lru_cache(maxsize=64)
def _locale_of(language: str) -> Locale:
    if language == "en":
        return _ENGLISH
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return _ENGLISH


def money(amount: Money) -> str:
    """Return an amount with its currency, with the decimals ISO 4217 gives it."""
    here = locale()
    return format_currency(
        amount.major(),
        amount.currency,
        _money_pattern(here, amount.currency),
        locale=here,
        currency_digits=False,
    )


@cache
def _money_pattern(locale: Locale, currency: str) -> NumberPattern:
    places = exponent_of(currency)
    pattern = str(locale.currency_formats["standard"].pattern)
    pattern = pattern.replace(".00", f".{'0' * places}" if places else "")
    if get_currency_symbol(currency, locale=locale)[-1:].isalpha():
        # "SEK 1.00", not "SEK1.00": CLDR's spacing of currencies, which Babel leaves out.
        # https://unicode.org/reports/tr35/tr35-numbers.html#Currencies
        pattern = pattern.replace("¤#", "¤\N{NO-BREAK SPACE}#")
    return parse_pattern(pattern)


def amount_alone(amount: Money) -> str:
    """Return an amount without its currency, as it is typed: "123.45"."""
    places = exponent_of(amount.currency)
    pattern = f"0.{'0' * places}" if places else "0"
    return format_decimal(amount.major(), pattern, locale=locale(), group_separator=False)


def moment(when: datetime) -> str:
    """Return a date and time in the reader's zone: "22 Nov 2026, 19:01:07"."""
    return format_datetime(timezone.localtime(when), "medium", locale=locale())


def moment_short(when: datetime, *, now: datetime) -> str:
    """Return a time for a column: no date today, no year within this year."""
    local, today = timezone.localtime(when), timezone.localtime(now)
    here = locale()
    if local.date() == today.date():
        return _clock(local.hour, local.minute, here)
    if local.year == today.year:
        clock = _clock(local.hour, local.minute, here)
        return f"{_day_of_year(local.month, local.day, here)} {clock}"
    return _date(local.date(), here)


def day(when: datetime) -> str:
    """Return a date in the reader's zone: "20 Dec 2026"."""
    return date(timezone.localtime(when).date())


def date(when: dt.date) -> str:
    """Return a day of the calendar: "20 Dec 2026"."""
    return _date(when, locale())


@lru_cache(maxsize=4096)
def _date(when: dt.date, here: Locale) -> str:
    return format_date(when, "medium", locale=here)


@lru_cache(maxsize=4096)
def _day_of_year(month: int, day: int, here: Locale) -> str:
    # Of a leap year, which has every day.
    return format_skeleton("MMMd", dt.datetime(2024, month, day, tzinfo=UTC), locale=here)


@lru_cache(maxsize=4096)
def _clock(hour: int, minute: int, here: Locale) -> str:
    whenever = dt.datetime(2024, 1, 1, hour, minute, tzinfo=UTC)
    return format_skeleton("Hm", whenever, locale=here)


def number(count: int) -> str:
    """Return a number with its groups: "12,345"."""
    return format_decimal(count, locale=locale())


def percent(thousandths: int) -> str:
    """Return a share as per cent, with the decimal that thousandths have: "8.3%"."""
    share = Decimal(thousandths) / 1000
    return format_percent(share, locale=locale(), decimal_quantization=False)


def rate(hundredths: int) -> str:
    """Return a tax rate, given in hundredths of a per cent as Klarna has it: "8.25%"."""
    share = Decimal(hundredths) / 10_000
    return format_percent(share, locale=locale(), decimal_quantization=False)


def utc(when: datetime) -> str:
    """Return the exact moment, for a title: "2026-11-22 18:01:07 UTC"."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def age(past: datetime, *, now: datetime) -> str:
    """Return how long ago, in the largest unit that fits: "3 days"."""
    return span(max(now - past, timedelta()))


def span(length: timedelta) -> str:
    """Return a length of time in the largest unit that fits."""
    here = locale()
    if here.language == "de":
        # After "vor", "seit" and "in" stands a dative, which CLDR has with a direction only.
        later = format_timedelta(length, threshold=1.2, add_direction=True, locale=here)
        return later.removeprefix("in ")
    return format_timedelta(length, threshold=1.2, locale=here)
