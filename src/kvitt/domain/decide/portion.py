"""The lines of a chosen part of an order, with its share of what belongs to all of it.

Sales tax, rounding, discounts and gift cards belong to the whole order. A part takes of
each as much as of the goods, counted from the start, so that the parts add up.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kvitt.domain import part_lines
from kvitt.domain.decide.update import lines_wanted
from kvitt.domain.decide.view import View
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.line_builder import build_rows
from kvitt.domain.lines import OrderLine
from kvitt.domain.part_lines import Taken


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A line that can be chosen, with how many of it have been taken."""

    #: The shop's id of the line.
    id: int
    line: OrderLine
    before: int

    @property
    def left(self) -> int:
        """How many can still be chosen."""
        return self.line.quantity - self.before


def pieces_of(view: View, taken: Taken) -> tuple[Piece, ...]:
    """Return what can be chosen by line and quantity."""
    quantities = dict(taken.quantities)
    pieces = []
    for row in build_rows(view.order):
        if row.source is None or row.line.total_amount < 0:
            continue
        before = min(quantities.get(row.line.reference, 0), row.line.quantity)
        quantities[row.line.reference] = quantities.get(row.line.reference, 0) - before
        pieces.append(Piece(id=row.source.id, line=row.line, before=before))
    return tuple(pieces)


def chosen(view: View, quantities: Mapping[int, int], taken: Taken) -> tuple[OrderLine, ...]:
    """Return the lines of a choice: the shop's line id → quantity."""
    pieces = pieces_of(view, taken)
    _check(pieces, quantities)
    goods = tuple(
        part_lines.pieces(piece.line, quantities[piece.id], before=piece.before)
        for piece in pieces
        if quantities.get(piece.id)
    )
    whole = sum(piece.line.total_amount for piece in pieces)
    names = {piece.line.reference for piece in pieces}
    had = sum(amount for name, amount in taken.amounts.items() if name in names)
    now = had + sum(line.total_amount for line in goods)
    if not whole:
        return goods
    return (*goods, *_shares(view, names, had=had, now=now, whole=whole))


def _shares(
    view: View, names: set[str], *, had: int, now: int, whole: int
) -> tuple[OrderLine, ...]:
    """Return the part's share of the lines that belong to the whole order."""
    shares = []
    for line in lines_wanted(view):
        if line.reference in names:
            continue
        share = line.total_amount * now // whole - line.total_amount * had // whole
        if share:
            shares.append(part_lines.share_of(line, share))
    return tuple(shares)


def _check(pieces: tuple[Piece, ...], quantities: Mapping[int, int]) -> None:
    left = {piece.id: piece.left for piece in pieces}
    for line, quantity in quantities.items():
        if line not in left:
            raise NotAllowedNow("no_such_line", f"The order has no line {line} to choose from.")
        if not 0 <= quantity <= left[line]:
            raise NotAllowedNow(
                "quantity", f"{quantity} of line {line} was asked for; {left[line]} is left."
            )
    if not any(quantities.values()):
        raise NotAllowedNow("nothing_chosen", "Nothing was chosen.")
