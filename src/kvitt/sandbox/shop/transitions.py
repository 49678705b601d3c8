"""What happens when an order gets another status: dates, stock, notes, mails.

Any status may follow any other. The steps, in WooCommerce's order:

1. stock is taken or put back, and some mails go out;
2. setting `refunded` by hand books a refund of what is left;
3. the status note is written, and the other mails go out;
4. plugins are told.
"""

from dataclasses import replace

from kvitt.sandbox.shop import notes, refunding, statuses, stock
from kvitt.sandbox.shop.bench import Bench
from kvitt.sandbox.shop.records import Order

SET_TO_REFUNDED = (
    "Order status set to refunded. To return funds to the customer you will need to issue a "
    "refund through your payment gateway."
)


def move(
    bench: Bench, order: Order, status: str, *, by: str = "", note: str = "", tells: bool = True
) -> Order:
    """Save an order under another status, with all that follows, and return it.

    `note` stands before the status note, or in its place when it says how it was paid.
    `tells` is False for the one save no webhook hears of: bringing an order back from trash.
    """
    books, before = bench.books, order.status
    with books.locked():
        order = _dated(bench, replace(order, status=status))
        save = bench.save if tells else books.put
        order = save(order)
        if status == before:
            return order
        order = books.put(_stocked(bench, order))
        order = _mailed(bench, order, before, early=True)
        if status == "refunded":
            _fully_refunded(bench, order)
        notes.write(books, order.id, _status_note(before, status, note), author=by)
        _mailed(bench, order, before, early=False)
    bench.tell_status(bench.order(order.id))
    return bench.order(order.id)


def payment_complete(bench: Bench, order: Order, transaction_id: str = "") -> Order:
    """Mark an order as paid and move it on; one that is past that stays as it is."""
    if order.status not in statuses.AWAITS_PAYMENT:
        return order
    now = bench.books.now()
    order = replace(
        order,
        transaction_id=transaction_id or order.transaction_id,
        paid=order.paid or now,
    )
    status = "processing" if bench.needs_processing(order) else "completed"
    text = f"Payment via {order.payment_method_title} ({order.transaction_id})."
    return move(bench, order, status, note=text if order.transaction_id else "")


def _status_note(before: str, after: str, note: str) -> str:
    if note.startswith("Payment via "):
        return note
    changed = f"Order status changed from {statuses.name(before)} to {statuses.name(after)}."
    return f"{note} {changed}".strip()


def _dated(bench: Bench, order: Order) -> Order:
    """Return the order with the dates its status brings; none is ever taken away."""
    now = bench.books.now()
    reached = order.status == "completed" or (
        order.status == "processing" and bench.needs_processing(order)
    )
    if order.paid is None and reached:
        order = replace(order, paid=now)
    if order.status == "completed":
        order = replace(order, completed=now)
    return order


def _stocked(bench: Bench, order: Order) -> Order:
    if order.status in statuses.TAKES_STOCK:
        return stock.taken(bench.books, order)
    if order.status in statuses.RETURNS_STOCK:
        return stock.returned(bench.books, order)
    return order


def _mailed(bench: Bench, order: Order, before: str, *, early: bool) -> Order:
    books = bench.books
    news = not early and statuses.announces_order(before, order.status)
    if news and not order.new_order_mailed:
        notes.mailed(books, order.id, statuses.NEW_ORDER_MAIL)
        order = books.put(replace(order, new_order_mailed=True))
    title = statuses.mail_for(before, order.status)
    if title and early == (order.status in statuses.MAILED_BEFORE_NOTE):
        notes.mailed(books, order.id, title)
    return order


def _fully_refunded(bench: Bench, order: Order) -> None:
    if refunding.book_remainder(bench, order):
        notes.mailed(bench.books, order.id, "Refunded order")
        notes.write(bench.books, order.id, SET_TO_REFUNDED)
