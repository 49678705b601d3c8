"""Which function answers which path, and the frame around every answer.

The order of refusals is WordPress's: a wrong key, then an unknown path, then a broken body,
then no key at all, and only then what the resource itself says.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from kvitt.sandbox.shop.desk import OrderDesk
from kvitt.sandbox.shop.rest import (
    gateways,
    keys,
    listing,
    notes,
    oauth,
    orders,
    parameters,
    phpjson,
    products,
    refunds,
    shopfacts,
    webhooks,
)
from kvitt.sandbox.shop.rest.answers import Answer, Call, RestError
from kvitt.sandbox.shop.webhooks import Deliverer

PREFIX = "/wp-json/wc/v3/"

Endpoint = Callable[..., Answer]
_EDITS = ("PUT", "PATCH", "POST")

_ROUTES: dict[str, dict[str, Endpoint]] = {
    "orders": {"GET": orders.list_, "POST": orders.create},
    "orders/batch": dict.fromkeys(("POST", "PUT", "PATCH"), orders.batch),
    "orders/<int:order_id>": {
        "GET": orders.get,
        **dict.fromkeys(("POST", "PUT", "PATCH"), orders.update),
        "DELETE": orders.delete,
    },
    "orders/<int:order_id>/notes": {"GET": notes.list_, "POST": notes.create},
    "orders/<int:order_id>/notes/<int:note_id>": {"GET": notes.get, "DELETE": notes.delete},
    "orders/<int:order_id>/refunds": {"GET": refunds.list_, "POST": refunds.create},
    "orders/<int:order_id>/refunds/<int:refund_id>": {
        "GET": refunds.get,
        "DELETE": refunds.delete,
    },
    "refunds": {"GET": refunds.list_all},
    "products": {"GET": products.list_},
    "products/<int:product_id>": {
        "GET": products.get,
        **dict.fromkeys(_EDITS, products.update),
        "DELETE": products.delete,
    },
    "products/<int:product_id>/variations": {"GET": products.list_variations},
    "products/<int:product_id>/variations/<int:variation_id>": {"GET": products.get_variation},
    "taxes": {"GET": shopfacts.taxes},
    "taxes/<int:rate_id>": {"GET": shopfacts.tax},
    "data/currencies": {"GET": shopfacts.currency_list},
    "data/currencies/<code>": {"GET": shopfacts.currency},
    "settings/<group>/<name>": {"GET": shopfacts.setting},
    "system_status": {"GET": shopfacts.status},
    "payment_gateways": {"GET": gateways.list_},
    "payment_gateways/<name>": {"GET": gateways.get, **dict.fromkeys(_EDITS, gateways.update)},
    "webhooks": {"GET": webhooks.list_, "POST": webhooks.create},
    "webhooks/<int:webhook_id>": {
        "GET": webhooks.get,
        **dict.fromkeys(_EDITS, webhooks.update),
        "DELETE": webhooks.delete,
    },
}

_RULES = Map([Rule(f"/{path}", endpoint=path) for path in _ROUTES], strict_slashes=False)

_log = logging.getLogger(__name__)

_CRITICAL = {
    "code": "internal_server_error",
    "message": "<p>There has been a critical error on this website.</p>",
    "data": {"status": 500},
    "additional_errors": [],
}

_HEADERS = {
    "Content-Type": "application/json; charset=UTF-8",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Expose-Headers": "X-WP-Total, X-WP-TotalPages, Link",
    "Access-Control-Allow-Headers": (
        "Authorization, X-WP-Nonce, Content-Disposition, Content-MD5, Content-Type"
    ),
    "Expires": "Wed, 11 Jan 1984 05:00:00 GMT",
    "Cache-Control": "no-cache, must-revalidate, max-age=0, no-store, private",
}


@dataclass(slots=True)
class RestApi:
    """The API of one shop."""

    desk: OrderDesk
    deliverer: Deliverer
    _nonces: oauth.Nonces = field(default_factory=dict)

    def respond(self, request: Request) -> Response:
        """Return the answer to a call."""
        headers = dict(_HEADERS)
        home = self.desk.books.settings.home_url.rstrip("/")
        try:
            answer = self._answer(request, headers)
        except RestError as refusal:
            return Response(phpjson.dumps(refusal.body()), refusal.status, headers)
        except (ValueError, TypeError, ArithmeticError, AttributeError):
            # What the schema lets through and nothing can make sense of kills PHP, too.
            _log.exception("%s %s made no sense", request.method, request.path)
            return Response(phpjson.dumps(_CRITICAL), 500, headers)
        index = {"Link": f'<{home}/wp-json/>; rel="https://api.w.org/"'}
        text = phpjson.dumps(answer.body)
        return Response(text, answer.status, {**headers, **index, **answer.headers})

    def _answer(self, request: Request, headers: dict[str, str]) -> Answer:
        method = _method(request)
        key = keys.authenticated(request, method, books=self.desk.books, nonces=self._nonces)
        path = request.path.removeprefix(PREFIX).strip("/")
        name, values = _matched(path)
        routes = _ROUTES[name]
        endpoint = routes.get("GET" if method == "HEAD" else method)
        if endpoint is None:
            raise _no_route()
        headers["Allow"] = ", ".join(
            verb for verb in ("GET", "POST", "PUT", "PATCH", "DELETE") if verb in routes
        )
        params = parameters.of_call(request)
        if key is None:
            raise keys.cannot_view()
        call = Call(
            desk=self.desk,
            deliverer=self.deliverer,
            key=key,
            params=params,
            query=parameters.of_query(request),
            path=path,
        )
        answer = endpoint(call, **values)
        body = listing.only_fields(answer.body, params.get("_fields"))
        return Answer(body=body, status=answer.status, headers=answer.headers)


def _method(request: Request) -> str:
    override = request.headers.get("X-HTTP-Method-Override") or request.args.get("_method")
    return (override or request.method).upper()


def _matched(path: str) -> tuple[str, dict[str, Any]]:
    try:
        name, values = _RULES.bind("").match(f"/{path}")
    except HTTPException:
        raise _no_route() from None
    return str(name), dict(values)


def _no_route() -> RestError:
    return RestError(
        "rest_no_route",
        "No route was found matching the URL and request method.",
        status=404,
    )
