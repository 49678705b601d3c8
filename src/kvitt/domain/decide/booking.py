"""The refund that the shop books for one that an operator asked for here.

Its lines are the order's own, excluding tax with the tax by rate beside it, as
WooCommerce wants them (woocommerce-facts.md §3), and each comes to the very amount that
Klarna was told.
"""

from decimal import Decimal

from kvitt.domain import part_lines
from kvitt.domain.asks import Request
from kvitt.domain.decide.portion import Piece, pieces_of
from kvitt.domain.decide.refunding import returned
from kvitt.domain.decide.view import View
from kvitt.domain.journal import BookedLine
from kvitt.domain.money import Money
from kvitt.domain.store_order import StoreLine


def fits(view: View, amount: Money) -> bool:
    """Say whether a refund of this amount belongs into the shop's books, before it is made.

    What makes up for a capture beyond the shop's total does not: the shop never counted
    it as its own. Neither does what the shop has no room left for.
    """
    booked = Money.total((r.amount for r in view.order.refunds), view.order.currency)
    room = view.order.total - booked
    given_back = Money.total(
        (theirs.amount for theirs in view.matching.foreign), view.order.currency
    )
    surplus = max(-view.due - given_back, view.zero)
    return surplus < amount <= room


def lines_to_book(view: View, request: Request) -> tuple[BookedLine, ...]:
    """Return the lines of a refund by lines, before it is carried out; none for an amount."""
    if request.lines is None:
        return ()
    sources = {line.id: line for line in view.order.lines}
    return tuple(
        _booked(piece, sources[piece.id], request.lines[piece.id], currency=view.order.currency)
        for piece in pieces_of(view, returned(view))
        if request.lines.get(piece.id)
    )


def _booked(piece: Piece, source: StoreLine, quantity: int, *, currency: str) -> BookedLine:
    """Split the gross amount of some pieces into net and taxes, as the line itself is split."""
    gross = part_lines.pieces(piece.line, quantity, before=piece.before).total_amount
    whole = source.total + source.total_tax
    share = Decimal(gross) * source.total_tax / whole if whole else Decimal(0)
    tax = int(share.to_integral_value())
    return BookedLine(
        line=source.id,
        quantity=quantity,
        net=Money(gross - tax, currency),
        taxes=_by_rate(source, tax, currency=currency),
    )


def _by_rate(source: StoreLine, tax: int, *, currency: str) -> dict[int, Money]:
    """Divide a tax over the line's rates; the parts add up to it."""
    whole = sum((part.amount for part in source.taxes), Decimal(0))
    shares: dict[int, Money] = {}
    seen, start = Decimal(0), 0
    for part in source.taxes:
        seen += part.amount
        end = int((tax * seen / whole).to_integral_value()) if whole else 0
        if end != start:
            shares[part.rate] = Money(end - start, currency)
        start = end
    return shares
