"""The columns that a reconciliation sums and lists, written with what they are made from.

The law: whoever writes a figure, a guard or a hold of an order compares it again in the same
transaction, so that no list has to open an order to say what it has come to.
"""

from typing import Any

from kvitt.adapters.database import shapes
from kvitt.adapters.database.models import Order
from kvitt.domain.comparison import Comparison, Halves, compare
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.money import Money
from kvitt.domain.plan import Guard, HoldCode
from kvitt.domain.policy import Policy

#: What a comparison is made from, besides the figures of ``figures.py``.
FROM = ("state_since", "guard", "hold_code", "approvals", "refunds_seen", "shop__policy")
COLUMNS = ("comparison", "differs", "shop_says_minor", "klarna_says_minor")
#: What an approval begins with that leaves a refund of the shop out.
_DECLINED = "refund_ignore:"


def put(order: Any) -> None:
    """Set the columns of an order row from its others; the caller saves them."""
    found = compare(halves_of(order), shapes.unpack(Policy, order.shop.policy))
    order.comparison = found.verdict.value
    order.differs = found.verdict.differs
    order.shop_says_minor = None if found.shop is None else found.shop.minor
    order.klarna_says_minor = None if found.klarna is None else found.klarna.minor


def halves_of(order: Any) -> Halves:
    """Return both halves of an order row, of any version of the model that has the columns."""

    def money(minor: int | None) -> Money | None:
        return None if minor is None or not order.currency else Money(minor, order.currency)

    booked, declined = order.store_refunded_minor or 0, _declined(order)
    return Halves(
        read=order.state_since is not None,
        store_status=order.store_status,
        total=money(order.total_minor),
        store_refunded=money(booked - declined),
        klarna_status=KlarnaStatus(order.klarna_status) if order.klarna_status else None,
        authorized=money(order.authorized_minor),
        captured=money(order.captured_minor),
        refunded=money(order.refunded_minor),
        remaining=money(order.remaining_minor),
        guard=Guard(order.guard) if order.guard else None,
        hold=HoldCode(order.hold_code) if order.hold_code else None,
    )


def comparison_of(order: Order) -> Comparison:
    """Return what was found when the order was compared last."""
    return Comparison(verdict=order.verdict, shop=order.shop_says, klarna=order.klarna_says)


def _declined(order: Any) -> int:
    """Return what a person has said not to refund at Klarna, in minor units."""
    codes = order.approvals or ()
    named = {code.removeprefix(_DECLINED) for code in codes if code.startswith(_DECLINED)}
    seen = order.refunds_seen or {}
    return sum(shapes.unpack(Money, seen[name]).minor for name in named & seen.keys())
