"""The worked examples E1 to E17 of plugin-behaviour.md §3.5; where marked ⚠ we are right."""

from dataclasses import replace

import pytest

from kvitt.domain.line_builder import build_lines
from kvitt.domain.lines import LineType, OrderLine, sum_of
from kvitt.domain.money import Money
from kvitt.domain.store_order import LineKind, StoreLine, StoreOrder
from unit.domain.orders import MUGS, line, order, sek, shipping

#: type, reference, quantity, unit price, discount, total, tax, rate.
Row = tuple[str, str, int, int, int, int, int, int]

SHIPPING = ("shipping_fee", "flat_rate:3", 1, 4_900, 0, 4_900, 980, 2_500)


def row_of(built: OrderLine) -> Row:
    return (
        built.type.value,
        built.reference,
        built.quantity,
        built.unit_price,
        built.total_discount_amount,
        built.total_amount,
        built.total_tax_amount,
        built.tax_rate,
    )


def fee(net: str, vat: str, name: str) -> StoreLine:
    return line(net, vat, line_id=3, kind=LineKind.FEE, reference=name, name=name)


def credit(kind: LineKind, amount: str) -> StoreLine:
    return line(amount, "0", line_id=4, kind=kind, rates=(), reference="CARD", name="Card")


def american(*lines: StoreLine, total: int) -> StoreOrder:
    return replace(order(total=total, lines=lines, currency="USD"), sales_tax_apart=True)


PRODUCT = line("80", "20")
US_PAIR = line("200", "17", quantity=2, rates=("8.5",))


