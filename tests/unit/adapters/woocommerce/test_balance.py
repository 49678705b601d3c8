"""What lowers or raises a total without being a line of the order."""

import json
from decimal import Decimal
from typing import Any

import pytest

from kvitt.adapters.woocommerce import balance
from kvitt.domain.money import Money
from kvitt.domain.store_order import LineKind
from unit.adapters.woocommerce.orders import coupon, meta, one, parse


@pytest.mark.parametrize("kind", ["smart_coupon", "store_credit"])
def test_a_coupon_that_pays_is_a_credit(kind: str) -> None:
    """A smart coupon of 20 on 125 leaves 105, and is a line of its own."""
    order = parse(one(total="105.00", coupon_lines=[coupon("20", kind)]))

    credit = order.lines[-1]
    assert (credit.kind, credit.total, credit.reference) == (
        LineKind.STORE_CREDIT,
        Decimal(-20),
        "tjugo",
    )
    assert sum(balance.gross(line) for line in order.lines) == Decimal(105)


@pytest.mark.parametrize("kind", ["smart_coupon", "percent"])
def test_a_coupon_inside_the_lines_is_not_counted_again(kind: str) -> None:
    """Where the lines come to the total, a coupon has been taken off already."""
    assert len(parse(one(coupon_lines=[coupon("20", kind)])).lines) == 1


def test_yiths_gift_cards_are_credits() -> None:
    """Gift cards in the order's meta lower the total; their codes are not told."""
    cards = meta(_ywgc_applied_gift_cards={"ABCD-1234": "25", "EFGH-5678": 0})
    order = parse(one(total="100.00", meta_data=cards))

    card = order.lines[-1]
    assert (card.kind, card.total, card.name) == (
        LineKind.GIFT_CARD,
        Decimal(-25),
        "Gift card …1234",
    )
    assert len(order.lines) == 2


@pytest.mark.parametrize("as_text", [True, False])
def test_klarnas_surcharge_is_a_fee(as_text: bool) -> None:
    """A fee that Klarna Checkout put on top is taken from the meta, in minor units."""
    line: Any = {
        "reference": "added-surcharge",
        "name": "Faktura",
        "total_amount": 2900,
        "total_tax_amount": 580,
        "tax_rate": 2500,
    }
    if as_text:
        line = json.dumps(line)
    order = parse(one(total="154.00", meta_data=meta(_kco_added_surcharge=line)))

    fee = order.lines[-1]
    assert (fee.kind, fee.total, fee.total_tax) == (
        LineKind.FEE,
        Decimal("23.2"),
        Decimal("5.8"),
    )
    assert fee.rates == (Decimal(25),)


@pytest.mark.parametrize("value", ["", "{", [], 5, {"total_amount": "x"}])
def test_a_damaged_surcharge_leaves_the_order_readable(value: object) -> None:
    """A plugin's broken meta data does not stop an order."""
    order = parse(one(total="154.00", meta_data=meta(_kco_added_surcharge=value)))

    assert order.total == Money(15400, "SEK")
