"""Amounts are exact, or they are not amounts; errors form one tree."""

import re
from decimal import Decimal
from inspect import getmembers, isclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvitt.domain import errors
from kvitt.domain.errors import CurrencyMismatch, InvalidAmount, KvittError
from kvitt.domain.money import Money

AMOUNTS = st.builds(
    Money, st.integers(-(10**15), 10**15), st.sampled_from(("SEK", "JPY", "KWD"))
)


@given(AMOUNTS)
def test_writing_and_reading_are_inverse(amount: Money) -> None:
    """What is written in major units is read back to the minor unit."""
    text = str(amount).split()[0]

    assert Money.parse(text, amount.currency) == amount


@pytest.mark.parametrize("text", ["1.999", "x", "", "NaN", "Infinity", "1,50"])
def test_what_is_not_exact_is_refused(text: str) -> None:
    """An amount with a fraction of a minor unit, or none at all, is no amount."""
    with pytest.raises(InvalidAmount):
        Money.parse(text, "SEK")


@pytest.mark.parametrize(
    ("currency", "text"), [("SEK", "1.00 SEK"), ("JPY", "100 JPY"), ("KWD", "0.100 KWD")]
)
def test_amounts_are_written_with_their_decimals(currency: str, text: str) -> None:
    """An amount is written with the decimals its currency has."""
    assert str(Money(100, currency)) == text


def test_sums_and_comparisons() -> None:
    """Amounts of one currency add, subtract and compare as numbers do."""
    one, two = Money(100, "SEK"), Money(200, "SEK")

    assert (one + one, two - one, -one) == (two, one, Money(-100, "SEK"))
    assert one < two
    assert one <= two
    assert two > one
    assert two >= one
    assert Money.total([one, two], "SEK") == Money(300, "SEK")
    assert one <= Money(100, "SEK") >= one
    assert one
    assert not Money.zero("SEK")
    assert Money.exact(Decimal("1.5"), "SEK") == Money(150, "SEK")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("x", "'x' is not an exact amount of SEK"),
        ("1.005", "'1.005' is not an exact amount of SEK"),
        ("NaN", "'NaN' is not an exact amount of SEK"),
    ],
)
def test_what_is_no_amount_is_named(written: str, words: str) -> None:
    """The error names the text and the currency, so that a person finds the field."""
    with pytest.raises(errors.InvalidAmount) as refusal:
        Money.parse(written, "SEK")

    assert str(refusal.value) == words


def test_currencies_do_not_mix() -> None:
    """Kronor and euros are neither added nor compared, and the error names both."""
    with pytest.raises(CurrencyMismatch) as refusal:
        Money(1, "SEK") + Money(1, "EUR")

    assert str(refusal.value) == "SEK and EUR cannot be added or compared"


def test_the_error_tree_is_drawn_as_it_is() -> None:
    """The tree in the docstring has every error, and no other."""
    drawn = set(re.findall(r"[A-Z]\w+", str(errors.__doc__).split("Callers")[0]))
    real = {name for name, kind in getmembers(errors, isclass) if issubclass(kind, KvittError)}

    assert real <= drawn


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (errors.MoreThanAuthorized(2, 1), "2 to capture, 1 is authorized (minor units)"),
        (errors.MoreThanCaptured(2, 1), "2 to refund, 1 can be (minor units)"),
        (errors.LinesDoNotAddUp(2, 1), "the lines come to 2, the amount is 1 (minor units)"),
        (errors.StalePlan(), "the order has changed since this plan was made: look again"),
        (errors.NotAllowedNow("code", "why"), "why"),
        (errors.NotConnectable("no_tls", "shop.example"), "no tls: shop.example"),
        (errors.NotConnectable("no_tls"), "no_tls"),
        (errors.Withheld("shop 1", ""), "shop 1 is left alone for now: it asked us to wait"),
        (errors.Rejected("refused", status=400, code="BAD_VALUE"), "refused"),
    ],
)
def test_errors_name_the_numbers(error: KvittError, words: str) -> None:
    """A message names the figures and the way out."""
    assert str(error) == words
