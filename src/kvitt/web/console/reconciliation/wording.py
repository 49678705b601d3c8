"""What each difference is called, and what a person does about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kvitt.adapters.database import comparing
from kvitt.adapters.database.models import Order, OrderState
from kvitt.domain.comparison import Verdict
from kvitt.domain.money import Money
from kvitt.web.accounts.rights import Right
from kvitt.web.console import rows, text, words
from kvitt.web.console.words import Badge


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One reason for a difference: its name, and what to do."""

    name: Any
    advice: Any
    #: Name of the address that settles it, where there is one, and what its link says.
    address: str = ""
    link: Any = ""
    right: Right = Right.CAPTURE


REASONS: Mapping[Verdict, Reason] = {
    Verdict.NOT_CAPTURED: Reason(
        name=_("Completed in the shop, not captured"),
        advice=_("Capture it, or change the order's status in the shop if it was not sent."),
        address="console:ask-capture",
        link=_("Capture"),
    ),
    Verdict.LOST_AT_KLARNA: Reason(
        name=_("Completed in the shop, and Klarna's order is over"),
        advice=_("Klarna pays nothing for it: ask the customer to pay in another way."),
    ),
    Verdict.CAPTURED_LESS: Reason(
        name=_("Captured less than the shop's total"),
        advice=_("Capture the rest, or lower the order in the shop to what was delivered."),
        address="console:ask-capture",
        link=_("Capture"),
    ),
    Verdict.CAPTURED_MORE: Reason(
        name=_("Captured more than the shop's total"),
        advice=_("Give back at Klarna what is too much, or correct the order in the shop."),
    ),
    Verdict.REFUND_NOT_AT_KLARNA: Reason(
        name=_("Refunded in the shop, not at Klarna"),
        advice=_(
            "Open the order to see why its refund was not sent. Do not refund it once more."
        ),
    ),
    Verdict.REFUND_NOT_IN_SHOP: Reason(
        name=_("Refunded at Klarna, not in the shop"),
        advice=_(
            "Compare again: kvitt books such a refund in the shop, unless its rules say no."
        ),
    ),
    Verdict.PAID_THOUGH_CANCELLED: Reason(
        name=_("Cancelled in the shop, paid at Klarna"),
        advice=_("Refund the customer, or set the order to Completed if it was sent."),
    ),
    Verdict.OUTCOME_UNKNOWN: Reason(
        name=_("Outcome of a call unknown"),
        advice=_("Look in Klarna's portal, and say on the order what became of the call."),
    ),
    Verdict.WAITS: Reason(
        name=_("The money agrees, and a person has to look"),
        advice=_("Open the order to see what it waits for."),
    ),
    Verdict.TOTAL_DIFFERS: Reason(
        name=_("Another total than is authorized"),
        advice=_("Send the shop's lines to Klarna before the order is completed."),
        address="console:ask-update",
        link=_("Update order lines"),
    ),
    Verdict.CANCELLED_NOT_AT_KLARNA: Reason(
        name=_("Cancelled in the shop, still authorized at Klarna"),
        advice=_("Give up the authorization, so that the customer's credit is free again."),
        address="console:ask-cancel",
        link=_("Cancel"),
    ),
    Verdict.ENDED_AT_KLARNA: Reason(
        name=_("Open in the shop, and Klarna's order is over"),
        advice=_("Do not send it: Klarna would not pay. Cancel it, or have it paid again."),
    ),
    Verdict.UNKNOWN_AT_KLARNA: Reason(
        name=_("Klarna does not know the order"),
        advice=_("Check the order's Klarna id in the shop, and the shop's Klarna account."),
    ),
    Verdict.NEVER_READ: Reason(
        name=_("Never read"),
        advice=_("Compare again. If it stays so, see whether the shop answers."),
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One difference, as the list shows it."""

    order: Order
    number: str
    store: Badge
    klarna: Badge
    shop_says: Money | None
    klarna_says: Money | None
    #: What the amounts are made of, where that is not plain.
    shop_detail: str
    klarna_detail: str
    apart: Money | None
    #: The amounts are authorized, and in no sum.
    promised: bool
    reason: Reason
    #: kvitt is about to settle it by itself.
    under_way: bool
    #: kvitt only watches this order.
    watched: bool


def difference_of(order: Order) -> Difference:
    """Return the row of an order that differs."""
    found = comparing.comparison_of(order)
    return Difference(
        order=order,
        number=rows.number_of(order),
        store=words.store_status(order.store_status),
        klarna=words.klarna_status(order.klarna_status, read=order.looked_at is not None),
        shop_says=found.shop,
        klarna_says=found.klarna,
        shop_detail=_shop_detail(order),
        klarna_detail=_klarna_detail(order),
        apart=found.apart,
        promised=not found.verdict.booked and found.apart is not None,
        reason=REASONS[found.verdict],
        under_way=order.state == OrderState.WORKING.value and order.looked_at is not None,
        watched=order.state == OrderState.GUARDED.value,
    )


def _shop_detail(order: Order) -> str:
    if order.total is None or not order.store_refunded_minor:
        return ""
    refunded = Money(order.store_refunded_minor, order.currency)
    return _t("%(total)s, refunded %(refunded)s") % {
        "total": text.money(order.total),
        "refunded": text.money(refunded),
    }


def _klarna_detail(order: Order) -> str:
    if not order.captured or not order.refunded:
        return ""
    return _t("%(captured)s captured, refunded %(refunded)s") % {
        "captured": text.money(order.captured),
        "refunded": text.money(order.refunded),
    }
