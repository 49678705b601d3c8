"""The differences as columns of a file for a spreadsheet."""

from django.utils.translation import gettext_lazy as _

from kvitt.adapters.database.models import Order
from kvitt.domain.money import Money
from kvitt.web.console import rows
from kvitt.web.console.export import Column
from kvitt.web.console.reconciliation.wording import REASONS


def _apart(order: Order) -> Money | None:
    """Return by how much Klarna's amount is more than the shop's."""
    if order.shop_says is None or order.klarna_says is None:
        return None
    return order.klarna_says - order.shop_says


COLUMNS = (
    Column(name="order", title=_("Order"), cell=rows.number_of),
    Column(name="shop", title=_("Shop"), cell=lambda order: order.shop.name),
    Column(name="placed", title=_("Placed"), cell=lambda order: order.placed_at),
    Column(name="store_status", title="WooCommerce", cell=lambda order: order.store_status),
    Column(name="klarna_status", title="Klarna", cell=lambda order: order.klarna_status),
    Column(name="currency", title=_("Currency"), cell=lambda order: order.currency),
    Column(name="shop_says", title=_("The shop says"), cell=lambda order: order.shop_says),
    Column(name="klarna_says", title=_("Klarna says"), cell=lambda order: order.klarna_says),
    Column(name="difference", title=_("Difference"), cell=_apart),
    Column(
        name="in_sums",
        title=_("In the sums"),
        cell=lambda order: "1" if order.verdict.booked else "0",
    ),
    Column(name="code", title=_("Code"), cell=lambda order: order.comparison),
    Column(name="reason", title=_("Reason"), cell=lambda o: str(REASONS[o.verdict].name)),
    Column(name="waits_for", title=_("Waits for"), cell=lambda order: order.hold_text),
    Column(name="klarna_order_id", title=_("Klarna id"), cell=lambda o: o.klarna_order_id),
    Column(name="read", title=_("Last read"), cell=lambda order: order.looked_at),
)
