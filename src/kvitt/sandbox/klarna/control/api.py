"""The control interface: JSON under `/__sim`, for tests, scripts and other programs.

Law: every call answers JSON. What the rules refuse comes back with Klarna's status and
code; what cannot be understood is a 400 with an `error` in words.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from kvitt.sandbox.klarna import clock, faults, journal, wire
from kvitt.sandbox.klarna.control import hpp, orders
from kvitt.sandbox.klarna.control.desk import ROOT, Desk
from kvitt.sandbox.klarna.errors import KlarnaError
from kvitt.sandbox.klarna.orders import Json
from kvitt.sandbox.klarna.settings import Merchant

#: What of a merchant may be changed while running: anything but who it is.
_MERCHANT_SWITCHES = frozenset(
    "sums persona authorization_days longest_authorization_days shipping_delay_allowed".split()
)
_MOST_SHOWN = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call of the control interface."""

    desk: Desk
    request: Request
    args: dict[str, str]

    @property
    def body(self) -> Json:
        """The JSON object sent, an empty one for no body."""
        raw = self.request.get_data()
        if not raw:
            return {}
        if self.request.mimetype != "application/json":
            raise ValueError("the body has to be application/json")
        decoded = json.loads(raw)
        if not isinstance(decoded, dict):
            raise TypeError("the body has to be a JSON object")
        return decoded


def answer(desk: Desk, request: Request) -> Response:
    """Answer one call."""
    try:
        endpoint, args = _ROUTES.bind("sandbox").match(request.path, request.method)
        return _json(_CALLS[endpoint](Call(desk=desk, request=request, args=dict(args))))
    except HTTPException as wrong:
        return _json({"error": wrong.name}, status=wrong.code or HTTPStatus.BAD_REQUEST)
    except KlarnaError as refused:
        return _json(refused.body(""), status=refused.status)
    except (KeyError, TypeError, ValueError) as wrong:
        return _json({"error": f"{wrong}"}, status=HTTPStatus.BAD_REQUEST)


def _json(body: Any, *, status: int = HTTPStatus.OK) -> Response:
    return Response(wire.dumps(body) + b"\n", status=status, mimetype="application/json")


def index(_: Call) -> Any:
    """Name every call there is."""
    return {
        "calls": [f"{method} {ROOT}{path}" for method, path, _ in _TABLE],
        "faults": {name: kind.means for name, kind in faults.KINDS.items()},
    }


def show_clock(call: Call) -> Any:
    """Return the simulated time."""
    return {"now": clock.render(call.desk.books.clock.now())}


def move_clock(call: Call) -> Any:
    """Advance the clock by `advance` ("29d"), or put it at `set` (ISO 8601)."""
    body = call.body
    if "set" in body:
        moment = clock.parse(str(body["set"]))
        with call.desk.books.writing():
            call.desk.books.clock.set(moment)
        call.desk.tick()
    else:
        call.desk.advance(str(body["advance"]))
    return show_clock(call)


def list_requests(call: Call) -> Any:
    """Return the journal, newest first; `order` and `limit` narrow it."""
    order = call.request.args.get("order", "")
    limit = int(call.request.args.get("limit", _MOST_SHOWN))
    with call.desk.books.reading():
        found = [e for e in call.desk.books.requests.newest() if order in e.path]
    return {"requests": [journal.to_record(entry) for entry in found[:limit]]}


def clear_requests(call: Call) -> Any:
    """Empty the journal."""
    with call.desk.books.writing():
        call.desk.books.requests.drop_oldest(beyond=0)
    return {"requests": []}


def show_settings(call: Call) -> Any:
    """Return every switch, and the merchants without their credentials."""
    settings = call.desk.books.settings
    return {
        "switches": settings.switches(),
        "merchants": {m.merchant_id: _merchant(m) for m in settings.merchants},
    }


def _merchant(merchant: Merchant) -> Json:
    return {name: getattr(merchant, name) for name in sorted(_MERCHANT_SWITCHES)}


def change_settings(call: Call) -> Any:
    """Change switches by name."""
    for name, value in call.body.items():
        call.desk.books.switch(name, value)
    return show_settings(call)


def change_merchant(call: Call) -> Any:
    """Change how one merchant is treated."""
    call.desk.books.change_merchant(call.args["merchant"], **_known(call.body))
    return show_settings(call)


def _known(body: Json) -> Json:
    if unknown := set(body) - _MERCHANT_SWITCHES:
        raise ValueError(f"a merchant has no switch named {', '.join(sorted(unknown))}")
    return body


