"""A month of a shop: who bought what, in every state an order can be in.

Thirty orders: Swedish, German, Finnish, Norwegian, Danish, Dutch and American; with coupons,
fees, shipping and virtual goods; shipped, refunded, cancelled, waiting, or to practise on.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from kvitt.sandbox.checkout import Basket
from kvitt.sandbox.histories import (
    CAPTURED,
    COMPLETED,
    Act,
    History,
    at_once,
    portal_cancel,
    portal_capture,
    portal_refund,
    refund,
    set_status,
)
from kvitt.sandbox.klarna import FraudStatus
from kvitt.sandbox.shop.records import Address
from kvitt.sandbox.shop.seeding import Bought


def _swede(
    first_name: str, last_name: str, city: str, *, email: str, company: str = ""
) -> Address:
    return Address(
        first_name=first_name,
        last_name=last_name,
        company=company,
        address_1="Storgatan 14",
        city=city,
        postcode="21142",
        country="SE",
        email=f"{email}@example.test",
        phone="+46701740605",
    )


_PEOPLE = {
    "astrid": _swede("Astrid", "Lind", "Malmö", email="astrid.lind"),
    "nils": _swede("Nils", "Åkesson", "Lund", email="nils.akesson"),
    "maja": _swede("Maja", "Svensson", "Umeå", email="maja.svensson"),
    "oskar": _swede("Oskar", "Björk", "Göteborg", email="oskar.bjork"),
    "elsa": _swede("Elsa", "Nyström", "Uppsala", email="elsa.nystrom", company="Nyström AB"),
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

    def order(who: str, *bought: Bought, days: float, **given: Any) -> Basket:
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
        return replace(basket, **given)

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
    refunded = Act(ready=CAPTURED, deed=refund(reason="Customer changed their mind"))
    yield History(basket=order("nils", _MUG, _BOOK, days=27), acts=(COMPLETED,))
    yield History(basket=order("maja", _LAMP, days=25), acts=(COMPLETED, refunded))
    yield History(
        basket=order("jurgen", _abroad("TS-BLUE", "50.40", 2), days=24), acts=(COMPLETED,)
    )
    yield History(
        basket=order("oskar", _SHIRT, _CHOCOLATE, days=22, coupons=("tio",)),
        acts=(
            COMPLETED,
            Act(ready=CAPTURED, deed=refund(quantity=1, reason="Wrong size")),
        ),
    )
    yield History(
        basket=order("aino", _abroad("LAMP-ÅÄÖ", "103.98"), days=21), acts=(COMPLETED,)
    )
    yield History(basket=order("elsa", _HOUR, days=20, shipping_total=None), acts=(COMPLETED,))
    yield History(
        basket=order("kari", _abroad("MUG-1", "198.00", 2), days=19),
        acts=(COMPLETED, Act(ready=CAPTURED, deed=refund(amount="50.00"))),
    )
    yield History(
        basket=order("astrid", _SCREWS, _MUG, days=17),
        acts=(Act(ready=at_once, deed=set_status("cancelled")),),
    )
    yield History(
        basket=order("soren", _abroad("BOK-6", "151.20", 2), days=15),
        acts=(Act(ready=at_once, deed=set_status("cancelled")),),
    )
    yield History(
        basket=order("grace", _abroad("MUG-1", "29.80", 2), days=14), acts=(COMPLETED,)
    )
    yield History(
        basket=order("daan", _abroad("CHOK-12", "8.97", 3), days=12), acts=(COMPLETED,)
    )
    yield History(basket=order("maja", _BOOK, days=11), before=portal_capture(None))
    yield History(
        basket=order("nils", _LAMP, _MUG, days=10),
        acts=(COMPLETED, Act(ready=CAPTURED, deed=portal_refund(12500))),
    )


def _waiting(order: _Order, now: datetime) -> Iterator[History]:
    """Return what waits: for Klarna, for time, or for a person."""
    yield History(
        basket=order("oskar", _LAMP, days=26, expires=_midnight(now + timedelta(days=2))),
    )
    yield History(basket=order("elsa", _SHIRT, _MUG, days=9), before=portal_capture(30000))
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
        acts=(COMPLETED, Act(ready=CAPTURED, deed=set_status("cancelled"))),
    )
    yield History(basket=order("nils", _SHIRT, days=7), before=portal_cancel, acts=(COMPLETED,))
    yield History(
        basket=order("jurgen", _abroad("TS-BLUE", "25.20"), days=6, linked=False),
        acts=(COMPLETED,),
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
