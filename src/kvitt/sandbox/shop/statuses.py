"""The statuses an order can have, what they are called, and which mails they cause.

There is no table of allowed transitions, because WooCommerce has none
(woocommerce-facts.md §5).
"""

NAMES = {
    "pending": "Pending payment",
    "processing": "Processing",
    "on-hold": "On hold",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "failed": "Failed",
    "checkout-draft": "Draft",
    "auto-draft": "Auto Draft",
    "trash": "Trash",
}

#: What the order screen offers, in WooCommerce's order.
OFFERED = (
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
    "checkout-draft",
)
#: What REST accepts in a single write, in the order its error text names them.
WRITABLE = ("auto-draft", *OFFERED)

#: What the list filter `status=any` leaves out.
HIDDEN = frozenset({"trash", "auto-draft", "checkout-draft"})

UNPAID = frozenset({"pending", "failed"})

#: Statuses that take goods from stock, and statuses that put them back.
TAKES_STOCK = frozenset({"processing", "completed", "on-hold"})
RETURNS_STOCK = frozenset({"pending", "cancelled"})

#: Where `payment_complete` moves an order on from.
AWAITS_PAYMENT = frozenset({"on-hold", "pending", "failed", "cancelled"})

NEW_ORDER_MAIL = "New order"

_FROM_UNSETTLED = frozenset({"pending", "failed", "cancelled", "on-hold"})

_MAILS: dict[str, tuple[str, frozenset[str] | None]] = {
    "processing": ("Processing order", _FROM_UNSETTLED),
    "on-hold": ("Order on-hold", _FROM_UNSETTLED - {"on-hold"}),
    "cancelled": ("Cancelled order", frozenset({"processing", "on-hold"})),
    "failed": ("Failed order", frozenset({"pending", "on-hold", "processing"})),
    "completed": ("Completed order", None),
}

#: The mail of these goes out before the status note is written, of the others after it.
MAILED_BEFORE_NOTE = frozenset({"completed", "failed"})


def name(status: str) -> str:
    """Return what people call a status."""
    return NAMES.get(status, status)


def mail_for(before: str, after: str) -> str | None:
    """Return the title of the mail a change of status sends, or None."""
    title, from_statuses = _MAILS.get(after, (None, frozenset()))
    if title is None or (from_statuses is not None and before not in from_statuses):
        return None
    return title


def announces_order(before: str, after: str) -> bool:
    """Tell whether the shop's owner is mailed about a new order at this change."""
    return before in {"pending", "failed", "cancelled"} and after in TAKES_STOCK
