"""Which page, form or call of the desk a path is."""

from http import HTTPStatus

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from kvitt.sandbox.klarna.control import api, forms, pages
from kvitt.sandbox.klarna.control.desk import ROOT, Desk, is_own_site
from kvitt.sandbox.klarna.control.pages import View
from kvitt.sandbox.klarna.errors import KlarnaError

_PAGES = Map(
    [
        Rule("/", methods=["GET"], endpoint="orders"),
        Rule(f"{ROOT}/order/<order_id>", methods=["GET"], endpoint="order"),
        Rule(f"{ROOT}/lab", methods=["GET"], endpoint="lab"),
        Rule(f"{ROOT}/requests", methods=["GET"], endpoint="requests"),
        Rule(f"{ROOT}/static/<name>", methods=["GET"], endpoint="static"),
        Rule(f"{ROOT}/place", methods=["POST"], endpoint="place"),
        Rule(
            f"{ROOT}/order/<order_id>/<any({','.join(forms.ORDER_ACTIONS)}):action>",
            methods=["POST"],
            endpoint="on_order",
        ),
        Rule(
            f"{ROOT}/lab/<any({','.join(forms.LAB_ACTIONS)}):action>",
            methods=["POST"],
            endpoint="in_lab",
        ),
    ]
)


def is_ours(path: str) -> bool:
    """Say whether a path is the desk's and not Klarna's."""
    return path in {"", "/"} or path == ROOT or path.startswith(f"{ROOT}/")


def answer(desk: Desk, request: Request) -> Response:
    """Answer one request to the desk."""
    if not is_own_site(request):
        text = "This form was sent from another site.\n"
        return Response(text, status=HTTPStatus.FORBIDDEN, mimetype="text/plain")
    try:
        endpoint, args = _PAGES.bind("sandbox").match(request.path or "/", request.method)
    except HTTPException:
        return api.answer(desk, request)
    try:
        return _room(desk, request, endpoint, dict(args))
    except KlarnaError as missing:
        view = View(desk=desk, request=request)
        return view.page("missing.html", http_status=missing.status)


def _room(desk: Desk, request: Request, endpoint: str, args: dict[str, str]) -> Response:
    view = View(desk=desk, request=request)
    match endpoint:
        case "orders":
            return pages.order_list(view)
        case "order":
            return pages.one_order(view, args["order_id"])
        case "lab":
            return pages.lab(view)
        case "requests":
            return pages.requests(view)
        case "static":
            return pages.static(args["name"])
        case "place":
            return forms.place(desk, request)
        case "on_order":
            return forms.on_order(desk, request, **args)
        case _:
            return forms.in_lab(desk, request, **args)
