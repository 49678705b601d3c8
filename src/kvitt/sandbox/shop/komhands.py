"""What the reference plugin's hands do in the shop: notes, marks, statuses, calls to Klarna.

Nothing here decides; the tables are followed in `kom` and `komcapture`.
"""

from dataclasses import dataclass, replace
from typing import Any

from kvitt.sandbox.shop import komcalls, metas, notes, rounding, transitions
from kvitt.sandbox.shop.bench import Bench
from kvitt.sandbox.shop.komcalls import KlarnaCall, KlarnaReply, KlarnaSend
from kvitt.sandbox.shop.records import Order
from kvitt.sandbox.shop.rest import currencies

METHODS = frozenset({"klarna_payments", "kco"})
CAPTURE_ID = "_wc_klarna_capture_id"
DISCONNECTED = "_kom_disconnect"
#: Statuses of a Klarna order that money was taken of.
TAKEN = frozenset({"CAPTURED", "PART_CAPTURED"})

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """The plugin's reach into one shop, and from there to Klarna."""

    bench: Bench
    send: KlarnaSend

    def klarna(
        self, order: Order, method: str, path: str = "", body: Json | None = None
    ) -> KlarnaReply:
        """Ask Klarna about an order; raises `Refused` with the words for the note."""
        call = KlarnaCall(
            method=method,
            klarna_order_id=klarna_id(order),
            path=path,
            body=body,
            gateway=order.payment_method,
            country=str(order.meta_value("_wc_klarna_country") or ""),
        )
        return komcalls.ask(self.send, call)

    def is_ours(self, order: Order) -> bool:
        """Tell whether the plugin acts on an order by itself (plugin-behaviour.md §2)."""
        return (
            order.payment_method in METHODS
            and order.paid is not None
            and not order.meta_value(DISCONNECTED)
        )

    def is_on(self, order: Order, name: str, *, default: str = "yes") -> bool:
        """Tell whether a setting of the order's gateway is on, or on by default."""
        stored = self.bench.books.settings.gateway_settings.get(order.payment_method, {})
        return stored.get(name, default) == "yes"

    def note(self, order: Order, text: str) -> None:
        """Write a note."""
        notes.write(self.bench.books, order.id, text)

    def hold(self, order: Order, text: str) -> None:
        """Put an order on hold, and say why before the shop's own words."""
        transitions.move(self.bench, self.bench.order(order.id), "on-hold", note=text)

    def mark(self, order: Order, key: str, value: Any) -> None:
        """Write meta data on an order."""
        books = self.bench.books
        with books.locked():
            current = self.bench.order(order.id)
            meta = metas.set_value(books, current.meta, key, value)
            self.bench.save(replace(current, meta=meta))

    def markup(self, order: Order) -> str:
        """Return the order's total in the HTML WooCommerce prints prices with."""
        text = rounding.money(order.total, self.bench.books.settings.decimals)
        sign = currencies.symbol(order.currency)
        return (
            f'<span class="woocommerce-Price-amount amount"><bdi>{text.replace(".", ",")}&nbsp;'
            f'<span class="woocommerce-Price-currencySymbol">{sign}</span></bdi></span>'
        )


def klarna_id(order: Order) -> str:
    """Return which Klarna order pays an order: the transaction id wins over the meta."""
    return order.transaction_id or str(order.meta_value("_wc_klarna_order_id") or "")
