"""Parts of order lines: pieces, shares, deductions and what is left, field by field."""

from dataclasses import replace

import pytest

from kvitt.domain import part_lines
from kvitt.domain.line_builder import gap_line, merged
from kvitt.domain.lines import LineType, OrderLine, sum_of
from kvitt.domain.part_lines import Taken

#: Three cups at 33.33 with 25 % VAT, and a picture.
CUPS = OrderLine(
    type=LineType.PHYSICAL,
    reference="CUP",
    name="Cup",
    quantity=3,
    unit_price=3_334,
    tax_rate=2_500,
    total_amount=10_000,
    total_discount_amount=2,
    total_tax_amount=2_000,
    product_url="https://shop.example/cup",
    image_url="https://shop.example/cup.png",
)
BOOK = replace(
    CUPS,
    reference="BOOK",
    name="Book",
    quantity=1,
    unit_price=10_600,
    tax_rate=600,
    total_amount=10_600,
    total_discount_amount=0,
    total_tax_amount=600,
)


def test_pieces_are_counted_from_the_start() -> None:
    """One cup after another costs 33.33, 33.33 and 33.34, and the tax adds up as well."""
    parts = [part_lines.pieces(CUPS, 1, before=before) for before in range(3)]

    assert [part.total_amount for part in parts] == [3_333, 3_333, 3_334]
    assert [part.total_discount_amount for part in parts] == [1, 1, 0]
    assert [part.total_tax_amount for part in parts] == [667, 666, 667]
    assert part_lines.pieces(CUPS, 1) == parts[0]
    assert all(part.lawful for part in parts)


def test_the_last_pieces_have_the_rest_of_the_tax() -> None:
    """A line's own tax is kept to the unit, where the shop rounded it its own way."""
    odd = replace(CUPS, total_tax_amount=2_001)

    assert part_lines.pieces(odd, 2, before=1).total_tax_amount == 2_001 - 667
    assert part_lines.pieces(odd, 3).total_tax_amount == 2_001


def test_a_share_is_one_piece_under_its_own_name() -> None:
    """What is worth an amount is one piece at that price, taxed as the line is."""
    share = part_lines.share_of(CUPS, 500, label="Part of ")

    assert (share.name, share.quantity, share.unit_price) == ("Part of Cup", 1, 500)
    assert (share.total_amount, share.total_discount_amount) == (500, 0)
    assert share.total_tax_amount == 100
    assert part_lines.share_of(CUPS, 500).name == "Cup"


def test_an_amount_is_spread_over_both_rates() -> None:
    """Half of an order is half of its cups and half of its book, under a name that says so."""
    parts = part_lines.spread((CUPS, BOOK), 10_300, label="Part of ")

    assert [(part.name, part.total_amount, part.total_tax_amount) for part in parts] == [
        ("Part of Cup", 5_000, 1_000),
        ("Part of Book", 5_300, 300),
    ]
    assert [part.name for part in part_lines.spread((CUPS, BOOK), 10_300)] == ["Cup", "Book"]


def test_a_deduction_is_one_discount_for_each_rate() -> None:
    """Two cups' lines and a book's become two discounts, without addresses of pages."""
    goods = (CUPS, replace(CUPS, reference="CUP-2"), BOOK)
    lines = part_lines.deduction(goods, 15_300, reference="refund-7", name="Back")

    assert [(line.type, line.reference, line.name) for line in lines] == [
        (LineType.DISCOUNT, "refund-7", "Back"),
        (LineType.DISCOUNT, "refund-7", "Back"),
    ]
    assert [(line.total_amount, line.tax_rate) for line in lines] == [
        (-10_000, 2_500),
        (-5_300, 600),
    ]
    assert {(line.product_url, line.image_url) for line in lines} == {("", "")}


def test_what_is_kept_of_a_part_counts_lines_of_one_reference_together() -> None:
    """The journal keeps pieces and amounts by reference, also where two lines share it."""
    lines = (CUPS, CUPS, BOOK)

    assert part_lines.quantities_of(lines) == {"CUP": 6, "BOOK": 1}
    assert part_lines.amounts_of(lines) == {"CUP": 20_000, "BOOK": 10_600}


