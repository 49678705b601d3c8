"""``kvitt doctor``: look every shop over, and say what works and what does not."""

from typing import TYPE_CHECKING

from django.utils import timezone
from rich.console import Console

from kvitt import bootstrap
from kvitt.application.found import Level
from kvitt.bootstrap import Parts
from kvitt.cli.connect import open_parts
from kvitt.domain.ids import ShopId

if TYPE_CHECKING:
    from kvitt.web.console.shops.words import Words

console = Console(highlight=False)

UNWELL = 1
_MARKS = {
    Level.GOOD: "[green]✓[/]",
    Level.FACT: "[blue]·[/]",
    Level.WARN: "[yellow]![/]",
    Level.BAD: "[red]✗[/]",
}


def doctor(shop: int | None = None) -> int:
    """Look shops over: what was found in them, what works, what does not, and what to do.

    Ends with 1 where something does not work.

    Example: kvitt doctor 1

    Parameters
    ----------
    shop
        The shop's number, as in kvitt shop list; without it every shop.
    """
    parts = open_parts()
    shops = [shop] if shop is not None else [row.pk for row in parts.shops.all_shops()]
    if not shops:
        console.print("No shop is connected yet: kvitt connect https://shop.example")
        return 0
    well = True
    for number in shops:
        with console.status("Asking the shop …"):
            bootstrap.shops_of(parts).health.look(ShopId(number))
        well = report(parts, ShopId(number)) and well
    return 0 if well else UNWELL


def report(parts: Parts, shop: ShopId) -> bool:
    """Print what is known of a shop; say whether everything works."""
    from kvitt.web.console.shops import reads, words

    view = reads.view_of(shop, now=timezone.now())
    console.print(f"\n[bold]{view.shop.name}[/]  {view.shop.url}  {view.state.text}")
    if view.trouble is not None:
        _say(Level.BAD, view.trouble)
    remarks = reads.remarks_of(shop, now=timezone.now())
    for remark in remarks:
        _say(remark.level, words.said_of(remark))
    for party, health in parts.gate.healths.troubled().items():
        if party.name == str(shop) and health.is_alarming:
            console.print(f"  [red]✗[/] It is left alone for now: {health.why}")
    return view.trouble is None and all(one.level is not Level.BAD for one in remarks)


def _say(level: Level, said: "Words") -> None:
    console.print(f"  {_MARKS[level]} {said.what}")
    if said.next_step:
        console.print(f"      {said.next_step}")
