"""How the reference plugin captures: the table of plugin-behaviour.md §2.1, row by row."""

import json
from collections.abc import Mapping
from typing import Any

from kvitt.sandbox.shop import komlines, rounding
from kvitt.sandbox.shop.komcalls import Refused
from kvitt.sandbox.shop.komhands import CAPTURE_ID, Hands, Json, klarna_id
from kvitt.sandbox.shop.records import Order

_TOO_MUCH = "Captured amount is higher than the remaining authorized amount."


def capture(hands: Hands, order: Order) -> None:
    """Capture an order that was completed, or say why not."""
    if order.meta_value(CAPTURE_ID):
        hands.note(order, "Klarna order has already been captured.")
    elif not klarna_id(order):
        hands.hold(
            order,
            "Klarna order ID is missing, Klarna order could not be captured at this time.",
        )
    else:
        _capture_known(hands, order)


def _capture_known(hands: Hands, order: Order) -> None:
    try:
        klarna = hands.klarna(order, "GET").body
    except Refused:
        hands.hold(order, "Klarna order could not be captured due to an error.")
        return
    fraud, status = klarna.get("fraud_status"), klarna.get("status")
    if fraud == "PENDING":
        text = "Klarna order is pending review and could not be captured at this time."
        hands.hold(order, text)
    elif status == "CAPTURED":
        _adopt(hands, order, klarna["captures"][0])
    elif status == "CANCELLED":
        text = "Klarna order failed to capture, the order has already been canceled"
        hands.note(order, text)
    elif fraud != "ACCEPTED":
        hands.note(order, "Klarna order could not be captured at this time.")
    else:
        _send(hands, order, klarna)


def _send(hands: Hands, order: Order, klarna: Mapping[str, Any]) -> None:
    body: Json = {"captured_amount": komlines.minor(order.total)}
    if hands.is_on(order, "kom_force_full_capture", default="no"):
        body["captured_amount"] = klarna["remaining_authorized_amount"]
    else:
        body = {**komlines.body(hands.bench, order), **body}
    body["shipping_info"] = [_parcel(order)]
    try:
        reply = hands.klarna(order, "POST", "/captures", body)
    except Refused as refusal:
        hands.hold(order, f"Could not capture Klarna order. {_explained(refusal, klarna)}")
        return
    capture_id = reply.header("Capture-ID")
    amount = hands.markup(order)
    text = f"Klarna order captured. Capture amount: {amount}. Capture ID: {capture_id}"
    hands.note(order, text)
    hands.mark(order, CAPTURE_ID, capture_id)


def _adopt(hands: Hands, order: Order, found: Mapping[str, Any]) -> None:
    text = f"Klarna order has already been captured on {found.get('captured_at')}"
    hands.note(order, text)
    hands.mark(order, CAPTURE_ID, found.get("capture_id"))


def _parcel(order: Order) -> Json:
    """Return what is told of the parcel: empty texts, unless Kustom's assistant chose it."""
    told = {
        "tracking_number": str(order.meta_value("_kss_tracking_id") or ""),
        "tracking_uri": str(order.meta_value("_kss_tracking_url") or ""),
    }
    chosen = json.loads(order.meta_value("_kco_kss_data") or "{}")
    if carrier := chosen.get("delivery_details", {}).get("carrier"):
        told["shipping_company"] = carrier
    if method := chosen.get("shipping_method"):
        told["shipping_method"] = method
    return told


def _explained(refusal: Refused, klarna: Mapping[str, Any]) -> str:
    """Return a refusal with what is left in place of "Capture not possible."."""
    text = str(refusal)
    if _TOO_MUCH not in text:
        return text
    left = rounding.number(klarna.get("remaining_authorized_amount", 0) / 100)
    tail = f": {left} {klarna.get('purchase_currency', '')}."
    return text.replace(". Capture not possible.", tail)