@pytest.mark.parametrize(
    ("placed", "rows"),
    [
        pytest.param(
            order(),
            [("physical", "MUG-1", 2, 9_999, 0, 19_998, 4_000, 2_500), SHIPPING],
            id="E1: prices including 25 % VAT",
        ),
        pytest.param(
            order(
                total=22_898,
                lines=(
                    line("143.984", "35.996", quantity=2, before=("159.984", "39.996")),
                    shipping(),
                ),
            ),
            [("physical", "MUG-1", 2, 9_999, 2_000, 17_998, 3_600, 2_500), SHIPPING],
            id="E2: a coupon of 10 % is on the line",
        ),
        pytest.param(
            order(total=10_000, lines=(line("80", "20", quantity=3),)),
            [("physical", "MUG-1", 3, 3_334, 2, 10_000, 2_000, 2_500)],
            id="E3: three for 100.00, the price rounded up and the rest a discount",
        ),
        pytest.param(
            order(
                total=17_800,
                lines=(PRODUCT, shipping(), shipping("23.20", "5.80", line_id=3)),
            ),
            [
                ("physical", "MUG-1", 1, 10_000, 0, 10_000, 2_000, 2_500),
                SHIPPING,
                ("shipping_fee", "flat_rate:3", 1, 2_900, 0, 2_900, 580, 2_500),
            ],
            id="E4: two shipping lines, each with its own amount",
        ),
        pytest.param(
            order(
                total=9_000,
                lines=(
                    line("80", "20", line_id=11, reference="", virtual=True),
                    fee("-8", "-2", "Rabatt"),
                ),
            ),
            [
                ("digital", "11", 1, 10_000, 0, 10_000, 2_000, 2_500),
                ("discount", "Rabatt", 1, -1_000, 0, -1_000, -200, 2_500),
            ],
            id="E5: a negative fee is a discount, a virtual product digital",
        ),
        pytest.param(
            order(total=8_000, lines=(PRODUCT,)),
            [
                ("physical", "MUG-1", 1, 10_000, 0, 10_000, 2_000, 2_500),
                ("gift_card", "gift_card", 1, -2_000, 0, -2_000, 0, 0),
            ],
            id="E6: store credit that REST hides",
        ),
        pytest.param(
            order(total=8_001, lines=(PRODUCT, credit(LineKind.STORE_CREDIT, "19.99"))),
            [
                ("physical", "MUG-1", 1, 10_000, 0, 10_000, 2_000, 2_500),
                ("store_credit", "CARD", 1, -1_999, 0, -1_999, 0, 0),
            ],
            id="E7: store credit that the shop tells of",
        ),
        pytest.param(
            order(total=8_001, lines=(PRODUCT, credit(LineKind.GIFT_CARD, "-19.99"))),
            [
                ("physical", "MUG-1", 1, 10_000, 0, 10_000, 2_000, 2_500),
                ("gift_card", "CARD", 1, -1_999, 0, -1_999, 0, 0),
            ],
            id="E8: a gift card of 19.99 is 19.99",
        ),
        pytest.param(
            american(
                line("180", "15.30", quantity=2, before=("200", "17"), rates=("8.5",)),
                shipping("10", "0.85"),
                total=20_615,
            ),
            [
                ("physical", "MUG-1", 2, 10_000, 2_000, 18_000, 0, 0),
                ("shipping_fee", "flat_rate:3", 1, 1_000, 0, 1_000, 0, 0),
                ("sales_tax", "Sales Tax", 1, 1_615, 0, 1_615, 0, 0),
            ],
            id="E9: US sales tax is a line, and the coupon counts",
        ),
        pytest.param(
            american(US_PAIR, total=21_700),
            [
                ("physical", "MUG-1", 2, 10_000, 0, 20_000, 0, 0),
                ("sales_tax", "Sales Tax", 1, 1_700, 0, 1_700, 0, 0),
            ],
            id="E10: US without a coupon",
        ),
        pytest.param(
            american(line("200", "0", quantity=2, rates=()), total=20_000),
            [("physical", "MUG-1", 2, 10_000, 0, 20_000, 0, 0)],
            id="US buyer exempt from sales tax: no line for nothing",
        ),
        pytest.param(
            order(total=11_200, lines=(line("100", "12", rates=("5", "7")),)),
            [("physical", "MUG-1", 1, 11_200, 0, 11_200, 1_200, 1_200)],
            id="E11: two rates on one line are one rate",
        ),
        pytest.param(
            order(
                total=22_400,
                lines=(line("200", "24", line_id=12, quantity=2, rates=("12",), reference=""),),
            ),
            [("physical", "12", 2, 11_200, 0, 22_400, 2_400, 1_200)],
            id="E12: a deleted product is physical, and its line is its reference",
        ),
        pytest.param(
            order(total=10_000, lines=(line("80", "20", quantity=0),)),
            [("physical", "MUG-1", 1, 10_000, 0, 10_000, 2_000, 2_500)],
            id="E13: quantity 0 is 1",
        ),
        pytest.param(
            order(total=1_283, lines=(line("10.216", "2.60508", rates=("25.5",)),)),
            [("physical", "MUG-1", 1, 1_283, 0, 1_283, 261, 2_550)],
            id="E14: VAT across a border, rounded as the shop rounds",
        ),
        pytest.param(
            order(total=12_400, lines=(line("100", "24", rates=("24",)),)),
            [("physical", "MUG-1", 1, 12_400, 0, 12_400, 2_400, 2_400)],
            id="E15: the rate of the purchase, not today's",
        ),
        pytest.param(
            order(total=12_500, lines=(line("100", "25", before=("80", "20")),)),
            [("physical", "MUG-1", 1, 12_500, 0, 12_500, 2_500, 2_500)],
            id="E16: a total raised by hand is a price, not a negative discount",
        ),
        pytest.param(
            order(total=10_000, lines=(PRODUCT, shipping("0.00", "0.00"))),
            [
                ("physical", "MUG-1", 1, 10_000, 0, 10_000, 2_000, 2_500),
                ("shipping_fee", "flat_rate:3", 1, 0, 0, 0, 0, 0),
            ],
            id="E17: free shipping",
        ),
    ],
)
def test_worked_example(placed: StoreOrder, rows: list[Row]) -> None:
    """The lines of a worked example are those of its table, lawful, and come to the total."""
    built = build_lines(placed)

    assert [row_of(each) for each in built] == rows
    assert all(each.lawful for each in built)
    assert sum_of(built) == placed.total.minor


