"""Books of a month: what is counted, summed and named."""

from datetime import UTC, datetime, timedelta

from kvitt.domain.books import Book, Read, Reconciliation
from kvitt.domain.comparison import Verdict
from kvitt.domain.money import Money

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def book(currency: str = "SEK", **counts: int) -> Book:
    """Return a book with so many orders of each verdict, and Klarna 5.00 behind."""
    return Book(
        shop=1,
        shop_name="demo.shop",
        currency=currency,
        counts={Verdict[name.upper()]: times for name, times in counts.items()},
        shop_minor=10_000,
        klarna_minor=9_500,
    )


def test_a_book_counts_what_was_compared() -> None:
    """What is left alone is counted apart, and everything else agrees or differs."""
    found = book(agrees=5, not_captured=2, waits=1, not_managed=3)

    assert (found.compared, found.agree, found.differ, found.left_alone) == (8, 5, 3, 3)


def test_a_book_says_by_how_much_klarna_is_ahead() -> None:
    """Less than the shop is negative."""
    found = book(not_captured=1)

    assert found.shop_sum == Money(10_000, "SEK")
    assert found.klarna_sum == Money(9_500, "SEK")
    assert found.apart == Money(-500, "SEK")


def test_a_book_of_what_was_never_read_has_no_sums() -> None:
    """An order without a currency comes to nothing that could be said."""
    found = book(currency="", never_read=1)

    assert (found.shop_sum, found.klarna_sum, found.apart) == (None, None, None)


def test_a_month_is_its_books_together() -> None:
    """Reasons come with the most frequent first, and what agrees is none of them."""
    found = Reconciliation(
        books=(
            book(agrees=5, not_captured=1, not_managed=1),
            book("EUR", agrees=1, waits=2, not_captured=3),
        )
    )

    assert (found.compared, found.differ, found.left_alone) == (12, 6, 1)
    assert list(found.reasons.items()) == [(Verdict.NOT_CAPTURED, 4), (Verdict.WAITS, 2)]


def test_when_orders_were_read_is_a_span() -> None:
    """It reaches over all of them, and what was never read does not shorten it."""
    later = NOON + timedelta(hours=1)
    whole = Read(oldest=NOON, newest=NOON) | Read(oldest=later, newest=later) | Read()

    assert whole == Read(oldest=NOON, newest=later)
    assert not whole.at_once
    assert Read(oldest=NOON, newest=NOON + timedelta(seconds=59)).at_once
    assert Read().at_once
    assert Read(oldest=NOON).at_once
