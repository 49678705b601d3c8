"""Months, as books are closed by them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from kvitt.domain.period import Month


def test_a_month_is_read_and_written_as_people_do() -> None:
    """What is parsed is written back the same."""
    assert str(Month.parse("2026-11")) == "2026-11"


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-00", "1026-11", "٢٠٢٦-11", "x"])
def test_what_is_no_month_is_none(text: str) -> None:
    """Nothing is guessed from what cannot be read."""
    assert Month.parse(text) is None


def test_a_month_knows_its_days_and_neighbours() -> None:
    """February of a leap year ends on the 29th, and a year has an end."""
    february = Month.of(date(2028, 2, 7))

    assert (february.first, february.last) == (date(2028, 2, 1), date(2028, 2, 29))
    assert february.before == Month(2028, 1)
    assert Month(2026, 12).after == Month(2027, 1)
    assert Month(2026, 12) < Month(2027, 1)


def test_a_month_is_of_the_readers_zone() -> None:
    """In Stockholm a summer month begins two hours before it does in UTC."""
    begin, end = Month(2026, 7).within(ZoneInfo("Europe/Stockholm"))

    assert begin == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert end == datetime(2026, 7, 31, 22, tzinfo=UTC)
