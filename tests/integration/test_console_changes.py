"""What an update changes: lines before and after, told apart where several are alike."""

from dataclasses import replace

from kvitt.domain.klarna_order import KlarnaLine
from kvitt.domain.lines import LineType, OrderLine
from kvitt.web.console.asking.changes import Change, changes_of


def before(reference: str, quantity: int, each: int) -> KlarnaLine:
    return KlarnaLine(
        reference=reference,
        name="A mug",
        quantity=quantity,
        total_amount=quantity * each,
        unit_price=each,
        total_tax_amount=0,
        tax_rate=0,
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
    lines = (change.before, change.after)
    old, new = (each.quantity if each else None for each in lines)
    return change.line.reference, old, new


def figures(change: Change) -> list[tuple[str, str]]:
    """Return the figures of a line that differ, before and after."""
    return [(each.before, each.after) for each in change.figures if each.differs]


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
    assert figures(changes[0]) == [("2", "1"), ("SEK\xa02.00", "SEK\xa01.00")]


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

    assert figures(change) == [("SEK\xa00.20", "SEK\xa00.30")] * 2
    assert change.differs


def test_a_tax_of_its_own_is_a_difference_even_at_the_same_total() -> None:
    """What the customer pays is the same; what of it is tax is not."""
    taxed = replace(after("MUG", 1, 1000), tax_rate=825, total_tax_amount=76)
    (change,) = changes_of([before("MUG", 1, 1000)], [taxed], currency="SEK")

    assert figures(change) == [("SEK\xa00.00 (0%)", "SEK\xa00.76 (8.25%)")]


def test_a_figure_that_klarna_did_not_say_is_no_difference() -> None:
    """Orders that were read by an earlier kvitt have no unit prices: nothing is claimed."""
    old = KlarnaLine(reference="MUG", name="A mug", quantity=1, total_amount=100)
    (change,) = changes_of([old], [after("MUG", 1, 100)], currency="SEK")

    assert not change.differs
    assert [each.before for each in change.figures] == ["1", "", "", "SEK\xa01.00"]


def test_a_discount_stands_beside_the_price_that_it_lowers() -> None:
    """Where a line costs less than its pieces, by how much is a column of its own."""
    cheaper = replace(after("MUG", 2, 100), total_amount=150, total_discount_amount=50)
    (change,) = changes_of([before("MUG", 2, 100)], [cheaper], currency="SEK")

    assert [str(each.name) for each in change.figures][2] == "Discount"
    assert change.figures[2].after == "SEK\xa00.50"


def test_lines_are_the_same_whatever_people_are_shown_besides() -> None:
    """Whether an update has been done is judged by amounts and quantities alone."""
    bare = KlarnaLine(reference="MUG", name="A mug", quantity=1, total_amount=100)

    assert before("MUG", 1, 100) == bare
