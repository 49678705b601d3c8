"""The operations that move money. Each needs an ``Idempotency-Key``.

A key belongs to the API key that used it. Repeated with the same figures it gives the same
answer; with others it is refused. ``Prefer: wait=N`` waits up to N seconds for the answer
(RFC 7240); without an answer by then the status is 202 and the request goes on.
"""

import time
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID, uuid4, uuid5

from django.http import HttpRequest
from ninja import Header, Router
from ninja.responses import Status

from kvitt.adapters.database.models import AskRow
from kvitt.domain.asks import Answer, AskState, Command
from kvitt.web import desk
from kvitt.web.accounts.rights import Right
from kvitt.web.api import bodies, describing, headings, problems, schemas, wanted
from kvitt.web.api.auth import caller_of, needs
from kvitt.web.api.orders import OrderId, etag_of, order_for
from kvitt.web.api.wanted import RequestOf

router = Router(tags=["requests"])

NAMESPACE = UUID("b0d0f1f0-7e52-5a4e-9a54-9a2f0c6f4a11")
MOST_PATIENCE = 20
GLANCE = 0.1
_ACCEPTED, _OK = 202, 200

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Yours; a UUID for each thing you want done once.",
    ),
]
Prefer = Annotated[
    str,
    Header(
        alias="Prefer",
        max_length=100,
        description="wait=10 waits up to ten seconds for the answer.",
    ),
]
IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        max_length=100,
        description="The order's ETag as you read it: 412 where it has changed since.",
    ),
]
#: What each of these operations answers: done or refused, still on its way.
ANSWERS = {_OK: schemas.RequestOut, _ACCEPTED: schemas.RequestOut}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """What a caller asks for, and how."""

    key: str
    prefer: str
    if_match: str
    request_of: RequestOf


def _carry_out(http: HttpRequest, order_id: int, asked: Asking) -> Status[schemas.RequestOut]:
    """Have a request carried out once for its key, and wait for the answer if asked to.

    What was asked for before under this key is not compared with ``If-Match``: the order has
    changed because of it.
    """
    caller, chair = caller_of(http), desk.current()
    row = order_for(http, order_id)
    situation = chair.situations.of(row.pk)
    request = asked.request_of(situation)
    ask_id = uuid5(NAMESPACE, f"{caller.key}|{asked.key}")
    planned = None
    if not chair.asked_before(row.pk, request, ask_id=ask_id):
        if asked.if_match not in {"", "*", etag_of(row)}:
            raise problems.changed()
        review = chair.review(row.pk, request, ask_id=ask_id)
        chair.ask(row.pk, review.request, ask_id=ask_id, actor=caller.actor)
        planned = describing.plan(review.plan, situation)
    answer = _awaited(row.pk, ask_id, patience=_patience(asked.prefer))
    stored = AskRow.objects.get(uid=ask_id)
    shown = describing.request(stored, answer, planned=planned)
    if answer.state is not AskState.WAITING:
        return Status(_OK, shown)
    headings.say(http, "Location", f"/api/v1/requests/{ask_id}")
    return Status(_ACCEPTED, shown)


def _awaited(order: int, ask_id: UUID, *, patience: float) -> Answer:
    """Return the answer to a request, or where it stands when ``patience`` (s) is over."""
    chair = desk.current()
    until = time.monotonic() + patience
    answer = chair.answer_of(order, ask_id)
    while answer.state is AskState.WAITING and time.monotonic() < until:
        time.sleep(GLANCE)
        answer = chair.answer_of(order, ask_id)
    return answer


def _patience(prefer: str) -> float:
    """Return the seconds that a caller is ready to wait, as ``Prefer: wait=N`` says it."""
    for wish in prefer.replace(";", ",").split(","):
        name, _, value = wish.strip().partition("=")
        if name.lower() == "wait" and value.isdecimal():
            return min(int(value), MOST_PATIENCE)
    return 0


@router.post(
    "/orders/{order_id}/captures",
    response=ANSWERS,
    auth=needs(Right.CAPTURE),
    operation_id="capture_order",
    summary="Capture lines, an amount, or all that is due",
)
def capture(
    request: HttpRequest,
    order_id: OrderId,
    body: bodies.CaptureIn,
    key: Key,
    prefer: Prefer = "",
    if_match: IfMatch = "",
) -> Status[schemas.RequestOut]:
    """Ask for a capture."""
    asked = Asking(key=key, prefer=prefer, if_match=if_match, request_of=wanted.capture(body))
    return _carry_out(request, order_id, asked)


@router.post(
    "/orders/{order_id}/refunds",
    response=ANSWERS,
    auth=needs(Right.REFUND),
    operation_id="refund_order",
    summary="Refund lines, an amount, or all that is left, and book it in the shop",
)
def refund(
    request: HttpRequest,
    order_id: OrderId,
    body: bodies.RefundIn,
    key: Key,
    prefer: Prefer = "",
    if_match: IfMatch = "",
) -> Status[schemas.RequestOut]:
    """Ask for a refund."""
    asked = Asking(key=key, prefer=prefer, if_match=if_match, request_of=wanted.refund(body))
    return _carry_out(request, order_id, asked)


