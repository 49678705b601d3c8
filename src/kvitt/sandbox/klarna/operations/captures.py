"""Operations on captures: klarna-api.md §8, rows 10 to 16 and 19."""

from kvitt.sandbox.klarna import capturing, errors, schemas, wire
from kvitt.sandbox.klarna.capturing import Claim
from kvitt.sandbox.klarna.exchange import Answer, Exchange
from kvitt.sandbox.klarna.operations.orders import done, patched
from kvitt.sandbox.klarna.orders import Capture, Order


def create_capture(exchange: Exchange) -> Answer:
    """Claim part or all of the authorization."""
    order = exchange.order()
    body = exchange.read(schemas.capture(exchange.line_types))
    if body.get("shipping_delay") and not exchange.merchant.shipping_delay_allowed:
        raise exchange.unprocessable("The shipping_delay value is not enabled for the merchant")
    claim = Claim(
        amount=body["captured_amount"],
        description=body.get("description", ""),
        reference=body.get("reference"),
        order_lines=body.get("order_lines", ()),
        shipping_info=body.get("shipping_info", ()),
    )
    warnings = exchange.check_lines(claim.order_lines, amount=claim.amount)
    if exchange.payment_fails:
        code = "PAYMENT_METHOD_FAILED"
        raise errors.capture_not_allowed("The payment method could not be charged.", code=code)
    capture_id = exchange.books.ids.uuid("capture")
    changed = capturing.capture(order, exchange.act, claim=claim, capture_id=capture_id)
    exchange.books.save(changed)
    return created(exchange, name="Capture-Id", made=capture_id, warnings=warnings)


def created(exchange: Exchange, *, name: str, made: str, warnings: tuple[str, ...]) -> Answer:
    """Answer that a capture or refund was made: headers, and no body (§3.2)."""
    rows = {"Capture-Id": "captures", "Refund-Id": "refunds"}[name]
    oid = exchange.ids["oid"].lower()
    headers = (
        ("Location", exchange.url(f"/ordermanagement/v1/orders/{oid}/{rows}/{made}")),
        (name, made),
        ("Transaction-Id", exchange.books.ids.uuid("transaction")),
    )
    return Answer(status=201, headers=headers, warnings=warnings)


def list_captures(exchange: Exchange) -> Answer:
    """Return the captures, as a bare array."""
    order = exchange.books.order_as_read(exchange.order(), lag_ms=exchange.read_lag_ms)
    captures = [wire.capture(item, settings=exchange.settings) for item in order.captures]
    return Answer(status=200, body=captures)


def get_capture(exchange: Exchange) -> Answer:
    """Return one capture."""
    order = exchange.books.order_as_read(exchange.order(), lag_ms=exchange.read_lag_ms)
    made = _find(exchange, order)
    return Answer(status=200, body=wire.capture(made, settings=exchange.settings))


def add_capture_shipping_info(exchange: Exchange) -> Answer:
    """Append shipments to a capture."""
    order = exchange.order()
    made = _find(exchange, order)
    shipments = exchange.read(schemas.SHIPPING_INFO)["shipping_info"]
    act = exchange.act
    return done(
        exchange, capturing.add_shipping_info(order, act, made=made, shipments=shipments)
    )


def trigger_send_out(exchange: Exchange) -> Answer:
    """Send the customer's communication again."""
    order = exchange.order()
    made = _find(exchange, order)
    return done(exchange, capturing.send_out(order, exchange.act, made=made))


def get_due_date_options(exchange: Exchange) -> Answer:
    """Return by how many days the due date can be moved, and the fees."""
    order = exchange.order()
    _find(exchange, order)
    options = [
        {"amount": fee, "number_of_days": days}
        for days, fee in capturing.due_date_fees(order).items()
    ]
    return Answer(status=200, body={"currency": order.purchase_currency, "options": options})


def extend_due_date(exchange: Exchange) -> Answer:
    """Give the customer more time to pay."""
    order = exchange.order()
    made = _find(exchange, order)
    days = exchange.read(schemas.DUE_DATE)["number_of_days"]
    changed = capturing.extend_due_date(order, exchange.act, made=made, days=days)
    return patched(exchange, changed)


def update_capture_details(exchange: Exchange) -> Answer:
    """Change the billing address of a capture, as older clients do."""
    order = exchange.order()
    made = _find(exchange, order)
    address = exchange.read(schemas.CUSTOMER_DETAILS).get("billing_address", {})
    act = exchange.act
    return patched(
        exchange, capturing.set_billing_address(order, act, made=made, address=address)
    )


def _find(exchange: Exchange, order: Order) -> Capture:
    cid = exchange.ids["cid"].lower()
    return capturing.find(order, capture_id=cid, operation=exchange.operation)
