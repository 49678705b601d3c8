"""The reference plugin, Klarna Order Management 1.10.3, as an actor in the shop.

Switched on, it captures, cancels, updates and refunds at Klarna by itself, with its own notes
and its own weaknesses, so that a tool beside it can be tested for not doing the same twice.
The tables it follows are in plugin-behaviour.md §2. It speaks to Klarna only through the
`KlarnaSend` it is given, which adds address and credentials.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from kvitt.sandbox.shop import komcalls, komlines, metas, notes, rounding, transitions
from kvitt.sandbox.shop.bench import Bench
from kvitt.sandbox.shop.desk import OrderDesk
from kvitt.sandbox.shop.gateway import HandedOver, RefundWish
from kvitt.sandbox.shop.komcalls import KlarnaCall, KlarnaReply, KlarnaSend, Refused
from kvitt.sandbox.shop.records import Order, Refund
from kvitt.sandbox.shop.rest import currencies

METHODS = frozenset({"klarna_payments", "kco"})
CAPTURE_ID = "_wc_klarna_capture_id"
_TAKEN = frozenset({"CAPTURED", "PART_CAPTURED"})
_GENERIC = (
    "An error occurred while attempting to create the refund using the payment gateway API."
)
_TOO_MUCH = "Captured amount is higher than the remaining authorized amount."

Json = dict[str, Any]


def activate(desk: OrderDesk, send: KlarnaSend) -> "OrderManagement":
    """Switch the plugin on: it watches orders and takes refunds from now on."""
    plugin = OrderManagement(bench=desk.bench, send=send)
    desk.watch(plugin)
    desk.change_gateway(plugin)
    desk.books.change_settings(kom_active=True)
    return plugin


def deactivate(desk: OrderDesk, plugin: "OrderManagement") -> None:
    """Switch the plugin off: refunds are handed over again."""
    desk.unwatch(plugin)
    desk.change_gateway(HandedOver())
    desk.books.change_settings(kom_active=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderManagement:
    """The plugin: a watcher of orders and a gateway for refunds."""

    bench: Bench
    send: KlarnaSend
    method_title: str = "Klarna Payments"
    supports_refunds: bool = True
    moves_money: bool = True

    def status_changed(self, order: Order) -> None:
        """Capture what was completed and cancel what was cancelled."""
        if order.status == "completed" and self._is_on("kom_auto_capture"):
            self._capture(order)
        if order.status == "cancelled" and self._is_on("kom_auto_cancel"):
            self._cancel(order)

    def items_saved(self, order: Order) -> None:
        """Update an order that is on hold, changed or not; REST edits never get here."""
        acts = order.status == "on-hold" and self._is_on("kom_auto_update")
        if not acts or not self._is_ours(order):
            return
        order = self.bench.books.put(self.bench.calculated(order))
        try:
            klarna = self._klarna(order, "GET")
        except Refused:
            self._note(order, "Klarna order could not be updated due to an error.")
            return
        if klarna.body.get("status") in {*_TAKEN, "CANCELLED"}:
            return
        body = {
            "order_lines": komlines.of_order(self.bench, order),
            "order_amount": komlines.minor(order.total),
            # Always 0 outside the US (plugin-behaviour.md §3.2).
            "order_tax_amount": 0,
        }
        try:
            self._klarna(order, "PATCH", "/authorization", body)
        except Refused as refusal:
            self._note(order, f"Could not update Klarna order lines: {refusal}.")
            return
        self._note(order, "Klarna order updated.")

    def process_refund(self, wish: RefundWish, /) -> str | None:
        """Refund at Klarna, or return the text WooCommerce shows."""
        order = wish.order
        if order.meta_value("_kom_disconnect"):
            return "Order synchronization is disabled"
        if order.payment_method not in METHODS:
            return _GENERIC
        if not order.meta_value(CAPTURE_ID):
            text = "Klarna order has not been captured and cannot be refunded."
            self._note(order, text)
            return text
        try:
            return self._refund(order)
        except Refused as refusal:
            self._note(order, f"Could not refund Klarna order. {refusal}.")
            return str(refusal)

    def _capture(self, order: Order) -> None:
        if not self._is_ours(order):
            return
        if order.meta_value(CAPTURE_ID):
            self._note(order, "Klarna order has already been captured.")
        elif not _klarna_id(order):
            self._hold(
                order,
                "Klarna order ID is missing, Klarna order could not be captured at this time.",
            )
        else:
            self._capture_known(order)

    def _capture_known(self, order: Order) -> None:
        try:
            klarna = self._klarna(order, "GET").body
        except Refused:
            self._hold(order, "Klarna order could not be captured due to an error.")
            return
        fraud, status = klarna.get("fraud_status"), klarna.get("status")
        if fraud == "PENDING":
            text = "Klarna order is pending review and could not be captured at this time."
            self._hold(order, text)
        elif status == "CAPTURED":
            self._adopt(order, klarna["captures"][0])
        elif status == "CANCELLED":
            text = "Klarna order failed to capture, the order has already been canceled"
            self._note(order, text)
        elif fraud != "ACCEPTED":
            self._note(order, "Klarna order could not be captured at this time.")
        else:
            self._send_capture(order, klarna)

    def _send_capture(self, order: Order, klarna: Mapping[str, Any]) -> None:
        body: Json = {"captured_amount": komlines.minor(order.total)}
        if self._is_on("kom_force_full_capture", default="no"):
            body["captured_amount"] = klarna["remaining_authorized_amount"]
        else:
            body = {
                "order_lines": komlines.of_order(self.bench, order),
                "order_amount": komlines.minor(order.total),
                "order_tax_amount": 0,
                **body,
            }
        body["shipping_info"] = [{"tracking_number": "", "tracking_uri": ""}]
        try:
            reply = self._klarna(order, "POST", "/captures", body)
        except Refused as refusal:
            self._hold(order, f"Could not capture Klarna order. {_explained(refusal, klarna)}")
            return
        capture_id = reply.header("Capture-ID")
        amount = self._markup(order)
        text = f"Klarna order captured. Capture amount: {amount}. Capture ID: {capture_id}"
        self._note(order, text)
        self._mark(order, CAPTURE_ID, capture_id)

    def _adopt(self, order: Order, capture: Mapping[str, Any]) -> None:
        text = f"Klarna order has already been captured on {capture.get('captured_at')}"
        self._note(order, text)
        self._mark(order, CAPTURE_ID, capture.get("capture_id"))

    def _cancel(self, order: Order) -> None:
        pending = order.meta_value("_wc_klarna_pending_to_cancelled")
        if not self._is_ours(order) or pending:
            return
        try:
            status = self._klarna(order, "GET").body.get("status")
        except Refused:
            self._note(order, "Klarna order could not be cancelled due to an error.")
            return
        if status in _TAKEN:
            text = "The Klarna order cannot be cancelled due to it already being captured."
            self._note(order, text)
        elif status == "CANCELLED":
            self._note(order, "Klarna order has already been cancelled.")
        else:
            self._send_cancel(order)

    def _send_cancel(self, order: Order) -> None:
        try:
            self._klarna(order, "POST", "/cancel")
        except Refused as refusal:
            self._note(order, f"Could not cancel Klarna order. {refusal}.")
            return
        self._note(order, "Klarna order cancelled.")
        self._mark(order, "_wc_klarna_cancelled", "yes")

    def _refund(self, order: Order) -> str | None:
        klarna = self._klarna(order, "GET").body
        if klarna.get("status") not in _TAKEN:
            return _GENERIC
        refund = self._newest(order)
        body: Json = {
            "refunded_amount": komlines.minor(refund.amount or order.total),
            "description": refund.reason,
            "reference": f"{order.number}|{refund.id}",
        }
        lines = komlines.of_refund(self.bench, order, refund)
        if lines:
            body["order_lines"] = lines
        self._klarna(order, "POST", "/refunds", body)
        amount = self._markup(replace(order, total=refund.amount or order.total))
        self._note(order, f"Processing a refund of {amount} with Klarna.")
        return None

    def _newest(self, order: Order) -> Refund:
        """Return what the plugin takes for the newest refund: of one second, the older one."""
        found = self.bench.books.refunds(order.id)
        same_second = [refund for refund in found if refund.created == found[0].created]
        return same_second[-1]

    def _klarna(
        self, order: Order, method: str, path: str = "", body: Json | None = None
    ) -> KlarnaReply:
        call = KlarnaCall(
            method=method, klarna_order_id=_klarna_id(order), path=path, body=body
        )
        return komcalls.ask(self.send, call)

    def _is_ours(self, order: Order) -> bool:
        return (
            order.payment_method in METHODS
            and order.paid is not None
            and not order.meta_value("_kom_disconnect")
        )

    def _is_on(self, name: str, *, default: str = "yes") -> bool:
        stored = self.bench.books.settings.gateway_settings.get("klarna_payments", {})
        return stored.get(name, default) == "yes"

    def _note(self, order: Order, text: str) -> None:
        notes.write(self.bench.books, order.id, text)

    def _hold(self, order: Order, text: str) -> None:
        transitions.move(self.bench, self.bench.order(order.id), "on-hold", note=text)

    def _mark(self, order: Order, key: str, value: Any) -> None:
        books = self.bench.books
        with books.locked():
            current = self.bench.order(order.id)
            meta = metas.set_value(books, current.meta, key, value)
            self.bench.save(replace(current, meta=meta))

    def _markup(self, order: Order) -> str:
        """Return the total in the HTML WooCommerce prints prices with."""
        text = rounding.money(order.total, self.bench.books.settings.decimals)
        sign = currencies.symbol(order.currency)
        return (
            f'<span class="woocommerce-Price-amount amount"><bdi>{text.replace(".", ",")}&nbsp;'
            f'<span class="woocommerce-Price-currencySymbol">{sign}</span></bdi></span>'
        )


def _klarna_id(order: Order) -> str:
    return order.transaction_id or str(order.meta_value("_wc_klarna_order_id") or "")


def _explained(refusal: Refused, klarna: Mapping[str, Any]) -> str:
    """Return a refusal with what is left in place of "Capture not possible."."""
    text = str(refusal)
    if _TOO_MUCH not in text:
        return text
    left = rounding.number(klarna.get("remaining_authorized_amount", 0) / 100)
    tail = f": {left} {klarna.get('purchase_currency', '')}."
    return text.replace(". Capture not possible.", tail)
