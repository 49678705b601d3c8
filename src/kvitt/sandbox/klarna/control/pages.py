"""The pages of the desk: orders as a merchant's portal shows them, and a trainer's tools.

Law: a page only looks; what a form does is in `forms.py`. Pages work without JavaScript,
and load nothing from elsewhere.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from importlib import resources
from typing import Any

import jinja2
from werkzeug.wrappers import Request, Response

from kvitt.sandbox.klarna import (
    amounts,
    clock,
    faults,
    lifecycle,
    operations,
    portal,
    regions,
)
from kvitt.sandbox.klarna.control import orders
from kvitt.sandbox.klarna.control.desk import ROOT, Desk
from kvitt.sandbox.klarna.orders import OPEN, FraudStatus, Order, Status
from kvitt.sandbox.klarna.settings import choices

_PER_PAGE = 50
_PACKAGE = "kvitt.sandbox.klarna.control"
_TYPES = {"css": "text/css", "svg": "image/svg+xml"}
#: Nothing from elsewhere, no scripts, and nobody may frame the buttons.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

#: What a page says after a form did its work.
DONE = {
    "placed": "Order placed.",
    "capture": "Captured.",
    "refund": "Refunded.",
    "cancel": "Order cancelled.",
    "release": "Remaining authorization released.",
    "extend": "Authorization extended.",
    "fraud": "The risk review has decided.",
    "expire": "The authorization has run out.",
    "status": "Status forced.",
    "clock": "The clock was moved.",
    "fault": "Fault added.",
    "unfault": "Fault removed.",
    "swarm": "Random faults set.",
    "switch": "Switch changed.",
    "merchant": "Merchant changed.",
    "reset": "Everything was reset.",
    "forget": "The list of requests was emptied.",
    "authorized": "The customer said yes. The shop can now place the order with the token.",
}

#: Payment methods worth offering: one that may be raised, by country, and never.
METHODS = ("INVOICE", "INVOICE_BUSINESS", "FIXED_AMOUNT", "PAY_IN_X", "PAY_BY_CARD", "SWISH")


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """One page being made for one request."""

    desk: Desk
    request: Request
    #: What went wrong with the form that led here.
    problem: str = ""

    def page(
        self,
        template: str,
        *,
        http_status: int = 0,
        leads_to: tuple[str, ...] = (),
        **values: Any,
    ) -> Response:
        """Return a template as a page; without a status, 200 or that of a problem.

        `leads_to` are origins of shops that its forms may send the browser on to.
        """
        text = _ENVIRONMENT.get_template(template).render(
            root=self.request.root_path,
            sim=self.request.root_path + ROOT,
            now=self.desk.books.clock.now(),
            problem=self.problem,
            done=DONE.get(self.request.args.get("done", ""), ""),
            **values,
        )
        usual = HTTPStatus.CONFLICT if self.problem else HTTPStatus.OK
        response = Response(text, status=http_status or usual, mimetype="text/html")
        return _guarded(response, leads_to=leads_to)


def _guarded(response: Response, *, leads_to: tuple[str, ...] = ()) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY.replace(
        "form-action 'self'", " ".join(("form-action 'self'", *leads_to))
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def order_list(view: View) -> Response:
    """Show all orders, newest first."""
    query = view.request.args
    status, text = query.get("status", ""), query.get("q", "")
    found = orders.search(view.desk, status=status, text=text)
    page = max(1, query.get("page", 1, type=int))
    first = (page - 1) * _PER_PAGE
    return view.page(
        "orders.html",
        orders=found[first : first + _PER_PAGE],
        count=len(found),
        page=page,
        pages=-(-len(found) // _PER_PAGE),
        status=status,
        text=text,
        statuses=list(Status),
        merchants=view.desk.books.settings.merchants,
        methods=METHODS,
    )


def one_order(view: View, order_id: str) -> Response:
    """Show one order as a merchant's portal does."""
    order = orders.find(view.desk, order_id)
    return view.page(
        "order.html",
        order=order,
        can=possible(order),
        decisions=[f for f in FraudStatus if f is not order.fraud_status],
        statuses=portal.reachable(order),
    )


def possible(order: Order) -> dict[str, bool]:
    """Return which of the portal's buttons make sense for an order now."""
    captured, refunded = order.captured_amount, order.refunded_amount
    reviewed = order.fraud_status not in {FraudStatus.PENDING, FraudStatus.STOPPED}
    return {
        "capture": order.remaining_authorized_amount > 0 and reviewed,
        "refund": captured > refunded,
        "cancel": order.status is Status.AUTHORIZED,
        "release": order.status is Status.PART_CAPTURED,
        "extend": order.status in OPEN,
    }


def lab(view: View) -> Response:
    """Show the trainer's tools: clock, faults, notifications, switches."""
    settings = view.desk.books.settings
    with view.desk.books.reading():
        notices = list(view.desk.books.notices.newest())
    switches = {
        name: (value, choices(name), type(value).__name__)
        for name, value in settings.switches().items()
    }
    return view.page(
        "lab.html",
        kinds=faults.KINDS.values(),
        operations=sorted(operations.OPERATIONS),
        rules=view.desk.faults.rules,
        swarm_seed=view.desk.faults.swarm_seed,
        swarm_weights=view.desk.faults.swarm_weights,
        notices=notices,
        switches=switches,
        merchants=settings.merchants,
        sums=("lenient", "default", "strict"),
        personas=("klarna", "kustom"),
    )


def requests(view: View) -> Response:
    """Show the journal, newest first."""
    text = view.request.args.get("q", "")
    with view.desk.books.reading():
        found = [e for e in view.desk.books.requests.newest() if text in e.path]
    return view.page("requests.html", entries=found[:_PER_PAGE], count=len(found), text=text)


def static(name: str) -> Response:
    """Return the stylesheet or a picture."""
    kind = _TYPES.get(name.rpartition(".")[2])
    found = resources.files(_PACKAGE) / "static" / name
    if kind is None or "/" in name or not found.is_file():
        return Response(status=HTTPStatus.NOT_FOUND)
    return _guarded(Response(found.read_bytes(), mimetype=kind))


def _moment(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M}"


def _word(value: str) -> str:
    return value.replace("_", " ").lower()


def _fault(name: str) -> str:
    return _word(name).capitalize().replace("Http", "HTTP").replace(" html", " as HTML")


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(_PACKAGE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["money"] = amounts.render
    environment.filters["plain"] = amounts.plain
    environment.filters["moment"] = _moment
    environment.filters["iso"] = clock.render
    environment.filters["region"] = regions.region_of
    environment.filters["word"] = _word
    environment.filters["fault"] = _fault
    environment.filters["json"] = lambda value: json.dumps(value, indent=2, ensure_ascii=False)
    environment.tests["raisable"] = lifecycle.may_be_raised
    return environment


_ENVIRONMENT = _environment()
