"""Reading the items box's Save: what was typed for each line that was open for editing.

When only the quantity was changed the amounts follow it, as WooCommerce's own script does in
the browser. Our script does it there too and says so with the field `scaled`; then what was
typed is taken as it stands.
"""

from collections.abc import Mapping
from decimal import Decimal

from kvitt.sandbox.shop.desk import LineEdit
from kvitt.sandbox.shop.records import Item, LineItem, Order
from kvitt.sandbox.shop.screen import item_rows, money

Fields = Mapping[str, str]


def read(form: Fields, order: Order) -> list[LineEdit]:
    """Return the edits of every line whose fields are in the form."""
    open_items = [item for item in order.items() if f"total_{item.id}" in form]
    return [_edit(form, order, item) for item in open_items]


def scaled(amount: Decimal, *, by: int, of: int) -> Decimal:
    """Return an amount for another quantity, to six decimals like WooCommerce's script."""
    return money.rounded(amount * by / of, money.PRECISION)


def _edit(form: Fields, order: Order, item: Item) -> LineEdit:
    name = _name(item)
    quantity = None
    if isinstance(item, LineItem):
        typed = form.get(f"qty_{item.id}", str(item.quantity))
        quantity = money.parse_quantity(typed, field=f"Quantity of {name}")
    if quantity and _only_quantity_changed(form, order, item, quantity):
        return _at_quantity(item, quantity)
    total = _amount(form, f"total_{item.id}", f"Total of {name}", item.total)
    subtotal = None
    if isinstance(item, LineItem):
        label = f"Before discount of {name}"
        subtotal = _amount(form, f"subtotal_{item.id}", label, item.subtotal)
    return LineEdit(
        item_id=item.id,
        quantity=quantity,
        total=total,
        subtotal=subtotal,
        taxes=_taxes(form, order, item),
    )


def _taxes(form: Fields, order: Order, item: Item) -> dict[int, Decimal]:
    """Read the taxes; a rate that is not on the item comes onto it when one is typed."""
    now = {tax.rate_id: tax.total for tax in item.taxes}
    typed = {line: form.get(f"tax_{item.id}_{line.rate_id}", "") for line in order.tax_lines}
    return {
        line.rate_id: money.parse(text, field=f"{line.label} of {_name(item)}")
        if text.strip()
        else now[line.rate_id]
        for line, text in typed.items()
        if text.strip() or line.rate_id in now
    }


def _only_quantity_changed(form: Fields, order: Order, item: Item, quantity: int) -> bool:
    old = item_rows.quantity_of(item)
    if form.get("scaled") or quantity == old or not old:
        return False
    return all(form.get(field, text) == text for field, text in _as_shown(order, item).items())


def _as_shown(order: Order, item: Item) -> dict[str, str]:
    """Return what the amount fields of a line held when the page was made."""
    shown = {f"total_{item.id}": money.typed(item.total, order.currency)}
    if isinstance(item, LineItem):
        shown[f"subtotal_{item.id}"] = money.typed(item.subtotal, order.currency)
    for line in order.tax_lines:
        if any(tax.rate_id == line.rate_id for tax in item.taxes):
            tax = item_rows.tax_amount(item, line.rate_id)
            shown[f"tax_{item.id}_{line.rate_id}"] = money.typed(tax, order.currency)
    return shown


def _at_quantity(item: Item, quantity: int) -> LineEdit:
    old = item_rows.quantity_of(item)
    subtotal = item.subtotal if isinstance(item, LineItem) else item.total
    return LineEdit(
        item_id=item.id,
        quantity=quantity,
        total=scaled(item.total, by=quantity, of=old),
        subtotal=scaled(subtotal, by=quantity, of=old),
        taxes={tax.rate_id: scaled(tax.total, by=quantity, of=old) for tax in item.taxes},
    )


def _amount(form: Fields, key: str, label: str, before: Decimal) -> Decimal:
    """Read an amount; a field left empty or missing keeps what was there."""
    text = form.get(key, "").strip()
    return money.parse(text, field=label) if text else before


def _name(item: Item) -> str:
    return getattr(item, "name", "") or getattr(item, "method_title", "")
