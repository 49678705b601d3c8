"""What a shop looks like after a month: about thirty orders, in every state.

Each order is a basket and, where it has a history, the acts of that history: what the
merchant, or somebody in Klarna's portal, did and what each act waited for. ``play`` carries the
acts out as the world allows them, so that whoever keeps the two in step sees them one by one.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

from kvitt.sandbox import checkout
from kvitt.sandbox.checkout import Basket
from kvitt.sandbox.klarna import FraudStatus, Status, portal
from kvitt.sandbox.klarna import Order as KlarnaOrder
from kvitt.sandbox.shop import seeding
from kvitt.sandbox.shop.catalogue import TaxRate
from kvitt.sandbox.shop.records import Address
from kvitt.sandbox.shop.refunding import RefundLine, RefundRequest
from kvitt.sandbox.shop.seeding import Bought
from kvitt.sandbox.town import Town

Ready: TypeAlias = Callable[[KlarnaOrder], bool]
Deed: TypeAlias = Callable[[Town, int, str], None]

#: Foreign customers pay their own country's tax: (country, state, percent, name).
_FOREIGN_TAX = (
    ("DE", "", "19", "MwSt. 19%"),
    ("FI", "", "25.5", "ALV 25,5%"),
    ("NO", "", "25", "MVA 25%"),
    ("DK", "", "25", "Moms 25%"),
    ("NL", "", "21", "BTW 21%"),
    ("US", "CA", "7.25", "CA Sales Tax"),
)
#: How often the acts are looked through while any is left.
PACE_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """Something done to an order, as soon as Klarna's record of it allows."""

    ready: Ready
    deed: Deed


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """A basket and what happened to it afterwards."""

    basket: Basket
    acts: tuple[Act, ...] = ()
    #: Done at Klarna before the shop's connection was made.
    before: Deed | None = None
    payment_method: str = "klarna_payments"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pending:
    """Acts of one order that are still to come."""

    order_id: int
    klarna_id: str
    acts: tuple[Act, ...]


def open_for_business(town: Town, *, now: datetime) -> tuple[Pending, ...]:
    """Stock the shelves, place every order, and return the acts that are to be played."""
    books = town.desk.books
    with books.locked():
        seeding.stock_the_shelves(books)
        for country, state, percent, name in _FOREIGN_TAX:
            rate = TaxRate(
                id=books.next_id_of(TaxRate),
                rate=Decimal(percent),
                name=name,
                country=country,
                state=state,
            )
            books.put(rate)
    return tuple(_place(town, history) for history in histories(now))


def play(town: Town, pending: tuple[Pending, ...], *, stop: threading.Event) -> None:
    """Carry out the acts as each becomes possible, until none is left or we are stopped."""
    left = list(pending)
    while left and not stop.wait(PACE_SECONDS):
        left = [after for one in left if (after := _step(town, one)).acts]


def _step(town: Town, one: Pending) -> Pending:
    record = town.books.order(one.klarna_id)
    if not one.acts or record is None or not one.acts[0].ready(record):
        return one
    one.acts[0].deed(town, one.order_id, one.klarna_id)
    return replace(one, acts=one.acts[1:])


def _place(town: Town, history: History) -> Pending:
    order = checkout.buy(town.desk, town.books, town.merchant_id, history.basket)
    if history.payment_method != "klarna_payments":
        changes = {
            "payment_method": history.payment_method,
            "payment_method_title": "Direct bank transfer",
            "transaction_id": "",
        }
        town.desk.update_order(order.id, changes)
    klarna_id = order.transaction_id
    if history.before is not None:
        history.before(town, order.id, klarna_id)
    acts = list(history.acts)
    while acts and acts[0].ready is _at_once:
        acts.pop(0).deed(town, order.id, klarna_id)
    return Pending(order_id=order.id, klarna_id=klarna_id, acts=tuple(acts))


# --------------------------------------------------------------------------- what is done


def _status(status: str) -> Deed:
    def deed(town: Town, order_id: int, klarna_id: str) -> None:
        del klarna_id
        town.desk.set_status(order_id, status, by="admin")

    return deed


def _refund(*, amount: str | None = None, quantity: int = 0, reason: str = "") -> Deed:
    """Refund through the gateway's button: an amount, pieces of the first line, or all."""

    def deed(town: Town, order_id: int, klarna_id: str) -> None:
        del klarna_id
        desk = town.desk
        order = desk.books.order(order_id)
        if order is None:
            return
        lines: tuple[RefundLine, ...] = ()
        total = Decimal(amount) if amount else desk.remaining_refundable(order_id)
        if quantity:
            line = order.lines[0]
            share = Decimal(quantity) / line.quantity
            parts = {tax.rate_id: round(tax.total * share, 2) for tax in line.taxes}
            net = round(line.total * share, 2)
            lines = (RefundLine(item_id=line.id, quantity=quantity, total=net, taxes=parts),)
            total = net + sum(parts.values(), Decimal(0))
        request = RefundRequest(
            amount=total, reason=reason, lines=lines, through_gateway=True, restock=True
        )
        desk.create_refund(order_id, request)

    return deed


