"""The page of the shop's settings, as far as practising needs them: the plugin, cron, money.

What is set here is what REST reads and writes; a few settings are the sandbox's own, such as
a cron that is dead. Hidden levers beyond these are under `/__sim`.
"""

from dataclasses import dataclass

from werkzeug.wrappers import Response

from kvitt.sandbox.shop import kom
from kvitt.sandbox.shop.catalogue import Settings
from kvitt.sandbox.shop.screen import pages
from kvitt.sandbox.shop.screen.pages import Visit

#: Word in the form to seconds between two runs of the shop's queue, and what it is called.
CRON: dict[str, tuple[float | None, str]] = {
    "now": (0.2, "At once"),
    "minute": (60.0, "Once a minute, as on a live shop"),
    "dead": (None, "Only when somebody opens a page of the admin: the cron is dead"),
}
#: Settings of the plugin that the page offers, with their defaults.
PLUGIN = {
    "kom_auto_capture": ("Capture when an order is completed", "yes"),
    "kom_auto_cancel": ("Cancel when an order is cancelled", "yes"),
    "kom_auto_update": ("Update when items are saved while on hold", "yes"),
    "kom_force_full_capture": ("Always capture all that remains", "no"),
}
_GATEWAYS = {"klarna_payments": "Klarna Payments", "kco": "Kustom Checkout"}
_DECIMALS = ("0", "2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A checkbox of the plugin's settings."""

    name: str
    label: str
    is_on: bool


def answer(visit: Visit) -> Response:
    """Show the settings, or write what was posted and show them again."""
    if visit.request.method == "POST":
        _write(visit)
        return pages.see_other(visit.links.admin("wc-settings", message="saved"))
    settings = visit.desk.books.settings
    return pages.render(
        visit,
        "settings.html",
        {
            "current": "settings",
            "said": "Settings saved." if visit.request.args.get("message") == "saved" else "",
            "has_klarna": visit.klarna is not None,
            "ticks": {
                _GATEWAYS[gateway]: _ticks(settings, gateway) for gateway in _offered(settings)
            },
            "cron": CRON,
            "cron_now": _cron_word(settings),
            "decimals": _DECIMALS,
        },
    )


def _offered(settings: Settings) -> list[str]:
    if not settings.kom_active:
        return []
    return [name for name in _GATEWAYS if name != "kco" or settings.kustom_checkout]


def _ticks(settings: Settings, gateway: str) -> list[Tick]:
    stored = settings.gateway_settings.get(gateway, {})
    return [
        Tick(name=f"{gateway}.{name}", label=label, is_on=stored.get(name, default) == "yes")
        for name, (label, default) in PLUGIN.items()
    ]


def _cron_word(settings: Settings) -> str:
    """Return the word whose pace is the shop's; another pace, set elsewhere, has none."""
    paces = {pace: word for word, (pace, _) in CRON.items()}
    return paces.get(settings.cron_pace, "")


def _write(visit: Visit) -> None:
    form, books = visit.request.form, visit.desk.books
    with books.locked():
        changes: dict[str, object] = {
            "kustom_checkout": "kustom_checkout" in form,
            "prices_include_tax": "prices_include_tax" in form,
            "gateway_settings": _typed(visit),
        }
        if form.get("cron") in CRON:
            changes["cron_pace"] = CRON[form["cron"]][0]
        if form.get("decimals") in _DECIMALS:
            changes["decimals"] = int(form["decimals"])
        books.change_settings(**changes)
        if visit.klarna is not None:
            kom.switch(visit.desk, visit.klarna, active="kom_active" in form)


def _typed(visit: Visit) -> dict[str, dict[str, str]]:
    """Return the gateways' settings with what was ticked; only what was offered changes."""
    form, settings = visit.request.form, visit.desk.books.settings
    stored = {name: dict(values) for name, values in settings.gateway_settings.items()}
    for gateway in _offered(settings):
        ticked = {name: "yes" if f"{gateway}.{name}" in form else "no" for name in PLUGIN}
        stored[gateway] = {**stored.get(gateway, {}), **ticked}
    return stored
