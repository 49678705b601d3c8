"""Operations of the Hosted Payment Page: open, read and disable one (klarna-api.md §9.2)."""

from kvitt.sandbox.klarna import hpp, payments
from kvitt.sandbox.klarna.errors import KlarnaError
from kvitt.sandbox.klarna.exchange import Answer, Exchange
from kvitt.sandbox.klarna.hpp import HostedPage
from kvitt.sandbox.klarna.payments import Session


def create_hpp_session(exchange: Exchange) -> Answer:
    """Open a payment page for a Payments session."""
    body, reading = exchange.flaws(hpp.NEW)
    payments.check_flaws(reading.flaws)
    session = _payment_session(exchange, body["payment_session_url"])
    urls = body.get("merchant_urls", {})
    page = HostedPage(
        session_id=exchange.books.ids.uuid("hpp"),
        merchant_id=session.merchant_id,
        payment_session_id=session.session_id,
        place_order_mode=body.get("options", {}).get("place_order_mode", hpp.NONE),
        status_update_url=urls.get("status_update", ""),
        created_at=exchange.now,
        updated_at=exchange.now,
        expires_at=session.created_at + hpp.LIFE,
        urls={name: url for name, url in urls.items() if name != "status_update"},
    )
    exchange.books.pages.put(page.session_id, page)
    where = exchange.url(f"/hpp/v1/sessions/{page.session_id}")
    answer = {
        "session_id": page.session_id,
        "session_url": where,
        "redirect_url": f"{where}/redirect",
        "expires_at": hpp.shown(page)["expires_at"],
    }
    return Answer(status=201, body=answer, headers=(("Location", where),))


def get_hpp_session(exchange: Exchange) -> Answer:
    """Return how far the customer has come."""
    return Answer(status=200, body=hpp.shown(_page(exchange)))


def disable_hpp_session(exchange: Exchange) -> Answer:
    """Close the page to the customer."""
    closed = hpp.disabled(_page(exchange), now=exchange.now)
    exchange.books.pages.put(closed.session_id, closed)
    return Answer(status=204)


def _page(exchange: Exchange) -> HostedPage:
    found = exchange.books.pages.get(exchange.ids["hid"])
    if not found or found.merchant_id != exchange.merchant.merchant_id:
        raise hpp.no_such_page()
    return found.at(exchange.now)


def _payment_session(exchange: Exchange, url: str) -> Session:
    found = exchange.books.sessions.get(hpp.payment_session_id(url))
    mine = found and exchange.is_mine(found.merchant_id, found.body["purchase_country"])
    if not found or not mine or found.created_at + payments.SESSION_LIFE <= exchange.now:
        raise KlarnaError(404, "NOT_FOUND", "Invalid payment session id")
    if found.complete:
        raise KlarnaError(404, "SESSION_COMPLETED")
    return found