def _portal_capture(amount: int | None) -> Deed:
    def deed(town: Town, order_id: int, klarna_id: str) -> None:
        del order_id
        portal.capture(town.books, klarna_id, amount=amount)

    return deed


def _portal_refund(amount: int) -> Deed:
    def deed(town: Town, order_id: int, klarna_id: str) -> None:
        del order_id
        portal.refund(town.books, klarna_id, amount=amount)

    return deed


def _portal_cancel(town: Town, order_id: int, klarna_id: str) -> None:
    del order_id
    portal.cancel(town.books, klarna_id)


def _at_once(record: KlarnaOrder) -> bool:
    del record
    return True


def _is(status: Status) -> Ready:
    def ready(record: KlarnaOrder) -> bool:
        return record.status is status

    return ready


_COMPLETED = Act(ready=_at_once, deed=_status("completed"))
_CAPTURED = _is(Status.CAPTURED)

# ----------------------------------------------------------------------------- who and what

_ASTRID = Address(
    first_name="Astrid",
    last_name="Lind",
    address_1="Storgatan 14",
    city="Malmö",
    postcode="21142",
    country="SE",
    email="astrid.lind@example.test",
    phone="+46701740605",
)
_PEOPLE = {
    "astrid": _ASTRID,
    "nils": replace(_ASTRID, first_name="Nils", last_name="Åkesson", city="Lund"),
    "maja": replace(_ASTRID, first_name="Maja", last_name="Svensson", city="Umeå"),
    "oskar": replace(_ASTRID, first_name="Oskar", last_name="Björk", city="Göteborg"),
    "elsa": replace(_ASTRID, first_name="Elsa", last_name="Nyström", company="Nyström AB"),
    "jurgen": Address(
        first_name="Jürgen",
        last_name="Weiß",
        address_1="Karl-Marx-Straße 9",
        city="Berlin",
        postcode="12043",
        country="DE",
        email="juergen.weiss@example.test",
        phone="+49301234567",
    ),
    "aino": Address(
        first_name="Aino",
        last_name="Mäkelä",
        address_1="Mannerheimintie 5",
        city="Helsinki",
        postcode="00100",
        country="FI",
        email="aino.makela@example.test",
        phone="+358401234567",
    ),
    "kari": Address(
        first_name="Kari",
        last_name="Solberg",
        address_1="Bygdøy allé 3",
        city="Oslo",
        postcode="0257",
        country="NO",
        email="kari.solberg@example.test",
        phone="+4741234567",
    ),
    "soren": Address(
        first_name="Søren",
        last_name="Østergaard",
        address_1="Nørrebrogade 20",
        city="København",
        postcode="2200",
        country="DK",
        email="soren.ostergaard@example.test",
        phone="+4520123456",
    ),
    "daan": Address(
        first_name="Daan",
        last_name="de Vries",
        address_1="Keizersgracht 100",
        city="Amsterdam",
        postcode="1015AA",
        country="NL",
        email="daan.devries@example.test",
        phone="+31612345678",
    ),
    "grace": Address(
        first_name="Grace",
        last_name="O’Neill",
        address_1="500 Howard St",
        city="San Francisco",
        state="CA",
        postcode="94105",
        country="US",
        email="grace.oneill@example.test",
        phone="+14155550100",
    ),
}
_ABROAD = {
    "jurgen": ("EUR", "de-DE", "DHL"),
    "aino": ("EUR", "fi-FI", "Posti"),
    "kari": ("NOK", "nb-NO", "Bring"),
    "soren": ("DKK", "da-DK", "GLS"),
    "daan": ("EUR", "nl-NL", "PostNL"),
    "grace": ("USD", "en-US", "USPS Priority"),
}
_SHIPPING = Decimal("39.20")


def histories(now: datetime) -> Iterator[History]:
    """Return every order of the month, oldest first."""

    def order(who: str, *bought: Bought, days: float, **given: object) -> Basket:
        basket = Basket(
            buyer=_PEOPLE[who],
            bought=bought,
            shipping_total=_SHIPPING,
            placed=now - timedelta(hours=int(days * 24)),
        )
        if who in _ABROAD:
            currency, locale, carrier = _ABROAD[who]
            basket = replace(
                basket,
                currency=currency,
                locale=locale,
                shipping_title=carrier,
                shipping_total=Decimal("6.50"),
            )
        return replace(basket, **given)  # type: ignore[arg-type]

    yield from _settled(order)
    yield from _waiting(order, now)
    yield from _to_practise_on(order)


