"""The results of a run as columns of a file for a spreadsheet."""

from django.utils.translation import gettext_lazy as _

from kvitt.web.console.export import Column

COLUMNS = (
    Column(name="order", title=_("Order"), cell=lambda item: item.number),
    Column(name="shop", title=_("Shop"), cell=lambda item: item.order.shop.name),
    Column(name="customer", title=_("Customer"), cell=lambda item: item.order.customer),
    Column(
        name="currency",
        title=_("Currency"),
        cell=lambda item: item.amount.currency if item.amount else None,
    ),
    Column(name="amount", title=_("Amount"), cell=lambda item: item.amount),
    Column(name="result", title=_("Result"), cell=lambda item: item.outcome),
    Column(
        name="answer", title=_("Answer"), cell=lambda item: str(item.why_silent or item.text)
    ),
    Column(name="key", title=_("Key"), cell=lambda item: item.key),
)
