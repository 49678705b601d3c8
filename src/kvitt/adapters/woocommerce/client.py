"""One shop's orders. Thin: ``wire.py`` builds, ``replies.py`` and ``translate.py`` read.

Fits the Protocol ``Store`` of ``application/ports.py`` by shape.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from html import unescape

from kvitt.adapters.fields import Fields, to_decimal
from kvitt.adapters.http import Http
from kvitt.adapters.woocommerce import products, replies, translate, wire
from kvitt.adapters.woocommerce.credentials import StoreCredentials
from kvitt.adapters.woocommerce.door import Door
from kvitt.adapters.woocommerce.products import ProductFacts, ProductKey, Shelf
from kvitt.domain.errors import MalformedReply, Permanent
from kvitt.domain.ids import StoreOrderId, StoreRefundId
from kvitt.domain.journal import BookedLine, StoreNote
from kvitt.domain.listing import ListedOrder, OrderPage
from kvitt.domain.money import Money
from kvitt.domain.sighting import Sighting
from kvitt.domain.store_order import StoreOrder

__all__ = ["StoreClient", "StoreCredentials"]


class StoreClient:
    """Reads and writes one shop's orders."""

    def __init__(
        self,
        http: Http,
        *,
        base_url: str,
        credentials: StoreCredentials,
        now: Callable[[], datetime],
        nonce: Callable[[], str],
    ) -> None:
        #: How the shop is called; ``StoreSetup`` shares it.
        self.door: Door = Door(
            http, base_url=base_url, credentials=credentials, now=now, nonce=nonce
        )
        self._shelf = Shelf()

    def fetch_order(self, order_id: StoreOrderId) -> StoreOrder:
        """Read an order with its refunds; a trashed one has the status ``trash``."""
        reply = self.door.ask(wire.build_order(order_id))
        order = replies.read_order(reply, order_id=order_id)
        refunds: tuple[Fields, ...] = ()
        with translate.readable(order_id):
            keys = products.keys_of(order.children("line_items"))
            booked = {refund.whole("id") for refund in order.children("refunds")}
        if booked:
            refunds = self._fetch_refunds(order_id)
        if not booked <= {refund.whole("id") for refund in refunds}:
            # A refund that is missing must never look like one that was deleted.
            raise MalformedReply("the shop's refunds changed while they were read")
        return translate.parse_order(order, refunds=refunds, products=self._facts(keys))

    def fetch_notes(self, order_id: StoreOrderId) -> Sequence[StoreNote]:
        """Read the order's notes, oldest first."""
        found = replies.read_list(self.door.ask(wire.build_notes(order_id)), "notes")
        # Notes of the same second come in no useful order (woocommerce-facts.md §6).
        return sorted((_note(item) for item in found), key=lambda note: note.id)

    def add_note(self, order_id: StoreOrderId, text: str) -> None:
        """Add a private note."""
        reply = self.door.ask(wire.build_add_note(order_id, text))
        replies.read_object(reply, "note")

    def set_marks(
        self, order_id: StoreOrderId, *, meta: Mapping[str, str], status: str = ""
    ) -> None:
        """Set meta data, and the status where one is given, in one request."""
        reply = self.door.ask(wire.build_set_marks(order_id, meta=meta, status=status))
        replies.read_order(reply, order_id=order_id)

    def book_refund(
        self,
        order_id: StoreOrderId,
        amount: Money,
        reason: str,
        *,
        lines: Sequence[BookedLine] = (),
        restock: bool = False,
    ) -> StoreRefundId:
        """Book a refund without calling the gateway (``api_refund=false``)."""
        request = wire.build_book_refund(
            order_id, amount, reason=reason, lines=lines, restock=restock
        )
        refund = replies.read_object(self.door.ask(request), "refund")
        return StoreRefundId(refund.whole("id"))

    def modified_since(self, moment: datetime, *, page: int) -> Sequence[Sighting]:
        """Return a page of orders modified after the moment; empty past the end."""
        reply = self.door.ask(wire.build_modified_since(moment, page=page), many=True)
        return replies.read_sightings(reply)

    def sight(self, order_ids: Sequence[StoreOrderId]) -> Sequence[Sighting]:
        """Return those of these orders that are there and not in the bin."""
        reply = self.door.ask(wire.build_sight(order_ids), many=True)
        return replies.read_sightings(reply)

    def orders_since(self, moment: datetime, *, page: int, per_page: int) -> OrderPage:
        """Return a page of the orders received after a moment, oldest first.

        A page past the end is empty and says that there are none (woocommerce-facts.md §9).
        """
        request = wire.build_orders_since(moment, page=page, per_page=per_page)
        reply = self.door.ask(request, many=True)
        found = replies.read_list(reply, "orders")
        return OrderPage(
            orders=tuple(
                ListedOrder(
                    id=StoreOrderId(item.whole("id")),
                    payment_method=item.text("payment_method"),
                )
                for item in found
            ),
            total=int(to_decimal(reply.header("x-wp-total")) or len(found)),
        )

    def _fetch_refunds(self, order_id: StoreOrderId) -> tuple[Fields, ...]:
        refunds: list[Fields] = []
        page: tuple[Fields, ...] = ()
        while not refunds or len(page) == wire.PAGE:
            request = wire.build_refunds(order_id, page=len(refunds) // wire.PAGE + 1)
            page = replies.read_list(self.door.ask(request, many=True), "refunds")
            if not page:
                break
            refunds += page
        return tuple(refunds)

    def _facts(self, keys: Sequence[ProductKey]) -> dict[int, ProductFacts]:
        """Return what is known of the products, asking for what is not."""
        known = self._shelf.find(keys)
        unknown = [key for key in keys if key.id not in known]
        if not unknown:
            return known
        try:
            found = self._ask_facts(unknown)
        except (Permanent, MalformedReply):
            # A key that may not read products is no reason to leave the order unread:
            # whether a product is virtual moves no money.
            return known
        self._shelf.put(found)
        return known | found

    def _ask_facts(self, keys: Sequence[ProductKey]) -> dict[int, ProductFacts]:
        """Ask for products together, and for variations under their product."""
        # A product the shop no longer has is remembered as unknown, and not asked for again.
        found = {key.id: ProductFacts() for key in keys}
        plain = [key.product for key in keys if not key.variation]
        for start in range(0, len(plain), wire.PAGE):
            request = wire.build_products(plain[start : start + wire.PAGE])
            reply = self.door.ask(request)
            found |= products.parse_products(replies.read_list(reply, "products"))
        for parent in {key.product for key in keys if key.variation}:
            own = [key.variation for key in keys if key.variation and key.product == parent]
            reply = self.door.ask(wire.build_variations(parent, own))
            found |= products.parse_products(replies.read_list(reply, "variations"))
        return found

    def __repr__(self) -> str:
        return f"StoreClient({self.door!r})"


def _note(item: Fields) -> StoreNote:
    created = item.moment("date_created_gmt")
    if created is None:
        raise MalformedReply("a note of the shop has no date")
    # WooCommerce stores "&" as "&amp;": we read back what we wrote.
    return StoreNote(id=item.whole("id"), text=unescape(item.text("note")), created_at=created)
