"""The commands that manage orders and move no money by themselves.

They say what is wanted; the decision that follows is the one statuses and webhooks get.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from kvitt.cli.asking import EXIT_REFUSED, numbers_of
from kvitt.domain import render
from kvitt.domain.errors import ConfigurationError, KvittError
from kvitt.domain.lines import Json
from kvitt.facade import Kvitt, OrderRef

console = Console(highlight=False)

AsJson = Annotated[bool, Parameter(name="--json", negative=(), help="Print JSON.")]
Shop = Annotated[str, Parameter(help="The shop, where several have such an order.")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """In which shop, and for whom it is told."""

    shop: str
    as_json: bool


def sync(*orders: str, shop: Shop = "", as_json: AsJson = False) -> int:
    """Read both halves of orders anew, and do what follows from them.

    Example: kvitt sync 1042

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    """
    return _for_each(orders, Where(shop=shop, as_json=as_json), Kvitt.sync)


def retry(*orders: str, shop: Shop = "", as_json: AsJson = False) -> int:
    """Try again what orders wait for: calls that Klarna refused go again, under new keys.

    Example: kvitt retry 1042 1043

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    """
    return _for_each(orders, Where(shop=shop, as_json=as_json), Kvitt.retry)


def approve(*orders: str, shop: Shop = "", as_json: AsJson = False) -> int:
    """Allow what orders wait for: a refund booked by hand is sent, a lost one is known.

    Example: kvitt approve 1042

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    """
    return _for_each(orders, Where(shop=shop, as_json=as_json), Kvitt.approve)


def decline(*orders: str, shop: Shop = "", as_json: AsJson = False) -> int:
    """Leave out the refunds that wait for approval: Klarna is not told of them.

    Example: kvitt decline 1042

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    """
    return _for_each(orders, Where(shop=shop, as_json=as_json), Kvitt.decline)


def off(*orders: str, reason: str = "", shop: Shop = "", as_json: AsJson = False) -> int:
    """Leave orders alone from now on: nothing is sent for them, whatever the shop says.

    Example: kvitt off 1042 --reason "Paid in cash"

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    reason
        Kept on the order's timeline.
    """
    return _for_each(
        orders,
        Where(shop=shop, as_json=as_json),
        lambda kvitt, order: kvitt.switch_off(order, reason=reason),
    )


def on(*orders: str, reason: str = "", shop: Shop = "", as_json: AsJson = False) -> int:
    """Take orders up again, and look at them now.

    Example: kvitt on 1042

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    reason
        Kept on the order's timeline.
    """
    return _for_each(
        orders,
        Where(shop=shop, as_json=as_json),
        lambda kvitt, order: kvitt.switch_on(order, reason=reason),
    )


def _for_each(
    words: tuple[str, ...], where: Where, act: Callable[[Kvitt, OrderRef], None]
) -> int:
    """Do something to each order and tell where it stands then; return the exit code."""
    told: list[dict[str, Json]] = []
    with Kvitt.open(actor="cli") as kvitt:
        for number in numbers_of(words):
            told.append(_done(kvitt, number, where, act))
            if not where.as_json:
                console.print(f"Order {number}: {told[-1]['text']}", soft_wrap=True)
    if where.as_json:
        sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    return 0 if all(one["state"] == "done" for one in told) else EXIT_REFUSED


def _done(
    kvitt: Kvitt, number: str, where: Where, act: Callable[[Kvitt, OrderRef], None]
) -> dict[str, Json]:
    """Act on one order; its trouble is told and does not stop the others."""
    try:
        order = kvitt.order(number, shop=where.shop)
        act(kvitt, order)
        text = render.render_text(kvitt.plan(order))
    except ConfigurationError:
        raise
    except KvittError as error:
        return {"order": number, "state": "refused", "text": str(error)}
    return {"order": number, "state": "done", "text": text}
