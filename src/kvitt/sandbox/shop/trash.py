"""The trash: into it, out of it, and away for good.

Moving to the trash tells `order.deleted`, restoring tells `order.restored` and no update, and
deleting for good tells nobody (woocommerce-facts.md §10).
"""

import calendar
from dataclasses import replace

from kvitt.sandbox.shop import hooks, metas
from kvitt.sandbox.shop.bench import Bench
from kvitt.sandbox.shop.books import Numbered
from kvitt.sandbox.shop.records import Order
from kvitt.sandbox.shop.refusals import ShopError

STATUS = "_wp_trash_meta_status"
TIME = "_wp_trash_meta_time"


def discard(bench: Bench, order_id: int) -> Order:
    """Move an order to the trash and return it as it was before."""
    books = bench.books
    with books.locked():
        before = bench.order(order_id)
        if before.status == "trash":
            raise ShopError(
                "The shop_order has already been deleted.",
                code="woocommerce_rest_already_trashed",
                status=410,
            )
        second = str(calendar.timegm(books.now().timetuple()))
        meta = metas.added(books, before.meta, STATUS, f"wc-{before.status}")
        meta = metas.added(books, meta, TIME, second)
        books.put(replace(before, status="trash", meta=meta))
        hooks.announce(books, hooks.DELETED, order_id)
        return before


def restore(bench: Bench, order_id: int) -> Order:
    """Bring an order back with the status it had."""
    books = bench.books
    with books.locked():
        order = bench.order(order_id)
        if order.status != "trash":
            return order
        status = str(order.meta_value(STATUS) or "wc-pending").removeprefix("wc-")
        meta = metas.without(order.meta, STATUS, TIME)
        order = books.put(replace(order, status=status, meta=meta))
        hooks.announce(books, hooks.RESTORED, order_id)
        return order


def delete(bench: Bench, order_id: int) -> Order:
    """Delete an order with its refunds and notes, and return what it was."""
    books = bench.books
    with books.locked():
        order = bench.order(order_id)
        attached: list[Numbered] = [*books.refunds(order_id), *books.notes(order_id)]
        for record in attached:
            books.remove(record)
        books.remove(order)
        return order
