"""Who buys in the stories, and what they usually buy."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from kvitt.sandbox.checkout import Basket
from kvitt.sandbox.shop.records import Address
from kvitt.sandbox.shop.seeding import Bought

ASTRID = Address(
    first_name="Astrid",
    last_name="Lind",
    address_1="Storgatan 14",
    city="Malmö",
    postcode="21142",
    country="SE",
    email="astrid.lind@example.test",
    phone="+46701740605",
)
SHIRTS = Bought(product="TS-BLUE", quantity=3)
MUGS = Bought(product="MUG-1", quantity=2)
LAMP = Bought(product="LAMP-ÅÄÖ")

#: Freight without tax: 49.00 SEK with it.
_FREIGHT = Decimal("39.20")


def basket(*bought: Bought, **given: Any) -> Basket:
    """Return what Astrid buys, sent to her home."""
    return Basket(buyer=ASTRID, bought=bought, shipping_total=_FREIGHT, **given)


def one(*bought: Bought, **given: Any) -> Callable[[datetime], tuple[Basket, ...]]:
    """Return a purchase that is the same whenever it is made."""
    return lambda _now: (basket(*bought, **given),)
