"""The commands that manage orders and move no money by themselves.

They say what is wanted; the decision that follows is the one statuses and webhooks get.
"""

from collections.abc import Callable
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from kvitt.cli.asking import EXIT_REFUSED, numbers_of
from kvitt.domain import render
from kvitt.domain.errors import KvittError
from kvitt.facade import Kvitt, OrderRef

console = Console(highlight=False)

Shop = Annotated[str, Parameter(help="The shop, where several have such an order.")]


def sync(*orders: str, shop: Shop = "") -> int:
    """Read both halves of orders anew, and do what follows from them.

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    """
    return _for_each(orders, shop, Kvitt.sync)


def retry(*orders: str, shop: Shop = "") -> int:
    """Try again what orders wait for: calls that Klarna refused go again, under new keys.

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    """
    return _for_each(orders, shop, Kvitt.retry)


def approve(*orders: str, shop: Shop = "") -> int:
    """Allow what orders wait for: a refund booked by hand is sent, a lost one is known.

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    """
    return _for_each(orders, shop, Kvitt.approve)


def decline(*orders: str, shop: Shop = "") -> int:
    """Leave out the refunds that wait for approval: Klarna is not told of them.

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    """
    return _for_each(orders, shop, Kvitt.decline)


def off(*orders: str, reason: str = "", shop: Shop = "") -> int:
    """Leave orders alone from now on: nothing is sent for them, whatever the shop says.

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    reason
        Kept on the order's timeline.
    """
    return _for_each(orders, shop, lambda kvitt, order: kvitt.switch_off(order, reason=reason))


def on(*orders: str, reason: str = "", shop: Shop = "") -> int:
    """Take orders up again, and look at them now.

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    reason
        Kept on the order's timeline.
    """
    return _for_each(orders, shop, lambda kvitt, order: kvitt.switch_on(order, reason=reason))


def _for_each(words: tuple[str, ...], shop: str, act: Callable[[Kvitt, OrderRef], None]) -> int:
    """Do something to each order and print where it stands then; return the exit code."""
    code = 0
    with Kvitt.open(actor="cli") as kvitt:
        for number in numbers_of(words):
            try:
                order = kvitt.order(number, shop=shop)
                act(kvitt, order)
                text = render.render_text(kvitt.plan(order))
            except KvittError as error:
                code, text = EXIT_REFUSED, str(error)
            console.print(f"Order {number}: {text}", soft_wrap=True)
    return code
