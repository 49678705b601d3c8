"""Order notes over REST (woocommerce-facts.md §6)."""

from kvitt.sandbox.shop.records import Note
from kvitt.sandbox.shop.rest import schema, views
from kvitt.sandbox.shop.rest.answers import Answer, Call, RestError

CHECKS: dict[str, schema.Check] = {
    "note": schema.text,
    "customer_note": schema.boolean,
    "added_by_user": schema.boolean,
}
_FILTERS: dict[str, schema.Check] = {"type": schema.one_of(("any", "customer", "internal"))}


def list_(call: Call, order_id: int) -> Answer:
    """Answer the notes of an order; those of one second come in no useful order."""
    schema.check(call.params, _FILTERS)
    _check_order(call, order_id)
    kind = call.params.get("type", "any")
    wanted = [
        note
        for note in call.desk.books.notes(order_id)
        if kind == "any" or note.customer_note == (kind == "customer")
    ]
    return Answer(body=[views.note(call.lens, note) for note in wanted])


def get(call: Call, order_id: int, note_id: int) -> Answer:
    """Answer one note."""
    return Answer(body=views.note(call.lens, _found(call, order_id, note_id)))


def create(call: Call, order_id: int) -> Answer:
    """Write a note, by the shop or, when asked, by the key's user."""
    schema.require(call.params, "note")
    schema.check(call.params, CHECKS)
    _check_order(call, order_id)
    note = call.desk.add_note(
        order_id,
        str(call.params["note"]),
        customer_note=call.flag("customer_note"),
        by=call.key.user_name if call.flag("added_by_user") else "",
    )
    location = f"{call.lens.base}/orders/{order_id}/notes/{note.id}"
    body = views.note(call.lens, note)
    return Answer(body=body, status=201, headers={"Location": location})


def delete(call: Call, order_id: int, note_id: int) -> Answer:
    """Delete a note, which must be forced; the text of the refusal is WooCommerce's own."""
    note = _found(call, order_id, note_id)
    if not call.flag("force"):
        raise RestError(
            "woocommerce_rest_trash_not_supported",
            "Webhooks do not support trashing.",
            status=501,
        )
    call.desk.delete_note(note_id)
    return Answer(body=views.note(call.lens, note))


def _check_order(call: Call, order_id: int) -> None:
    if call.desk.books.order(order_id) is None:
        raise RestError("woocommerce_rest_order_invalid_id", "Invalid order ID.", status=404)


def _found(call: Call, order_id: int, note_id: int) -> Note:
    _check_order(call, order_id)
    note = call.desk.books.get(Note, note_id)
    if note is None or note.order_id != order_id:
        raise RestError("woocommerce_rest_invalid_id", "Invalid resource ID.", status=404)
    return note
