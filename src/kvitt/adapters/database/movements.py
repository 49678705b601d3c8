"""The captures and refunds of Klarna's record as rows, kept when an order's figures change."""

from datetime import datetime

from kvitt.adapters.database import shapes
from kvitt.adapters.database.models import Movement, MovementKind, Order
from kvitt.domain.klarna_order import KlarnaCapture, KlarnaOrder, KlarnaRefund
from kvitt.domain.policy import Policy

_LONGEST_ID = 255
_LONGEST_REASON = 100


def keep(order: Order, klarna: KlarnaOrder | None) -> None:
    """Keep a row for each capture and refund, in the caller's transaction.

    A row is written once: what was carried on from our own call and what Klarna says of
    it later bear the same id.
    """
    if klarna is None or not (klarna.captures or klarna.refunds):
        return
    known = set(Movement.objects.filter(order=order).values_list("kind", "remote_id"))
    rows = [
        *(_capture(order, made) for made in klarna.captures),
        *(_refund(order, made) for made in klarna.refunds),
    ]
    new = [row for row in rows if row is not None and (row.kind, row.remote_id) not in known]
    if any(row.kind == MovementKind.CAPTURE for row in new):
        _time(order, new)
    Movement.objects.bulk_create(new, ignore_conflicts=True)


def _capture(order: Order, made: KlarnaCapture) -> Movement | None:
    if made.captured_at is None:
        return None
    return Movement(
        order=order,
        shop_id=order.shop_id,
        kind=MovementKind.CAPTURE.value,
        remote_id=made.id[:_LONGEST_ID],
        at=made.captured_at,
        currency=made.amount.currency,
        minor=made.amount.minor,
    )


def _refund(order: Order, made: KlarnaRefund) -> Movement | None:
    if made.refunded_at is None:
        return None
    # Old refunds have no id (klarna-api.md §5.6); their moment tells them apart.
    remote_id = made.id or f"{made.refunded_at.isoformat()}|{made.reference}"
    return Movement(
        order=order,
        shop_id=order.shop_id,
        kind=MovementKind.REFUND.value,
        remote_id=remote_id[:_LONGEST_ID],
        at=made.refunded_at,
        currency=made.amount.currency,
        minor=made.amount.minor,
        reason=" ".join(made.description.split())[:_LONGEST_REASON],
    )


def _time(order: Order, new: list[Movement]) -> None:
    """Set how long the captures took, where the shop's order has the status that asks."""
    policy = shapes.unpack(Policy, order.shop.policy)
    since: datetime | None = order.store_status_since
    if since is None or order.store_status not in policy.capture_statuses:
        return
    for row in new:
        if row.kind == MovementKind.CAPTURE and row.at >= since:
            row.waited = round((row.at - since).total_seconds())
