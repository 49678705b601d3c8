"""The hidden levers of the sandbox under `/__sim`: seed, look, break, mend, move time.

JSON in, JSON out. A real shop has none of this; stories and tests do, and the demo's pages use
it through the same paths.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from kvitt.sandbox.shop import codec, gateway, kom, seeding
from kvitt.sandbox.shop.books import KINDS
from kvitt.sandbox.shop.catalogue import ApiKey, Settings
from kvitt.sandbox.shop.desk import OrderDesk
from kvitt.sandbox.shop.komcalls import KlarnaSend
from kvitt.sandbox.shop.records import Address, Order
from kvitt.sandbox.shop.refusals import ShopError
from kvitt.sandbox.shop.rest import phpjson
from kvitt.sandbox.shop.webhooks import Deliverer

PREFIX = "/__sim"

Body = Mapping[str, Any]
_FAULTS = ("drop", "double", "delay", "disorder")


@dataclass(slots=True)
class Control:
    """The levers of one shop."""

    desk: OrderDesk
    deliverer: Deliverer
    #: How the reference plugin reaches Klarna; without it there is no such plugin.
    klarna: KlarnaSend | None = None

    def respond(self, request: Request) -> Response:
        """Pull a lever and return what it did."""
        try:
            name, values = _RULES.bind("").match(
                request.path.removeprefix(PREFIX) or "/", method=request.method
            )
            body = request.get_json(silent=True) or {}
            result = _LEVERS[name](self, body, **values)
        except HTTPException as missing:
            return _json({"error": missing.description}, missing.code or 404)
        except (ShopError, ValueError, TypeError, KeyError, LookupError) as refusal:
            return _json({"error": str(refusal)}, 400)
        return _json(result, 200)


def _json(value: Any, status: int) -> Response:
    return Response(phpjson.dumps(value), status, content_type="application/json")


def _state(control: Control, _body: Body) -> Any:
    books = control.desk.books
    faults = {name: getattr(control.deliverer.faults, name) for name in _FAULTS}
    counts = {name: len(books.every(kind)) for name, kind in KINDS.items()}
    settings = codec.plain(books.settings)
    return {"now": books.now().isoformat(), "settings": settings, "faults": faults, **counts}


def _seed_shop(control: Control, _body: Body) -> Any:
    seeding.stock_the_shelves(control.desk.books)
    return {"products": codec.plain(control.desk.books.products())}


def _seed_order(control: Control, body: Body) -> Any:
    known = dict(body)
    bought = [dict(entry) for entry in known.pop("bought")]
    for entry in bought:
        if entry.get("total") is not None:
            entry["total"] = Decimal(str(entry["total"]))
    known["bought"] = tuple(seeding.Bought(**entry) for entry in bought)
    for name in ("billing", "shipping"):
        if known.get(name):
            known[name] = Address(**known[name])
    if known.get("shipping_total") is not None:
        known["shipping_total"] = Decimal(str(known["shipping_total"]))
    known["fees"] = {k: Decimal(str(v)) for k, v in known.get("fees", {}).items()}
    known["coupons"] = tuple(known.get("coupons", ()))
    if known.get("placed"):
        known["placed"] = datetime.fromisoformat(known["placed"])
    return codec.plain(seeding.place_order(control.desk, seeding.Purchase(**known)))


def _raw(control: Control, _body: Body, kind: str, record_id: int) -> Any:
    record = control.desk.books.get(KINDS[kind], record_id)
    if record is None:
        raise LookupError(f"no {kind} {record_id}")
    return codec.plain(record)


def _replace_order(control: Control, body: Body, order_id: int) -> Any:
    order = control.desk.bench.order(order_id)
    changed = codec.record(Order, {**codec.plain(order), **body})
    return codec.plain(control.desk.books.put(changed))


def _clock(control: Control, body: Body) -> Any:
    control.desk.books.move_clock(int(body["forward_seconds"]))
    return {"now": control.desk.books.now().isoformat()}


def _settings(control: Control, body: Body) -> Any:
    unknown = body.keys() - Settings.__dataclass_fields__.keys()
    if unknown:
        raise ValueError(f"no such setting: {', '.join(sorted(unknown))}")
    changed = control.desk.books.change_settings(**body)
    return codec.plain(changed)


def _gateway(control: Control, body: Body) -> Any:
    if body["refunds"] == "refuse":
        text = str(body.get("text", gateway.NOT_SUPPORTED))
        control.desk.change_gateway(gateway.Refusing(text=text))
    else:
        control.desk.change_gateway(gateway.HandedOver())
    return {"refunds": body["refunds"]}


def _plugin(control: Control, body: Body) -> Any:
    if control.klarna is None:
        raise ValueError("this shop knows no way to Klarna")
    kom.switch(control.desk, control.klarna, active=bool(body["active"]))
    return {"active": bool(body["active"])}


def _deliver(control: Control, _body: Body) -> Any:
    return {"delivered": control.deliverer.deliver_due()}


def _faults(control: Control, body: Body) -> Any:
    for name in _FAULTS:
        if name in body:
            setattr(control.deliverer.faults, name, body[name])
    return {name: getattr(control.deliverer.faults, name) for name in _FAULTS}


def _issue_key(control: Control, body: Body) -> Any:
    permissions = str(body.get("permissions", "read_write"))
    return codec.plain(seeding.issue_key(control.desk.books, permissions=permissions))


def _revoke_key(control: Control, _body: Body, key_id: int) -> Any:
    key = control.desk.books.get(ApiKey, key_id)
    if key is None:
        raise LookupError(f"no key {key_id}")
    control.desk.books.remove(key)
    return {"revoked": key.consumer_key}


def _restore(control: Control, _body: Body, order_id: int) -> Any:
    return codec.plain(control.desk.restore(order_id))


def _dump(control: Control, _body: Body) -> Any:
    return control.desk.books.dump()


def _load(control: Control, body: Body) -> Any:
    control.desk.books.load(dict(body))
    return {"loaded": True}


def _reset(control: Control, body: Body) -> Any:
    kept = tuple(body.get("keep", ()))
    control.desk.books.reset(keep=kept)
    return {"reset": True, "kept": list(kept)}


_LEVERS: dict[str, Callable[..., Any]] = {
    "GET /": _state,
    "POST /shelves": _seed_shop,
    "POST /orders": _seed_order,
    "PATCH /orders/<int:order_id>": _replace_order,
    "POST /orders/<int:order_id>/restore": _restore,
    "GET /records/<kind>/<int:record_id>": _raw,
    "POST /clock": _clock,
    "PATCH /settings": _settings,
    "POST /gateway": _gateway,
    "POST /plugin": _plugin,
    "POST /deliver": _deliver,
    "PATCH /faults": _faults,
    "POST /keys": _issue_key,
    "DELETE /keys/<int:key_id>": _revoke_key,
    "GET /dump": _dump,
    "POST /load": _load,
    "POST /reset": _reset,
}

_RULES = Map(
    [
        Rule(lever.partition(" ")[2], endpoint=lever, methods=[lever.partition(" ")[0]])
        for lever in _LEVERS
    ],
    strict_slashes=False,
)
