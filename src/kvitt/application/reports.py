"""What the shop is told: the texts of order notes, marks (meta data and status) and refunds.

Each is owed under an id derived from what it reports, so that it is owed once;
``write_back.py`` writes it. The texts are those of HOUSE §7: they name the amount, the id and
the next step. Pure.
"""

from datetime import datetime
from uuid import UUID, uuid5

from kvitt.domain.journal import BookedLine, Call, Receipt, WriteBack, WriteKind
from kvitt.domain.klarna_order import KlarnaCapture, KlarnaOrder
from kvitt.domain.plan import Adopt, Adopted, Guard, Hold
from kvitt.domain.steps import Kind
from kvitt.domain.store_order import StoreOrder

NAMESPACE = UUID("0a5d2b53-6a0c-5a58-9b1b-2f0c9f1c7d11")


def reports_of(
    call: Call,
    receipt: Receipt,
    *,
    halves: tuple[KlarnaOrder, KlarnaOrder],
    move: tuple[str, str] = ("", ""),
    now: datetime,
) -> tuple[WriteBack, ...]:
    """Return what the shop is told of a call that was carried out.

    ``halves`` is Klarna's half before and after; ``move`` the status the shop's order
    has and the one it should go to, where the call is what the status waited for.
    """
    owed = [_note(call.id, _NOTES[call.kind](call, receipt, *halves), now)]
    meta = _marks_of(call, receipt)
    if meta or move[1]:
        owed.append(
            WriteBack(
                id=_id(call.id, "marks"),
                kind=WriteKind.MARKS,
                meta=meta,
                status_before=move[0],
                status=move[1],
                owed_since=now,
            )
        )
    return tuple(owed)


def reports_of_adoption(
    adopt: Adopt, *, order: UUID, store: StoreOrder, now: datetime
) -> tuple[WriteBack, ...]:
    """Return what the shop is told of something that was done at Klarna without us."""
    source = uuid5(order, f"adopt|{adopt.what}|{adopt.remote_id}")
    owed: list[WriteBack] = []
    if adopt.book_refund:
        owed.append(
            WriteBack(
                id=_id(source, "refund"),
                kind=WriteKind.REFUND,
                amount=adopt.amount,
                reason=f"Refunded at Klarna ({adopt.remote_id})",
                remote_id=str(adopt.remote_id),
                owed_since=now,
            )
        )
    meta = _ADOPTED_MARKS[adopt.what](adopt)
    if meta or adopt.store_status:
        owed.append(
            WriteBack(
                id=_id(source, "marks"),
                kind=WriteKind.MARKS,
                meta=meta,
                status=adopt.store_status,
                status_before=store.status,
                owed_since=now,
            )
        )
    if not adopt.ours:
        owed.append(_note(source, _ADOPTED_NOTES[adopt.what](adopt), now))
    return tuple(owed)


def booking_of(
    call: Call,
    receipt: Receipt,
    *,
    lines: tuple[BookedLine, ...],
    restock: bool,
    now: datetime,
) -> WriteBack:
    """Return the refund that the shop books for one that an operator asked for here.

    Its reason names Klarna's refund, by which it is known again and never sent.
    """
    described = str(call.body.get("description", ""))
    reason = f"{described} (Klarna refund {receipt.remote_id})".strip()
    return WriteBack(
        id=_id(call.id, "refund"),
        kind=WriteKind.REFUND,
        amount=call.amount,
        reason=reason,
        remote_id=receipt.remote_id,
        lines=lines,
        restock=restock,
        owed_since=now,
    )


def reports_of_hold(
    hold: Hold, *, order: UUID, store: StoreOrder, now: datetime
) -> tuple[WriteBack, ...]:
    """Return what the shop is told of a wish that waits for a person."""
    episode = store.modified_at.isoformat()
    source = uuid5(order, f"hold|{hold.code}|{hold.sentence}|{episode}")
    owed = [_note(source, f"Klarna: {hold.sentence}", now)]
    if hold.store_status and hold.store_status != store.status:
        owed.append(
            WriteBack(
                id=_id(source, "marks"),
                kind=WriteKind.MARKS,
                status=hold.store_status,
                status_before=store.status,
                owed_since=now,
            )
        )
    return tuple(owed)


def reports_of_guard(
    guard: Guard, wanted: str, reason: str, *, order: UUID, now: datetime
) -> tuple[WriteBack, ...]:
    """Return what the shop is told of something that is left undone on purpose: once."""
    source = uuid5(order, f"guard|{guard}|{wanted}")
    return (_note(source, f"Klarna: {wanted}: not done. {reason}", now),)


def _note(source: UUID, text: str, now: datetime) -> WriteBack:
    return WriteBack(id=_id(source, "note"), kind=WriteKind.NOTE, note=text, owed_since=now)


def _id(source: UUID, part: str) -> UUID:
    return uuid5(NAMESPACE, f"{source}|{part}")


def _marks_of(call: Call, receipt: Receipt) -> dict[str, str]:
    """Return the marks that the shop's own plugin reads (plugin-behaviour.md §1.2)."""
    if call.kind is Kind.CAPTURE:
        return {"_wc_klarna_capture_id": receipt.remote_id}
    if call.kind is Kind.CANCEL:
        return {"_wc_klarna_cancelled": "yes"}
    return {}


