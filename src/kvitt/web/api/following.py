"""Requests and calls that were made: where they stand, and what a person may do to them."""

from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router
from ninja.responses import Status
from pydantic import Field

from kvitt.adapters.database.models import AskRow, IntentRow
from kvitt.domain.asks import AskState, Command
from kvitt.domain.intents import State
from kvitt.domain.steps import Kind
from kvitt.web import desk
from kvitt.web.accounts.rights import Right
from kvitt.web.api import bodies, describing, paging, problems, schemas
from kvitt.web.api.auth import caller_of, needs
from kvitt.web.api.orders import OrderId, order_for

router = Router(tags=["journal"])

_ACCEPTED = 202
NOTHING = {_ACCEPTED: None}


class IntentQuery(paging.Fields):
    """What the list of calls is narrowed to."""

    order_id: OrderId | None = None
    shop_id: OrderId | None = None
    state: State | None = None
    kind: Kind | None = None
    #: ``next`` of the page before.
    cursor: OrderId | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class RequestQuery(paging.Fields):
    """What the list of requests is narrowed to."""

    order_id: OrderId | None = None
    shop_id: OrderId | None = None
    state: AskState | None = None
    command: Command | None = None
    #: ``next`` of the page before.
    cursor: OrderId | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@router.get(
    "/requests",
    response=schemas.RequestPage | schemas.SparsePage,
    auth=needs(Right.SEE),
    operation_id="list_requests",
    summary="What was asked for and where it stands, newest first",
)
def list_requests(request: HttpRequest, query: Query[RequestQuery]) -> Any:
    """List requests, whoever made them; ``cursor`` is ``next`` of the page before."""
    rows = _in_reach(request, AskRow.objects.order_by("-pk")).filter(
        **_narrowed(
            order=query.order_id,
            order__shop=query.shop_id,
            state=query.state,
            command=query.command,
            pk__lt=query.cursor,
        )
    )
    shown, after = paging.turned(request, rows[: query.limit + 1], limit=query.limit)
    items = [describing.settled_request(row) for row in shown]
    page = schemas.RequestPage(items=items, next=after)
    return paging.sparse(page, items, query.fields, kind=schemas.RequestOut)


@router.get(
    "/requests/{request_id}",
    response=schemas.RequestOut,
    auth=needs(Right.SEE),
    operation_id="get_request",
    summary="Where a request stands",
)
def get_request(request: HttpRequest, request_id: UUID) -> schemas.RequestOut:
    """Read what was asked for, by the ``id`` that the request was answered with."""
    row = _request_for(request, request_id)
    return describing.request(row, desk.current().answer_of(row.order_id, row.uid))


@router.delete(
    "/requests/{request_id}",
    response=schemas.RequestOut,
    auth=needs(Right.CAPTURE),
    operation_id="withdraw_request",
    summary="Take a request back that was not sent yet",
)
def withdraw_request(request: HttpRequest, request_id: UUID) -> schemas.RequestOut:
    """Take it back; 409 where it may have been sent."""
    row = _request_for(request, request_id)
    chair = desk.current()
    chair.withdraw(row.order_id, row.uid, caller_of(request).actor)
    return describing.request(row, chair.answer_of(row.order_id, row.uid))


@router.get(
    "/intents",
    response=schemas.IntentPage | schemas.SparsePage,
    auth=needs(Right.SEE),
    operation_id="list_intents",
    summary="Calls to Klarna, newest first",
)
def list_intents(request: HttpRequest, query: Query[IntentQuery]) -> Any:
    """List the journal's calls: planned, sent, done, refused, unknown or parked."""
    calls = IntentRow.objects.defer("body_sealed").order_by("-pk")
    rows = _in_reach(request, calls).filter(
        **_narrowed(
            order=query.order_id,
            order__shop=query.shop_id,
            state=query.state,
            kind=query.kind,
            pk__lt=query.cursor,
        )
    )
    shown, after = paging.turned(request, rows[: query.limit + 1], limit=query.limit)
    items = [describing.intent(row) for row in shown]
    page = schemas.IntentPage(items=items, next=after)
    return paging.sparse(page, items, query.fields, kind=schemas.IntentOut)


