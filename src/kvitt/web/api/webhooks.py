"""Webhooks that kvitt sends: who is told of what, and what was delivered.

Signed per Standard Webhooks (``webhook-id``, ``webhook-timestamp``, ``webhook-signature``),
at least once, in no certain order: the id tells a repetition.
"""

from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from ninja.responses import Status

from kvitt.adapters.database import reads, subscribers
from kvitt.adapters.database.models import Message, MessageState, Subscriber
from kvitt.domain.errors import ConfigurationError
from kvitt.web import telling
from kvitt.web.accounts.rights import Right
from kvitt.web.api import bodies, headings, paging, problems, told
from kvitt.web.api.auth import caller_of, needs
from kvitt.web.api.orders import OrderId

router = Router(tags=["webhooks"])

_CREATED, _GONE = 201, 204


@router.get(
    "/webhooks",
    response=list[told.WebhookOut],
    auth=needs(Right.CONFIGURE),
    operation_id="list_webhooks",
    summary="Who is told of events",
)
def list_webhooks(request: HttpRequest) -> list[told.WebhookOut]:
    """List the subscribers of the key's shops."""
    return [_out(row) for row in subscribers.visible(caller_of(request).shops)]


@router.post(
    "/webhooks",
    response={_CREATED: told.NewWebhookOut},
    auth=needs(Right.CONFIGURE),
    operation_id="add_webhook",
    summary="Have an address told of events",
)
def add_webhook(request: HttpRequest, body: bodies.WebhookIn) -> Status[told.NewWebhookOut]:
    """Subscribe; the secret is in this answer and in no other."""
    caller = caller_of(request)
    if caller.shops is not None and body.shop_id not in caller.shops:
        raise problems.invalid("shop_id", "Name one of the key's shops.")
    _check_url(body.url)
    row, secret = telling.subscribe(
        body.url, body.events, shop=_shop(body.shop_id), actor=caller.actor
    )
    headings.say(request, "Location", f"/api/v1/webhooks/{row.pk}")
    shown = told.NewWebhookOut(secret=secret, **_out(row).model_dump())
    return Status(_CREATED, shown)


@router.get(
    "/webhooks/{webhook_id}",
    response=told.WebhookOut,
    auth=needs(Right.CONFIGURE),
    operation_id="get_webhook",
    summary="One subscriber",
)
def get_webhook(request: HttpRequest, webhook_id: OrderId) -> told.WebhookOut:
    """Read who is told, and whether deliveries succeed."""
    return _out(_row_for(request, webhook_id))


@router.delete(
    "/webhooks/{webhook_id}",
    response={_GONE: None},
    auth=needs(Right.CONFIGURE),
    operation_id="remove_webhook",
    summary="Tell an address nothing more",
)
def remove_webhook(request: HttpRequest, webhook_id: OrderId) -> Status[None]:
    """Unsubscribe; what waits is dropped, and the log with it."""
    row = _row_for(request, webhook_id)
    telling.desk().remove(row, actor=caller_of(request).actor)
    return Status(_GONE, None)


@router.post(
    "/webhooks/{webhook_id}/secret",
    response=told.NewWebhookOut,
    auth=needs(Right.CONFIGURE),
    operation_id="rotate_webhook_secret",
    summary="A new secret; the one before signs as well for a day",
)
def rotate_secret(request: HttpRequest, webhook_id: OrderId) -> told.NewWebhookOut:
    """Replace the secret; it is in this answer and in no other."""
    row = _row_for(request, webhook_id)
    secret = telling.replace_secret(row, actor=caller_of(request).actor)
    return told.NewWebhookOut(secret=secret, **_out(row).model_dump())


@router.post(
    "/webhooks/{webhook_id}/pause",
    response=told.WebhookOut,
    auth=needs(Right.CONFIGURE),
    operation_id="pause_webhook",
    summary="Deliver nothing for now; what happens meanwhile waits",
)
def pause(request: HttpRequest, webhook_id: OrderId) -> told.WebhookOut:
    """Deliver nothing until it is enabled; what happens meanwhile waits for thirty days."""
    row = _row_for(request, webhook_id)
    telling.desk().pause(row, actor=caller_of(request).actor)
    return _out(row)