def _capture_of(order: KlarnaOrder, remote_id: str) -> KlarnaCapture | None:
    return next((made for made in order.captures if made.id == remote_id), None)


def _cancelled(call: Call, receipt: Receipt, before: KlarnaOrder, after: KlarnaOrder) -> str:
    del call, receipt, before, after
    return "Klarna order cancellation completed."


def _updated(call: Call, receipt: Receipt, before: KlarnaOrder, after: KlarnaOrder) -> str:
    del receipt, after
    if before.order_amount == call.amount:
        return f"Klarna order lines updated. Amount unchanged: {call.amount}."
    return f"Klarna order updated. Amount: {before.order_amount} → {call.amount}."


def _captured(call: Call, receipt: Receipt, before: KlarnaOrder, after: KlarnaOrder) -> str:
    del before
    made = _capture_of(after, receipt.remote_id)
    invoice = made.klarna_reference if made is not None else ""
    text = f"Klarna order captured. Amount: {call.amount}. Capture ID: {receipt.remote_id}."
    if invoice:
        text += f" Invoice number: {invoice}."
    if after.remaining:
        items = ", ".join(f"{count} × {name}" for name, count in call.quantities.items())
        text += f" Items: {items}." if items else ""
        text += f" Still authorized: {after.remaining}."
    return text


def _refunded(call: Call, receipt: Receipt, before: KlarnaOrder, after: KlarnaOrder) -> str:
    del before, after
    return f"Klarna refund of {call.amount} completed. Refund ID: {receipt.remote_id}."


def _released(call: Call, receipt: Receipt, before: KlarnaOrder, after: KlarnaOrder) -> str:
    del receipt, before, after
    return f"Klarna authorization released. Amount no longer reserved: {call.amount}."


def _extended(call: Call, receipt: Receipt, before: KlarnaOrder, after: KlarnaOrder) -> str:
    del call, receipt, before
    until = f" It now ends {after.expires_at:%Y-%m-%d}." if after.expires_at else ""
    return f"Klarna authorization extended.{until}"


def _numbered(call: Call, receipt: Receipt, before: KlarnaOrder, after: KlarnaOrder) -> str:
    del call, receipt, before
    return f"Klarna now shows this order as {after.merchant_reference1}."


def _readdressed(call: Call, receipt: Receipt, before: KlarnaOrder, after: KlarnaOrder) -> str:
    del call, receipt, before, after
    return "Klarna has the new delivery address."


def _tracked(call: Call, receipt: Receipt, before: KlarnaOrder, after: KlarnaOrder) -> str:
    del call, receipt, before, after
    return "Klarna has the tracking number."


def _resent(call: Call, receipt: Receipt, before: KlarnaOrder, after: KlarnaOrder) -> str:
    del receipt, before
    made = _capture_of(after, call.capture_id or "")
    which = f" Invoice number: {made.klarna_reference}." if made else ""
    return f"Klarna has sent the customer its message about {call.amount} again.{which}"


def _given_time(call: Call, receipt: Receipt, before: KlarnaOrder, after: KlarnaOrder) -> str:
    del receipt, before
    made = _capture_of(after, call.capture_id or "")
    which = f" Invoice number: {made.klarna_reference}." if made else ""
    days = call.body["number_of_days"]
    return f"Klarna gives the customer {days} more days to pay {call.amount}.{which}"


_NOTES = {
    Kind.CANCEL: _cancelled,
    Kind.UPDATE: _updated,
    Kind.CAPTURE: _captured,
    Kind.REFUND: _refunded,
    Kind.RELEASE: _released,
    Kind.EXTEND: _extended,
    Kind.REFERENCES: _numbered,
    Kind.CUSTOMER: _readdressed,
    Kind.TRACKING: _tracked,
    Kind.RESEND: _resent,
    Kind.DUE_DATE: _given_time,
}


def _adopted_capture(adopt: Adopt) -> dict[str, str]:
    return {"_wc_klarna_capture_id": str(adopt.remote_id)}


def _adopted_cancel(adopt: Adopt) -> dict[str, str]:
    del adopt
    return {"_wc_klarna_cancelled": "yes"}


def _adopted_refund(adopt: Adopt) -> dict[str, str]:
    del adopt
    return {}


def _capture_noted(adopt: Adopt) -> str:
    text = f"Captured at Klarna, not by this shop. Amount: {adopt.amount}."
    text += f" Capture ID: {adopt.remote_id}."
    return text + (f" Invoice number: {adopt.invoice}." if adopt.invoice else "")


def _refund_noted(adopt: Adopt) -> str:
    made = f" Refund ID: {adopt.remote_id}." if adopt.remote_id else ""
    return f"Refunded at Klarna, not by this shop. Amount: {adopt.amount}.{made}"


def _cancel_noted(adopt: Adopt) -> str:
    return f"Cancelled at Klarna, not by this shop. No longer authorized: {adopt.amount}."


_ADOPTED_NOTES = {
    Adopted.CAPTURE: _capture_noted,
    Adopted.REFUND: _refund_noted,
    Adopted.CANCEL: _cancel_noted,
}

_ADOPTED_MARKS = {
    Adopted.CAPTURE: _adopted_capture,
    Adopted.CANCEL: _adopted_cancel,
    Adopted.REFUND: _adopted_refund,
}
