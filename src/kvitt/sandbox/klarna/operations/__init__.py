"""The operations of Klarna's interface, by name: what each path and method does.

Law: an operation reads its exchange, asks the rules, saves at most once, and answers.
Rows are those of klarna-api.md §8; 19 exists only behind a switch.
"""

from collections.abc import Callable

from werkzeug.routing import Map, Rule

from kvitt.sandbox.klarna.exchange import Answer, Exchange
from kvitt.sandbox.klarna.operations import (
    captures,
    hpp,
    orders,
    payments,
    refunds,
    subscriptions,
)
from kvitt.sandbox.klarna.settings import Merchant, Settings

Operation = Callable[[Exchange], Answer]

_ORDER = "/ordermanagement/v1/orders/<oid>"
_CAPTURE = f"{_ORDER}/captures/<cid>"
_PAYMENTS = "/payments/v1"
_CUSTOMER = "/customer-token/v1/tokens/<ctid>"
_HPP = "/hpp/v1/sessions"

_TABLE: tuple[tuple[str, str, Operation], ...] = (
    ("GET", _ORDER, orders.get_order),
    ("POST", f"{_ORDER}/acknowledge", orders.acknowledge),
    ("PATCH", f"{_ORDER}/authorization", orders.update_authorization),
    ("PATCH", f"{_ORDER}/merchant-references", orders.update_merchant_references),
    ("PATCH", f"{_ORDER}/customer-details", orders.update_customer_details),
    ("POST", f"{_ORDER}/shipping-info", orders.add_shipping_info),
    ("POST", f"{_ORDER}/extend-authorization-time", orders.extend_authorization_time),
    (
        "POST",
        f"{_ORDER}/release-remaining-authorization",
        orders.release_remaining_authorization,
    ),
    ("POST", f"{_ORDER}/cancel", orders.cancel),
    ("POST", f"{_ORDER}/captures", captures.create_capture),
    ("GET", f"{_ORDER}/captures", captures.list_captures),
    ("GET", _CAPTURE, captures.get_capture),
    ("POST", f"{_CAPTURE}/shipping-info", captures.add_capture_shipping_info),
    ("POST", f"{_CAPTURE}/trigger-send-out", captures.trigger_send_out),
    ("GET", f"{_CAPTURE}/extend-due-date-options", captures.get_due_date_options),
    ("PATCH", f"{_CAPTURE}/extend-due-date", captures.extend_due_date),
    ("POST", f"{_ORDER}/refunds", refunds.create_refund),
    ("GET", f"{_ORDER}/refunds/<rid>", refunds.get_refund),
    ("PATCH", f"{_CAPTURE}/customer-details", captures.update_capture_details),
    ("POST", f"{_PAYMENTS}/sessions", payments.create_session),
    ("GET", f"{_PAYMENTS}/sessions/<sid>", payments.get_session),
    ("POST", f"{_PAYMENTS}/sessions/<sid>", payments.update_session),
    ("POST", f"{_PAYMENTS}/authorizations/<token>/order", payments.create_order),
    ("DELETE", f"{_PAYMENTS}/authorizations/<token>", payments.give_up_authorization),
    (
        "POST",
        f"{_PAYMENTS}/authorizations/<token>/customer-token",
        subscriptions.create_customer_token,
    ),
    ("GET", _CUSTOMER, subscriptions.get_customer_token),
    ("POST", f"{_CUSTOMER}/order", subscriptions.create_recurring_order),
    ("PATCH", f"{_CUSTOMER}/status", subscriptions.change_customer_token),
    ("POST", _HPP, hpp.create_hpp_session),
    ("GET", f"{_HPP}/<hid>", hpp.get_hpp_session),
    ("DELETE", f"{_HPP}/<hid>", hpp.disable_hpp_session),
)

#: Every operation by name.
OPERATIONS: dict[str, Operation] = {call.__name__: call for _, _, call in _TABLE}

#: Paths and methods. Slashes are collapsed before, so nothing is redirected.
ROUTES = Map(
    [Rule(path, methods=[method], endpoint=call.__name__) for method, path, call in _TABLE],
    merge_slashes=False,
    redirect_defaults=False,
    strict_slashes=False,
)

#: What Kustom took away (§12), and the call of older versions (§8, row 19).
_NOT_AT_KUSTOM = frozenset({"extend_due_date", "get_due_date_options", "trigger_send_out"})
_LEGACY = "update_capture_details"


def exists(operation: str, *, merchant: Merchant, settings: Settings) -> bool:
    """Say whether an operation is there for a merchant."""
    if merchant.persona == "kustom" and operation in _NOT_AT_KUSTOM:
        return False
    return operation != _LEGACY or settings.legacy_capture_details


def is_session_call(operation: str) -> bool:
    """Say whether a call counts towards the lower limit of session creation (§3.3)."""
    return operation == "create_session"
