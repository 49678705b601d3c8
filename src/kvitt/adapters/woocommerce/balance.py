"""What lowers or raises an order's total without being one of its lines. Pure.

Smart coupons, gift cards and Klarna's own surcharge stand in meta data and in coupon
lines. Whether they are part of the total depends on plugins' settings that the order
does not tell, so they are counted only where the lines alone miss the total
(plugin-behaviour.md §3.2, §3.3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from kvitt.adapters import fields
from kvitt.adapters.fields import Fields, to_decimal
from kvitt.domain.errors import MalformedReply
from kvitt.domain.money import Money, exponent_of
from kvitt.domain.store_order import LineKind, StoreLine

#: ``discount_type`` of coupons that pay instead of lowering the price.
_PAYING_COUPONS = frozenset({"smart_coupon", "store_credit"})
_YITH_CARDS = "_ywgc_applied_gift_cards"
_SURCHARGE = "_kco_added_surcharge"
#: Whole numbers with two implied decimals: percent in Klarna's lines.
_PERCENT_PLACES = -2
_SHOWN_OF_A_CARD = 4
#: What has no line in the shop is numbered below zero, where no refund can point.
_SURCHARGE_ID = -1_000_000
_NOTHING = Decimal(0)


def with_credits(
    lines: Sequence[StoreLine],
    *,
    order: Fields,
    meta: Mapping[str, object],
    total: Money,
) -> tuple[StoreLine, ...]:
    """Return the lines, and with them what else the total was made of."""
    missing = total.major() - sum((gross(line) for line in lines), start=_NOTHING)
    # What rounding may do: half a minor unit for each line, and one for the total.
    slack = Decimal(len(lines) + 1).scaleb(-exponent_of(total.currency))
    if missing < -slack:
        return (*lines, *_coupons(order), *_cards(meta))
    if missing > slack:
        return (*lines, *_surcharge(meta, currency=total.currency))
    return tuple(lines)


def gross(line: StoreLine) -> Decimal:
    """Return what the line comes to with its tax."""
    return line.total + line.total_tax


def _coupons(order: Fields) -> tuple[StoreLine, ...]:
    return tuple(
        _flat(
            coupon.whole("id", 0),
            kind=LineKind.STORE_CREDIT,
            name=f"Discount {coupon.text('code')}",
            reference=coupon.text("code"),
            net=-abs(coupon.decimal("discount", _NOTHING)),
            taxes=-abs(coupon.decimal("discount_tax", _NOTHING)),
        )
        for coupon in order.children("coupon_lines")
        if coupon.text("discount_type") in _PAYING_COUPONS
    )


def _cards(meta: Mapping[str, object]) -> tuple[StoreLine, ...]:
    """Return YITH's gift cards: a table of code and amount."""
    cards = meta.get(_YITH_CARDS)
    if not isinstance(cards, dict):
        return ()
    return tuple(
        _flat(
            -number,
            kind=LineKind.GIFT_CARD,
            # A code is money to whoever reads it, so only its end is told.
            name=f"Gift card …{str(code)[-_SHOWN_OF_A_CARD:]}",
            reference="gift_card",
            net=-abs(amount),
            taxes=_NOTHING,
        )
        for number, (code, value) in enumerate(cards.items(), start=1)
        if (amount := to_decimal(value))
    )


def _surcharge(meta: Mapping[str, object], *, currency: str) -> tuple[StoreLine, ...]:
    """Return the fee that Klarna Checkout put on top: one order line of Klarna's, as JSON."""
    document = meta.get(_SURCHARGE)
    try:
        if isinstance(document, str):
            document = fields.parse_json(document.encode(errors="replace"))
        line = Fields(document, _SURCHARGE)
        places = -exponent_of(currency)
        amount = line.decimal("total_amount").scaleb(places)
        taxes = line.decimal("total_tax_amount", _NOTHING).scaleb(places)
        percent = line.decimal("tax_rate", _NOTHING).scaleb(_PERCENT_PLACES)
    except MalformedReply:
        # Some plugin's meta data is no reason to leave the order unread: the total stands.
        return ()
    flat = _flat(
        _SURCHARGE_ID,
        kind=LineKind.FEE,
        name=line.text("name") or "Surcharge",
        reference=line.text("reference") or "added-surcharge",
        net=amount - taxes,
        taxes=taxes,
    )
    return (replace(flat, rates=(percent,) if percent else ()),)


def _flat(
    number: int,
    *,
    kind: LineKind,
    name: str,
    reference: str,
    net: Decimal,
    taxes: Decimal,
) -> StoreLine:
    return StoreLine(
        id=number,
        kind=kind,
        name=name,
        reference=reference,
        quantity=1,
        subtotal=net,
        subtotal_tax=taxes,
        total=net,
        total_tax=taxes,
    )
