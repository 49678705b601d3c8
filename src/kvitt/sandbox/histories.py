"""Histories: what somebody buys, and what happens to the order afterwards.

An act waits until the order has come as far as it needs, so that whoever keeps shop and
Klarna in step sees a history one act at a time, as it would happen in a shop.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from kvitt.sandbox.checkout import Basket
from kvitt.sandbox.klarna import Status, portal
from kvitt.sandbox.shop.refunding import RefundLine, RefundRequest

if TYPE_CHECKING:
    from kvitt.sandbox.town import Town

#: Both are given the town, the order's id in the shop and its id at Klarna.
Ready: TypeAlias = Callable[["Town", int, str], bool]
Deed: TypeAlias = Callable[["Town", int, str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """Something done to an order, as soon as the order has come that far."""

    ready: Ready
    deed: Deed


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """A basket and what happened to it afterwards."""

    basket: Basket
    acts: tuple[Act, ...] = ()
    #: Done at Klarna before the shop's connection was made.
    before: Deed | None = None
    payment_method: str = "klarna_payments"


def set_status(status: str) -> Deed:
    """Have the merchant give the order a status."""

    def deed(town: "Town", order_id: int, klarna_id: str) -> None:
        del klarna_id
        town.desk.set_status(order_id, status, by="admin")

    return deed


def refund(*, amount: str | None = None, quantity: int = 0, reason: str = "") -> Deed:
    """Refund through the gateway's button: an amount, pieces of the first line, or all."""

    def deed(town: "Town", order_id: int, klarna_id: str) -> None:
        del klarna_id
        desk = town.desk
        order = desk.books.order(order_id)
        if order is None:
            return
        lines: tuple[RefundLine, ...] = ()
        total = Decimal(amount) if amount else desk.remaining_refundable(order_id)
        if quantity:
            line = order.lines[0]
            share = Decimal(quantity) / line.quantity
            parts = {tax.rate_id: round(tax.total * share, 2) for tax in line.taxes}
            net = round(line.total * share, 2)
            lines = (RefundLine(item_id=line.id, quantity=quantity, total=net, taxes=parts),)
            total = net + sum(parts.values(), Decimal(0))
        request = RefundRequest(
            amount=total, reason=reason, lines=lines, through_gateway=True, restock=True
        )
        desk.create_refund(order_id, request)

    return deed


def portal_capture(amount: int | None) -> Deed:
    """Have somebody capture in Klarna's portal: an amount in minor units, or all."""

    def deed(town: "Town", order_id: int, klarna_id: str) -> None:
        del order_id
        portal.capture(town.books, klarna_id, amount=amount)

    return deed


def portal_refund(amount: int) -> Deed:
    """Have somebody refund an amount, in minor units, in Klarna's portal."""

    def deed(town: "Town", order_id: int, klarna_id: str) -> None:
        del order_id
        portal.refund(town.books, klarna_id, amount=amount)

    return deed


def portal_cancel(town: "Town", order_id: int, klarna_id: str) -> None:
    """Have somebody cancel the order in Klarna's portal."""
    del order_id
    portal.cancel(town.books, klarna_id)


def at_once(town: "Town", order_id: int, klarna_id: str) -> bool:
    """Say yes: nothing has to come first."""
    del town, order_id, klarna_id
    return True


def is_now(status: Status) -> Ready:
    """Wait until Klarna's order has a status."""

    def ready(town: "Town", order_id: int, klarna_id: str) -> bool:
        del order_id
        record = town.books.order(klarna_id)
        return record is not None and record.status is status

    return ready


COMPLETED = Act(ready=at_once, deed=set_status("completed"))
CAPTURED = is_now(Status.CAPTURED)