@router.post(
    "/orders/{order_id}/intents/{intent_id}/settle",
    response=NOTHING,
    auth=needs(Right.REFUND),
    operation_id="settle_intent",
    summary="Say what became of a call that nobody answered",
)
def settle_intent(
    request: HttpRequest, order_id: OrderId, intent_id: UUID, body: bodies.SettleIn
) -> Status[None]:
    """Settle a parked call by what a person has seen in Klarna's portal."""
    row = order_for(request, order_id)
    desk.current().settle_by_hand(
        row.pk,
        intent_id,
        done=body.done,
        reason=body.reason,
        actor=caller_of(request).actor,
    )
    return Status(_ACCEPTED, None)


@router.post(
    "/orders/{order_id}/sync",
    response=NOTHING,
    auth=needs(Right.LOOK_AGAIN),
    operation_id="sync_order",
    summary="Read both halves again",
)
def sync(request: HttpRequest, order_id: OrderId) -> Status[None]:
    """Have the order looked at now."""
    desk.current().look_again(order_for(request, order_id).pk, caller_of(request).actor)
    return Status(_ACCEPTED, None)


@router.post(
    "/orders/{order_id}/retry",
    response=NOTHING,
    auth=needs(Right.RETRY),
    operation_id="retry_order",
    summary="Try again what an order waits for",
)
def retry(request: HttpRequest, order_id: OrderId) -> Status[None]:
    """Have refused calls asked again, under new keys."""
    desk.current().retry(order_for(request, order_id).pk, caller_of(request).actor)
    return Status(_ACCEPTED, None)


@router.post(
    "/orders/{order_id}/approval",
    response=NOTHING,
    auth=needs(Right.REFUND),
    operation_id="approve_order",
    summary="Allow what an order waits for",
)
def approve(request: HttpRequest, order_id: OrderId, body: bodies.SeenIn) -> Status[None]:
    """Approve refunds that wait, or a deleted refund as seen."""
    row = order_for(request, order_id)
    desk.current().approve(row.pk, caller_of(request).actor, seen=body.text)
    return Status(_ACCEPTED, None)


@router.delete(
    "/orders/{order_id}/approval",
    response=NOTHING,
    auth=needs(Right.REFUND),
    operation_id="decline_order",
    summary="Leave out the refunds that wait for approval",
)
def decline(request: HttpRequest, order_id: OrderId) -> Status[None]:
    """Have Klarna not told of them."""
    desk.current().decline(order_for(request, order_id).pk, caller_of(request).actor)
    return Status(_ACCEPTED, None)


@router.put(
    "/orders/{order_id}/off",
    response=NOTHING,
    auth=needs(Right.CAPTURE),
    operation_id="switch_order_off",
    summary="Leave an order alone from now on",
)
def switch_off(request: HttpRequest, order_id: OrderId, body: bodies.ReasonIn) -> Status[None]:
    """Send nothing for it, whatever the shop says."""
    row = order_for(request, order_id)
    desk.current().switch_off(row.pk, caller_of(request).actor, reason=body.reason)
    return Status(_ACCEPTED, None)


@router.delete(
    "/orders/{order_id}/off",
    response=NOTHING,
    auth=needs(Right.CAPTURE),
    operation_id="switch_order_on",
    summary="Take an order up again",
)
def switch_on(request: HttpRequest, order_id: OrderId) -> Status[None]:
    """Keep it in step again, and look at it now."""
    desk.current().switch_on(order_for(request, order_id).pk, caller_of(request).actor)
    return Status(_ACCEPTED, None)


def _narrowed(**wanted: object) -> dict[str, object]:
    """Return the filters that were given, as the database has their values."""
    return {name: getattr(value, "value", value) for name, value in wanted.items() if value}


def _in_reach(request: HttpRequest, rows: QuerySet[paging.Row]) -> QuerySet[paging.Row]:
    """Return those rows of orders that the caller's key may see."""
    shops = caller_of(request).shops
    return rows if shops is None else rows.filter(order__shop__in=shops)


def _request_for(request: HttpRequest, request_id: UUID) -> AskRow:
    row = _in_reach(request, AskRow.objects.filter(uid=request_id)).first()
    if row is None:
        raise problems.not_found("request")
    return row