@pytest.mark.parametrize(
    ("total", "kind", "reference", "amount"),
    [
        pytest.param(24_899, LineType.SURCHARGE, "rounding", 1, id="one öre short"),
        pytest.param(24_896, LineType.DISCOUNT, "rounding", -2, id="two öre too much"),
        pytest.param(24_900, LineType.SURCHARGE, "rounding", 2, id="rounded to kronor"),
        pytest.param(25_000, LineType.SURCHARGE, "adjustment", 102, id="a charge REST hides"),
    ],
)
def test_what_the_lines_lack_is_one_line(
    total: int, kind: LineType, reference: str, amount: int
) -> None:
    """The shop's total is the truth, and the difference is said in one line."""
    last = build_lines(order(total=total))[-1]

    assert (last.type, last.reference, last.total_amount) == (kind, reference, amount)


def test_a_shop_without_decimals_rounds_its_total() -> None:
    """A total in whole kronor may miss the lines by up to a krona, and that is rounding."""
    last = build_lines(order(total=24_900 - 100))[-1]

    assert (last.reference, last.total_amount) == ("rounding", -98)


@pytest.mark.parametrize(
    ("net", "vat", "total"),
    [
        pytest.param("45.30", "11.325", 5_663, id="half up"),
        pytest.param("45.30", "11.325", 5_662, id="half down"),
    ],
)
def test_half_an_ore_is_rounded_as_the_shop_has_it(net: str, vat: str, total: int) -> None:
    """WooCommerce rounds halves by a setting the order does not tell: its total does."""
    built = build_lines(order(total=total, lines=(line(net, vat),)))

    assert [each.total_amount for each in built] == [total]


@pytest.mark.parametrize(
    ("currency", "net", "vat", "total"),
    [
        pytest.param("JPY", "1000", "100", 1_100, id="no decimals"),
        pytest.param("KWD", "10.000", "1.000", 11_000, id="three decimals"),
    ],
)
def test_other_currencies(currency: str, net: str, vat: str, total: int) -> None:
    """Minor units are those of ISO 4217."""
    placed = order(total=total, lines=(line(net, vat, rates=("10",)),), currency=currency)

    built = build_lines(placed)

    assert [each.total_amount for each in built] == [total]
    assert placed.total == Money(total, currency)


@pytest.mark.parametrize(
    ("net", "vat", "rates", "rate"),
    [
        pytest.param("100", "15.47", ("5", "9.975"), 1_547, id="one rate on top of another"),
        pytest.param("100", "19", (), 1_900, id="no rate stored: the effective one"),
        pytest.param("100", "0", ("25",), 0, id="exempt from tax"),
        pytest.param("100", "10", ("25",), 1_000, id="the stored rate does not explain it"),
    ],
)
def test_rates(net: str, vat: str, rates: tuple[str, ...], rate: int) -> None:
    """The stored rates are used where they explain the tax, else what the amounts say."""
    total = sek(10_000) + Money.parse(vat, "SEK")
    (built,) = build_lines(order(total=total.minor, lines=(line(net, vat, rates=rates),)))

    assert built.tax_rate == rate
    assert built.lawful


def test_tax_without_a_price_is_not_claimed() -> None:
    """A line of tax alone has no lawful rate, so it says it contains none."""
    (built,) = build_lines(order(total=500, lines=(line("0", "5"),)))

    assert (built.tax_rate, built.total_tax_amount) == (0, 0)


def test_long_names_are_cut() -> None:
    """Names and references are cut where Klarna's limit is."""
    long = line("80", "20", name="x" * 300, reference="y" * 300)
    (built,) = build_lines(order(total=10_000, lines=(long,)))

    assert (len(built.name), len(built.reference)) == (255, 255)


def test_a_nameless_line_bears_its_reference() -> None:
    """Klarna wants a name on every line."""
    (built,) = build_lines(order(total=10_000, lines=(line("80", "20", name=""),)))

    assert built.name == "MUG-1"