def list_faults(call: Call) -> Any:
    """Return the rules in force, and the swarm."""
    return {
        "faults": [asdict(rule) for rule in call.desk.faults.rules],
        "swarm": {
            "seed": call.desk.faults.swarm_seed,
            "weights": call.desk.faults.swarm_weights,
        },
    }


def add_fault(call: Call) -> Any:
    """Put a fault in place: `name`, and `operation`, `order_id`, `nth`, `times`."""
    body = call.body
    name = str(body.pop("name"))
    return asdict(call.desk.faults.add(name, **body))


def remove_fault(call: Call) -> Any:
    """Take one fault away."""
    return {"removed": call.desk.faults.remove(call.args["rule"])}


def clear_faults(call: Call) -> Any:
    """Take every fault away, and the swarm."""
    call.desk.faults.clear()
    return list_faults(call)


def set_swarm(call: Call) -> Any:
    """Let faults strike by chance: `seed`, and `weights` by name."""
    body = call.body
    call.desk.faults.swarm(seed=str(body["seed"]), weights=body["weights"])
    return list_faults(call)


def list_notices(call: Call) -> Any:
    """Return fraud notifications and payment page callbacks, newest first."""
    with call.desk.books.reading():
        found = list(call.desk.books.notices.newest())
    shown = [{**asdict(n), "next_at": clock.render(n.next_at)} for n in found]
    return {"notices": [{**s, "created_at": clock.render(s["created_at"])} for s in shown]}


def reset(call: Call) -> Any:
    """Forget everything."""
    call.desk.reset()
    return show_clock(call)


def dump(call: Call) -> Any:
    """Return the whole state."""
    return call.desk.books.dump()


def load(call: Call) -> Any:
    """Replace the whole state by a dump."""
    call.desk.books.load(call.body)
    return show_clock(call)


_Answering = Callable[[Call], Any]


def _on_order(act: Callable[[Desk, str, Json], Any]) -> _Answering:
    def call_it(call: Call) -> Any:
        return act(call.desk, call.args["order"], call.body)

    return call_it


def _on_page(act: Callable[[Desk, str], Any]) -> _Answering:
    return lambda call: act(call.desk, call.args["session"])


_TABLE: tuple[tuple[str, str, _Answering], ...] = (
    ("GET", "/", index),
    ("GET", "/clock", show_clock),
    ("POST", "/clock", move_clock),
    ("GET", "/orders", lambda call: orders.listed(call.desk, call.request.args)),
    ("POST", "/orders", lambda call: orders.place(call.desk, call.body)),
    ("GET", "/orders/<order>", _on_order(orders.shown)),
    ("POST", "/orders/<order>/portal/capture", _on_order(orders.capture)),
    ("POST", "/orders/<order>/portal/refund", _on_order(orders.refund)),
    ("POST", "/orders/<order>/portal/cancel", _on_order(orders.cancel)),
    ("POST", "/orders/<order>/portal/release", _on_order(orders.release)),
    ("POST", "/orders/<order>/portal/extend", _on_order(orders.extend)),
    ("POST", "/orders/<order>/fraud", _on_order(orders.judge)),
    ("POST", "/orders/<order>/status", _on_order(orders.force)),
    ("POST", "/orders/<order>/expire", _on_order(orders.expire)),
    ("POST", "/orders/<order>/notify", _on_order(orders.notify)),
    (
        "POST",
        "/sessions/<session>/authorize",
        lambda call: orders.authorize(call.desk, call.args["session"]),
    ),
    ("POST", "/hpp/<session>/complete", _on_page(hpp.complete)),
    ("POST", "/hpp/<session>/cancel", _on_page(hpp.cancel)),
    ("POST", "/hpp/<session>/decline", _on_page(hpp.decline)),
    ("POST", "/hpp/<session>/back", _on_page(hpp.back)),
    ("GET", "/journal", list_requests),
    ("DELETE", "/journal", clear_requests),
    ("GET", "/notices", list_notices),
    ("GET", "/settings", show_settings),
    ("PATCH", "/settings", change_settings),
    ("PATCH", "/merchants/<merchant>", change_merchant),
    ("GET", "/faults", list_faults),
    ("POST", "/faults", add_fault),
    ("DELETE", "/faults", clear_faults),
    ("DELETE", "/faults/<rule>", remove_fault),
    ("PUT", "/swarm", set_swarm),
    ("POST", "/reset", reset),
    ("GET", "/dump", dump),
    ("POST", "/load", load),
)
_CALLS = {f"{method} {path}": call for method, path, call in _TABLE}
_ROUTES = Map(
    [
        Rule(ROOT + path, methods=[method], endpoint=f"{method} {path}", strict_slashes=False)
        for method, path, _ in _TABLE
    ]
)