def _midnight(moment: datetime) -> datetime:
    """Authorizations end at midnight UTC (klarna-api.md §7.3)."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


_Order: TypeAlias = Callable[..., Basket]
_MUG = Bought(product="MUG-1", quantity=2)
_SHIRT = Bought(product="TS-BLUE", quantity=3)
_LAMP = Bought(product="LAMP-ÅÄÖ")
_BOOK = Bought(product="BOK-6", quantity=2)
_CHOCOLATE = Bought(product="CHOK-12", quantity=3)
_PATTERN = Bought(product="PDF-1")
_HOUR = Bought(product="TIM-1")
_SCREWS = Bought(product="SKRUV", quantity=7)


def _abroad(product: str, total: str, quantity: int = 1) -> Bought:
    return Bought(product=product, quantity=quantity, total=Decimal(total))


def _settled(order: _Order) -> Iterator[History]:
    """Return what was shipped, refunded and cancelled over the month."""
    refunded = Act(ready=_CAPTURED, deed=_refund(reason="Customer changed their mind"))
    yield History(basket=order("nils", _MUG, _BOOK, days=27), acts=(_COMPLETED,))
    yield History(basket=order("maja", _LAMP, days=25), acts=(_COMPLETED, refunded))
    yield History(
        basket=order("jurgen", _abroad("TS-BLUE", "50.40", 2), days=24), acts=(_COMPLETED,)
    )
    yield History(
        basket=order("oskar", _SHIRT, _CHOCOLATE, days=22, coupons=("tio",)),
        acts=(
            _COMPLETED,
            Act(ready=_CAPTURED, deed=_refund(quantity=1, reason="Wrong size")),
        ),
    )
    yield History(
        basket=order("aino", _abroad("LAMP-ÅÄÖ", "103.98"), days=21), acts=(_COMPLETED,)
    )
    yield History(basket=order("elsa", _HOUR, days=20, shipping_total=None), acts=(_COMPLETED,))
    yield History(
        basket=order("kari", _abroad("MUG-1", "198.00", 2), days=19),
        acts=(_COMPLETED, Act(ready=_CAPTURED, deed=_refund(amount="50.00"))),
    )
    yield History(
        basket=order("astrid", _SCREWS, _MUG, days=17),
        acts=(Act(ready=_at_once, deed=_status("cancelled")),),
    )
    yield History(
        basket=order("soren", _abroad("BOK-6", "151.20", 2), days=15),
        acts=(Act(ready=_at_once, deed=_status("cancelled")),),
    )
    yield History(
        basket=order("grace", _abroad("MUG-1", "29.80", 2), days=14), acts=(_COMPLETED,)
    )
    yield History(
        basket=order("daan", _abroad("CHOK-12", "8.97", 3), days=12), acts=(_COMPLETED,)
    )
    yield History(basket=order("maja", _BOOK, days=11), before=_portal_capture(None))
    yield History(
        basket=order("nils", _LAMP, _MUG, days=10),
        acts=(_COMPLETED, Act(ready=_CAPTURED, deed=_portal_refund(12500))),
    )


def _waiting(order: _Order, now: datetime) -> Iterator[History]:
    """Return what waits: for Klarna, for time, or for a person."""
    yield History(
        basket=order("oskar", _LAMP, days=26, expires=_midnight(now + timedelta(days=2))),
    )
    yield History(basket=order("elsa", _SHIRT, _MUG, days=9), before=_portal_capture(30000))
    yield History(
        basket=order(
            "grace",
            _abroad("LAMP-ÅÄÖ", "129.00"),
            days=1,
            status="on-hold",
            paid=False,
            fraud_status=FraudStatus.PENDING,
        ),
    )
    yield History(
        basket=order("astrid", _LAMP, _CHOCOLATE, days=8),
        acts=(_COMPLETED, Act(ready=_CAPTURED, deed=_status("cancelled"))),
    )
    yield History(
        basket=order("nils", _SHIRT, days=7), before=_portal_cancel, acts=(_COMPLETED,)
    )
    yield History(
        basket=order("jurgen", _abroad("TS-BLUE", "25.20"), days=6, linked=False),
        acts=(_COMPLETED,),
    )
    yield History(
        basket=order("maja", _MUG, days=6),
        payment_method="bacs",
    )
    yield History(basket=order("kari", _abroad("BOK-6", "180.00", 2), days=5, status="on-hold"))


def _to_practise_on(order: _Order) -> Iterator[History]:
    """Return the orders of the last days, paid and not shipped: for the walkthroughs."""
    yield History(basket=order("soren", _abroad("TS-BLUE", "398.40", 2), days=4))
    yield History(basket=order("aino", _abroad("BOK-6", "28.00", 2), days=3.5))
    yield History(basket=order("elsa", _PATTERN, days=3, shipping_total=None))
    yield History(basket=order("daan", _abroad("MUG-1", "20.66", 2), days=2.5))
    yield History(
        basket=order(
            "oskar", _SHIRT, _MUG, days=2, fees={"Presentinslagning": Decimal("32.00")}
        )
    )
    yield History(basket=order("maja", _SCREWS, _CHOCOLATE, days=1.5, coupons=("fast50",)))
    yield History(basket=order("jurgen", _abroad("MUG-1", "21.00", 2), days=1))
    yield History(basket=order("nils", _LAMP, _BOOK, days=0.8))
    yield History(basket=order("astrid", _MUG, _SHIRT, days=0.2))
