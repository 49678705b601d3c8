"""``kvitt doctor``: look every shop over, and say what works and what does not."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from rich.console import Console

from kvitt import bootstrap
from kvitt.application.found import Level
from kvitt.bootstrap import Parts
from kvitt.cli.connect import open_parts
from kvitt.cli.installation import Check, checks
from kvitt.cli.telling import AsJson, print_json
from kvitt.domain.ids import ShopId
from kvitt.domain.lines import Json

if TYPE_CHECKING:
    from kvitt.web.console.shops.reads import ShopView

console = Console(highlight=False)
#: What is said while services are asked; standard output is the answer's alone.
waiting = Console(highlight=False, stderr=True)

UNWELL = 1
_MARKS = {
    Level.GOOD: "[green]✓[/]",
    Level.FACT: "[blue]·[/]",
    Level.WARN: "[yellow]![/]",
    Level.BAD: "[red]✗[/]",
}


def doctor(shop: int | None = None, *, as_json: AsJson = False) -> int:
    """Look the installation and its shops over: what works, what does not, and what to do.

    Ends with 1 where something does not work.

    Example: kvitt doctor 1

    Parameters
    ----------
    shop
        The shop's number, as in kvitt shop list; without it the installation and every shop.
    """
    parts = open_parts()
    shops = [shop] if shop is not None else [row.pk for row in parts.shops.all_shops()]
    with waiting.status("Looking …"):
        own = list(checks(parts, now=datetime.now(UTC))) if shop is None else []
        for number in shops:
            bootstrap.shops_of(parts).health.look(ShopId(number))
    found = [(view, list(_said_of(parts, view))) for view in map(_view, shops)]
    if as_json:
        print_json(_json(own, found))
    else:
        _say_all(own, found)
    every = [*own, *(check for _, each in found for check in each)]
    return UNWELL if any(check.level is Level.BAD for check in every) else 0


def report(parts: Parts, shop: ShopId) -> bool:
    """Print what is known of a shop; say whether everything works."""
    view = _view(shop)
    found = list(_said_of(parts, view))
    _say_shop(view, found)
    return all(check.level is not Level.BAD for check in found)


def _view(shop: int) -> "ShopView":
    from kvitt.web.console.shops import reads

    return reads.view_of(shop, now=timezone.now())


def _said_of(parts: Parts, view: "ShopView") -> Iterator[Check]:
    """Yield everything that there is to say of a shop, what is wrong with it first."""
    from kvitt.web.console.shops import reads, words

    shop, trouble = view.shop.pk, view.trouble
    if trouble is not None:
        yield Check(
            name="trouble",
            level=Level.BAD,
            says=str(trouble.what),
            next_step=str(trouble.next_step),
        )
    for remark in reads.remarks_of(shop, now=timezone.now()):
        said = words.said_of(remark)
        yield Check(
            name=remark.code.value,
            level=remark.level,
            says=str(said.what),
            next_step=str(said.next_step),
        )
    for party, health in parts.gate.healths.troubled().items():
        if party.name == str(shop) and health.is_alarming:
            left = f"It is left alone for now: {health.why}"
            yield Check(name="left_alone", level=Level.BAD, says=left)


def _json(own: Sequence[Check], found: "Sequence[tuple[ShopView, Sequence[Check]]]") -> Json:
    every = [*own, *(check for _, each in found for check in each)]
    return {
        "well": all(check.level is not Level.BAD for check in every),
        "installation": [_check_json(check) for check in own],
        "shops": [
            {
                "shop": view.shop.pk,
                "name": view.shop.name,
                "url": view.shop.url,
                "findings": [_check_json(check) for check in each],
            }
            for view, each in found
        ],
    }


def _check_json(check: Check) -> Json:
    return {
        "check": check.name,
        "level": check.level.value,
        "says": check.says,
        "next_step": check.next_step,
    }


def _say_all(own: Sequence[Check], found: "Sequence[tuple[ShopView, Sequence[Check]]]") -> None:
    if own:
        console.print("[bold]This installation[/]")
    for check in own:
        _say(check)
    for view, each in found:
        _say_shop(view, each)
    if not found:
        console.print("No shop is connected yet: kvitt connect https://shop.example")


def _say_shop(view: "ShopView", found: Sequence[Check]) -> None:
    console.print(f"\n[bold]{view.shop.name}[/]  {view.shop.url}  {view.state.text}")
    for check in found:
        _say(check)


def _say(check: Check) -> None:
    console.print(f"  {_MARKS[check.level]} {check.says}", soft_wrap=True)
    if check.next_step:
        console.print(f"      {check.next_step}", soft_wrap=True)
