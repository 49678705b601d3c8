"""The operations that move money. Each needs an ``Idempotency-Key``.

A key belongs to the API key that used it. Repeated with the same figures it gives the same
answer; with others it is refused. ``Prefer: wait=N`` waits up to N seconds for the answer
(RFC 7240); without an answer by then the status is 202 and the request goes on.
"""

import time
from collections.abc import Callable
from typing import Annotated
from uuid import UUID, uuid5

from django.http import HttpRequest
from ninja import Header, Router
from ninja.responses import Status

from kvitt.adapters.database.models import AskRow
from kvitt.domain.asks import AskState, Command, Request
from kvitt.domain.decide.named import line_ids
from kvitt.domain.money import Money
from kvitt.domain.plan import Situation
from kvitt.web import desk
from kvitt.web.accounts.rights import Right
from kvitt.web.api import describing, schemas
from kvitt.web.api.auth import caller_of, needs
from kvitt.web.api.orders import OrderId, order_for

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
#: What each of these operations answers: done or refused, still on its way.
ANSWERS = {_OK: schemas.RequestOut, _ACCEPTED: schemas.RequestOut}
RequestOf = Callable[[Situation], Request]


def _carry_out(
    http: HttpRequest, order_id: int, key: str, *, prefer: str, request_of: RequestOf
) -> Status[schemas.RequestOut]:
    """Have a request carried out once for its key, and wait for the answer if asked to."""
    caller, chair = caller_of(http), desk.current()
    row = order_for(http, order_id)
    situation = chair.situations.of(row.pk)
    request = request_of(situation)
    ask_id = uuid5(NAMESPACE, f"{caller.key}|{key}")
    planned = None
    if not chair.asked_before(row.pk, request, ask_id=ask_id):
        review = chair.review(row.pk, request, ask_id=ask_id)
        chair.ask(row.pk, review.request, ask_id=ask_id, actor=caller.actor)
        planned = describing.plan(review.plan, situation)
    answer = chair.answer_of(row.pk, ask_id)
    until = time.monotonic() + _patience(prefer)
    while answer.state is AskState.WAITING and time.monotonic() < until:
        time.sleep(GLANCE)
        answer = chair.answer_of(row.pk, ask_id)
    asked = AskRow.objects.get(uid=ask_id)
    shown = describing.request(asked, answer, planned=planned)
    return Status(_ACCEPTED if answer.state is AskState.WAITING else _OK, shown)


def _patience(prefer: str) -> float:
    """Return the seconds that a caller is ready to wait, as ``Prefer: wait=N`` says it."""
    for wish in prefer.replace(";", ",").split(","):
        name, _, value = wish.strip().partition("=")
        if name.lower() == "wait" and value.isdecimal():
            return min(int(value), MOST_PATIENCE)
    return 0


def _lines(situation: Situation, lines: list[schemas.LineIn] | None) -> dict[int, int] | None:
    if lines is None:
        return None
    return line_ids(situation.store, {line.line: line.quantity for line in lines})


def _money(situation: Situation, minor: int | None) -> Money | None:
    return None if minor is None else Money(minor, situation.store.currency)


def _capture(body: schemas.CaptureIn) -> RequestOf:
    return lambda situation: Request(
        command=Command.CAPTURE,
        lines=_lines(situation, body.lines),
        amount=_money(situation, body.amount),
        description=body.description,
        tracking_number=body.tracking_number,
        tracking_company=body.tracking_company,
        expects=_money(situation, body.expects),
    )


def _refund(body: schemas.RefundIn) -> RequestOf:
    return lambda situation: Request(
        command=Command.REFUND,
        lines=_lines(situation, body.lines),
        amount=_money(situation, body.amount),
        return_fee=_money(situation, body.return_fee),
        description=body.reason,
        restock=body.restock,
        expects=_money(situation, body.expects),
    )


def _plain(command: Command, body: schemas.PlainIn) -> RequestOf:
    return lambda situation: Request(command=command, expects=_money(situation, body.expects))


def _due_date(body: schemas.DueDateIn) -> RequestOf:
    return lambda situation: Request(
        command=Command.DUE_DATE,
        capture_id=body.capture_id,
        days=body.days,
        fee=_money(situation, body.fee),
        expects=_money(situation, body.expects),
    )


def _resend(body: schemas.ResendIn) -> RequestOf:
    return lambda situation: Request(
        command=Command.RESEND,
        capture_id=body.capture_id,
        expects=_money(situation, body.expects),
    )


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
    body: schemas.CaptureIn,
    key: Key,
    prefer: Prefer = "",
) -> Status[schemas.RequestOut]:
    """Ask for a capture."""
    return _carry_out(request, order_id, key, prefer=prefer, request_of=_capture(body))


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
    body: schemas.RefundIn,
    key: Key,
    prefer: Prefer = "",
) -> Status[schemas.RequestOut]:
    """Ask for a refund."""
    return _carry_out(request, order_id, key, prefer=prefer, request_of=_refund(body))


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
    body: schemas.PlainIn,
    key: Key,
    prefer: Prefer = "",
) -> Status[schemas.RequestOut]:
    """Ask for a cancellation."""
    asked = _plain(Command.CANCEL, body)
    return _carry_out(request, order_id, key, prefer=prefer, request_of=asked)


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
    body: schemas.PlainIn,
    key: Key,
    prefer: Prefer = "",
) -> Status[schemas.RequestOut]:
    """Ask for an update."""
    asked = _plain(Command.UPDATE, body)
    return _carry_out(request, order_id, key, prefer=prefer, request_of=asked)


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
    body: schemas.PlainIn,
    key: Key,
    prefer: Prefer = "",
) -> Status[schemas.RequestOut]:
    """Ask for a release."""
    asked = _plain(Command.RELEASE, body)
    return _carry_out(request, order_id, key, prefer=prefer, request_of=asked)


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
    body: schemas.PlainIn,
    key: Key,
    prefer: Prefer = "",
) -> Status[schemas.RequestOut]:
    """Ask for an extension."""
    asked = _plain(Command.EXTEND, body)
    return _carry_out(request, order_id, key, prefer=prefer, request_of=asked)


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
    body: schemas.ResendIn,
    key: Key,
    prefer: Prefer = "",
) -> Status[schemas.RequestOut]:
    """Ask for the message."""
    return _carry_out(request, order_id, key, prefer=prefer, request_of=_resend(body))


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
    body: schemas.DueDateIn,
    key: Key,
    prefer: Prefer = "",
) -> Status[schemas.RequestOut]:
    """Ask for more time to pay."""
    return _carry_out(request, order_id, key, prefer=prefer, request_of=_due_date(body))
