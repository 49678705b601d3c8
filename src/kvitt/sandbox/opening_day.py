"""Opening day: a shop that has been open for a month, and whose histories go on.

``open_for_business`` stocks the shelves and places every order; ``play`` carries out what
happened to them afterwards, as the world allows it.
"""

import threading
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from kvitt.sandbox import checkout
from kvitt.sandbox.histories import Act, History, at_once
from kvitt.sandbox.month import histories
from kvitt.sandbox.shop import seeding
from kvitt.sandbox.shop.catalogue import TaxRate
from kvitt.sandbox.town import Town

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
        left = [after for one in left if (after := step(town, one)).acts]


def step(town: Town, one: Pending) -> Pending:
    """Carry out the next act if it is possible by now, and return what is left."""
    if not one.acts or not one.acts[0].ready(town, one.order_id, one.klarna_id):
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
    while acts and acts[0].ready is at_once:
        acts.pop(0).deed(town, order.id, klarna_id)
    return Pending(order_id=order.id, klarna_id=klarna_id, acts=tuple(acts))
