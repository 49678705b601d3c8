"""Money on the order screen: as it is shown, and as people type it."""

from decimal import Decimal

import pytest

from kvitt.sandbox.shop.screen import money


@pytest.mark.parametrize(
    ("amount", "currency", "decimals", "text"),
    [
        ("1483", "SEK", 2, "1 483,00 kr"),
        ("-125.5", "NOK", 2, "-125,50 kr"),
        ("1234567.891", "DKK", 2, "1.234.567,89 kr."),
        ("12", "EUR", 2, "€12.00"),
        ("1234.5", "GBP", 2, "£1,234.50"),
        ("1234.5", "CHF", 2, "CHF 1’234.50"),
        ("0.005", "USD", 2, "$0.01"),
        ("-0.001", "USD", 2, "$0.00"),
        ("1499", "SEK", 0, "1 499 kr"),
        ("5", "XTS", 2, "XTS 5.00"),
    ],
)
def test_money_is_shown_as_its_country_writes_it(
    amount: str, currency: str, decimals: int, text: str
) -> None:
    """Symbol, place, separators and decimals are the currency's and the shop's."""
    assert money.shown(Decimal(amount), currency, decimals).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("499", "499"),
        ("499,00", "499"),
        ("1 483,50", "1483.50"),
        ("1\u00a0483,50", "1483.50"),
        ("1.483,50", "1483.50"),
        ("1,483.50", "1483.50"),
        ("-12.5", "-12.5"),
        (",5", "0.5"),
    ],
)
def test_typed_amounts_are_read(text: str, amount: str) -> None:
    """An amount may be typed with comma or point, with or without thousands."""
    assert money.parse(text, field="Amount") == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["", "-", "kr", "1e3", "NaN", "12,34,5x", "١٢", "1.234", "9" * 40, "--1"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    """Anything that is not clearly an amount of two decimals is refused by its field's name."""
    with pytest.raises(money.Mistyped, match="Refund amount"):
        money.parse(text, field="Refund amount", decimals=2)
