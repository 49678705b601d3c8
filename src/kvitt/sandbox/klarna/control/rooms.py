"""Which page, form or call of the desk a path is."""

from collections.abc import Callable
from http import HTTPStatus

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from kvitt.sandbox.klarna.control import api, checkout, customer, forms, pages
from kvitt.sandbox.klarna.control.desk import ROOT, Desk, is_own_site
from kvitt.sandbox.klarna.control.pages import View
from kvitt.sandbox.klarna.errors import KlarnaError

_ON_ORDER = f"{ROOT}/order/<order_id>/<any({','.join(forms.ORDER_ACTIONS)}):action>"
_IN_LAB = f"{ROOT}/lab/<any({','.join(forms.LAB_ACTIONS)}):action>"

#: Paths, methods, and what answers them.
_ROOMS: tuple[tuple[str, str, Callable[..., Response]], ...] = (
    ("/", "GET", pages.order_list),
    (f"{ROOT}/order/<order_id>", "GET", pages.one_order),
    (f"{ROOT}/lab", "GET", pages.lab),
    (f"{ROOT}/requests", "GET", pages.requests),
    (f"{ROOT}/checkout", "GET", checkout.page),
    (f"{ROOT}/static/<name>", "GET", lambda _view, name: pages.static(name)),
    (f"{ROOT}/place", "POST", lambda view: forms.place(view.desk, view.request)),
    (f"{ROOT}/checkout/authorize", "POST", checkout.authorize),
    (
        _ON_ORDER,
        "POST",
        lambda view, **args: forms.on_order(view.desk, view.request, **args),
    ),
    (
        _IN_LAB,
        "POST",
        lambda view, action: forms.in_lab(view.desk, view.request, action=action),
    ),
    (customer.HOSTED_PAGE, "GET", customer.hosted_page),
    (customer.HOSTED_PAGE, "POST", customer.pressed),
    (customer.AFTER_PAYMENT, "GET", customer.after_payment),
)
_RULES = Map(
    [
        Rule(path, methods=[method], endpoint=number)
        for number, (path, method, _) in enumerate(_ROOMS)
    ]
)


def is_ours(path: str) -> bool:
    """Say whether a path is a page or a control call, and not an operation of Klarna's.

    Two paths of Klarna's are pages: they are for the customer's browser, not for a client.
    """
    mine = path in {"", "/"} or path == ROOT or path.startswith(f"{ROOT}/")
    return mine or customer.is_page(path)


def answer(desk: Desk, request: Request) -> Response:
    """Answer one request to the desk."""
    if not is_own_site(request):
        text = "This form was sent from another site.\n"
        return Response(text, status=HTTPStatus.FORBIDDEN, mimetype="text/plain")
    try:
        number, args = _RULES.bind("sandbox").match(request.path or "/", request.method)
    except HTTPException:
        return api.answer(desk, request)
    view = View(desk=desk, request=request)
    try:
        return _ROOMS[int(number)][2](view, **args)
    except KlarnaError as missing:
        return view.page("missing.html", http_status=missing.status)
