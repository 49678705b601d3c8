"""Bulk actions of the order list: one action, many orders, one sentence about the result."""

from collections.abc import Callable, Sequence

from werkzeug.wrappers import Response

from kvitt.sandbox.shop.records import Order
from kvitt.sandbox.shop.screen import pages
from kvitt.sandbox.shop.screen.pages import Visit

#: Form value to label, in WooCommerce's words and order.
ACTIONS = {
    "mark_processing": "Change status to processing",
    "mark_on-hold": "Change status to on-hold",
    "mark_completed": "Change status to completed",
    "mark_cancelled": "Change status to cancelled",
    "trash": "Move to Trash",
}
TRASH_ACTIONS = {"untrash": "Restore", "delete": "Delete permanently"}
_MARK = "mark_"
_LONGEST_NUMBER = 12

#: What was done, for one order and for more.
_RESULTS = {
    "changed": ("{} order status changed.", "{} order statuses changed."),
    "trashed": ("{} order moved to the Trash.", "{} orders moved to the Trash."),
    "untrashed": ("{} order restored from the Trash.", "{} orders restored from the Trash."),
    "deleted": ("{} order permanently deleted.", "{} orders permanently deleted."),
}


def offered(*, in_trash: bool) -> dict[str, str]:
    """Return the actions of the list that is shown."""
    return TRASH_ACTIONS if in_trash else ACTIONS


def apply(visit: Visit) -> Response:
    """Carry out the chosen action on the ticked orders and go back to the list."""
    form = visit.request.form
    status = form.get("status", "")
    back = {"status": status, "s": form.get("s", ""), "paged": form.get("paged", "")}
    orders = _ticked(visit, form.getlist("id"))
    action = form.get("action", "")
    if action not in ACTIONS | TRASH_ACTIONS or not orders:
        missing = "order" if action in ACTIONS | TRASH_ACTIONS else "action"
        return pages.see_other(visit.links.orders(**back, choose=missing))
    word, count = _carry_out(visit, action, orders)
    return pages.see_other(visit.links.orders(**back, did=word, number=count))


def result(visit: Visit) -> str:
    """Return the sentence about what was just done, from the address."""
    asked = visit.request.args
    number = asked.get("number", "")
    if asked.get("did") in _RESULTS and number.isascii() and number.isdigit():
        one, many = _RESULTS[asked["did"]]
        return (one if number == "1" else many).format(number[:_LONGEST_NUMBER])
    if asked.get("choose") == "order":
        return "No orders were selected. Tick the orders first, then press Apply."
    if asked.get("choose") == "action":
        return "No bulk action was chosen."
    return ""


def _ticked(visit: Visit, ids: Sequence[str]) -> list[Order]:
    numbers = [int(i) for i in ids if i.isascii() and i.isdigit() and len(i) < _LONGEST_NUMBER]
    found = [visit.desk.books.order(number) for number in dict.fromkeys(numbers)]
    return [order for order in found if order]


def _carry_out(visit: Visit, action: str, orders: Sequence[Order]) -> tuple[str, int]:
    if action.startswith(_MARK):
        ids = [order.id for order in orders if order.status != "trash"]
        status = action.removeprefix(_MARK)
        return "changed", visit.desk.bulk_status(ids, status, by=visit.asides.user)
    desk = visit.desk
    steps: dict[str, tuple[str, bool, Callable[[int], object]]] = {
        "trash": ("trashed", False, desk.trash),
        "untrash": ("untrashed", True, desk.restore),
        "delete": ("deleted", True, desk.delete),
    }
    word, from_trash, step = steps[action]
    fitting = [order.id for order in orders if (order.status == "trash") == from_trash]
    for order_id in fitting:
        step(order_id)
    return word, len(fitting)
