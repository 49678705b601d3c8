"""Rows and values of the domain, as the API gives them."""

from kvitt.adapters.database import shapes
from kvitt.adapters.database.models import AskRow, IntentRow, KlarnaAccount, Order, Shop
from kvitt.application.commands import Review
from kvitt.domain import render
from kvitt.domain.asks import Answer, AskState
from kvitt.domain.decide.left import LineLeft
from kvitt.domain.decide.left import Share as PartOfLine
from kvitt.domain.klarna_order import DueDateOption, KlarnaCapture, KlarnaRefund
from kvitt.domain.plan import Plan, Situation
from kvitt.web.api import schemas
from kvitt.web.api.schemas import amount_of, exactly


def shop(row: Shop) -> schemas.ShopOut:
    """Return a shop, without its secrets."""
    return schemas.ShopOut(id=row.pk, name=row.name, url=row.url, state=row.state)


def account(row: KlarnaAccount) -> schemas.AccountOut:
    """Return a Klarna account, without its credentials."""
    return schemas.AccountOut(
        id=row.pk,
        shop_id=row.shop_id,
        label=row.label,
        region=row.region,
        environment=row.environment,
    )


def order(row: Order) -> schemas.OrderOut:
    """Return an order as the list gives it."""
    return schemas.OrderOut.model_validate(_order(row))


def order_detail(
    row: Order, situation: Situation, lines: tuple[LineLeft, ...], *, waits_for: str
) -> schemas.OrderDetail:
    """Return an order with its lines, captures and refunds, and what it waits for."""
    klarna = situation.klarna
    return schemas.OrderDetail.model_validate(
        {
            **_order(row),
            "waits_for": waits_for,
            "lines": [_line(line) for line in lines],
            "captures": [capture(made) for made in klarna.captures] if klarna else [],
            "refunds": [refund(made) for made in klarna.refunds] if klarna else [],
        }
    )


def plan(found: Plan, situation: Situation) -> schemas.PlanOut:
    """Return a plan, with exactly what Klarna would be sent."""
    shown = render.render_json(found, scope=situation.scope)
    return schemas.PlanOut.model_validate(
        {name: shown[name] for name in schemas.PlanOut.model_fields}
    )


def review(found: Review) -> schemas.ReviewOut:
    """Return what a request would do."""
    return schemas.ReviewOut(
        expects=amount_of(found.request.expects), plan=plan(found.plan, found.situation)
    )


def intent(row: IntentRow) -> schemas.IntentOut:
    """Return a call of the journal, without its body: it may hold an address."""
    return schemas.IntentOut(
        id=row.uid,
        order_id=row.order_id,
        kind=row.kind,
        state=row.state,
        amount=exactly(row.amount),
        reference=row.reference,
        reason=row.reason,
        actor=row.actor,
        attempts=row.attempts,
        klarna_id=row.remote_id,
        correlation_id=row.correlation_id,
        error_code=row.error_code,
        error_messages=[str(message) for message in row.error_messages],
        created_at=row.created_at,
        last_sent_at=row.last_sent_at,
        settled_at=row.settled_at,
    )


def request(
    row: AskRow, answer: Answer, *, planned: schemas.PlanOut | None = None
) -> schemas.RequestOut:
    """Return what was asked for, and where it stands."""
    return schemas.RequestOut(
        id=row.uid,
        order_id=row.order_id,
        command=row.command,
        state=answer.state.value,
        answer=answer.text,
        asked_at=row.asked_at,
        actor=row.actor,
        offers=[
            schemas.OfferOut(days=offer.number_of_days, fee=exactly(offer.fee))
            for offer in answer.offers
        ],
        plan=planned,
    )


def settled_request(row: AskRow) -> schemas.RequestOut:
    """Return what was asked for, as its row has it."""
    offers = tuple(shapes.unpack(DueDateOption, offer) for offer in row.offers)
    answer = Answer(state=AskState(row.state), text=row.answer, offers=offers)
    return request(row, answer)


def _order(row: Order) -> dict[str, object]:
    hold = None
    if row.hold_code:
        hold = schemas.HoldOut(
            code=row.hold_code,
            text=row.hold_text,
            amount=amount_of(row.hold_amount),
            since=row.hold_since,
        )
    return {
        "id": row.pk,
        "number": row.number,
        "shop_id": row.shop_id,
        "store_order_id": row.store_order_id,
        "klarna_order_id": row.klarna_order_id,
        "customer": row.customer,
        "store_status": row.store_status,
        "klarna_status": row.klarna_status,
        "state": row.state,
        "total": amount_of(row.total),
        "authorized": amount_of(row.authorized),
        "captured": amount_of(row.captured),
        "refunded": amount_of(row.refunded),
        "remaining": amount_of(row.remaining),
        "created_at": row.created_at,
        "looked_at": row.looked_at,
        "expires_at": row.expires_at,
        "hold": hold,
    }


def _line(line: LineLeft) -> schemas.LineOut:
    return schemas.LineOut(
        id=line.id,
        reference=line.reference,
        name=line.name,
        ordered=_share(line.ordered),
        captured=_share(line.captured),
        refunded=_share(line.refunded),
        to_capture=_share(line.to_capture),
        to_refund=_share(line.to_refund),
    )


def _share(share: PartOfLine) -> schemas.Share:
    return schemas.Share(quantity=share.quantity, amount=exactly(share.amount))


def capture(made: KlarnaCapture) -> schemas.CaptureOut:
    """Return a capture of Klarna's."""
    return schemas.CaptureOut(
        id=str(made.id),
        invoice_number=made.klarna_reference,
        amount=exactly(made.amount),
        refunded=exactly(made.refunded),
        captured_at=made.captured_at,
        tracking=list(made.tracking),
    )


def refund(made: KlarnaRefund) -> schemas.RefundOut:
    """Return a refund of Klarna's."""
    return schemas.RefundOut(
        id=str(made.id),
        amount=exactly(made.amount),
        reference=made.reference,
        description=made.description,
        refunded_at=made.refunded_at,
    )
