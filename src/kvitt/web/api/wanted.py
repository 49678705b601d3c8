"""What a body asks for, as a request of the domain. Nothing here asks for it."""

from collections.abc import Callable

from kvitt.domain.asks import Command, Request
from kvitt.domain.decide.named import line_ids
from kvitt.domain.money import Money
from kvitt.domain.plan import Situation
from kvitt.web.api import bodies

#: The request, once the order's currency and lines are known.
RequestOf = Callable[[Situation], Request]


def _lines(situation: Situation, lines: list[bodies.LineIn] | None) -> dict[int, int] | None:
    if lines is None:
        return None
    return line_ids(situation.store, {line.line: line.quantity for line in lines})


def _money(situation: Situation, minor: int | None) -> Money | None:
    return None if minor is None else Money(minor, situation.store.currency)


def capture(body: bodies.CaptureIn) -> RequestOf:
    """Return a capture; made, it raises NotAllowedNow for a line that is not there."""
    return lambda situation: Request(
        command=Command.CAPTURE,
        lines=_lines(situation, body.lines),
        amount=_money(situation, body.amount),
        description=body.description,
        tracking_number=body.tracking_number,
        tracking_company=body.tracking_company,
        expects=_money(situation, body.expects),
    )


def refund(body: bodies.RefundIn) -> RequestOf:
    """Return a refund; made, it raises NotAllowedNow for a line that is not there."""
    return lambda situation: Request(
        command=Command.REFUND,
        lines=_lines(situation, body.lines),
        amount=_money(situation, body.amount),
        return_fee=_money(situation, body.return_fee),
        description=body.reason,
        restock=body.restock,
        expects=_money(situation, body.expects),
    )


def plain(command: Command, body: bodies.PlainIn) -> RequestOf:
    """Return a command without figures as it is asked for."""
    return lambda situation: Request(command=command, expects=_money(situation, body.expects))


def due_date(body: bodies.DueDateIn) -> RequestOf:
    """Return more time to pay as it is asked for."""
    return lambda situation: Request(
        command=Command.DUE_DATE,
        capture_id=body.capture_id,
        days=body.days,
        fee=_money(situation, body.fee),
        expects=_money(situation, body.expects),
    )


def resend(body: bodies.ResendIn) -> RequestOf:
    """Return a message to send again as it is asked for."""
    return lambda situation: Request(
        command=Command.RESEND,
        capture_id=body.capture_id,
        expects=_money(situation, body.expects),
    )


def reviewed(body: bodies.ReviewIn) -> RequestOf:
    """Return what a review looks at, as it would be asked for."""
    match body:
        case bodies.CaptureReview():
            return capture(body)
        case bodies.RefundReview():
            return refund(body)
        case bodies.DueDateReview():
            return due_date(body)
        case bodies.ResendReview():
            return resend(body)
        case bodies.PlainReview():
            return plain(Command(body.command), body)
