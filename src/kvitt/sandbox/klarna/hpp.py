"""Hosted Payment Page sessions: a payment page of Klarna's own, as far as an order needs it.

Law: values and rules only; a merchant's calls are in `operations/hpp.py`, the customer's
part in `control/hpp.py`, and the page itself, where a trainer plays the customer, in
`control/customer.py`.

Known (klarna-api.md §9.2, §10, and Klarna's public description of the interface): the path,
`payment_session_url`, the three modes, the words a status may be, the names of
`merchant_urls` with `{{session_id}}`, `{{order_id}}` and `{{authorization_token}}` filled
in, IN_PROGRESS when the customer arrives, that a page ends an hour before its Payments
session, and the body of the status callback; and 201 for a new session, which Klarna's own
PHP library expects. The rest is chosen here: the limits of `merchant_urls`, DELETE answering
204, every refusal, NONE as the usual mode, that a page that ended is DISABLED, that disabling
is not called back, and that callbacks are repeated as fraud notices are.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from kvitt.sandbox.klarna import clock, errors, orders, payments
from kvitt.sandbox.klarna.errors import KlarnaError
from kvitt.sandbox.klarna.fields import Record, Text, Word
from kvitt.sandbox.klarna.orders import Json

WAITING, COMPLETED, CANCELLED = "WAITING", "COMPLETED", "CANCELLED"
FAILED, DISABLED = "FAILED", "DISABLED"
IN_PROGRESS, BACK = "IN_PROGRESS", "BACK"
#: While the customer can still act. Who went back may come again.
OPEN = frozenset({WAITING, IN_PROGRESS, BACK})
NONE, PLACE_ORDER, CAPTURE_ORDER = "NONE", "PLACE_ORDER", "CAPTURE_ORDER"

LIFE = payments.SESSION_LIFE - timedelta(hours=1)

_URL = Text(2000)
_URL_NAMES = ("success", "cancel", "back", "failure", "error", "status_update")

#: The body of a new session.
NEW = Record(
    {
        "payment_session_url": _URL,
        "merchant_urls": Record(dict.fromkeys(_URL_NAMES, _URL)),
        "options": Record(
            {"place_order_mode": Word(frozenset({NONE, PLACE_ORDER, CAPTURE_ORDER}))}
        ),
    },
    required=("payment_session_url",),
)

#: Any host and prefix: the sandbox may be reached by other names than it knows.
_PAYMENT_SESSION = re.compile(
    r"https?://[^/?#\s]+(?:/[^?#\s]*)?/payments/v1/sessions/([^/?#\s]+)/?"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class HostedPage:
    """A customer's way through a page of Klarna's to a merchant's order."""

    session_id: str
    merchant_id: str
    payment_session_id: str
    place_order_mode: str
    status_update_url: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    status: str = WAITING
    order_id: str = ""
    klarna_reference: str = ""
    authorization_token: str = ""
    #: Where the customer is sent, by the names of `merchant_urls`.
    urls: dict[str, str] = field(default_factory=dict)

    def url(self, name: str) -> str:
        """Return where the customer goes, with what is known filled in; empty for nowhere."""
        known = {
            "session_id": self.session_id,
            "order_id": self.order_id,
            "authorization_token": self.authorization_token,
        }
        found = self.urls.get(name, "")
        for place, value in known.items():
            found = found.replace(f"{{{{{place}}}}}", value)
        return found

    def at(self, now: datetime) -> "HostedPage":
        """Return the page as it is at a moment: one that ran out is disabled."""
        if self.status not in OPEN or now < self.expires_at:
            return self
        return replace(self, status=DISABLED, updated_at=self.expires_at)


def payment_session_id(url: str) -> str:
    """Return the id of the Payments session a URL names, or raise the refusal."""
    found = _PAYMENT_SESSION.fullmatch(url)
    if found is None:
        raise payments.bad_values(["payment_session_url"])
    return found[1]


def no_such_page() -> KlarnaError:
    """Return the 404 of a page that is not there, or is another merchant's."""
    return KlarnaError(404, "NOT_FOUND", "Invalid session id")


def check_open(page: HostedPage) -> None:
    """Raise unless the customer can still act."""
    if page.status not in OPEN:
        raise errors.not_allowed(f"The session is {page.status}")


def disabled(page: HostedPage, *, now: datetime) -> HostedPage:
    """Return the page closed by its merchant; closing it again changes nothing."""
    if page.status == DISABLED:
        return page
    check_open(page)
    return replace(page, status=DISABLED, updated_at=now)


def callback_body(page: HostedPage, *, event_id: str) -> Json:
    """Return what is posted to `status_update` (§9.2); it never bears the token."""
    body = shown(page)
    body.pop("authorization_token", None)
    return {"event_id": event_id, "session": {"session_id": page.session_id, **body}}


def shown(page: HostedPage) -> Json:
    """Return what a merchant reads of a page, with what came of it."""
    outcome = {
        "order_id": page.order_id,
        "klarna_reference": page.klarna_reference,
        "authorization_token": page.authorization_token,
    }
    return {
        "status": page.status,
        "updated_at": clock.render(page.updated_at),
        "expires_at": clock.render(page.expires_at),
        **{name: value for name, value in outcome.items() if value},
    }


_MOMENTS = ("created_at", "updated_at", "expires_at")


def to_record(page: HostedPage) -> Json:
    """Write a page as JSON."""
    moments = {name: clock.render(getattr(page, name)) for name in _MOMENTS}
    return {**orders.shallow(page), **moments}


def from_record(record: Json) -> HostedPage:
    """Read back what `to_record` wrote."""
    moments = {name: clock.parse(record[name]) for name in _MOMENTS}
    return HostedPage(**{**record, **moments})
