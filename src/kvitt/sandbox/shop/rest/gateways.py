"""Payment gateways over REST: their settings can be read and written.

The `kom_` settings are the reference plugin's, and are there while it is active, on each
gateway it serves; writing `no` to one is how a tool from outside switches it off
(woocommerce-facts.md §14).
"""

from typing import Any

from kvitt.sandbox.shop.komhands import METHODS
from kvitt.sandbox.shop.rest.answers import Answer, Call, RestError

_TITLES = {
    "klarna_payments": "Klarna",
    "kco": "Kustom Checkout",
    "bacs": "Direct bank transfer",
}

_KOM = {
    "kom_auto_capture": (
        "Activate Klarna order automatically when WooCommerce order is marked complete.",
        "yes",
    ),
    "kom_auto_cancel": (
        "Cancel Klarna order automatically when WooCommerce order is marked canceled.",
        "yes",
    ),
    "kom_auto_update": (
        "Update Klarna order automatically when WooCommerce order is updated.",
        "yes",
    ),
    "kom_auto_order_sync": (
        "Gets the customer information from Klarna for orders made by hand.",
        "yes",
    ),
    "kom_force_full_capture": (
        "Force capture full order.",
        "no",
    ),
    "kom_debug_log": ("Enable the debug log.", "yes"),
}


def list_(call: Call) -> Answer:
    """Answer every gateway."""
    return Answer(body=[_view(call, name) for name in _there(call)])


def get(call: Call, name: str) -> Answer:
    """Answer one gateway with its settings."""
    _check(call, name)
    return Answer(body=_view(call, name))


def update(call: Call, name: str) -> Answer:
    """Write some settings of a gateway; one it does not have is passed over."""
    _check(call, name)
    books = call.desk.books
    with books.locked():
        posted = call.params.get("settings") or {}
        values = {
            key: _checked(key, posted[key])
            for key in _settings(call, name)
            if key in _KOM and posted.get(key) is not None
        }
        stored = {key: dict(value) for key, value in books.settings.gateway_settings.items()}
        stored[name] = {**stored.get(name, {}), **values}
        books.change_settings(gateway_settings=stored)
    return Answer(body=_view(call, name))


def _there(call: Call) -> list[str]:
    kustom = call.desk.books.settings.kustom_checkout
    return [name for name in _TITLES if kustom or name != "kco"]


def _check(call: Call, name: str) -> None:
    if name not in _there(call):
        raise RestError(
            "woocommerce_rest_payment_gateway_invalid", "Invalid resource ID.", status=404
        )


def _checked(key: str, value: Any) -> str:
    """Return a checkbox's word, its default for none, or raise as WooCommerce does."""
    if value in ("", "yes", "no"):
        return str(value or _KOM[key][1])
    text = "An invalid setting value was passed."
    raise RestError("rest_setting_value_invalid", text, status=400)


def _view(call: Call, name: str) -> dict[str, Any]:
    klarna = name in METHODS
    admin = f"{call.desk.books.settings.home_url.rstrip('/')}/wp-admin/admin.php"
    path = f"payment_gateways/{name}"
    allow = ("GET", "POST", "PUT", "PATCH")
    own = call.desk.gateway.method_title if name == "klarna_payments" else _TITLES[name]
    return {
        "id": name,
        "title": _TITLES[name],
        "description": None,
        "order": _there(call).index(name),
        "enabled": klarna,
        "method_title": own,
        "method_description": "",
        "method_supports": ["products", "refunds"] if klarna else ["products"],
        "settings": _settings(call, name) if klarna else {},
        "needs_setup": False,
        "post_install_scripts": [],
        "settings_url": f"{admin}?page=wc-settings&tab=checkout&section={name}",
        "connection_url": None,
        "setup_help_text": None,
        "required_settings_keys": [],
        "_links": call.lens.links(path, collection="payment_gateways", allow=allow),
    }


def _settings(call: Call, name: str) -> dict[str, Any]:
    settings = call.desk.books.settings
    if not settings.kom_active or name not in METHODS:
        return {}
    stored = settings.gateway_settings.get(name, {})
    heading = {"kom": _field("kom", "Klarna Order Management", "title", "", "")}
    fields = {
        key: _field(key, label, "checkbox", stored.get(key, default), default)
        for key, (label, default) in _KOM.items()
    }
    return {**heading, **fields}


def _field(name: str, label: str, kind: str, value: str, default: str) -> dict[str, str]:
    return {
        "id": name,
        "label": label,
        "description": "",
        "type": kind,
        "value": value,
        "default": default,
        "tip": "",
        "placeholder": "",
    }
