"""The page of customers under way: payment pages to act on, baskets to say yes to.

Law: it only looks, but for one form that says yes to a Payments session in the customer's
place, as the widget in a shop's checkout would.
"""

from dataclasses import replace
from http import HTTPStatus

from werkzeug.wrappers import Response

from kvitt.sandbox.klarna import hpp, payments
from kvitt.sandbox.klarna.control import orders
from kvitt.sandbox.klarna.control.desk import ROOT
from kvitt.sandbox.klarna.control.pages import View
from kvitt.sandbox.klarna.errors import KlarnaError

_MOST_SHOWN = 50


def page(view: View) -> Response:
    """Show payment pages and Payments sessions that are open, newest first."""
    books = view.desk.books
    with books.reading() as now:
        pages = [one.at(now) for one in books.pages.newest()]
        sessions = [
            session
            for session in books.sessions.newest()
            if not session.complete and session.created_at + payments.SESSION_LIFE > now
        ]
        tokens = {t.session_id: t.token for t in books.tokens if not t.order_id}
        baskets = {s.session_id: s.body for s in books.sessions}
        subscriptions = list(books.customer_tokens.newest())
    return view.page(
        "checkout.html",
        pages=pages[:_MOST_SHOWN],
        open_statuses=hpp.OPEN,
        sessions=sessions[:_MOST_SHOWN],
        tokens=tokens,
        baskets=baskets,
        subscriptions=subscriptions[:_MOST_SHOWN],
    )


def authorize(view: View) -> Response:
    """Say yes to a Payments session, and show the page again."""
    try:
        orders.authorize(view.desk, view.request.form.get("session", ""))
    except KlarnaError as refused:
        return page(replace(view, problem=" ".join(refused.messages)))
    view.desk.tick()
    where = f"{view.request.root_path}{ROOT}/checkout?done=authorized"
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": where})
