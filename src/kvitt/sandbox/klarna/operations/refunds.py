"""Operations on refunds: klarna-api.md §8, rows 17 and 18."""

from kvitt.sandbox.klarna import errors, refunding, schemas, wire
from kvitt.sandbox.klarna.errors import KlarnaError
from kvitt.sandbox.klarna.exchange import Answer, Exchange
from kvitt.sandbox.klarna.operations.captures import created
from kvitt.sandbox.klarna.refunding import GiveBack


def create_refund(exchange: Exchange) -> Answer:
    """Give back captured money."""
    order = exchange.order()
    body = exchange.read(schemas.refund(exchange.line_types))
    give = GiveBack(
        amount=body["refunded_amount"],
        description=body.get("description", ""),
        reference=body.get("reference"),
        order_lines=body.get("order_lines", ()),
    )
    warnings = exchange.check_lines(give.order_lines, amount=give.amount)
    refund_id = exchange.books.ids.uuid("refund")
    changed = refunding.refund(order, exchange.act, give=give, refund_id=refund_id)
    exchange.books.save(changed)
    return created(exchange, name="Refund-Id", made=refund_id, warnings=warnings)


def get_refund(exchange: Exchange) -> Answer:
    """Return one refund; an unknown order is told as an unknown refund (§4.2)."""
    oid, rid = exchange.ids["oid"], exchange.ids["rid"]
    try:
        order = exchange.order()
    except KlarnaError:
        raise errors.no_such_refund(oid=oid, rid=rid) from None
    order = exchange.books.order_as_read(order, lag_ms=exchange.read_lag_ms)
    found = order.refund(rid.lower())
    if not found:
        raise errors.no_such_refund(oid=oid, rid=rid)
    return Answer(status=200, body=wire.refund(found, settings=exchange.settings))
