"""What the forms of the pages do.

Law: every form is a POST from our own site; it acts, and then sends the browser back to a
page to look (303). What the rules refuse is shown on that same page, with the reason.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from werkzeug.wrappers import Request, Response

from kvitt.sandbox.klarna import amounts, portal
from kvitt.sandbox.klarna.control import pages
from kvitt.sandbox.klarna.control.desk import ROOT, Desk
from kvitt.sandbox.klarna.control.pages import View
from kvitt.sandbox.klarna.errors import KlarnaError
from kvitt.sandbox.klarna.orders import FraudStatus, Json, Status
from kvitt.sandbox.klarna.purchases import Purchase

Act = Callable[[Desk, str, Request], None]


def on_order(desk: Desk, request: Request, *, order_id: str, action: str) -> Response:
    """Carry out one form of an order's page."""
    return _carried_out(
        View(desk=desk, request=request),
        lambda: _ON_ORDER[action](desk, order_id, request),
        back=f"{ROOT}/order/{order_id}",
        done=action,
        show=lambda view: pages.one_order(view, order_id),
    )


def in_lab(desk: Desk, request: Request, *, action: str) -> Response:
    """Carry out one form of the trainer's page."""
    back, show = f"{ROOT}/lab", pages.lab
    if action == "forget":
        back, show = f"{ROOT}/requests", pages.requests
    return _carried_out(
        View(desk=desk, request=request),
        lambda: _IN_LAB[action](desk, request),
        back=back,
        done=action,
        show=show,
    )


def place(desk: Desk, request: Request) -> Response:
    """Place an order from the form on the list of orders."""
    placed: list[str] = []
    view = View(desk=desk, request=request)
    return _carried_out(
        view,
        lambda: placed.append(desk.books.place_order(_purchase(request))),
        back=f"{ROOT}/order/",
        done="placed",
        show=pages.order_list,
        made=placed,
    )


def _carried_out(
    # A form has a view, what it does, and four ways of saying where to go next.
    view: View,
    act: Callable[[], Any],
    *,
    back: str,
    done: str,
    show: Callable[[View], Response],
    made: list[str] | None = None,
) -> Response:
    try:
        act()
    except KlarnaError as refused:
        problem = f"{' '.join(refused.messages)} ({refused.code})"
        return show(View(desk=view.desk, request=view.request, problem=problem))
    except (KeyError, ValueError) as wrong:
        problem = str(wrong).strip("'\"")
        return show(View(desk=view.desk, request=view.request, problem=problem))
    where = view.request.root_path + back + (made or [""])[0]
    location = {"Location": f"{where}?done={done}"}
    return Response(status=HTTPStatus.SEE_OTHER, headers=location)


def _capture(desk: Desk, order_id: str, request: Request) -> None:
    portal.capture(desk.books, order_id, **_amount(request))


def _refund(desk: Desk, order_id: str, request: Request) -> None:
    portal.refund(desk.books, order_id, **_amount(request))


def _amount(request: Request) -> Json:
    return {
        "amount": amounts.parse(request.form["amount"]),
        "description": request.form.get("description", ""),
    }


def _judge(desk: Desk, order_id: str, request: Request) -> None:
    portal.judge(desk.books, order_id, FraudStatus(request.form["decision"]))
    desk.tick()


def _force(desk: Desk, order_id: str, request: Request) -> None:
    portal.force(desk.books, order_id, Status(request.form["status"]))


_ON_ORDER: dict[str, Act] = {
    "capture": _capture,
    "refund": _refund,
    "cancel": lambda desk, order_id, _: portal.cancel(desk.books, order_id),
    "release": lambda desk, order_id, _: portal.release(desk.books, order_id),
    "extend": lambda desk, order_id, _: portal.extend(desk.books, order_id),
    "fraud": _judge,
    "expire": lambda desk, order_id, _: portal.expire(desk.books, order_id),
    "status": _force,
}
ORDER_ACTIONS = tuple(_ON_ORDER)


def _add_fault(desk: Desk, request: Request) -> None:
    form = request.form
    desk.faults.add(
        form["name"],
        operation=form.get("operation") or "*",
        order_id=form.get("order_id", "").strip() or "*",
        nth=int(form.get("nth") or 1),
        times=int(form.get("times") or 0),
    )


def _set_swarm(desk: Desk, request: Request) -> None:
    share = int(request.form.get("percent") or 0)
    names = request.form.getlist("names")
    if share and not names:
        raise ValueError("choose at least one fault to strike at random")
    weights = {name: share / 100 / len(names) for name in names} if share else {}
    desk.faults.swarm(seed=request.form.get("seed", ""), weights=weights)


def _switch(desk: Desk, request: Request) -> None:
    name, text = request.form["name"], request.form["value"]
    before = desk.books.settings.switches().get(name)
    value: object = text
    if isinstance(before, bool):
        value = text == "True"
    elif isinstance(before, int):
        value = int(text)
    desk.books.switch(name, value)


def _change_merchant(desk: Desk, request: Request) -> None:
    form = request.form
    desk.books.change_merchant(form["merchant"], sums=form["sums"], persona=form["persona"])


def _forget(desk: Desk, _: Request) -> None:
    with desk.books.writing():
        desk.books.requests.drop_oldest(beyond=0)


_IN_LAB: dict[str, Callable[[Desk, Request], Any]] = {
    "clock": lambda desk, request: desk.advance(request.form["advance"]),
    "fault": _add_fault,
    "unfault": lambda desk, request: desk.faults.remove(request.form["rule"]),
    "swarm": _set_swarm,
    "switch": _switch,
    "merchant": _change_merchant,
    "reset": lambda desk, _: desk.reset(),
    "forget": _forget,
}
LAB_ACTIONS = tuple(_IN_LAB)


def _purchase(request: Request) -> Purchase:
    form = request.form
    amount = amounts.parse(form["amount"])
    name = form.get("name", "").strip() or "Item"
    line: Json = {
        "type": "physical",
        "name": name,
        "reference": "1",
        "quantity": 1,
        "unit_price": amount,
        "total_amount": amount,
        "tax_rate": 0,
        "total_tax_amount": 0,
    }
    email = form.get("email", "").strip()
    country = form.get("country", "SE").upper()
    return Purchase(
        merchant_id=form["merchant"],
        order_amount=amount,
        currency=form.get("currency", "SEK"),
        country=country,
        order_lines=(line,),
        billing_address={"email": email, "country": country} if email else None,
        merchant_reference1=form.get("reference", "").strip() or None,
        payment_method=form.get("method", "INVOICE"),
    )
