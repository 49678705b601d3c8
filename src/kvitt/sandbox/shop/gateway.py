"""What a payment gateway does when a refund is made with its button.

In this shop no Klarna plugin moves money: the refund is booked and kvitt, which sees a new
refund, carries it out at Klarna. A gateway that refuses, as a real shop without such a
hand-over has it, is one of the choices, and the reference plugin in `kom` is another.
"""

from dataclasses import dataclass
from typing import Protocol

from kvitt.sandbox.shop.records import Order, Refund

NOT_SUPPORTED = "The payment gateway for this order does not support automatic refunds."


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundWish:
    """A refund the shop has booked and asks the gateway to pay out."""

    order: Order
    refund: Refund


class Gateway(Protocol):
    """A way to pay, as far as refunds go."""

    @property
    def method_title(self) -> str:
        """What the refund button names."""

    @property
    def supports_refunds(self) -> bool:
        """Whether there is such a button at all."""

    @property
    def moves_money(self) -> bool:
        """Whether a refund it accepts is marked as paid back by it."""

    def takes_return_fee(self, order: Order, /) -> bool:
        """Tell whether a part of a refund of this order may be kept as a fee."""

    def process_refund(self, wish: RefundWish, /) -> str | None:
        """Return None when it agrees, or the text of its refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """Accepts every refund and leaves the money to kvitt."""

    method_title: str = "Klarna Payments"
    supports_refunds: bool = True
    moves_money: bool = False

    def takes_return_fee(self, _order: Order, /) -> bool:
        """Keep nothing."""
        return False

    def process_refund(self, _wish: RefundWish, /) -> str | None:
        """Agree."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusing:
    """Refuses every refund with one text."""

    text: str = NOT_SUPPORTED
    method_title: str = "Klarna Payments"
    supports_refunds: bool = False
    moves_money: bool = False

    def takes_return_fee(self, _order: Order, /) -> bool:
        """Keep nothing."""
        return False

    def process_refund(self, _wish: RefundWish, /) -> str | None:
        """Refuse."""
        return self.text