@router.post(
    "/orders/{order_id}/cancellation",
    response=ANSWERS,
    auth=needs(Right.CAPTURE),
    operation_id="cancel_order",
    summary="Give up the whole authorization",
)
def cancel(
    request: HttpRequest,
    order_id: OrderId,
    body: bodies.PlainIn,
    key: Key,
    prefer: Prefer = "",
    if_match: IfMatch = "",
) -> Status[schemas.RequestOut]:
    """Ask for a cancellation."""
    plain = wanted.plain(Command.CANCEL, body)
    asked = Asking(key=key, prefer=prefer, if_match=if_match, request_of=plain)
    return _carry_out(request, order_id, asked)


@router.post(
    "/orders/{order_id}/update",
    response=ANSWERS,
    auth=needs(Right.CAPTURE),
    operation_id="update_order",
    summary="Send the shop's lines and total as they are now",
)
def update(
    request: HttpRequest,
    order_id: OrderId,
    body: bodies.PlainIn,
    key: Key,
    prefer: Prefer = "",
    if_match: IfMatch = "",
) -> Status[schemas.RequestOut]:
    """Ask for an update."""
    plain = wanted.plain(Command.UPDATE, body)
    asked = Asking(key=key, prefer=prefer, if_match=if_match, request_of=plain)
    return _carry_out(request, order_id, asked)


@router.post(
    "/orders/{order_id}/release",
    response=ANSWERS,
    auth=needs(Right.CAPTURE),
    operation_id="release_order",
    summary="Give up what is left of the authorization",
)
def release(
    request: HttpRequest,
    order_id: OrderId,
    body: bodies.PlainIn,
    key: Key,
    prefer: Prefer = "",
    if_match: IfMatch = "",
) -> Status[schemas.RequestOut]:
    """Ask for a release."""
    plain = wanted.plain(Command.RELEASE, body)
    asked = Asking(key=key, prefer=prefer, if_match=if_match, request_of=plain)
    return _carry_out(request, order_id, asked)


@router.post(
    "/orders/{order_id}/extension",
    response=ANSWERS,
    auth=needs(Right.CAPTURE),
    operation_id="extend_order",
    summary="Ask for more time on the authorization",
)
def extend(
    request: HttpRequest,
    order_id: OrderId,
    body: bodies.PlainIn,
    key: Key,
    prefer: Prefer = "",
    if_match: IfMatch = "",
) -> Status[schemas.RequestOut]:
    """Ask for an extension."""
    plain = wanted.plain(Command.EXTEND, body)
    asked = Asking(key=key, prefer=prefer, if_match=if_match, request_of=plain)
    return _carry_out(request, order_id, asked)


@router.post(
    "/orders/{order_id}/message",
    response=ANSWERS,
    auth=needs(Right.CAPTURE),
    operation_id="resend_message",
    summary="Have Klarna's message about a capture sent again",
)
def resend(
    request: HttpRequest,
    order_id: OrderId,
    body: bodies.ResendIn,
    key: Key,
    prefer: Prefer = "",
    if_match: IfMatch = "",
) -> Status[schemas.RequestOut]:
    """Ask for the message."""
    asked = Asking(key=key, prefer=prefer, if_match=if_match, request_of=wanted.resend(body))
    return _carry_out(request, order_id, asked)


@router.post(
    "/orders/{order_id}/due-date",
    response=ANSWERS,
    auth=needs(Right.CAPTURE),
    operation_id="extend_due_date",
    summary="Give the customer more time to pay, or ask what that costs",
)
def extend_due_date(
    request: HttpRequest,
    order_id: OrderId,
    body: bodies.DueDateIn,
    key: Key,
    prefer: Prefer = "",
    if_match: IfMatch = "",
) -> Status[schemas.RequestOut]:
    """Ask for more time to pay."""
    asked = Asking(key=key, prefer=prefer, if_match=if_match, request_of=wanted.due_date(body))
    return _carry_out(request, order_id, asked)


@router.post(
    "/orders/{order_id}/reviews",
    response=schemas.ReviewOut,
    auth=needs(Right.SEE),
    operation_id="review_request",
    summary="What a request would do; nothing is stored or sent",
)
def review(request: HttpRequest, order_id: OrderId, body: bodies.ReviewIn) -> schemas.ReviewOut:
    """Check a request as if it were asked for, and show what Klarna would be sent."""
    chair = desk.current()
    row = order_for(request, order_id)
    wish = wanted.reviewed(body)(chair.situations.of(row.pk))
    found = chair.review(row.pk, wish, ask_id=uuid4())
    headings.say(request, "ETag", etag_of(row))
    return describing.review(found)
