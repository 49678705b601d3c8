"""Operations of the Payments API that lead to an order: klarna-api.md §9.1."""

from dataclasses import replace

from kvitt.sandbox.klarna import payments, purchases, schemas
from kvitt.sandbox.klarna.errors import KlarnaError
from kvitt.sandbox.klarna.exchange import Answer, Exchange
from kvitt.sandbox.klarna.orders import Json, Order
from kvitt.sandbox.klarna.payments import Session, Token

#: Where the sandbox's own badge lies; nothing is fetched from elsewhere.
_BADGE = "/__sim/static/badge.svg"


def _categories(exchange: Exchange) -> list[Json]:
    """Return one category, enough for a shop to show a choice; there is no widget here."""
    badge = exchange.url(_BADGE)
    urls = {"descriptive": badge, "standard": badge}
    return [{"identifier": "pay_later", "name": "Pay later", "asset_urls": urls}]


def create_session(exchange: Exchange) -> Answer:
    """Open a session for a basket."""
    body, reading = exchange.flaws(schemas.PAYMENT)
    payments.check_flaws(reading.flaws)
    check_sums(exchange, body)
    books = exchange.books
    session = Session(
        session_id=books.ids.uuid("session"),
        merchant_id=exchange.merchant.merchant_id,
        client_token=f"sandbox.{books.ids.uuid('client')}",
        body=body,
        created_at=exchange.now,
    )
    books.sessions.put(session.session_id, session)
    answer = {
        "session_id": session.session_id,
        "client_token": session.client_token,
        "payment_method_categories": _categories(exchange),
    }
    return Answer(status=200, body=answer)


def get_session(exchange: Exchange) -> Answer:
    """Return a session."""
    session = _session(exchange)
    return Answer(
        status=200,
        body={
            **session.body,
            "status": "complete" if session.complete else "incomplete",
            "client_token": session.client_token,
            "payment_method_categories": _categories(exchange),
        },
    )


def update_session(exchange: Exchange) -> Answer:
    """Change a session that has not become an order."""
    session = _session(exchange)
    if session.complete:
        raise KlarnaError(404, "SESSION_COMPLETED")
    body, reading = exchange.flaws(schemas.PAYMENT_CHANGE)
    payments.check_flaws(reading.flaws)
    changed = {**session.body, **body}
    check_sums(exchange, changed)
    exchange.books.sessions.put(session.session_id, replace(session, body=changed))
    return Answer(status=204)


def create_order(exchange: Exchange) -> Answer:
    """Turn the customer's authorization into an order: 200, not 201."""
    token = found_token(exchange)
    body, reading = exchange.flaws(schemas.PAYMENT)
    payments.check_flaws(reading.flaws)
    check_sums(exchange, body)
    fingerprint = payments.fingerprint(body)
    if token.order_id:
        if token.fingerprint != fingerprint:
            text = "The order has been already completed with different request body"
            raise KlarnaError(409, "BAD_VALUE", text)
        return _order_answer(exchange, token)
    session = exchange.books.sessions.get(token.session_id)
    if session:
        payments.check_match(session.body, body)
    spent = replace(
        token,
        order_id=placed(exchange, body, session_id=token.session_id),
        fingerprint=fingerprint,
        confirmation_url=_confirmation({**(session.body if session else {}), **body}),
    )
    exchange.books.tokens.put(token.token, spent)
    if session:
        complete = replace(session, complete=True)
        exchange.books.sessions.put(session.session_id, complete)
    return _order_answer(exchange, spent)


def placed(exchange: Exchange, body: Json, *, session_id: str = "") -> str:
    """Place what a body buys and return the order's id; 403 for a customer denied."""
    merchant_id = exchange.merchant.merchant_id
    purchase = purchases.of_payment(body, merchant_id=merchant_id, session_id=session_id)
    if purchases.is_denied(purchases.email_of(purchase)):
        raise KlarnaError(403, "REJECTED", "The purchase was rejected")
    return exchange.books.place_order(purchase)


def _confirmation(body: Json) -> str:
    return str(body.get("merchant_urls", {}).get("confirmation", ""))


def _order_answer(exchange: Exchange, token: Token) -> Answer:
    order = exchange.books.existing(token.order_id)
    where = token.session_id or order.order_id
    return Answer(
        status=200,
        body={
            "order_id": order.order_id,
            "redirect_url": exchange.url(f"/payments/v1/sessions/{where}/redirect"),
            "fraud_status": order.fraud_status.value,
            "authorized_payment_method": {"type": authorized_method(order)},
        },
    )


def authorized_method(order: Order) -> str:
    """Return the Payments API's name of the order's payment method (§8.3)."""
    kind = order.payment_type
    return purchases.AUTHORIZED_METHODS.get(kind, kind.lower())


def give_up_authorization(exchange: Exchange) -> Answer:
    """Give up an authorization that did not become an order."""
    token = found_token(exchange)
    if token.order_id:
        raise KlarnaError(403, "INVALID_OPERATION", "Authorization token already consumed")
    exchange.books.tokens.put(token.token, replace(token, given_up=True))
    return Answer(status=204)


def _session(exchange: Exchange) -> Session:
    found = exchange.books.sessions.get(exchange.ids["sid"])
    mine = found and exchange.is_mine(found.merchant_id, found.body["purchase_country"])
    if not found or not mine or found.created_at + payments.SESSION_LIFE <= exchange.now:
        raise KlarnaError(404, "NOT_FOUND", "Invalid session id")
    return found


def found_token(exchange: Exchange) -> Token:
    """Return the token of the path; an unissued one is taken where a switch says so."""
    name, merchant_id = exchange.ids["token"], exchange.merchant.merchant_id
    found = exchange.books.tokens.get(name)
    if not found and exchange.settings.any_token:
        return Token(token=name, merchant_id=merchant_id, issued_at=exchange.now)
    invalid = KlarnaError(404, "NOT_FOUND", "Invalid authorization token")
    if not found or found.merchant_id != merchant_id or found.given_up:
        raise invalid
    if not found.order_id and found.issued_at + payments.TOKEN_LIFE <= exchange.now:
        raise invalid
    return found


def check_sums(exchange: Exchange, body: Json) -> None:
    """Raise unless a basket is of this region, and adds up; a lenient merchant's need not."""
    if not exchange.door.leads_to(body["purchase_country"]):
        raise payments.bad_values(["purchase_country"])
    if exchange.merchant.sums != "lenient":
        payments.check_sums(body)
