"""Programs that are told of events, for the pages that show them."""

from django.conf import settings as django_settings
from django.utils import timezone

from browser.console_orders import Stall
from kvitt.adapters.database import outbox
from kvitt.adapters.database.models import Order, Subscriber, TimelineRow
from kvitt.adapters.database.outbox import Outbox
from kvitt.adapters.database.vault import Vault
from kvitt.domain.events import Event
from kvitt.web import telling


def program(name: str, *, shop: int | None = None) -> Subscriber:
    """Have an address told of everything."""
    return telling.subscribe(
        f"https://{name}.example/kvitt", list(Event), shop=shop, actor="olga"
    )[0]


def tell(order: Order, *, times: int = 1) -> None:
    """Have every program told so often that a capture of the order was done."""
    for nth in range(times):
        facts = {"kind": "capture", "minor": 9_900, "currency": "SEK"}
        row = TimelineRow(order=order, nth=nth, at=timezone.now(), what="done", data=facts)
        outbox.put(order, row)


def answer(row: Subscriber, *statuses: int) -> None:
    """Let a program answer what is due to it with these, one for each; 0 is no answer."""
    books = Outbox(Vault.of(django_settings.KVITT), timezone.now)
    due = [parcel for parcel in books.due(size=50) if parcel.subscriber == row.pk]
    for parcel, status in zip(due, statuses, strict=False):
        books.claim(parcel)
        if status == 200:
            books.delivered(parcel, status=status)
        else:
            error = "" if status else "Unreachable"
            books.failed(parcel, status=status or None, error=error, again_at=None)


def of_every_kind(stall: Stall) -> tuple[Subscriber, ...]:
    """Return programs in every state, one of them with messages in every state."""
    # Names that are no words: a test looks for leftover English on these pages.
    names = ("erp", "wms", "crm", "pim", "bi")
    well, slow, paused, gone, _new = rows = tuple(program(name) for name in names)
    tell(Order.objects.filter(shop=stall.shop).latest("pk"), times=3)
    answer(well, 200, 500, 200)
    answer(slow, 0)
    telling.desk().try_out(well, actor="olga")
    telling.desk().pause(paused, actor="olga")
    switched_off(gone)
    return rows


def switched_off(row: Subscriber) -> None:
    """Have kvitt give up on a program that said it is gone."""
    books = Outbox(Vault.of(django_settings.KVITT), timezone.now)
    books.switch_off(row.pk, why="The address answered 410 Gone.")
