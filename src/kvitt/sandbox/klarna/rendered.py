"""The bodies of orders as they were last written out: an unchanged order is not written anew.

Law: a body is used again only for the very same record under the very same settings. Records
and settings are never changed in place, so identity is enough. The books' lock guards it.
"""

from collections import OrderedDict

from kvitt.sandbox.klarna import wire
from kvitt.sandbox.klarna.orders import Order
from kvitt.sandbox.klarna.settings import Settings

#: Orders whose bodies are kept; some kilobytes each.
MOST = 10_000


class Rendered:
    """Bodies of orders, the least recently read forgotten first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[Order, Settings, bytes]] = OrderedDict()

    def order(self, order: Order, settings: Settings) -> bytes:
        """Return an order's body."""
        known = self._kept.get(order.order_id)
        if known and known[0] is order and known[1] is settings:
            self._kept.move_to_end(order.order_id)
            return known[2]
        body = wire.dumps(wire.order(order, settings=settings))
        self._kept[order.order_id] = (order, settings, body)
        self._kept.move_to_end(order.order_id)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return body
