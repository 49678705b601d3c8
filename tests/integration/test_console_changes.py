"""What an update changes: lines before and after, told apart where several are alike."""

from kvitt.domain.klarna_order import KlarnaLine
from kvitt.domain.lines import LineType, OrderLine
from kvitt.domain.money import Money
from kvitt.web.console.asking.changes import Change, Pieces, changes_of


def before(reference: str, quantity: int, each: int) -> KlarnaLine:
    return KlarnaLine(
        reference=reference, name="A mug", quantity=quantity, total_amount=quantity * each
    )


def after(reference: str, quantity: int, each: int) -> OrderLine:
    return OrderLine(
        type=LineType.PHYSICAL,
        reference=reference,
        name="A mug",
        quantity=quantity,
        unit_price=each,
        tax_rate=0,
        total_amount=quantity * each,
    )


def told(change: Change) -> tuple[str, int | None, int | None]:
    pieces = (change.before, change.after)
    old, new = (each.quantity if each else None for each in pieces)
    return change.reference, old, new


def test_lines_are_kept_changed_added_and_removed() -> None:
    """Each line stands once: as it will be, and what goes comes last."""
    changes = changes_of(
        [before("MUG", 2, 100), before("GONE", 1, 50), before("SAME", 3, 10)],
        [after("MUG", 1, 100), after("SAME", 3, 10), after("NEW", 1, 70)],
        currency="SEK",
    )

    assert [told(each) for each in changes] == [
        ("MUG", 2, 1),
        ("SAME", 3, 3),
        ("NEW", None, 1),
        ("GONE", 1, None),
    ]
    assert [each.differs for each in changes] == [True, False, True, True]
    assert changes[0].after == Pieces(quantity=1, amount=Money(100, "SEK"))


def test_equal_references_belong_together_in_their_order() -> None:
    """Two lines of one article are two lines, and a third is one that goes."""
    changes = changes_of(
        [before("MUG", 1, 100), before("MUG", 2, 100), before("MUG", 3, 100)],
        [after("MUG", 1, 100), after("MUG", 5, 100)],
        currency="SEK",
    )

    assert [told(each) for each in changes] == [("MUG", 1, 1), ("MUG", 2, 5), ("MUG", 3, None)]


def test_lines_without_a_reference_are_known_by_their_names() -> None:
    """A fee that the shop gives no reference is the same fee."""
    (change,) = changes_of([before("", 1, 20)], [after("", 1, 30)], currency="SEK")

    assert change.before == Pieces(quantity=1, amount=Money(20, "SEK"))
    assert change.differs
