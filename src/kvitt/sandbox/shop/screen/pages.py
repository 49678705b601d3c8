"""Turning a template and its values into a response, with the headers every page bears.

Every value is escaped by the template engine; nothing here or in the templates marks a text as
safe. The policy allows no inline script and no inline style, so a hostile name that slipped
through an escape would still do nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from werkzeug.wrappers import Request, Response

from kvitt.sandbox.shop import statuses
from kvitt.sandbox.shop.desk import OrderDesk
from kvitt.sandbox.shop.komcalls import KlarnaSend
from kvitt.sandbox.shop.screen import guard, money
from kvitt.sandbox.shop.screen.asides import Asides
from kvitt.sandbox.shop.screen.links import Links

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request and what answering it needs: the desk, the neighbours, the addresses."""

    request: Request
    desk: OrderDesk
    asides: Asides
    links: Links
    #: How the reference plugin reaches Klarna, where there is one.
    klarna: KlarnaSend | None = None

    def shown(self, amount: Decimal, currency: str) -> str:
        """Return money as people read it, with the shop's decimals."""
        return money.shown(amount, currency, self.desk.books.settings.decimals)

    def local(self, instant: datetime) -> datetime:
        """Return a time on the shop's own clock."""
        offset = timedelta(minutes=self.desk.books.settings.utc_offset_minutes)
        return instant.astimezone(UTC) + offset

    def clock_text(self, instant: datetime | None) -> str:
        """Return date and time to the second, on the shop's own clock."""
        return f"{self.minute_text(instant)}:{instant:%S}" if instant else ""

    def minute_text(self, instant: datetime) -> str:
        """Return date and time to the minute, on the shop's own clock."""
        local = self.local(instant)
        return f"{local:%b} {local.day}, {local:%Y, %H:%M}"


def environment() -> Environment:
    """Return the template engine, escaping everything and tolerating no unknown name."""
    return Environment(
        loader=PackageLoader("kvitt.sandbox.shop.screen"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


_ENVIRONMENT = environment()


def render(
    visit: Visit, template: str, values: Mapping[str, Any], *, status: int = 200
) -> Response:
    """Return a page."""
    frame = {
        "visit": visit,
        "links": visit.links,
        "asides": visit.asides,
        "settings": visit.desk.books.settings,
        "status_name": statuses.name,
        "nonce": guard.token(visit.asides.secret, visit.asides.user),
    }
    text = _ENVIRONMENT.get_template(template).render({**frame, **values})
    return Response(text, status=status, mimetype="text/html", headers=HEADERS)


def see_other(address: str) -> Response:
    """Return a redirect after a post, so that a reload repeats nothing."""
    return Response(status=303, headers={**HEADERS, "Location": address})


def problem(visit: Visit, message: str, *, status: int) -> Response:
    """Return a page that says why there is nothing to see or why nothing was done."""
    return render(visit, "problem.html", {"message": message}, status=status)