@router.post(
    "/webhooks/{webhook_id}/enable",
    response=told.WebhookOut,
    auth=needs(Right.CONFIGURE),
    operation_id="enable_webhook",
    summary="Deliver again to an address that was paused or switched off",
)
def enable(request: HttpRequest, webhook_id: OrderId) -> told.WebhookOut:
    """Take deliveries up again, with what has waited."""
    row = _row_for(request, webhook_id)
    telling.desk().enable(row, actor=caller_of(request).actor)
    return _out(row)


@router.post(
    "/webhooks/{webhook_id}/test",
    response={202: told.MessageOut},
    auth=needs(Right.CONFIGURE),
    operation_id="try_webhook",
    summary="Send a message that only tries the address",
)
def try_out(request: HttpRequest, webhook_id: OrderId) -> Status[told.MessageOut]:
    """Send ``webhook.test``, signed like any other; the log of messages has the answer."""
    row = _row_for(request, webhook_id)
    found = telling.desk().try_out(row, actor=caller_of(request).actor)
    return Status(202, _message(found))


@router.get(
    "/webhooks/{webhook_id}/messages",
    response=told.MessagePage,
    auth=needs(Right.CONFIGURE),
    operation_id="list_messages",
    summary="What was told, and whether it arrived, newest first",
)
def list_messages(
    request: HttpRequest, webhook_id: OrderId, query: Query[bodies.MessageQuery]
) -> told.MessagePage:
    """Read the log of deliveries of the last thirty days."""
    row = _row_for(request, webhook_id)
    found = subscribers.messages(row, before=query.cursor, size=query.limit + 1)
    shown, after = paging.turned(request, found, limit=query.limit)
    return told.MessagePage(items=[_message(each) for each in shown], next=after)


@router.post(
    "/webhooks/{webhook_id}/messages/{message_id}/redeliver",
    response={202: told.MessageOut},
    auth=needs(Right.CONFIGURE),
    operation_id="redeliver_message",
    summary="Tell it again",
)
def redeliver(
    request: HttpRequest, webhook_id: OrderId, message_id: UUID
) -> Status[told.MessageOut]:
    """Have a message delivered again, under its own id."""
    row = _row_for(request, webhook_id)
    actor = caller_of(request).actor
    return Status(202, _message(telling.desk().redeliver(row, message_id, actor=actor)))


def _check_url(url: str) -> None:
    try:
        telling.check_url(url)
    except ConfigurationError as refused:
        raise problems.invalid("url", str(refused)) from None


def _shop(shop_id: int | None) -> int | None:
    if shop_id is not None and not reads.visible_shops([shop_id]).exists():
        raise problems.invalid("shop_id", "There is no such shop.")
    return shop_id


def _row_for(request: HttpRequest, webhook_id: int) -> Subscriber:
    row = subscribers.visible(caller_of(request).shops).filter(pk=webhook_id).first()
    if row is None:
        raise problems.not_found("webhook")
    return row


def _out(row: Subscriber) -> told.WebhookOut:
    return told.WebhookOut(
        id=row.pk,
        shop_id=row.shop_id,
        url=row.url,
        events=row.events,
        created_by=row.created_by,
        created_at=row.created_at,
        failing_since=row.failing_since,
        disabled_at=row.disabled_at,
        disabled_why=row.disabled_why,
    )


def _message(row: Message) -> told.MessageOut:
    return told.MessageOut(
        id=row.uid,
        order_id=row.order_id,
        event=row.event,
        state=MessageState(row.state),
        attempts=row.attempts,
        created_at=row.created_at,
        attempted_at=row.attempted_at,
        due_at=row.due_at,
        status=row.status,
        error=row.error,
    )
