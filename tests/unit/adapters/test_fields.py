"""Reading somebody else's JSON, field by field."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvitt.adapters import fields
from kvitt.adapters.fields import Fields
from kvitt.domain.errors import MalformedReply


def item(**values: Any) -> Fields:
    return Fields(values, "item")


@given(st.binary(max_size=300))
def test_any_bytes_are_json_or_malformed(body: bytes) -> None:
    """Nothing but our own error comes of bytes that are no document."""
    with suppress(MalformedReply):
        json.dumps(fields.parse_json(body), default=str)


@pytest.mark.parametrize(
    "body",
    [b"", b"NaN", b"-Infinity", b"[" * 200_000, b"9" * 10_000, b"\xff", b"{'a': 1}", b"1e"],
)
def test_what_is_no_document_is_malformed(body: bytes) -> None:
    """Depth, length and constants that would hurt are refused."""
    with pytest.raises(MalformedReply):
        fields.parse_json(body)


def test_what_no_database_stores_is_replaced() -> None:
    """A null character and half a surrogate pair become question marks; whole pairs stay."""
    body = rb'{"a\u0000": ["\ud83d\ude00", {"b": "x\uD800y\u0000"}], "c": "\\u0000", "d": 1.5}'

    assert fields.parse_json(body) == {
        "a?": ["\N{GRINNING FACE}", {"b": "x?y?"}],
        "c": "\\u0000",
        "d": Decimal("1.5"),
    }


def test_numbers_with_a_fraction_are_exact() -> None:
    """There is no float on the way of an amount."""
    assert fields.parse_json(b"[0.1]") == [Decimal("0.1")]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, Decimal(5)),
        (" 5.50 ", Decimal("5.50")),
        (Decimal("0.1"), Decimal("0.1")),
        ("-0.00", Decimal("-0.00")),
        (True, None),
        (None, None),
        ("", None),
        ("-", None),
        ("NaN", None),
        ("Infinity", None),
        ("1e99", None),
        (10**50, None),
        ([], None),
    ],
)
def test_only_numbers_are_numbers(value: object, number: Decimal | None) -> None:
    """Truth values, infinities and numbers beyond reason are none we count with."""
    assert fields.to_decimal(value) == number


@pytest.mark.parametrize("value", ["1.5", "x", True, [], None])
def test_a_whole_number_is_one(value: object) -> None:
    """A fraction is not cut off; the place is named and the value is not."""
    with pytest.raises(MalformedReply) as caught:
        item(count=value).whole("count")

    assert str(caught.value) == "item.count is not a whole number"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-07-08T09:48:16.680Z", datetime(2022, 7, 8, 9, 48, 16, 680000, tzinfo=UTC)),
        ("2022-07-08T11:48:16+02:00", datetime(2022, 7, 8, 9, 48, 16, tzinfo=UTC)),
        ("2022-07-08T09:48:16", datetime(2022, 7, 8, 9, 48, 16, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_times_are_read_into_utc(text: str | None, moment: datetime | None) -> None:
    """A time without a zone is in UTC, as both services mean it."""
    assert item(at=text).moment("at") == moment


@pytest.mark.parametrize("value", ["soon", 5, [], "0001-01-01T00:00:00+14:00"])
def test_what_is_no_time_is_malformed(value: object) -> None:
    """Words, numbers and times before time are refused."""
    with pytest.raises(MalformedReply):
        item(at=value).moment("at")


def test_required_and_optional_differ() -> None:
    """A default is given where a field may be missing, and only there."""
    assert item().text("name") == ""
    assert item().whole("count", 3) == 3
    assert item(price="").decimal("price", Decimal(0)) == 0
    with pytest.raises(MalformedReply):
        item().text("name", None)
    with pytest.raises(MalformedReply):
        item(price="").decimal("price")


def test_phps_empty_object_is_an_empty_object() -> None:
    """PHP writes an empty table as a list."""
    assert item(settings=[]).child("settings").names() == ()
    with pytest.raises(MalformedReply):
        item(settings=[1]).child("settings")


def test_a_flag_is_true_or_false() -> None:
    """The word "yes" is not taken for true."""
    assert not item().flag("on")
    assert item(on=True).flag("on")
    with pytest.raises(MalformedReply):
        item(on="yes").flag("on")
