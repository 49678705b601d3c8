"""The customer's part on a Hosted Payment Page, played through the control interface.

Law: what happens to the page, the order that comes of it and the callback that tells the
shop become durable together.
"""

from dataclasses import replace

from kvitt.sandbox.klarna import hpp, purchases
from kvitt.sandbox.klarna.control import orders
from kvitt.sandbox.klarna.control.desk import Desk
from kvitt.sandbox.klarna.errors import KlarnaError
from kvitt.sandbox.klarna.hpp import HostedPage
from kvitt.sandbox.klarna.orders import Json
from kvitt.sandbox.klarna.payments import Session


def complete(desk: Desk, session_id: str) -> Json:
    """Say yes: an order or a token comes of it, or FAILED for a customer refused (§9.4)."""
    with desk.books.writing():
        page = _waiting(desk, session_id)
        session = desk.books.sessions.get(page.payment_session_id)
        if session is None or session.complete:
            raise KlarnaError(404, "SESSION_COMPLETED")
        return _settled(desk, _outcome(desk, page, session))


def cancel(desk: Desk, session_id: str) -> Json:
    """Leave the page without paying."""
    return _ended(desk, session_id, hpp.CANCELLED)


def decline(desk: Desk, session_id: str) -> Json:
    """Be refused by the risk check."""
    return _ended(desk, session_id, hpp.FAILED)


def back(desk: Desk, session_id: str) -> Json:
    """Go back to the shop; the page stays open."""
    return _ended(desk, session_id, hpp.BACK)


def arrive(desk: Desk, session_id: str) -> HostedPage:
    """Come to the page, which tells the shop the first time; returns it as it is now."""
    with desk.books.writing():
        page = found(desk, session_id)
        if page.status == hpp.WAITING:
            _settled(desk, replace(page, status=hpp.IN_PROGRESS))
        return found(desk, session_id)


def found(desk: Desk, session_id: str) -> HostedPage:
    """Return a page as it is now, or raise the 404."""
    page = desk.books.pages.get(session_id)
    if page is None:
        raise hpp.no_such_page()
    return page.at(desk.books.clock.now())


def _ended(desk: Desk, session_id: str, status: str) -> Json:
    with desk.books.writing():
        return _settled(desk, replace(_waiting(desk, session_id), status=status))


def _waiting(desk: Desk, session_id: str) -> HostedPage:
    page = found(desk, session_id)
    hpp.check_open(page)
    return page


def _outcome(desk: Desk, page: HostedPage, session: Session) -> HostedPage:
    purchase = purchases.of_payment(
        session.body, merchant_id=session.merchant_id, session_id=session.session_id
    )
    if purchases.is_denied(purchases.email_of(purchase)):
        return replace(page, status=hpp.FAILED)
    if page.place_order_mode == hpp.NONE:
        token = orders.authorize(desk, session.session_id)["authorization_token"]
        return replace(page, status=hpp.COMPLETED, authorization_token=token)
    at_once = page.place_order_mode == hpp.CAPTURE_ORDER or purchase.auto_capture
    order_id = desk.books.place_order(replace(purchase, auto_capture=at_once))
    desk.books.sessions.put(session.session_id, replace(session, complete=True))
    return replace(
        page,
        status=hpp.COMPLETED,
        order_id=order_id,
        klarna_reference=desk.books.existing(order_id).klarna_reference,
    )


def _settled(desk: Desk, page: HostedPage) -> Json:
    """Write down what became of a page, and put the callback on its way."""
    books = desk.books
    page = replace(page, updated_at=books.clock.now())
    books.pages.put(page.session_id, page)
    if page.status_update_url:
        # The URL goes out as the shop wrote it: which placeholders Klarna fills in here
        # is not known.
        body = hpp.callback_body(page, event_id=books.ids.uuid("event"))
        books.send(page.status_update_url, body)
    return {"session_id": page.session_id, **hpp.shown(page)}
