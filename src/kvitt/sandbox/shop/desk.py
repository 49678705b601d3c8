"""The order desk: everything that can be done to an order, for REST, the screen and stories.

Each method is one action of the shop, done whole and under the books' lock, and returns the
record as it is afterwards. What WooCommerce refuses raises `ShopError`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from kvitt.sandbox.shop import (
    editing,
    hooks,
    notes,
    refunding,
    refunds,
    screenwork,
    transitions,
    trash,
)
from kvitt.sandbox.shop.bench import Bench, Watcher
from kvitt.sandbox.shop.books import ShopBooks
from kvitt.sandbox.shop.gateway import Gateway
from kvitt.sandbox.shop.records import ZERO, Item, LineItem, Note, Order, Refund
from kvitt.sandbox.shop.refunding import RefundLine, RefundRequest
from kvitt.sandbox.shop.refusals import ShopError, UnknownOrder
from kvitt.sandbox.shop.screenwork import LineEdit

__all__ = [
    "LineEdit",
    "OrderDesk",
    "RefundLine",
    "RefundRequest",
    "ScreenForm",
    "ShopError",
    "UnknownOrder",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenForm:
    """What the order screen posts when its Update button is pressed; None is left alone."""

    status: str | None = None
    billing: Mapping[str, str] | None = None
    shipping: Mapping[str, str] | None = None
    customer_note: str | None = None
    created: datetime | None = None


class OrderDesk:
    """Where orders are worked on."""

    def __init__(self, books: ShopBooks, *, gateway: Gateway) -> None:
        self.books = books
        self.bench = Bench(books, gateway=gateway)

    @property
    def gateway(self) -> Gateway:
        """The gateway refunds go through."""
        return self.bench.gateway

    def change_gateway(self, gateway: Gateway) -> None:
        """Let refunds go through another gateway from now on."""
        self.bench.gateway = gateway

    def watch(self, watcher: Watcher) -> None:
        """Let a plugin act when an order changes."""
        self.bench.watchers.append(watcher)

    def unwatch(self, watcher: Watcher) -> None:
        """Let a plugin act no longer."""
        if watcher in self.bench.watchers:
            self.bench.watchers.remove(watcher)

    # Orders

    def create_order(
        self, changes: Mapping[str, Any], *, created_via: str = "rest-api"
    ) -> Order:
        """Make an order from REST-shaped fields."""
        return editing.create(self.bench, changes, created_via=created_via)

    def update_order(self, order_id: int, changes: Mapping[str, Any]) -> Order:
        """Change an order by REST-shaped fields."""
        return editing.update(self.bench, order_id, changes)

    def set_status(self, order_id: int, status: str, *, by: str = "") -> Order:
        """Give an order a status; the note bears the name of who did it."""
        with self.books.locked():
            return transitions.move(self.bench, self.bench.order(order_id), status, by=by)

    def bulk_status(self, order_ids: Iterable[int], status: str, *, by: str = "") -> int:
        """Give many orders a status and return how many there were."""
        count = 0
        for order_id in order_ids:
            self.set_status(order_id, status, by=by)
            count += 1
        return count

    def new_order(self) -> Order:
        """Open the form of a hand-made order, of which nobody is told yet."""
        return screenwork.new_order(self.bench)

    def save_screen(self, order_id: int, form: ScreenForm, *, by: str = "") -> Order:
        """Press Update on the order screen: one `updated`, also when nothing changed."""
        fields = {
            "billing": form.billing,
            "shipping": form.shipping,
            "customer_note": form.customer_note,
        }
        return screenwork.save(
            self.bench, order_id, fields, status=form.status, created=form.created, by=by
        )

    def trash(self, order_id: int) -> Order:
        """Move an order to the trash and return it as it was before."""
        return trash.discard(self.bench, order_id)

    def restore(self, order_id: int) -> Order:
        """Bring an order back from the trash, as only the order list can."""
        return trash.restore(self.bench, order_id)

    def delete(self, order_id: int) -> Order:
        """Delete an order for good, of which nobody is told."""
        return trash.delete(self.bench, order_id)

    # Items

    def edit_lines(self, order_id: int, edits: Sequence[LineEdit]) -> Order:
        """Press Save below the items: typed amounts stay, totals follow them."""
        return screenwork.edit_items(self.bench, order_id, edits)

    def add_line(self, order_id: int, product_id: int, *, quantity: int = 1) -> Order:
        """Add a product at its catalogue price."""
        entry = {"product_id": product_id, "quantity": quantity}
        return screenwork.add_item(self.bench, order_id, "line_items", entry)

    def add_fee(self, order_id: int, *, name: str, amount: Decimal) -> Order:
        """Add a fee, without tax; a negative one is a discount."""
        entry = {"name": name, "amount": str(amount), "total": amount}
        return screenwork.add_item(self.bench, order_id, "fee_lines", entry)

    def add_shipping(
        self, order_id: int, *, title: str = "Shipping", total: Decimal = ZERO
    ) -> Order:
        """Add a shipping line, without tax."""
        entry = {"method_title": title, "method_id": "flat_rate", "total": total}
        return screenwork.add_item(self.bench, order_id, "shipping_lines", entry)

    def remove_item(self, order_id: int, item_id: int) -> Order:
        """Take an item off an order."""
        return screenwork.remove_item(self.bench, order_id, item_id)

    def apply_coupon(self, order_id: int, code: str) -> Order:
        """Put a coupon on an order and cut it out of its lines."""
        return screenwork.apply_coupon(self.bench, order_id, code)

    def remove_coupon(self, order_id: int, code: str) -> Order:
        """Take a coupon off an order and give its lines their amounts back."""
        return screenwork.remove_coupon(self.bench, order_id, code)

    def calculate(self, order_id: int) -> Order:
        """Press Recalculate: taxes by the present rates, then totals."""
        return screenwork.recalculate(self.bench, order_id)

    def calculate_taxes(self, order_id: int) -> Order:
        """Tax every item anew, and add the totals up."""
        return self.calculate(order_id)

    def calculate_totals(self, order_id: int) -> Order:
        """Add the totals up from what the items say."""
        return self.bench.change(order_id, self.bench.totalled)

    # Refunds

    def create_refund(self, order_id: int, request: RefundRequest) -> Refund:
        """Make a refund, through the gateway when the request says so."""
        return refunds.create(self.bench, order_id, request)

    def delete_refund(self, refund_id: int) -> Refund:
        """Delete a refund for good; status and date stay, nobody is told."""
        return refunds.delete(self.bench, refund_id)

    def remaining_refundable(self, order_id: int) -> Decimal:
        """Return what may still be refunded."""
        return refunding.remaining(self.bench, self.bench.order(order_id))

    def refunded_amount(self, order_id: int) -> Decimal:
        """Return what has been refunded."""
        return refunding.refunded_amount(self.bench, order_id)

    def refunded_quantity(self, order_id: int, item_id: int) -> int:
        """Return how many of an item have been refunded."""
        given = refunding.refunded_items(self.bench, order_id, item_id)
        return -sum(item.quantity for item in given if isinstance(item, LineItem))

    def refunded_total(self, order_id: int, item_id: int) -> Decimal:
        """Return what has been refunded of an item, without tax."""
        given = refunding.refunded_items(self.bench, order_id, item_id)
        return -sum((item.total for item in given), ZERO)

    def refunded_tax(self, order_id: int, item_id: int, rate_id: int) -> Decimal:
        """Return what has been refunded of an item's tax at one rate."""
        given = refunding.refunded_items(self.bench, order_id, item_id)
        parts = (t.total for item in given for t in item.taxes if t.rate_id == rate_id)
        return -sum(parts, ZERO)

    # Notes, and the rest

    def add_note(
        self, order_id: int, text: str, *, customer_note: bool = False, by: str = ""
    ) -> Note:
        """Write a note; without a name it is the shop's own."""
        self.bench.order(order_id)
        return notes.write(self.books, order_id, text, author=by, customer_note=customer_note)

    def delete_note(self, note_id: int) -> Note | None:
        """Delete a note and return what it was."""
        note = self.books.get(Note, note_id)
        if note:
            self.books.remove(note)
        return note

    def item(self, order_id: int, item_id: int) -> Item:
        """Return an item of an order."""
        found = self.bench.order(order_id).item(item_id)
        if found is None:
            raise ShopError("Order item ID provided is not associated with order.")
        return found

    def admin_visited(self) -> None:
        """Note that an admin page was opened, which runs the queue of a shop without cron."""
        hooks.admin_visited(self.books)
