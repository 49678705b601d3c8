"""Orders, their lines, and the plans kvitt has for them. Nothing here writes."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from kvitt.adapters.database import health, reads
from kvitt.adapters.database.models import Order, OrderState
from kvitt.domain.decide import decide
from kvitt.domain.decide.left import lines_left
from kvitt.domain.plan import HoldCode
from kvitt.web import desk
from kvitt.web.accounts.rights import Right
from kvitt.web.api import bodies, describing, headings, paging, problems, schemas
from kvitt.web.api.auth import caller_of, needs

router = Router(tags=["orders"])

MOST = 200
#: Row ids are 64-bit: a larger number names nothing, and a database would refuse it.
OrderId = Annotated[int, Field(ge=1, le=2**63 - 1)]


class OrderQuery(paging.Fields):
    """What the list is narrowed to."""

    search: bodies.Text = Field(default="", max_length=200)
    state: OrderState | None = None
    shop_id: OrderId | None = None
    store_status: bodies.Text = Field(default="", max_length=50)
    klarna_status: bodies.Text = Field(default="", max_length=20)
    hold_code: HoldCode | None = None
    cursor: bodies.Text = Field(default="", max_length=200)
    limit: int = Field(default=50, ge=1, le=MOST)


class HoldQuery(paging.Fields):
    """Which page of the holds."""

    shop_id: OrderId | None = None
    #: ``next`` of the page before.
    cursor: bodies.Text = Field(default="", max_length=200)
    limit: int = Field(default=50, ge=1, le=MOST)


def order_for(request: HttpRequest, order_id: int) -> Order:
    """Return an order that the caller may see. Raises Refusal (404)."""
    found = reads.get_order(order_id, shops=caller_of(request).shops)
    if found is None:
        raise problems.not_found("order")
    return found


def etag_of(row: Order) -> str:
    """Return the order's tag: it is another one once anything of the order has changed."""
    return f'"{row.chain_length}"'


@router.get(
    "/orders",
    response=schemas.OrderPage | schemas.SparsePage,
    auth=needs(Right.SEE),
    operation_id="list_orders",
    summary="List orders, newest first",
)
def list_orders(request: HttpRequest, query: Query[OrderQuery]) -> Any:
    """List the orders of the key's shops; ``cursor`` is ``next`` of the page before."""
    filters = reads.Filters(
        search=query.search,
        state=query.state.value if query.state else "",
        shop=query.shop_id,
        store_status=query.store_status,
        klarna_status=query.klarna_status,
        hold_code=query.hold_code.value if query.hold_code else "",
    )
    page = reads.list_orders(
        filters, cursor=query.cursor, size=query.limit, shops=caller_of(request).shops
    )
    headings.link(request, next=page.older, prev=page.newer)
    items = [describing.order(row) for row in page.orders]
    ends = {"next": page.older or None, "previous": page.newer or None}
    page_out = schemas.OrderPage(items=items, **ends)
    return paging.sparse(page_out, items, query.fields, kind=schemas.OrderOut)


@router.get(
    "/orders/{order_id}",
    response=schemas.OrderDetail,
    auth=needs(Right.SEE),
    operation_id="get_order",
    summary="Read an order with its lines, captures and refunds",
)
def get_order(request: HttpRequest, order_id: OrderId) -> schemas.OrderDetail:
    """Read an order as both halves were last read."""
    row = order_for(request, order_id)
    situation = desk.current().situations.of(row.pk)
    headings.say(request, "ETag", etag_of(row))
    waits_for = health.away().sentence(row, now=timezone.now())
    return describing.order_detail(row, situation, lines_left(situation), waits_for=waits_for)


@router.get(
    "/orders/{order_id}/plan",
    response=schemas.PlanOut,
    auth=needs(Right.SEE),
    operation_id="get_plan",
    summary="What kvitt would do with an order, and why",
)
def get_plan(request: HttpRequest, order_id: OrderId) -> schemas.PlanOut:
    """Decide on the order as last read. Nothing is sent."""
    situation = desk.current().situations.of(order_for(request, order_id).pk)
    return describing.plan(decide(situation), situation)


@router.get(
    "/holds",
    response=schemas.HoldPage | schemas.SparsePage,
    auth=needs(Right.SEE),
    operation_id="list_holds",
    summary="Orders that wait for a person, the longest first",
)
def list_holds(request: HttpRequest, query: Query[HoldQuery]) -> Any:
    """List what needs attention; ``cursor`` is ``next`` of the page before."""
    shops = caller_of(request).shops
    if query.shop_id is not None:
        shops = frozenset({query.shop_id} & (shops if shops is not None else {query.shop_id}))
    page = reads.list_holds(cursor=query.cursor, size=query.limit, shops=shops)
    headings.link(request, next=page.older)
    items = [describing.order(row) for row in page.orders]
    page_out = schemas.HoldPage(items=items, next=page.older or None)
    return paging.sparse(page_out, items, query.fields, kind=schemas.OrderOut)
