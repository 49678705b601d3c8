"""``kvitt simulate``: what would become of orders under other rules, hooks or on another day.

Nothing is stored and nothing is sent: each order is decided twice from both halves as last
read, once as things are and once as they would be.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from kvitt import settings as configuration
from kvitt.bootstrap.hooks import hooks_of
from kvitt.cli.asking import numbers_of
from kvitt.cli.orders import shops_named
from kvitt.cli.progress import watched
from kvitt.domain import render
from kvitt.domain.decide import decide
from kvitt.domain.errors import ConfigurationError, KvittError
from kvitt.domain.intents import Scope
from kvitt.domain.lines import Json
from kvitt.domain.plan import Plan, Situation
from kvitt.domain.policy import Policy
from kvitt.facade import Kvitt, OrderRef

console = Console(highlight=False)

MOST = 10_000
_YES, _NO = {"yes", "true", "on"}, {"no", "false", "off"}

_BODY = "The same, with another body or other lines: see --json."

#: Makes of a situation the one that is tried out.
Change = Callable[[Situation], Situation]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What is tried out, and on which orders."""

    rule: Annotated[
        list[str] | None,
        Parameter(
            negative=(),
            help="A rule of the shop's, like capture_statuses=shipped,completed; can be given "
            "several times.",
        ),
    ] = None
    hooks: Annotated[
        str, Parameter(help="Hooks to try, as module:name, in place of those of KVITT_HOOKS.")
    ] = ""
    days: Annotated[int, Parameter(help="Decide as if so many days had passed.")] = 0
    shop: Annotated[str, Parameter(help="Only the orders of this shop.")] = ""
    limit: Annotated[int, Parameter(help="How many orders at most, the newest.")] = 1000


NOTHING = Trial()


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """An order that would be treated otherwise."""

    order: OrderRef
    now: Plan
    then: Plan
    scope: Scope | None


def simulate(
    *orders: str,
    trial: Trial = NOTHING,
    as_json: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> None:
    """Show what would become of orders under other rules, hooks or on another day.

    Nothing is sent or stored. Only orders that would be treated otherwise are shown.

    Example: kvitt simulate --rule capture_statuses=shipped --days 3

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input. Without any, the newest.
    as_json
        Print JSON.
    """
    change = _change(trial)
    with Kvitt.open(actor="cli") as kvitt:
        refs = list(_chosen(kvitt, orders, trial))
        unread: list[str] = []
        found = list(_differences(kvitt, refs, change, unread))
    if as_json:
        told: dict[str, Json] = {
            "looked_at": len(refs) - len(unread),
            "not_read_yet": list(unread),
            "differences": [_json(one) for one in found],
        }
        sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
        return
    _say(found, looked_at=len(refs) - len(unread), unread=len(unread))


def _change(trial: Trial) -> Change:
    """Return what is tried out. Raises ConfigurationError where it means nothing."""
    if trial.days < 0:
        raise ConfigurationError("--days is 0 or more: nobody can go back")
    if not 0 < trial.limit <= MOST:
        raise ConfigurationError(f"--limit is from 1 to {MOST}")
    rules = dict(_rule(word) for word in trial.rule or ())
    hooks = None
    if trial.hooks:
        hooks = hooks_of(configuration.load(hooks=trial.hooks))

    def changed(situation: Situation) -> Situation:
        return replace(
            situation,
            policy=replace(situation.policy, **rules),
            hooks=situation.hooks if hooks is None else hooks,
            now=situation.now + timedelta(days=trial.days),
        )

    return changed


def _rule(word: str) -> tuple[str, Any]:
    """Read ``name=value`` by the type of the rule's default."""
    name, equals, value = word.partition("=")
    defaults = {each.name: getattr(Policy(), each.name) for each in fields(Policy)}
    if not equals or name not in defaults:
        raise ConfigurationError(
            f"--rule {word} is not understood: write NAME=VALUE, with one of "
            f"{', '.join(defaults)}"
        )
    try:
        return name, _value(value.strip(), like=defaults[name])
    except ValueError as error:
        raise ConfigurationError(f"--rule {name} cannot be {value!r}: {error}") from None


def _value(text: str, *, like: Any) -> Any:
    match like:
        case bool():
            if text.lower() not in _YES | _NO:
                raise ValueError("write yes or no")
            return text.lower() in _YES
        case frozenset():
            return frozenset(each.strip() for each in text.split(",") if each.strip())
        case tuple():
            if not text.replace(",", "").isdecimal():
                raise ValueError("write days with commas between, like 7,3,1")
            return tuple(timedelta(days=int(each)) for each in text.split(","))
        case _:
            return type(like)(text)


def _chosen(kvitt: Kvitt, words: Sequence[str], trial: Trial) -> Iterator[OrderRef]:
    """Return the orders that were named, or the newest."""
    if words:
        yield from (kvitt.order(number, shop=trial.shop) for number in numbers_of(words))
        return
    from kvitt.adapters.database import reads

    page = reads.list_orders(reads.Filters(), size=trial.limit, shops=shops_named(trial.shop))
    for row in page.orders:
        yield OrderRef(id=row.pk, number=row.number, shop=row.shop.name)


def _differences(
    kvitt: Kvitt, refs: Sequence[OrderRef], change: Change, unread: list[str]
) -> Iterator[Difference]:
    """Decide each order twice, and give those that differ; what cannot be read is named."""
    for ref in watched(refs, saying="Deciding", total=len(refs)):
        try:
            situation = kvitt.situation(ref)
            now, then = decide(situation), decide(change(situation))
        except ConfigurationError:
            raise
        except KvittError:
            unread.append(ref.number)
            continue
        if now != then:
            yield Difference(order=ref, now=now, then=then, scope=situation.scope)


def _json(one: Difference) -> dict[str, Json]:
    return {
        "order": one.order.number,
        "shop": one.order.shop,
        "now": render.render_json(one.now, scope=one.scope),
        "then": render.render_json(one.then, scope=one.scope),
    }


def _say(found: Sequence[Difference], *, looked_at: int, unread: int) -> None:
    if found:
        table = Table("Order", "As things are", "As they would be")
        for one in found:
            now, then = render.render_text(one.now), render.render_text(one.then)
            table.add_row(one.order.number, now, then if then != now else _BODY)
        console.print(table)
    console.print(
        f"{looked_at} orders were looked at, {len(found)} of them would be treated otherwise. "
        "Nothing was sent.",
        soft_wrap=True,
    )
    if unread:
        console.print(f"{unread} have not been read from the shop yet: kvitt sync reads them.")
