"""What the customer's browser sees: a payment page to act on, and the way back to the shop.

Law: these are the only paths of Klarna's that need no credentials; they show a basket to
whoever has the unguessable address, as the real page does. Where the shop gave an address,
the browser is sent there; where it gave none, the page says what came of it.
"""

import re
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from kvitt.sandbox.klarna import hpp
from kvitt.sandbox.klarna.control import hpp as acts
from kvitt.sandbox.klarna.control.desk import Desk
from kvitt.sandbox.klarna.control.pages import View
from kvitt.sandbox.klarna.errors import KlarnaError
from kvitt.sandbox.klarna.hpp import HostedPage
from kvitt.sandbox.klarna.orders import Json

HOSTED_PAGE = "/hpp/v1/sessions/<session_id>/redirect"
AFTER_PAYMENT = "/payments/v1/sessions/<session_id>/redirect"
_PAGES = re.compile("|".join(re.sub("<.*?>", "[^/]+", p) for p in (HOSTED_PAGE, AFTER_PAYMENT)))

_DO: dict[str, Callable[[Desk, str], Json]] = {
    "pay": acts.complete,
    "decline": acts.decline,
    "back": acts.back,
    "cancel": acts.cancel,
}
#: Which of `merchant_urls` follows on a status.
_FOLLOWS = {
    hpp.COMPLETED: "success",
    hpp.FAILED: "failure",
    hpp.BACK: "back",
    hpp.CANCELLED: "cancel",
    hpp.DISABLED: "error",
}


def is_page(path: str) -> bool:
    """Say whether a path is one of the customer's."""
    return _PAGES.fullmatch(path) is not None


def hosted_page(view: View, session_id: str) -> Response:
    """Show a payment page to the customer who comes to it."""
    return _shown(view, acts.arrive(view.desk, session_id))


def pressed(view: View, session_id: str) -> Response:
    """Do what the customer pressed, and go on to the shop."""
    act = _DO.get(view.request.form.get("do", ""))
    if act is None:
        return _shown(view, acts.found(view.desk, session_id))
    try:
        act(view.desk, session_id)
    except KlarnaError as refused:
        known = acts.found(view.desk, session_id)
        problem = " ".join(refused.messages) or "This basket was bought already."
        return _shown(View(desk=view.desk, request=view.request, problem=problem), known)
    page = acts.found(view.desk, session_id)
    where = page.url(_FOLLOWS[page.status])
    if _origin(where):
        return _sent_to(where)
    return _sent_to(f"{view.request.root_path}{view.request.path}")


def after_payment(view: View, session_id: str) -> Response:
    """Send the customer on to the shop's confirmation, where an order's answer leads."""
    with view.desk.books.reading():
        spent = next(
            (
                token
                for token in view.desk.books.tokens.newest()
                if token.order_id and session_id in {token.session_id, token.order_id}
            ),
            None,
        )
        if spent is None:
            raise KlarnaError(404, "NOT_FOUND", "Invalid session id")
        order = view.desk.books.existing(spent.order_id)
    where = spent.confirmation_url.replace("{session.id}", spent.session_id)
    where = where.replace("{order.id}", order.order_id)
    if _origin(where):
        return _sent_to(where)
    return view.page("paid.html", order=order)


def _shown(view: View, page: HostedPage) -> Response:
    session = view.desk.books.sessions.get(page.payment_session_id)
    if session is None:
        raise KlarnaError(404, "NOT_FOUND", "Invalid payment session id")
    leads_to = {_origin(page.url(name)) for name in _FOLLOWS.values()} - {""}
    return view.page(
        "hosted_page.html",
        leads_to=tuple(sorted(leads_to)),
        hosted=page,
        is_open=page.status in hpp.OPEN,
        basket=session.body,
        follows={status: page.url(name) for status, name in _FOLLOWS.items()},
    )


def _sent_to(where: str) -> Response:
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": where})


def _origin(url: str) -> str:
    """Return scheme and host of an address a browser may be sent to, else nothing."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} else ""
