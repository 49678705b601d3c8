"""What a call that succeeded has done to Klarna's half, and what is remembered of it.

Klarna calls a success final and asks not to be polled to confirm it (klarna-api.md §3.3,
§7.4), so its half is carried on from our own call. Nothing here guesses what Klarna
alone knows: a new expiry date is unknown until it is read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from kvitt.domain.ids import CaptureId, RefundId
from kvitt.domain.klarna_order import (
    KlarnaCapture,
    KlarnaLine,
    KlarnaOrder,
    KlarnaRefund,
    KlarnaStatus,
)
from kvitt.domain.lines import Json, OrderLine
from kvitt.domain.money import Money
from kvitt.domain.plan import Action, Adopt, Agree, Journal
from kvitt.domain.steps import (
    AddTracking,
    Cancel,
    Capture,
    Extend,
    Refund,
    Release,
    SetReferences,
    Step,
    Update,
)


def carried_out(
    order: KlarnaOrder, step: Step, *, remote_id: str, reference: str, at: datetime
) -> KlarnaOrder:
    """Return Klarna's half as it is after the step."""
    match step:
        case Cancel():
            return _closed(order, KlarnaStatus.CANCELLED)
        case Release():
            return _closed(order, KlarnaStatus.CAPTURED)
        case Capture():
            return _captured(order, step, remote_id=remote_id, reference=reference, at=at)
        case Refund():
            return _refunded(order, step, remote_id=remote_id, reference=reference, at=at)
        case Update():
            changed = replace(order, order_amount=step.amount, lines=_shown(step.lines))
            return _with_remaining(changed, step.amount - order.captured)
        case _:
            return _annotated(order, step)


def _shown(lines: Iterable[OrderLine]) -> tuple[KlarnaLine, ...]:
    """Return lines that were sent as Klarna shows them."""
    return tuple(
        KlarnaLine(
            reference=line.reference,
            name=line.name,
            quantity=line.quantity,
            total_amount=line.total_amount,
            unit_price=line.unit_price,
            total_tax_amount=line.total_tax_amount,
            tax_rate=line.tax_rate,
        )
        for line in lines
    )


def lines_sent(body: Mapping[str, Json]) -> tuple[KlarnaLine, ...]:
    """Return the lines of a call's body as Klarna shows them; none where it has none."""
    lines = body.get("order_lines")
    items = lines if isinstance(lines, list) else []
    return tuple(
        KlarnaLine(
            reference=str(item["reference"]),
            name=str(item["name"]),
            quantity=int(str(item["quantity"])),
            total_amount=int(str(item["total_amount"])),
        )
        for item in items
        if isinstance(item, dict)
    )


def noted(journal: Journal, action: Action) -> Journal:
    """Return what is remembered of the order once an action is done, but for its record."""
    match action:
        case Agree() | Update():
            return replace(
                journal,
                agreed_fingerprint=action.fingerprint,
                agreed_amount=action.amount,
            )
        case Adopt():
            return replace(journal, adopted=journal.adopted | {str(action.remote_id)})
        case _:
            return journal


def _annotated(order: KlarnaOrder, step: Step) -> KlarnaOrder:
    """Return the order after a step that moves no money."""
    match step:
        case Extend():
            return replace(order, expires_at=None)
        case SetReferences():
            return replace(
                order,
                merchant_reference1=step.merchant_reference1,
                merchant_reference2=step.merchant_reference2,
            )
        case AddTracking():
            captures = tuple(
                replace(capture, tracking=(*capture.tracking, step.tracking_number))
                if capture.id == step.capture_id
                else capture
                for capture in order.captures
            )
            return replace(order, captures=captures)
        case _:
            return order


def _closed(order: KlarnaOrder, status: KlarnaStatus) -> KlarnaOrder:
    return replace(order, status=status, remaining=Money.zero(order.currency))


def _with_remaining(order: KlarnaOrder, remaining: Money) -> KlarnaOrder:
    """Return the order with its status in accord with what is left of the authorization."""
    status = KlarnaStatus.AUTHORIZED
    if order.captured:
        status = KlarnaStatus.PART_CAPTURED if remaining else KlarnaStatus.CAPTURED
    return replace(order, remaining=remaining, status=status)


def _captured(
    order: KlarnaOrder, step: Capture, *, remote_id: str, reference: str, at: datetime
) -> KlarnaOrder:
    # A capture's Klarna reference is the order's with its number (klarna-api.md §5).
    nth = len(order.captures) + 1
    capture = KlarnaCapture(
        id=CaptureId(remote_id),
        klarna_reference=f"{order.klarna_reference}-{nth}" if order.klarna_reference else "",
        amount=step.amount,
        captured_at=at,
        reference=reference,
        line_references=tuple(line.reference for line in step.lines),
        refunded=Money.zero(order.currency),
        tracking=(step.tracking_number,) if step.tracking_number else (),
    )
    after = replace(
        order, captured=order.captured + step.amount, captures=(*order.captures, capture)
    )
    return _with_remaining(after, order.remaining - step.amount)


def _refunded(
    order: KlarnaOrder, step: Refund, *, remote_id: str, reference: str, at: datetime
) -> KlarnaOrder:
    refund = KlarnaRefund(
        id=RefundId(remote_id),
        amount=step.amount,
        refunded_at=at,
        reference=reference,
        description=step.description,
    )
    return replace(
        order, refunded=order.refunded + step.amount, refunds=(*order.refunds, refund)
    )
