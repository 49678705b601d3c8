"""What every button of the order page does: the table of actions, each a wish at the desk.

An action returns the word of the notice the next page shows. Items are only changed while the
order is editable; the engine, like the REST API, would not ask.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from werkzeug.wrappers import Response

from kvitt.sandbox.shop.desk import RefundRequest, ShopError
from kvitt.sandbox.shop.komhands import DISCONNECTED
from kvitt.sandbox.shop.records import Order
from kvitt.sandbox.shop.screen import (
    line_forms,
    money,
    order_view,
    pages,
    refund_forms,
    save_forms,
    totals_block,
)
from kvitt.sandbox.shop.screen.money import Mistyped
from kvitt.sandbox.shop.screen.pages import Visit

REFUND_GATEWAY, REFUND_MANUAL = "refund_gateway", "refund_manual"
KOM_OFF, KOM_ON = "kom_off", "kom_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One button: what it does, and the state of the items box it was pressed in."""

    run: Callable[[Visit, Order], str]
    changes_items: bool = False
    mode: str = field(default="")


def answer(visit: Visit, order: Order) -> Response:
    """Carry out the button that was pressed, and show the order again."""
    pressed = visit.request.form.get("do", "")
    action = ACTIONS.get(pressed)
    if action is None:
        return pages.problem(visit, "There is no such action.", status=400)
    try:
        _check_editable(order, action)
        if pressed in {REFUND_GATEWAY, REFUND_MANUAL} and not _is_confirmed(visit):
            return _ask(visit, order, through_gateway=pressed == REFUND_GATEWAY)
        word = action.run(visit, order)
    except (Mistyped, ShopError) as refusal:
        return order_view.refused(visit, order.id, mode=action.mode, message=str(refusal))
    if word == "trashed":
        return pages.see_other(visit.links.orders(did="trashed", number=1))
    return pages.see_other(visit.links.order(order.id, message=word))


def _check_editable(order: Order, action: Action) -> None:
    if action.changes_items and not order.is_editable:
        raise Mistyped("This order is no longer editable.")


def _save(visit: Visit, order: Order) -> str:
    visit.desk.save_screen(order.id, save_forms.read(visit, order), by=visit.asides.user)
    return "saved"


def _trash(visit: Visit, order: Order) -> str:
    visit.desk.trash(order.id)
    return "trashed"


def _save_items(visit: Visit, order: Order) -> str:
    visit.desk.edit_lines(order.id, line_forms.read(visit.request.form, order))
    return "items_saved"


def _calculate_taxes(visit: Visit, order: Order) -> str:
    visit.desk.calculate_taxes(order.id)
    return "taxes_calculated"


def _calculate_totals(visit: Visit, order: Order) -> str:
    visit.desk.calculate_totals(order.id)
    return "totals_calculated"


def _add_product(visit: Visit, order: Order) -> str:
    form = visit.request.form
    number = money.parse_quantity(form.get("product", ""), field="Product")
    quantity = money.parse_quantity(form.get("quantity", ""), field="Quantity")
    if not quantity:
        raise Mistyped("Quantity: at least 1.")
    visit.desk.add_line(order.id, number, quantity=quantity)
    return "item_added"


def _add_fee(visit: Visit, order: Order) -> str:
    form = visit.request.form
    amount = money.parse(form.get("fee_amount", ""), field="Fee amount")
    visit.desk.add_fee(order.id, name=form.get("fee_name", "").strip() or "Fee", amount=amount)
    return "item_added"


def _add_shipping(visit: Visit, order: Order) -> str:
    form = visit.request.form
    total = money.parse(form.get("shipping_total", ""), field="Shipping cost")
    title = form.get("shipping_title", "").strip() or "Shipping"
    visit.desk.add_shipping(order.id, title=title, total=total)
    return "item_added"


def _remove_item(visit: Visit, order: Order) -> str:
    text = visit.request.form.get("item", "")
    visit.desk.remove_item(order.id, money.parse_quantity(text, field="Item"))
    return "item_removed"


def _apply_coupon(visit: Visit, order: Order) -> str:
    code = visit.request.form.get("coupon", "").strip()
    if not code:
        raise Mistyped("Coupon code: type the code first.")
    visit.desk.apply_coupon(order.id, code)
    return "coupon_applied"


