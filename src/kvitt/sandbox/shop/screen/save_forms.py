"""Reading what Save Order posts: status, date and addresses, and only what was changed.

A page can be old: kvitt or a colleague may have changed the order since it was opened. What
the operator did not touch is therefore not written back.
"""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from kvitt.sandbox.shop import statuses
from kvitt.sandbox.shop.desk import ScreenForm
from kvitt.sandbox.shop.records import Address, Order
from kvitt.sandbox.shop.screen.money import Mistyped
from kvitt.sandbox.shop.screen.pages import Visit

#: Field to label of an address, in the order of WooCommerce's form.
ADDRESS = {
    "first_name": "First name",
    "last_name": "Last name",
    "company": "Company",
    "address_1": "Address line 1",
    "address_2": "Address line 2",
    "city": "City",
    "postcode": "Postcode / ZIP",
    "country": "Country / Region",
    "state": "State / County",
    "email": "Email address",
    "phone": "Phone",
}
_LONGEST = 200


def read(visit: Visit, order: Order) -> ScreenForm:
    """Return what the form changes of the order as the form was filled out."""
    form = visit.request.form
    note = form.get("customer_note", order.customer_note).replace("\r\n", "\n")
    return ScreenForm(
        status=_status(form.get("order_status", ""), form.get("status_was", "")),
        billing=_address(visit, "billing", order.billing),
        shipping=_address(visit, "shipping", order.shipping),
        customer_note=note if note != order.customer_note else None,
        created=_created(visit, order),
    )


def _status(chosen: str, before: str) -> str | None:
    if chosen in {"", before}:
        return None
    if chosen not in statuses.OFFERED:
        raise Mistyped("Order status: choose one of the list.")
    return chosen


def _address(visit: Visit, kind: str, before: Address) -> dict[str, str] | None:
    form = visit.request.form
    now = asdict(before)
    typed = {
        field: form.get(f"{kind}_{field}", now[field]).strip()[:_LONGEST] for field in ADDRESS
    }
    return typed if typed != now else None


def _created(visit: Visit, order: Order) -> datetime | None:
    form = visit.request.form
    text = f"{form.get('created_date', '')} {form.get('created_time', '')}"
    if text == f"{visit.local(order.created):%Y-%m-%d %H:%M:%S}" or not text.strip():
        return None
    for pattern in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"):
        try:
            local = datetime.strptime(text, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
        offset = timedelta(minutes=visit.desk.books.settings.utc_offset_minutes)
        # A time without seconds means the same minute, not a change of the seconds.
        return None if _same_minute(visit, order, local) else local - offset
    raise Mistyped("Date created: give a date and a time.")


def _same_minute(visit: Visit, order: Order, local: datetime) -> bool:
    before = visit.local(order.created).replace(second=0)
    return local == before
