"""What an example takes for granted: an order 1042, a shop, a key, a subscriber.

Each command is given an order of its own, in the state that the command is for.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.contrib.auth.models import User

from integration.worlds import World
from kvitt.adapters.database import shapes
from kvitt.adapters.database.models import Message, MessageState, Shop, ShopState, Subscriber
from kvitt.adapters.database.models import Order as OrderRow
from kvitt.domain.asks import Command, Request
from kvitt.domain.money import Money
from kvitt.domain.policy import ManualRefunds, Policy
from kvitt.sandbox.shop.records import Order
from kvitt.sandbox.shop.refunding import RefundRequest
from kvitt.web.accounts.rights import Right
from kvitt.web.api import keys
from kvitt.web.api.keys import NewKey
from kvitt.web.api.models import ApiKey

#: The order, shop, person, key and message that every page speaks of.
NUMBER = "1042"
SHOP = "My shop"
PERSON = "anna"
PREFIX = "1f2e3d4c"
MESSAGE = UUID("7d0f7a52-4f0d-5b5c-8f43-4b8f0b1f0e55")

Given = Callable[[World, Order], object]


def _captured(world: World, order: Order) -> None:
    world.set_status(order, "completed")


def _part_captured(world: World, order: Order) -> None:
    desk, row = world.parts.desk, world.row(order).pk
    asked = UUID(int=order.id)
    request = Request(command=Command.CAPTURE, amount=Money(10_000, "SEK"))
    review = desk.review(row, request, ask_id=asked)
    desk.ask(row, review.request, ask_id=asked, actor=PERSON)
    world.work()


def _changed(world: World, order: Order) -> None:
    world.town.desk.set_status(order.id, "pending")
    world.town.desk.add_fee(order.id, name="Wrapping", amount=Decimal("20.00"))
    world.look(order)


def _refund_waits(world: World, order: Order) -> None:
    """A refund that was booked by hand, in a shop that wants to be asked."""
    shop = Shop.objects.get()
    policy = replace(shapes.unpack(Policy, shop.policy), manual_refunds=ManualRefunds.ASK)
    Shop.objects.update(policy=shapes.pack(Policy, policy))
    _captured(world, order)
    world.town.desk.create_refund(order.id, RefundRequest(amount=Decimal("50.00")))
    world.look(order)


def _held(world: World, order: Order) -> None:
    """Cancelled in the shop after it was captured: a person has to look."""
    _captured(world, order)
    world.set_status(order, "cancelled")


def _untouched(world: World, order: Order) -> None:
    """The order as it was bought."""


#: The state in which an order is that a command is for.
_BEFORE: dict[str, Given] = {
    "orders": _held,
    "refund": _captured,
    "resend": _captured,
    "due-date": _captured,
    "release": _part_captured,
    "update": _changed,
    "approve": _refund_waits,
    "decline": _refund_waits,
}


def order_for(world: World, command: str) -> int:
    """Place an order, make it number 1042 in place of the one before, and return its row."""
    order = world.buy()
    world.look(order)
    _BEFORE.get(command, _untouched)(world, order)
    row = world.row(order)
    for before in OrderRow.objects.filter(number=NUMBER):
        _call(before, str(before.store_order_id))
    _call(row, NUMBER)
    return row.pk


def _call(row: OrderRow, number: str) -> None:
    OrderRow.objects.filter(pk=row.pk).update(number=number)


def people_and_shop_for(command: str) -> None:
    """Have the shop be as it is by default, and anna there unless the command adds her."""
    Shop.objects.update(state=ShopState.ACTIVE, policy=shapes.pack(Policy, Policy()))
    if command.startswith("kvitt user add"):
        User.objects.filter(username=PERSON).delete()
    else:
        User.objects.get_or_create(username=PERSON)


def furnish(world: World) -> str:
    """Make what the pages name besides orders, and return a token that may do everything."""
    now = datetime.now(UTC)
    Shop.objects.update(name=SHOP)
    new = NewKey(
        name="erp",
        scopes=frozenset(Right) - {Right.PEOPLE},
        shops=None,
        created_by=PERSON,
        expires_at=now + timedelta(days=1),
    )
    _, token = keys.make(new, now=now)
    row, _ = keys.make(new, now=now)
    ApiKey.objects.filter(pk=row.pk).update(prefix=PREFIX)
    subscriber = Subscriber.objects.create(
        pk=1,
        uid=UUID(int=1),
        shop_id=world.shop,
        url="https://erp.example/kvitt",
        events=["order.captured"],
        secret_sealed="",
        created_by=PERSON,
        created_at=now,
    )
    Message.objects.create(
        uid=MESSAGE,
        subscriber=subscriber,
        order_id=order_for(world, ""),
        event="order.captured",
        body="{}",
        created_at=now,
        state=MessageState.GIVEN_UP,
    )
    return token