LEFT = {
    "nothing was taken": (Taken(), [("CUP", 3, 10_000), ("BOOK", 1, 10_600)]),
    "one cup was taken": (
        Taken(quantities={"CUP": 1}, amounts={"CUP": 3_333}),
        [("CUP", 2, 6_667), ("BOOK", 1, 10_600)],
    ),
    "an amount that is no number of cups was taken": (
        Taken(quantities={"CUP": 1}, amounts={"CUP": 5_000}),
        [("CUP", 1, 5_000), ("BOOK", 1, 10_600)],
    ),
    "all cups were taken, for less": (
        Taken(quantities={"CUP": 3}, amounts={"CUP": 9_000}),
        [("CUP", 1, 1_000), ("BOOK", 1, 10_600)],
    ),
    "all was taken": (
        Taken(quantities={"CUP": 3, "BOOK": 1}, amounts={"CUP": 10_000, "BOOK": 10_600}),
        [],
    ),
    "more than all was taken": (Taken(amounts={"CUP": 99_999}), [("BOOK", 1, 10_600)]),
}


@pytest.mark.parametrize(("taken", "rows"), LEFT.values(), ids=LEFT)
def test_what_is_left(taken: Taken, rows: list[tuple[str, int, int]]) -> None:
    """What is left of each line is pieces where pieces were taken, and else an amount."""
    left = part_lines.rest((CUPS, BOOK), taken)

    assert [(line.reference, line.quantity, line.total_amount) for line in left] == rows
    assert all(line.lawful for line in left)


def test_what_was_taken_of_two_lines_of_one_reference() -> None:
    """Four of twice three cups: the first line is gone, and two cups of the second are left."""
    taken = Taken(quantities={"CUP": 4}, amounts={"CUP": 13_333})
    left = part_lines.rest((CUPS, CUPS), taken)

    assert [(line.quantity, line.total_amount, line.total_tax_amount) for line in left] == [
        (2, 6_667, 1_333)
    ]


def test_a_discount_that_was_taken_in_part() -> None:
    """Of a negative line, the rest is negative as well."""
    discount = part_lines.share_of(CUPS, -1_000)
    (left,) = part_lines.rest((discount,), Taken(amounts={"CUP": -400}))

    assert left.total_amount == -600
    assert part_lines.rest((discount,), Taken(amounts={"CUP": 1}))[0].total_amount == -1_000
    assert part_lines.rest((BOOK,), Taken(amounts={"BOOK": -1}))[0].total_amount == 10_600


def test_a_line_is_taxed_at_another_rate() -> None:
    """A fee that is withheld has the rate of the goods, and the tax that it finds."""
    fee = part_lines.taxed(replace(BOOK, total_amount=-1_250), rate=2_500)

    assert (fee.tax_rate, fee.total_tax_amount) == (2_500, -250)


@pytest.mark.parametrize(
    ("gap", "kind", "reference", "name"),
    [
        (2, LineType.SURCHARGE, "rounding", "Rounding"),
        (-2, LineType.DISCOUNT, "rounding", "Rounding"),
        (-3, LineType.GIFT_CARD, "gift_card", "Gift card or store credit"),
        (3, LineType.SURCHARGE, "adjustment", "Other charges"),
    ],
)
def test_what_the_lines_lack_has_a_name(
    gap: int, kind: LineType, reference: str, name: str
) -> None:
    """Within the tolerance it is rounding; below it, what REST does not tell of."""
    built = gap_line(gap, tolerance=2)

    assert (built.type, built.reference, built.name) == (kind, reference, name)
    assert built.total_amount == gap


def test_lines_beyond_a_thousand_are_told_together() -> None:
    """The rest becomes one line a rate and sign, with its number, amount and tax."""
    many = (
        *(CUPS for _ in range(1_000)),
        BOOK,
        part_lines.share_of(BOOK, -600),
        part_lines.share_of(CUPS, 0),
    )
    lines = merged(many)

    told = [(line.type.value, line.name, line.tax_rate, line.total_amount) for line in lines]
    assert told[-4:] == [
        ("physical", "Cup", 2_500, 10_000),
        ("physical", "1 more lines", 600, 10_600),
        ("discount", "1 more lines", 600, -600),
        ("physical", "4 more lines", 2_500, 30_000),
    ]
    assert [line.total_tax_amount for line in lines[-3:]] == [600, -34, 6_000]
    assert {(line.reference, line.quantity) for line in lines[-3:]} == {("more", 1)}
    assert len(lines) == 1_000
    assert sum_of(lines) == sum_of(many)


def test_a_deduction_is_divided_as_the_lines_are() -> None:
    """All of 0.01 at one rate and 0.03 at another is taken off as 0.01 and 0.03."""
    small, rest = replace(CUPS, total_amount=1), replace(BOOK, total_amount=3)

    taken = part_lines.deduction((small, rest), 4, reference="r", name="Refunded")

    assert [(each.tax_rate, each.total_amount) for each in taken] == [(2_500, -1), (600, -3)]
