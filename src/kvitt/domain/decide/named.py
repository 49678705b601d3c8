"""The lines that a program names, by the shop's line id or by a SKU that only one line has."""

from collections.abc import Mapping

from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.store_order import StoreOrder

#: Order line → pieces of it.
Lines = Mapping[int | str, int]


def line_ids(order: StoreOrder, lines: Lines) -> dict[int, int]:
    """Return the shop's line ids of what was named, with the pieces of each.

    Raises NotAllowedNow for a name that no line has, that several have, or that names a
    line twice.
    """
    chosen: dict[int, int] = {}
    for name, quantity in lines.items():
        fits = [line.id for line in order.lines if name in (line.id, line.reference)]
        if len(fits) != 1:
            how_many = "no line" if not fits else "several lines"
            raise NotAllowedNow(
                "no_such_line", f"The order has {how_many} {name}: name a line id of its own."
            )
        if fits[0] in chosen:
            raise NotAllowedNow("line_twice", f"Line {name} is named twice.")
        chosen[fits[0]] = quantity
    return chosen
