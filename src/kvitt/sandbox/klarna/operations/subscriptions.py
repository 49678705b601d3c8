"""Operations on customer tokens: make one, order with it, read it, cancel it.

Rows are those of klarna-api.md §9.1, step 4; what is chosen is said in `subscriptions.py`.
"""

from kvitt.sandbox.klarna import payments, subscriptions
from kvitt.sandbox.klarna.errors import KlarnaError
from kvitt.sandbox.klarna.exchange import Answer, Exchange
from kvitt.sandbox.klarna.operations.payments import check_sums, found_token, placed
from kvitt.sandbox.klarna.orders import Json
from kvitt.sandbox.klarna.subscriptions import CustomerToken


def create_customer_token(exchange: Exchange) -> Answer:
    """Make a token of an authorization, which may still become an order."""
    authorization = found_token(exchange)
    body, reading = exchange.flaws(subscriptions.NEW)
    payments.check_flaws(reading.flaws)
    session = exchange.books.sessions.get(authorization.session_id)
    known: Json = {**(session.body if session else {}), **body}
    if known.get("intent") == "buy":
        text = "Not allowed to create customer token for intent buy"
        raise KlarnaError(403, "INVALID_OPERATION", text)
    if "purchase_country" not in known:
        raise payments.bad_values(["purchase_country"])
    made = CustomerToken(
        token_id=exchange.books.ids.uuid("customer"),
        merchant_id=exchange.merchant.merchant_id,
        country=known["purchase_country"],
        locale=known.get("locale", ""),
        created_at=exchange.now,
        billing_address=known.get("billing_address"),
        customer=known.get("customer"),
    )
    exchange.books.customer_tokens.put(made.token_id, made)
    answer: Json = {"token_id": made.token_id}
    if made.billing_address:
        answer["billing_address"] = made.billing_address
    return Answer(status=200, body=answer)


def get_customer_token(exchange: Exchange) -> Answer:
    """Return whether a token still pays."""
    status = _token(exchange).status
    return Answer(status=200, body={"status": status, "payment_method_type": "INVOICE"})


def create_recurring_order(exchange: Exchange) -> Answer:
    """Place an order with nobody at the checkout."""
    token = _token(exchange)
    body, reading = exchange.flaws(subscriptions.ORDER)
    payments.check_flaws(reading.flaws)
    token.check_active()
    filled = token.filled_in(body)
    check_sums(exchange, filled)
    order = exchange.books.existing(placed(exchange, filled))
    answer = {"order_id": order.order_id, "fraud_status": order.fraud_status.value}
    return Answer(status=200, body=answer)


def change_customer_token(exchange: Exchange) -> Answer:
    """Cancel a token; cancelling it again changes nothing."""
    token = _token(exchange)
    body, reading = exchange.flaws(subscriptions.STATUS)
    payments.check_flaws(reading.flaws)
    changed = token.with_status(body["status"])
    exchange.books.customer_tokens.put(changed.token_id, changed)
    return Answer(status=202)


def _token(exchange: Exchange) -> CustomerToken:
    found = exchange.books.customer_tokens.get(exchange.ids["ctid"])
    if not found or not exchange.is_mine(found.merchant_id, found.country):
        raise subscriptions.no_such_token()
    return found
