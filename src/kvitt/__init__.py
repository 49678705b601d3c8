"""Kvitt keeps WooCommerce orders and Klarna orders in step.

What is named here is the public library; everything else may change. The pure parts (the
decision, money, order lines, the signature check) need no database and no settings, and
importing kvitt loads nothing: each name is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from kvitt.version import __version__

if TYPE_CHECKING:
    from kvitt.adapters.addresses import PUBLIC_ONLY, WITH_LOOPBACK, AddressPolicy
    from kvitt.adapters.http import Http
    from kvitt.adapters.klarna.client import KlarnaClient
    from kvitt.adapters.klarna.credentials import KlarnaCredentials
    from kvitt.adapters.woocommerce.client import StoreClient
    from kvitt.adapters.woocommerce.credentials import StoreCredentials
    from kvitt.adapters.woocommerce.signature import check_signature
    from kvitt.application.commands import Review
    from kvitt.domain.asks import Answer, AskState, Command, Request
    from kvitt.domain.books import Book, Reconciliation
    from kvitt.domain.comparison import Comparison, Verdict
    from kvitt.domain.decide import decide
    from kvitt.domain.decide.asked import plan_of
    from kvitt.domain.decide.left import LineLeft, lines_left
    from kvitt.domain.errors import (
        ConfigurationError,
        KvittError,
        NotAllowedNow,
        RemoteError,
        WebhookRejected,
    )
    from kvitt.domain.hooks import Hooks
    from kvitt.domain.ids import CaptureId, KlarnaOrderId, StoreOrderId, StoreRefundId
    from kvitt.domain.intents import Intent, Scope
    from kvitt.domain.journal import Call, Receipt, call_of
    from kvitt.domain.klarna_order import KlarnaOrder
    from kvitt.domain.line_builder import build_lines
    from kvitt.domain.lines import LineType, OrderLine
    from kvitt.domain.money import Money
    from kvitt.domain.period import Month
    from kvitt.domain.plan import Hold, HoldCode, Journal, Plan, Situation
    from kvitt.domain.policy import Policy
    from kvitt.domain.refund_lines import build_refund_lines
    from kvitt.domain.steps import Capture, Refund, Update
    from kvitt.domain.store_order import LineKind, StoreLine, StoreOrder, StoreRefund
    from kvitt.facade import Kvitt, OrderRef, Outcome

#: Where each public name lives.
_HOMES = {
    "kvitt.adapters.addresses": ("PUBLIC_ONLY", "WITH_LOOPBACK", "AddressPolicy"),
    "kvitt.adapters.http": ("Http",),
    "kvitt.adapters.klarna.client": ("KlarnaClient",),
    "kvitt.adapters.klarna.credentials": ("KlarnaCredentials",),
    "kvitt.adapters.woocommerce.client": ("StoreClient",),
    "kvitt.adapters.woocommerce.credentials": ("StoreCredentials",),
    "kvitt.adapters.woocommerce.signature": ("check_signature",),
    "kvitt.application.commands": ("Review",),
    "kvitt.domain.asks": ("Answer", "AskState", "Command", "Request"),
    "kvitt.domain.books": ("Book", "Reconciliation"),
    "kvitt.domain.comparison": ("Comparison", "Verdict"),
    "kvitt.domain.decide": ("decide",),
    "kvitt.domain.decide.asked": ("plan_of",),
    "kvitt.domain.decide.left": ("LineLeft", "lines_left"),
    "kvitt.domain.errors": (
        "ConfigurationError",
        "KvittError",
        "NotAllowedNow",
        "RemoteError",
        "WebhookRejected",
    ),
    "kvitt.domain.hooks": ("Hooks",),
    "kvitt.domain.ids": ("CaptureId", "KlarnaOrderId", "StoreOrderId", "StoreRefundId"),
    "kvitt.domain.intents": ("Intent", "Scope"),
    "kvitt.domain.journal": ("Call", "Receipt", "call_of"),
    "kvitt.domain.klarna_order": ("KlarnaOrder",),
    "kvitt.domain.line_builder": ("build_lines",),
    "kvitt.domain.lines": ("LineType", "OrderLine"),
    "kvitt.domain.money": ("Money",),
    "kvitt.domain.period": ("Month",),
    "kvitt.domain.plan": ("Hold", "HoldCode", "Journal", "Plan", "Situation"),
    "kvitt.domain.policy": ("Policy",),
    "kvitt.domain.refund_lines": ("build_refund_lines",),
    "kvitt.domain.steps": ("Capture", "Refund", "Update"),
    "kvitt.domain.store_order": ("LineKind", "StoreLine", "StoreOrder", "StoreRefund"),
    "kvitt.facade": ("Kvitt", "OrderRef", "Outcome"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "PUBLIC_ONLY",
    "WITH_LOOPBACK",
    "AddressPolicy",
    "Answer",
    "AskState",
    "Book",
    "Call",
    "Capture",
    "CaptureId",
    "Command",
    "Comparison",
    "ConfigurationError",
    "Hold",
    "HoldCode",
    "Hooks",
    "Http",
    "Intent",
    "Journal",
    "KlarnaClient",
    "KlarnaCredentials",
    "KlarnaOrder",
    "KlarnaOrderId",
    "Kvitt",
    "KvittError",
    "LineKind",
    "LineLeft",
    "LineType",
    "Money",
    "Month",
    "NotAllowedNow",
    "OrderLine",
    "OrderRef",
    "Outcome",
    "Plan",
    "Policy",
    "Receipt",
    "Reconciliation",
    "Refund",
    "RemoteError",
    "Request",
    "Review",
    "Scope",
    "Situation",
    "StoreClient",
    "StoreCredentials",
    "StoreLine",
    "StoreOrder",
    "StoreOrderId",
    "StoreRefund",
    "StoreRefundId",
    "Update",
    "Verdict",
    "WebhookRejected",
    "__version__",
    "build_lines",
    "build_refund_lines",
    "call_of",
    "check_signature",
    "decide",
    "lines_left",
    "plan_of",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first used."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'kvitt' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
