"""The control interface's calls on orders: place, look at, and act on them.

Every function takes the desk and decoded JSON, and returns JSON.
"""

from collections.abc import Mapping
from typing import Any

from kvitt.sandbox.klarna import clock, notices, portal, schemas, wire
from kvitt.sandbox.klarna.control.desk import Desk
from kvitt.sandbox.klarna.errors import KlarnaError
from kvitt.sandbox.klarna.fields import Reading
from kvitt.sandbox.klarna.notices import EVENT_TYPES
from kvitt.sandbox.klarna.orders import FraudStatus, Json, Order, Status
from kvitt.sandbox.klarna.payments import Token
from kvitt.sandbox.klarna.purchases import Purchase

_MOST_SHOWN = 100


def record(desk: Desk, order: Order) -> Json:
    """Return Klarna's body of an order, and beside it what only the sandbox knows."""
    return {
        **wire.order(order, settings=desk.books.settings),
        "sim": {
            "merchant_id": order.merchant_id,
            "acknowledged": order.acknowledged,
            "review_ends_at": order.review_ends_at and clock.render(order.review_ends_at),
            "unallocated_refunds": [r.refund_id for r in order.refunds if not r.allocated],
            "history": [
                {"at": clock.render(event.at), "by": event.by, "text": event.text}
                for event in order.history
            ],
        },
    }


def find(desk: Desk, order_id: str) -> Order:
    """Return an order of any merchant, or raise Klarna's 404."""
    with desk.books.reading():
        return desk.books.existing(order_id)


def search(desk: Desk, *, status: str = "", text: str = "") -> list[Order]:
    """Return orders, newest first, of a status and with a text in their references."""
    with desk.books.reading():
        found = [
            order
            for order in desk.books.orders
            if status in {"", order.status} and _bears(order, text.strip())
        ]
    return sorted(found, key=lambda order: order.created_at, reverse=True)


def _bears(order: Order, text: str) -> bool:
    names = (order.order_id, order.klarna_reference, order.merchant_reference1 or "")
    return not text or any(text.lower() in name.lower() for name in names)


def listed(desk: Desk, query: Mapping[str, str]) -> Json:
    """List orders; `status`, `q` and `limit` narrow it."""
    found = search(desk, status=query.get("status", ""), text=query.get("q", ""))
    limit = int(query.get("limit", _MOST_SHOWN))
    return {"count": len(found), "orders": [record(desk, order) for order in found[:limit]]}


def shown(desk: Desk, order_id: str, _: Json) -> Json:
    """Return the sandbox's own record of an order."""
    return record(desk, find(desk, order_id))


def place(desk: Desk, body: Json) -> Json:
    """Place an order from a Payments body; only `order_amount` has to be there."""
    reading = Reading()
    read = schemas.PLACED.read(body, (), reading)
    if reading.flaws:
        raise KlarnaError(400, "BAD_VALUE", *(flaw.text for flaw in reading.flaws))
    return record(desk, find(desk, desk.books.place_order(_purchase(desk, read))))


def _purchase(desk: Desk, body: Json) -> Purchase:
    renamed = {
        "purchase_currency": "currency",
        "purchase_country": "country",
    }
    told: dict[str, Any] = {renamed.get(name, name): value for name, value in body.items()}
    told.setdefault("merchant_id", first_merchant(desk))
    urls = told.pop("merchant_urls", {})
    told["notification_url"] = urls.get("notification")
    told["push_url"] = urls.get("push")
    for name in ("created_at", "expires_at"):
        if name in told:
            told[name] = clock.parse(told[name])
    if "fraud_status" in told:
        told["fraud_status"] = FraudStatus(told["fraud_status"])
    for name in ("intent", "order_tax_amount"):
        told.pop(name, None)
    return Purchase(**told)


def first_merchant(desk: Desk) -> str:
    """Return the merchant meant when none is named."""
    if not desk.books.settings.merchants:
        raise ValueError("no merchant is configured")
    return desk.books.settings.merchants[0].merchant_id


def capture(desk: Desk, order_id: str, body: Json) -> Json:
    """Capture `amount`, or all that remains, as the merchant in the portal."""
    made = portal.capture(desk.books, order_id, **_claim(body))
    return {"capture_id": made, **shown(desk, order_id, {})}


def refund(desk: Desk, order_id: str, body: Json) -> Json:
    """Refund `amount`, or all that was captured, as the merchant in the portal."""
    made = portal.refund(desk.books, order_id, **_claim(body))
    return {"refund_id": made, **shown(desk, order_id, {})}


def _claim(body: Json) -> Json:
    """Read amount, lines and description of a portal action."""
    reading = Reading()
    read = schemas.PORTAL_CLAIM.read(body, (), reading)
    if reading.flaws:
        raise KlarnaError(400, "BAD_VALUE", *(flaw.text for flaw in reading.flaws))
    renamed = {"order_lines": "lines"}
    return {renamed.get(name, name): value for name, value in read.items()}


def cancel(desk: Desk, order_id: str, _: Json) -> Json:
    """Cancel as the merchant in the portal."""
    portal.cancel(desk.books, order_id)
    return shown(desk, order_id, {})


def release(desk: Desk, order_id: str, _: Json) -> Json:
    """Release the rest as the merchant in the portal."""
    portal.release(desk.books, order_id)
    return shown(desk, order_id, {})


def extend(desk: Desk, order_id: str, _: Json) -> Json:
    """Extend as the merchant in the portal."""
    portal.extend(desk.books, order_id)
    return shown(desk, order_id, {})


def judge(desk: Desk, order_id: str, body: Json) -> Json:
    """Decide the fraud review by `decision`, and send the notification."""
    portal.judge(desk.books, order_id, FraudStatus(body["decision"]))
    desk.tick()
    return shown(desk, order_id, {})


def force(desk: Desk, order_id: str, body: Json) -> Json:
    """Put the order into `status`."""
    portal.force(desk.books, order_id, Status(body["status"]))
    return shown(desk, order_id, {})


def expire(desk: Desk, order_id: str, _: Json) -> Json:
    """Let the authorization run out now."""
    portal.expire(desk.books, order_id)
    return shown(desk, order_id, {})


def notify(desk: Desk, order_id: str, body: Json) -> Json:
    """Send a notification of `event_type`, true or not, once more or too early."""
    event_type = body["event_type"]
    if event_type not in EVENT_TYPES:
        raise ValueError(f"event_type must be one of {', '.join(EVENT_TYPES)}")
    portal.notify(desk.books, order_id, event_type)
    return {"sent": desk.tick()}


def authorize(desk: Desk, session_id: str) -> Json:
    """Say yes to a Payments session in the customer's place; returns the token."""
    with desk.books.writing() as now:
        session = desk.books.sessions.get(session_id)
        if session is None:
            raise KlarnaError(404, "NOT_FOUND", "Invalid session id")
        name = desk.books.ids.uuid("token")
        token = Token(
            token=name, merchant_id=session.merchant_id, issued_at=now, session_id=session_id
        )
        desk.books.tokens.put(name, token)
        told = {"authorization_token": name, "session_id": session_id}
        url = session.body.get("merchant_urls", {}).get("authorization", "")
        if url:
            # Klarna's servers post it too, should the browser never come back (§10).
            where = url.replace("{session.id}", session_id)
            desk.books.send(where, told, pace=notices.AUTHORIZATION)
    return told
