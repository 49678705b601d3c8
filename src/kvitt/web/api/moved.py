"""What was captured and refunded of an order, as Klarna has it. Nothing here writes.

These share their addresses with the operations that ask for more of the same, and one
address is answered by one router: theirs.
"""

from django.http import HttpRequest

from kvitt.web import desk
from kvitt.web.accounts.rights import Right
from kvitt.web.api import describing, schemas
from kvitt.web.api.asking import router
from kvitt.web.api.auth import needs
from kvitt.web.api.orders import OrderId, order_for

__all__ = ["list_captures", "list_refunds", "router"]


@router.get(
    "/orders/{order_id}/captures",
    response=list[schemas.CaptureOut],
    auth=needs(Right.SEE),
    operation_id="list_captures",
    tags=["orders"],
    summary="Captures of an order, as Klarna has them",
)
def list_captures(request: HttpRequest, order_id: OrderId) -> list[schemas.CaptureOut]:
    """List what was claimed, whoever claimed it, the oldest first."""
    klarna = desk.current().situations.of(order_for(request, order_id).pk).klarna
    return [describing.capture(made) for made in klarna.captures] if klarna else []


@router.get(
    "/orders/{order_id}/refunds",
    response=list[schemas.RefundOut],
    auth=needs(Right.SEE),
    operation_id="list_refunds",
    tags=["orders"],
    summary="Refunds of an order, as Klarna has them",
)
def list_refunds(request: HttpRequest, order_id: OrderId) -> list[schemas.RefundOut]:
    """List what was given back, whoever gave it, the oldest first."""
    klarna = desk.current().situations.of(order_for(request, order_id).pk).klarna
    return [describing.refund(made) for made in klarna.refunds] if klarna else []
