"""The commands that manage orders and ask Klarna for nothing by themselves.

They say what is wanted; the decision that follows is the one statuses and webhooks get.
Where money would move because of it, the plan is shown and a person is asked first, as
``asking.py`` has it.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.prompt import Confirm

from kvitt.application.foresight import Care
from kvitt.cli.asking import EXIT_REFUSED, check_somebody_is_there, nothing_named, numbers_of
from kvitt.cli.progress import watched
from kvitt.domain import render
from kvitt.domain.errors import ConfigurationError, KvittError
from kvitt.domain.lines import Json
from kvitt.domain.plan import Plan
from kvitt.facade import Kvitt, OrderRef

console = Console(highlight=False)

Act = Callable[[Kvitt, OrderRef], None]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How these commands ask and speak."""

    shop: Annotated[str, Parameter(help="The shop, where several have such an order.")] = ""
    yes: Annotated[
        bool, Parameter(name=("--yes", "-y"), negative=(), help="Do not ask first.")
    ] = False
    dry_run: Annotated[
        bool, Parameter(negative=(), help="Show what would follow, and do nothing.")
    ] = False
    as_json: Annotated[bool, Parameter(name="--json", negative=(), help="Print JSON.")] = False


USUAL = Manner()


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreseen:
    """One order with what would follow, or why nothing can."""

    number: str
    order: OrderRef | None = None
    plan: Plan | None = None
    why_not: str = ""

    @property
    def sends(self) -> bool:
        """Say whether Klarna or the shop would be told something."""
        return self.plan is not None and bool(self.plan.steps)

    @property
    def text(self) -> str:
        """Return it in words."""
        return render.render_text(self.plan) if self.plan is not None else self.why_not


def sync(*orders: str, manner: Manner = USUAL) -> int:
    """Read both halves of orders anew, and do what follows from them.

    What the shop has changed since the last look is carried out, as kvitt serve does it.

    Example: kvitt sync 1042

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    """
    return _for_each(orders, Care.SYNC, Kvitt.sync, manner)


def retry(*orders: str, manner: Manner = USUAL) -> int:
    """Try again what orders wait for: calls that Klarna refused go again, under new keys.

    Example: kvitt orders --state held --numbers | kvitt retry - --yes

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    """
    return _for_each(orders, Care.RETRY, Kvitt.retry, manner)


def approve(*orders: str, manner: Manner = USUAL) -> int:
    """Allow what orders wait for: a refund booked by hand is sent, a lost one is known.

    Example: kvitt approve 1042

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    """
    return _for_each(orders, Care.APPROVE, Kvitt.approve, manner)


def decline(*orders: str, manner: Manner = USUAL) -> int:
    """Leave out the refunds that wait for approval: Klarna is not told of them.

    Example: kvitt decline 1042

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    """
    return _for_each(orders, Care.DECLINE, Kvitt.decline, manner)


def off(*orders: str, reason: str = "", manner: Manner = USUAL) -> int:
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
        orders, Care.OFF, lambda kvitt, order: kvitt.switch_off(order, reason=reason), manner
    )


def on(*orders: str, reason: str = "", manner: Manner = USUAL) -> int:
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
        orders, Care.ON, lambda kvitt, order: kvitt.switch_on(order, reason=reason), manner
    )


def _for_each(words: tuple[str, ...], care: Care, act: Act, manner: Manner) -> int:
    """Show what would follow, ask where money would move, do it; return the exit code."""
    numbers = numbers_of(words)
    if not numbers:
        return nothing_named(as_json=manner.as_json)
    with Kvitt.open(actor="cli") as kvitt:
        foreseen = [_foresee(kvitt, number, care, manner) for number in numbers]
        if manner.dry_run:
            _tell([_told(one, _possible(one)) for one in foreseen], manner)
            return 0 if all(one.plan is not None for one in foreseen) else EXIT_REFUSED
        if not _may_go_on(foreseen, manner):
            return EXIT_REFUSED
        each = watched(foreseen, saying="Working", total=len(foreseen))
        told = [_done(kvitt, one, act) for one in each]
    _tell(told, manner)
    return 0 if all(one["state"] == "done" for one in told) else EXIT_REFUSED


def _foresee(kvitt: Kvitt, number: str, care: Care, manner: Manner) -> Foreseen:
    try:
        order = kvitt.order(number, shop=manner.shop)
        plan = kvitt.foresee(order, care)
    except ConfigurationError:
        raise
    except KvittError as error:
        return Foreseen(number=number, why_not=str(error))
    return Foreseen(number=number, order=order, plan=plan)


def _may_go_on(foreseen: Sequence[Foreseen], manner: Manner) -> bool:
    """Say whether it may be done. Raises ConfigurationError without a person to ask."""
    sending = [one for one in foreseen if one.sends]
    if manner.yes or not sending:
        return True
    check_somebody_is_there()
    # Standard output is for the program that reads it; the person sees the other.
    screen = Console(stderr=True, highlight=False) if manner.as_json else console
    for one in sending:
        screen.print(f"Order {one.number}: {one.text}", soft_wrap=True)
    return Confirm.ask("Do this?", console=screen, default=False)


def _done(kvitt: Kvitt, one: Foreseen, act: Act) -> dict[str, Json]:
    """Act on one order; its trouble is told and does not stop the others."""
    if one.order is None:
        return _told(one, "refused")
    try:
        act(kvitt, one.order)
        text = render.render_text(kvitt.plan(one.order))
    except ConfigurationError:
        raise
    except KvittError as error:
        return {"order": one.number, "state": "refused", "text": str(error)}
    return {"order": one.number, "state": "done", "text": text}


def _possible(one: Foreseen) -> str:
    return "possible" if one.plan is not None else "refused"


def _told(one: Foreseen, state: str) -> dict[str, Json]:
    return {"order": one.number, "state": state, "text": one.text}


def _tell(told: Sequence[dict[str, Json]], manner: Manner) -> None:
    if manner.as_json:
        sys.stdout.write(json.dumps(list(told), indent=2, ensure_ascii=False) + "\n")
        return
    for one in told:
        style = "red" if one["state"] == "refused" else ""
        console.print(f"Order {one['order']}: {one['text']}", soft_wrap=True, style=style)
