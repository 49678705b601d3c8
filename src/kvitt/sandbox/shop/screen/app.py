"""The order screen as a WSGI application; it answers every path the shop's machines do not.

`ShopApp` keeps /wp-json, /wc-auth and /__sim to itself and hands the rest to this.
"""

from collections.abc import Callable, Iterable
from importlib.resources import files
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from kvitt.sandbox.shop.desk import OrderDesk
from kvitt.sandbox.shop.komcalls import KlarnaSend
from kvitt.sandbox.shop.records import Order
from kvitt.sandbox.shop.screen import (
    bulk,
    guard,
    listing,
    order_posts,
    order_view,
    pages,
    shop_settings,
    walkthroughs,
)
from kvitt.sandbox.shop.screen.asides import Asides
from kvitt.sandbox.shop.screen.links import ADMIN, AJAX, POST, STATIC, Links
from kvitt.sandbox.shop.screen.pages import Visit

#: The screen's own files, and nothing else, by name.
_STATIC = {"screen.css": "text/css", "screen.js": "text/javascript"}
#: No form of these pages comes near this; a larger one is not read.
_LARGEST_FORM = 1_000_000
_MOST_FIELDS = 5_000
_LONGEST_NUMBER = 12


class ScreenApp:
    """The sandbox shop's admin pages over one desk."""

    def __init__(
        self, desk: OrderDesk, *, asides: Asides, klarna: KlarnaSend | None = None
    ) -> None:
        self._desk = desk
        self._klarna = klarna
        self._asides = asides
        self._pages: dict[str, Callable[[Visit], Response]] = {
            "/": _home,
            "/wp-admin": _to_orders,
            "/wp-admin/": _to_orders,
            ADMIN: _admin,
            AJAX: _ajax,
            POST: _to_order,
        }

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        request.max_content_length = _LARGEST_FORM
        request.max_form_memory_size = _LARGEST_FORM
        request.max_form_parts = _MOST_FIELDS
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        visit = Visit(
            request=request,
            desk=self._desk,
            asides=self._asides,
            links=Links(request.script_root),
            klarna=self._klarna,
        )
        if request.path.startswith(STATIC):
            return _static(visit, request.path.removeprefix(STATIC))
        answer = self._pages.get(request.path)
        if answer is None:
            return pages.problem(visit, "There is no such page in this shop.", status=404)
        if request.method not in {"GET", "HEAD", "POST"}:
            return pages.problem(visit, "This page cannot be asked that way.", status=405)
        if request.method == "POST":
            try:
                guard.check(request, secret=self._asides.secret, user=self._asides.user)
            except guard.ForeignForm as refusal:
                return pages.problem(visit, str(refusal), status=403)
        return answer(visit)


def _static(visit: Visit, name: str) -> Response:
    kind = _STATIC.get(name)
    if kind is None:
        return pages.problem(visit, "There is no such file.", status=404)
    content = files(__package__).joinpath("static", name).read_bytes()
    headers = {**pages.HEADERS, "Cache-Control": "no-cache"}
    response = Response(content, mimetype=kind, headers=headers)
    response.add_etag()
    return response.make_conditional(visit.request)


def _home(visit: Visit) -> Response:
    values = {"walkthroughs": walkthroughs.ALL, "current": "home"}
    return pages.render(visit, "home.html", values)


def _to_orders(visit: Visit) -> Response:
    return pages.see_other(visit.links.orders())


def _to_order(visit: Visit) -> Response:
    """Answer the address orders had before WooCommerce kept them in their own tables."""
    text = visit.request.args.get("post", "")
    is_number = text.isascii() and text.isdigit() and len(text) < _LONGEST_NUMBER
    return pages.see_other(visit.links.order(int(text)) if is_number else visit.links.orders())


def _admin(visit: Visit) -> Response:
    visit.desk.admin_visited()
    wanted = visit.request.args.get("page", "wc-orders")
    if wanted == "products":
        values = {"current": "products", "products": visit.desk.books.products()}
        return pages.render(visit, "products.html", values)
    if wanted == "wc-settings":
        return shop_settings.answer(visit)
    if wanted != "wc-orders":
        return pages.problem(visit, "There is no such page in this shop.", status=404)
    if visit.request.args.get("action") == "edit":
        return _order(visit)
    return _orders(visit)


def _orders(visit: Visit) -> Response:
    if visit.request.method == "POST":
        if visit.request.form.get("do") == "new":
            return pages.see_other(visit.links.order(visit.desk.new_order().id))
        return bulk.apply(visit)
    found = listing.build(visit)
    values = {
        "current": "orders",
        "listing": found,
        "query_status": listing.query(found.status),
        "actions": bulk.offered(in_trash=found.is_trash),
        "said": bulk.result(visit),
    }
    return pages.render(visit, "orders.html", values)


def _order(visit: Visit) -> Response:
    order = _asked_order(visit)
    if order is None:
        message = "You attempted to edit an order that does not exist. Perhaps it was deleted?"
        return pages.problem(visit, message, status=404)
    if order.status == "trash":
        return pages.render(visit, "trashed.html", {"order": order}, status=409)
    if visit.request.method == "POST":
        return order_posts.answer(visit, order)
    return order_view.page(visit, order)


def _ajax(visit: Visit) -> Response:
    order = _asked_order(visit)
    if visit.request.args.get("action") != "order_notes" or order is None:
        return pages.problem(visit, "There is no such order.", status=404)
    return order_view.notes(visit, order)


def _asked_order(visit: Visit) -> Order | None:
    text = visit.request.args.get("id", "")
    is_number = text.isascii() and text.isdigit() and len(text) < _LONGEST_NUMBER
    return visit.desk.books.order(int(text)) if is_number else None