def _remove_coupon(visit: Visit, order: Order) -> str:
    visit.desk.remove_coupon(order.id, visit.request.form.get("coupon", ""))
    return "coupon_removed"


def _refund_gateway(visit: Visit, order: Order) -> str:
    return _refund(visit, order, through_gateway=True)


def _refund_manual(visit: Visit, order: Order) -> str:
    return _refund(visit, order, through_gateway=False)


def _refund(visit: Visit, order: Order, *, through_gateway: bool) -> str:
    visit.desk.create_refund(
        order.id, _refund_request(visit, order, through_gateway=through_gateway)
    )
    return "refunded"


def _refund_request(visit: Visit, order: Order, *, through_gateway: bool) -> RefundRequest:
    """Read the refund, unless another one was made since the page was opened.

    WooCommerce compares the amount refunded so far in the same way: it is what keeps a double
    click or a second tab from refunding twice.
    """
    so_far = money.typed(totals_block.refunded(visit, order), order.currency)
    if visit.request.form.get("refunded_so_far") != so_far:
        raise Mistyped(
            "The refunds of this order have changed since this page was opened. "
            "Nothing was refunded now. Look at the refunds below, then try again."
        )
    return refund_forms.read(visit, order, through_gateway=through_gateway)


def _delete_refund(visit: Visit, order: Order) -> str:
    text = visit.request.form.get("refund", "")
    number = money.parse_quantity(text, field="Refund")
    if number not in {refund.id for refund in visit.desk.books.refunds(order.id)}:
        raise Mistyped("This refund is gone already.")
    visit.desk.delete_refund(number)
    return "refund_deleted"


def _add_note(visit: Visit, order: Order) -> str:
    form = visit.request.form
    text = form.get("note", "").strip()
    if not text:
        raise Mistyped("Add note: type the note first.")
    to_customer = form.get("note_type") == "customer"
    visit.desk.add_note(order.id, text, customer_note=to_customer, by=visit.asides.user)
    return "note_added"


def _manage(visit: Visit, order: Order) -> str:
    """Put the plugin's mark on the order by which it leaves it alone, or take it away."""
    off = visit.request.form.get("do") == KOM_OFF
    mark = {"key": DISCONNECTED, "value": "1" if off else None}
    visit.desk.update_order(order.id, {"meta_data": [mark]})
    return KOM_OFF if off else KOM_ON


def _delete_note(visit: Visit, order: Order) -> str:
    number = money.parse_quantity(visit.request.form.get("note_id", ""), field="Note")
    if number not in {note.id for note in visit.desk.books.notes(order.id)}:
        raise Mistyped("This note is gone already.")
    visit.desk.delete_note(number)
    return "note_deleted"


def _is_confirmed(visit: Visit) -> bool:
    return visit.request.form.get("confirmed") == "1"


def _ask(visit: Visit, order: Order, *, through_gateway: bool) -> Response:
    """Show what will be refunded, for a browser that cannot ask by itself."""
    request = _refund_request(visit, order, through_gateway=through_gateway)
    return order_view.confirmation(visit, order, request)


ACTIONS = {
    "save": Action(run=_save),
    "trash": Action(run=_trash),
    "save_items": Action(run=_save_items, changes_items=True, mode="edit"),
    "calculate_taxes": Action(run=_calculate_taxes, changes_items=True),
    "calculate_totals": Action(run=_calculate_totals, changes_items=True),
    "add_product": Action(run=_add_product, changes_items=True, mode="add"),
    "add_fee": Action(run=_add_fee, changes_items=True, mode="add"),
    "add_shipping": Action(run=_add_shipping, changes_items=True, mode="add"),
    "remove_item": Action(run=_remove_item, changes_items=True),
    "apply_coupon": Action(run=_apply_coupon, changes_items=True, mode="coupon"),
    "remove_coupon": Action(run=_remove_coupon, changes_items=True),
    REFUND_GATEWAY: Action(run=_refund_gateway, mode="refund"),
    REFUND_MANUAL: Action(run=_refund_manual, mode="refund"),
    "delete_refund": Action(run=_delete_refund),
    "add_note": Action(run=_add_note),
    "delete_note": Action(run=_delete_note),
    KOM_OFF: Action(run=_manage),
    KOM_ON: Action(run=_manage),
}
