"""Which orders the list shows: by tab, by search, page by page. All of it is in the address."""

from collections.abc import Sequence
from dataclasses import dataclass

from kvitt.sandbox.shop import statuses
from kvitt.sandbox.shop.records import Order
from kvitt.sandbox.shop.screen.pages import Visit

PER_PAGE = 20
#: The order of the tabs; only those with orders are shown.
TABS = (*statuses.OFFERED, "trash")
_PREFIX = "wc-"
_LAST_PAGE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A status and how many orders have it; the empty status is All."""

    status: str
    name: str
    count: int
    address: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An order in the list."""

    id: int
    title: str
    created: str
    created_iso: str
    status: str
    total: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The list page: what was asked, and what there is."""

    status: str
    search: str
    tabs: Sequence[Tab]
    rows: Sequence[Row]
    count: int
    page: int
    pages: int

    @property
    def is_trash(self) -> bool:
        """Whether the trash is shown, where other actions make sense."""
        return self.status == "trash"


def build(visit: Visit) -> Listing:
    """Read what the address asks for from the shop's books."""
    asked = visit.request.args
    status = asked.get("status", "").removeprefix(_PREFIX)
    status = status if status in TABS else ""
    search = asked.get("s", "").strip()[:100]
    orders = visit.desk.books.orders()
    found = [o for o in orders if _is_under(o, status) and _mentions(o, search)]
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(_page(asked.get("paged", "1")), pages)
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    return Listing(
        status=status,
        search=search,
        tabs=_tabs(visit, orders, status),
        rows=[_row(visit, order) for order in shown],
        count=len(found),
        page=page,
        pages=pages,
    )


def query(status: str) -> str:
    """Return a status as the address spells it."""
    return _PREFIX + status if status and status != "trash" else status


def buyer(order: Order) -> str:
    """Return who bought, as the list names an order."""
    name = f"{order.billing.first_name} {order.billing.last_name}".strip()
    return name or order.billing.company


def _page(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) < len(str(_LAST_PAGE))
    return max(1, int(text)) if is_number else 1


def _is_under(order: Order, status: str) -> bool:
    if status:
        return order.status == status
    return order.status not in {"trash", "auto-draft"}


def _mentions(order: Order, search: str) -> bool:
    words = search.lower().removeprefix("#")
    fields = (
        order.number,
        buyer(order),
        order.billing.company,
        order.billing.email,
        f"{order.shipping.first_name} {order.shipping.last_name}",
        order.transaction_id,
        *(line.name for line in order.lines),
    )
    return any(words in field.lower() for field in fields)


def _tabs(visit: Visit, orders: Sequence[Order], current: str) -> list[Tab]:
    tabs = []
    for status in ("", *TABS):
        count = sum(1 for order in orders if _is_under(order, status))
        if count or status in {"", current}:
            address = visit.links.orders(status=query(status))
            name = statuses.name(status) if status else "All"
            is_current = status == current
            tabs.append(
                Tab(
                    status=status,
                    name=name,
                    count=count,
                    address=address,
                    is_current=is_current,
                )
            )
    return tabs


def _row(visit: Visit, order: Order) -> Row:
    return Row(
        id=order.id,
        title=f"#{order.number} {buyer(order)}".strip(),
        created=visit.minute_text(order.created),
        created_iso=order.created.isoformat(),
        status=order.status,
        total=visit.shown(order.total, order.currency),
        address=visit.links.order(order.id),
    )
