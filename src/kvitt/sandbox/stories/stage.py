"""What a story is made of: what is bought, and scenes that follow one another.

A scene waits until its orders have come as far as it needs, so a story never runs ahead of
whoever keeps shop and Klarna in step. It knows nothing of that somebody but what anybody can
see: Klarna's record, and the notes on the shop's orders.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from itertools import takewhile
from typing import TYPE_CHECKING, TypeAlias

from kvitt.sandbox.checkout import Basket
from kvitt.sandbox.histories import Deed, Ready
from kvitt.sandbox.klarna import Order as KlarnaOrder

if TYPE_CHECKING:
    from kvitt.sandbox.town import Town


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """One order of the story, under both of its ids."""

    order_id: int
    klarna_id: str


@dataclass(kw_only=True, slots=True)
class Stage:
    """The town a story plays in, the story's own orders, and what was noted so far."""

    town: "Town"
    orders: tuple[Placed, ...] = ()
    #: How many notes each order had after the last scene: one more is news.
    marks: dict[int, int] = field(default_factory=dict)
    #: The last call that Klarna had answered by then.
    last_call: int = 0

    def mark(self) -> None:
        """Remember what is on the orders now, and what Klarna was last asked."""
        books = self.town.desk.books
        self.marks = {one.order_id: len(books.notes(one.order_id)) for one in self.orders}
        with self.town.books.reading():
            latest = self.town.books.requests.latest()
        self.last_call = latest.number if latest else 0

    def records(self) -> tuple[KlarnaOrder, ...]:
        """Return Klarna's records of the orders."""
        found = (self.town.books.order(one.klarna_id) for one in self.orders)
        return tuple(record for record in found if record is not None)


Happening: TypeAlias = Callable[[Stage], None]
Condition: TypeAlias = Callable[[Stage], bool]


def nothing(stage: Stage) -> None:
    """Leave everything as it is."""
    del stage


def straight_away(stage: Stage) -> bool:
    """Wait for nothing."""
    del stage
    return True


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """A step of a story: what it waits for, what then happens, and how that is told."""

    says: str
    ready: Condition = straight_away
    happens: Happening = nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """A named history to be played in a town, and what it teaches."""

    name: str
    title: str
    #: One paragraph for a merchant.
    teaches: str
    #: What is bought, given the present moment.
    baskets: Callable[[datetime], tuple[Basket, ...]]
    scenes: tuple[Scene, ...]
    #: Puts back what the scenes changed about the town; runs however the story ends.
    undo: Happening = nothing


def each(deed: Deed) -> Happening:
    """Do something to each order of the story."""

    def happen(stage: Stage) -> None:
        for one in stage.orders:
            deed(stage.town, one.order_id, one.klarna_id)

    return happen


def every(ready: Ready) -> Condition:
    """Wait until every order has come that far."""

    def condition(stage: Stage) -> bool:
        return all(ready(stage.town, one.order_id, one.klarna_id) for one in stage.orders)

    return condition


def noted(stage: Stage) -> bool:
    """Wait until every order bears a note it did not bear after the last scene."""
    books = stage.town.desk.books
    return all(
        len(books.notes(one.order_id)) > stage.marks.get(one.order_id, 0)
        for one in stage.orders
    )


def asked_about(stage: Stage) -> bool:
    """Wait until somebody has asked Klarna about every order since the last scene."""
    with stage.town.books.reading():
        newer = takewhile(
            lambda entry: entry.number > stage.last_call, stage.town.books.requests.newest()
        )
        paths = [entry.path for entry in newer]
    return all(any(one.klarna_id in path for path in paths) for one in stage.orders)


def refused(stage: Stage) -> bool:
    """Wait until Klarna has refused somebody's key since the last scene."""
    with stage.town.books.reading():
        newer = takewhile(
            lambda entry: entry.number > stage.last_call, stage.town.books.requests.newest()
        )
        return any(entry.status == HTTPStatus.UNAUTHORIZED for entry in newer)


def both(first: Condition, second: Condition) -> Condition:
    """Wait until two things are so at once."""

    def condition(stage: Stage) -> bool:
        return first(stage) and second(stage)

    return condition