def test_more_than_a_thousand_lines_are_merged() -> None:
    """Klarna takes a thousand lines; the last ones become one for each rate and sign."""
    many = tuple(line("0.80", "0.20", line_id=number) for number in range(1_200))
    books = tuple(
        line("1", "0.06", line_id=2_000 + number, rates=("6",)) for number in range(40)
    )
    discount = fee("-8", "-2", "Rabatt")
    placed = order(total=120_000 + 40 * 106 - 1_000, lines=(*many, *books, discount))

    built = build_lines(placed)

    assert len(built) == 1_000
    assert sum_of(built) == placed.total.minor
    assert all(each.lawful for each in built)
    assert [each.type for each in built[-3:]] == ["physical", "physical", "discount"]


def test_body_says_what_klarna_requires() -> None:
    """A line's body has every figure, and addresses of pages only where there are some."""
    bare, _ = build_lines(order())
    shown, _ = build_lines(
        order(
            lines=(
                replace(MUGS, product_url="https://shop.example/mug", image_url="x" * 2_000),
                shipping(),
            )
        )
    )

    assert bare.body() == {
        "type": "physical",
        "reference": "MUG-1",
        "name": "Mug",
        "quantity": 2,
        "unit_price": 9_999,
        "tax_rate": 2_500,
        "total_amount": 19_998,
        "total_discount_amount": 0,
        "total_tax_amount": 4_000,
    }
    assert shown.body() == bare.body() | {"product_url": "https://shop.example/mug"}


def test_pictures_are_shown() -> None:
    """A picture's address is sent where there is one."""
    (built,) = build_lines(
        order(total=10_000, lines=(replace(PRODUCT, image_url="https://shop.example/m.png"),))
    )

    assert built.body()["image_url"] == "https://shop.example/m.png"


def test_of_several_ways_to_round_the_one_that_misses_least_is_taken() -> None:
    """Beside a gift card that REST hides, the lines are those that leave the smallest gap."""
    half = line("0.005", "0.005", line_id=2, rates=(), reference="half")
    built = build_lines(order(total=9_001, lines=(PRODUCT, half)))

    assert [(row.type.value, row.total_amount) for row in built] == [
        ("physical", 10_000),
        ("physical", 0),
        ("gift_card", -999),
    ]


def test_a_currency_without_decimals_has_no_room_for_cents() -> None:
    """A gap of 50 yen is no rounding: the shop rounds to whole yen anyway."""
    lamp = line("1050", "0", rates=())
    built = build_lines(order(total=1_000, lines=(lamp,), currency="JPY"))

    assert [(row.reference, row.total_amount) for row in built] == [
        ("MUG-1", 1_050),
        ("gift_card", -50),
    ]


def test_a_thousand_lines_are_sent_as_they_are() -> None:
    """Only what is beyond Klarna's limit is put together."""
    many = tuple(line("0.80", "0.20", line_id=number) for number in range(1_000))
    built = build_lines(order(total=100_000, lines=many))

    assert {row.reference for row in built} == {"MUG-1"}


def test_lines_of_nothing_are_put_together_as_goods() -> None:
    """Free samples beyond the limit are one line of goods, not a discount of nothing."""
    many = tuple(line("0.80", "0.20", line_id=number) for number in range(1_000))
    free = tuple(line("0", "0", line_id=2_000 + number, rates=()) for number in range(9))
    built = build_lines(order(total=100_000, lines=(*many, *free)))

    assert [(row.type.value, row.name, row.quantity) for row in built[-2:]] == [
        ("physical", "9 more lines", 1),
        ("physical", "2 more lines", 1),
    ]


def test_an_american_order_without_lines_has_none() -> None:
    """Nothing is taxed where nothing is bought."""
    assert build_lines(american(total=0)) == ()


def test_store_credit_takes_its_tax_along() -> None:
    """A credit of 20.00 net with 5.00 of VAT lowers the order by 25.00."""
    taxed = replace(credit(LineKind.STORE_CREDIT, "20"), total_tax=line("0", "5").total_tax)
    built = build_lines(order(total=7_500, lines=(PRODUCT, taxed)))

    assert [row.total_amount for row in built] == [10_000, -2_500]
