"""The reference plugin, Klarna Order Management 1.10.3, as an actor in the shop.

Switched on, it captures, cancels, updates and refunds at Klarna by itself, with its own notes
and its own weaknesses, so that a tool beside it can be tested for not doing the same twice.
The tables it follows are in plugin-behaviour.md §2; it acts on orders of Klarna Payments
(`klarna_payments`) and of Kustom Checkout (`kco`), each by its own gateway's settings.

Not played: what the order screen's own box has beyond its switch, the import of hand-made
orders, upsell, and the fraud listener, which today's checkout plugin never calls.
"""

from dataclasses import dataclass, replace

from kvitt.sandbox.shop import komcapture, komlines, komrefundlines, returnfees
from kvitt.sandbox.shop.bench import Bench
from kvitt.sandbox.shop.desk import OrderDesk
from kvitt.sandbox.shop.gateway import HandedOver, RefundWish
from kvitt.sandbox.shop.komcalls import KlarnaSend, Refused
from kvitt.sandbox.shop.komhands import CAPTURE_ID, DISCONNECTED, METHODS, TAKEN, Hands, Json
from kvitt.sandbox.shop.records import Order, Refund

_GENERIC = (
    "An error occurred while attempting to create the refund using the payment gateway API."
)


def activate(desk: OrderDesk, send: KlarnaSend) -> "OrderManagement":
    """Switch the plugin on: it watches orders and takes refunds from now on."""
    plugin = OrderManagement(bench=desk.bench, hands=Hands(bench=desk.bench, send=send))
    desk.watch(plugin)
    desk.change_gateway(plugin)
    desk.books.change_settings(kom_active=True)
    return plugin


def deactivate(desk: OrderDesk, plugin: "OrderManagement") -> None:
    """Switch the plugin off: refunds are handed over again."""
    desk.unwatch(plugin)
    desk.change_gateway(HandedOver())
    desk.books.change_settings(kom_active=False)


def switch(desk: OrderDesk, send: KlarnaSend, *, active: bool) -> None:
    """Have the plugin on or off; one that is on already acts through `send` from now on."""
    if isinstance(desk.gateway, OrderManagement):
        deactivate(desk, desk.gateway)
    if active:
        activate(desk, send)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderManagement:
    """The plugin: a watcher of orders and a gateway for refunds."""

    bench: Bench
    hands: Hands
    method_title: str = "Klarna Payments"
    supports_refunds: bool = True
    moves_money: bool = True

    def status_changed(self, order: Order) -> None:
        """Capture what was completed and cancel what was cancelled."""
        if not self.hands.is_ours(order):
            return
        if order.status == "completed" and self.hands.is_on(order, "kom_auto_capture"):
            komcapture.capture(self.hands, order)
        if order.status == "cancelled" and self.hands.is_on(order, "kom_auto_cancel"):
            self._cancel(order)

    def items_saved(self, order: Order) -> None:
        """Update an order that is on hold, changed or not; REST edits never get here."""
        acts = order.status == "on-hold" and self.hands.is_on(order, "kom_auto_update")
        if not acts or not self.hands.is_ours(order):
            return
        order = self.bench.books.put(self.bench.calculated(order))
        try:
            klarna = self.hands.klarna(order, "GET")
        except Refused:
            text = "Klarna order could not be updated due to an error."
            self.hands.note(order, text)
            return
        if klarna.body.get("status") in {*TAKEN, "CANCELLED"}:
            return
        try:
            body = komlines.body(self.bench, order)
            self.hands.klarna(order, "PATCH", "/authorization", body)
        except Refused as refusal:
            self.hands.note(order, f"Could not update Klarna order lines: {refusal}.")
            return
        self.hands.note(order, "Klarna order updated.")

    def takes_return_fee(self, order: Order) -> bool:
        """Tell whether the refund form asks for a return fee (plugin-behaviour.md §2.5)."""
        paid_back_here = order.payment_method in METHODS and order.meta_value(CAPTURE_ID)
        return bool(paid_back_here) and order.billing.country in returnfees.COUNTRIES

    def process_refund(self, wish: RefundWish, /) -> str | None:
        """Refund at Klarna, or return the text WooCommerce shows."""
        order = wish.order
        if order.meta_value(DISCONNECTED):
            return "Order synchronization is disabled"
        if order.payment_method not in METHODS:
            return _GENERIC
        if not order.meta_value(CAPTURE_ID):
            text = "Klarna order has not been captured and cannot be refunded."
            self.hands.note(order, text)
            return text
        try:
            return self._refund(order)
        except Refused as refusal:
            self.hands.note(order, f"Could not refund Klarna order. {refusal}.")
            return str(refusal)

    def _cancel(self, order: Order) -> None:
        if order.meta_value("_wc_klarna_pending_to_cancelled"):
            return
        try:
            status = self.hands.klarna(order, "GET").body.get("status")
        except Refused:
            text = "Klarna order could not be cancelled due to an error."
            self.hands.note(order, text)
            return
        if status in TAKEN:
            text = "The Klarna order cannot be cancelled due to it already being captured."
            self.hands.note(order, text)
        elif status == "CANCELLED":
            self.hands.note(order, "Klarna order has already been cancelled.")
        else:
            self._send_cancel(order)

    def _send_cancel(self, order: Order) -> None:
        try:
            self.hands.klarna(order, "POST", "/cancel")
        except Refused as refusal:
            self.hands.note(order, f"Could not cancel Klarna order. {refusal}.")
            return
        self.hands.note(order, "Klarna order cancelled.")
        self.hands.mark(order, "_wc_klarna_cancelled", "yes")

    def _refund(self, order: Order) -> str | None:
        klarna = self.hands.klarna(order, "GET").body
        if klarna.get("status") not in TAKEN:
            return _GENERIC
        refund = self._newest(order)
        body: Json = {
            "refunded_amount": komlines.minor(refund.amount or order.total),
            "description": refund.reason,
            "reference": f"{order.number}|{refund.id}",
        }
        lines = komrefundlines.of_refund(self.bench, order, refund)
        if lines:
            body["order_lines"] = lines
        self.hands.klarna(order, "POST", "/refunds", body)
        self.hands.note(order, self._told(order, refund))
        return None

    def _told(self, order: Order, refund: Refund) -> str:
        net = refund.amount or order.total
        kept = returnfees.kept(refund)
        figures = (self.hands.markup(replace(order, total=x)) for x in (net, net + kept, kept))
        paid, asked, fee = figures
        if not kept:
            return f"Processing a refund of {paid} with Klarna."
        return (
            f"Processing a refund of {paid} with Klarna "
            f"(original amount of {asked} - return fee of {fee})."
        )

    def _newest(self, order: Order) -> Refund:
        """Return what the plugin takes for the newest refund: of one second, the older one."""
        found = self.bench.books.refunds(order.id)
        same_second = [refund for refund in found if refund.created == found[0].created]
        return same_second[-1]
