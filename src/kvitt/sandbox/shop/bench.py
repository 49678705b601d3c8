"""What every operation on an order needs in hand: the books, the gateway, and who is watching.

`Bench` reads orders, saves them and adds them up. Saving moves the order's date and tells the
webhooks, also when nothing changed, as WooCommerce does with HPOS (woocommerce-facts.md §4).
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from kvitt.sandbox.shop import discounts, hooks, totals
from kvitt.sandbox.shop.books import ShopBooks
from kvitt.sandbox.shop.gateway import Gateway
from kvitt.sandbox.shop.records import Order
from kvitt.sandbox.shop.refusals import UnknownOrder
from kvitt.sandbox.shop.taxes import TaxRules
from kvitt.sandbox.shop.totals import Reckoning


class Watcher(Protocol):
    """A plugin that acts when an order changes, inside the same request."""

    def status_changed(self, order: Order) -> None:
        """Hear that an order has another status."""

    def items_saved(self, order: Order) -> None:
        """Hear that the order screen saved an order's items."""


class Bench:
    """The books, the gateway and the watchers of one shop."""

    def __init__(self, books: ShopBooks, *, gateway: Gateway) -> None:
        self.books = books
        self.gateway = gateway
        self.watchers: list[Watcher] = []

    def order(self, order_id: int) -> Order:
        """Return an order, or raise `UnknownOrder`."""
        found = self.books.order(order_id)
        if found is None:
            raise UnknownOrder(order_id)
        return found

    def save(self, order: Order) -> Order:
        """File a changed order, move its date and tell the webhooks."""
        saved = self.books.put(replace(order, modified=self.books.now()))
        hooks.announce(self.books, hooks.UPDATED, order.id)
        return saved

    def change(self, order_id: int, edit: Callable[[Order], Order]) -> Order:
        """Edit an order and save it."""
        with self.books.locked():
            return self.save(edit(self.order(order_id)))

    def reckoning(self) -> Reckoning:
        """Return what adding up needs."""
        return Reckoning(
            rates=tuple(self.books.tax_rates()),
            settings=self.books.settings,
            product=self.books.product,
            next_item_id=lambda: self.books.next_id("item"),
        )

    def rules(self, order: Order) -> TaxRules:
        """Return the tax rules where an order goes."""
        return self.reckoning().rules_for(order)

    def calculated(self, order: Order) -> Order:
        """Return an order with taxes and totals anew."""
        return totals.calculated(order, self.reckoning())

    def totalled(self, order: Order) -> Order:
        """Return an order with its tax lines and totals added up, no item taxed anew."""
        reckoning = self.reckoning()
        return totals.with_totals(totals.with_tax_lines(order, reckoning), reckoning)

    def with_coupons(self, order: Order) -> Order:
        """Return an order with its coupons cut anew, taxed and added up."""
        reset = replace(
            order, lines=tuple(replace(line, total=line.subtotal) for line in order.lines)
        )
        cut = discounts.with_coupons(reset, self.rules(order), self.books.coupon)
        return self.calculated(cut)

    def needs_processing(self, order: Order) -> bool:
        """Tell whether anything is to be sent: not when all is virtual and downloadable."""
        for line in order.lines:
            product = self.books.product(line.variation_id or line.product_id)
            if product and not (product.virtual and product.downloadable):
                return True
        return False

    def tell_status(self, order: Order) -> None:
        """Tell the watchers of a new status."""
        for watcher in tuple(self.watchers):
            watcher.status_changed(order)

    def tell_items(self, order: Order) -> None:
        """Tell the watchers that the order screen saved items."""
        for watcher in tuple(self.watchers):
            watcher.items_saved(order)
