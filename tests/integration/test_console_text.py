"""Amounts, dates and ages in the reader's language, and pages that need nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from kvitt.domain.money import Money
from kvitt.web.console import text

NOON = datetime(2026, 11, 22, 11, 0, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "amount", "written"),
    [
        ("en", Money(148300, "SEK"), "SEK 1,483.00"),
        ("en", Money(-148300, "SEK"), "-SEK 1,483.00"),
        ("en", Money(5, "EUR"), "€0.05"),
        ("en", Money(1483, "JPY"), "JP¥1,483"),
        ("en", Money(1500, "KWD"), "KWD 1.500"),
        ("sv", Money(148300, "SEK"), "1 483,00 kr"),
        ("sv", Money(1483, "ISK"), "1 483 Ikr"),
        ("de", Money(148300, "EUR"), "1.483,00 €"),
        ("nb", Money(148300, "NOK"), "1 483,00 kr"),
        ("xx", Money(100, "SEK"), "SEK 1.00"),
    ],
)
def test_an_amount_is_written_with_the_decimals_of_its_currency(
    language: str, amount: Money, written: str
) -> None:
    """The language says how, ISO 4217 with how many decimals."""
    with translation.override(language):
        assert text.money(amount).replace("\xa0", " ") == written


@pytest.mark.parametrize(
    ("when", "written"),
    [
        (NOON, "12:00"),
        (NOON - timedelta(days=1), "21 Nov 12:00"),
        (NOON - timedelta(days=400), "18 Oct 2025"),
    ],
)
def test_a_time_in_a_column_says_no_more_than_it_must(when: datetime, written: str) -> None:
    """Today needs no date, this year no year."""
    with timezone.override("Europe/Stockholm"), translation.override("en"):
        assert text.moment_short(when, now=NOON) == written


def test_the_exact_time_is_utc_wherever_the_reader_is() -> None:
    """What a title says can be compared with Klarna's and the shop's logs."""
    with timezone.override("Asia/Tokyo"):
        assert text.utc(timezone.localtime(NOON)) == "2026-11-22 11:00:07 UTC"
        assert text.moment(NOON) == "22 Nov 2026, 20:00:07"


def test_an_age_is_told_in_the_unit_that_matters() -> None:
    """Seconds, hours or days; never less than nothing."""
    assert text.age(NOON - timedelta(seconds=12), now=NOON) == "12 seconds"
    assert text.age(NOON - timedelta(hours=30), now=NOON) == "1 day"
    assert text.age(NOON + timedelta(hours=1), now=NOON) == "0 seconds"


def test_german_ages_fit_what_stands_before_them() -> None:
    """After "vor", "seit" and "in" stands "3 Tagen", not "3 Tage"."""
    with translation.override("de"):
        assert text.age(NOON - timedelta(days=3), now=NOON) == "3 Tagen"
        assert text.age(NOON - timedelta(days=70), now=NOON) == "2 Monaten"
        assert text.age(NOON, now=NOON) == "0 Sekunden"


@pytest.mark.parametrize(
    ("language", "count", "share", "day"),
    [
        ("en", "12,345", "10.9%", "1 Jul 2026"),
        ("sv", "12 345", "10,9 %", "1 juli 2026"),
        ("de", "12.345", "10,9 %", "01.07.2026"),
    ],
)
def test_numbers_shares_and_days_are_written_as_the_reader_does(
    language: str, count: str, share: str, day: str
) -> None:
    """Groups, decimal signs and days are those of the language."""
    with translation.override(language):
        written = text.number(12345), text.percent(109), text.date(date(2026, 7, 1))

    assert [each.replace("\xa0", " ") for each in written] == [count, share, day]


@pytest.mark.parametrize("name", ["500.html", "400.html"])
def test_a_broken_page_needs_neither_user_nor_database(name: str) -> None:
    """What is shown when everything fails is made of words alone."""
    said = render_to_string(name)

    assert 'href="/orders"' in said
    assert "world" not in said
    assert "<h1>" in said
