"""What is left of each line: what a form offers, prefills and limits by.

The law: the amounts of all rows add up to Klarna's sums. What is left to capture comes to
what ``plan_capture`` would take, and what is left to refund to what ``plan_refund`` would
give back, to the minor unit. A capture or refund that was made elsewhere is not known line
by line: its amount is spread over the lines, and its pieces count for none.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import sub

from kvitt.domain import part_lines
from kvitt.domain.decide.capture import lines_due, taken
from kvitt.domain.decide.commands import plan_capture, plan_refund
from kvitt.domain.decide.portion import Piece, pieces_of
from kvitt.domain.decide.refunding import returned
from kvitt.domain.decide.update import lines_wanted
from kvitt.domain.decide.view import View
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.line_builder import build_lines
from kvitt.domain.lines import OrderLine
from kvitt.domain.money import Money
from kvitt.domain.plan import Situation
from kvitt.domain.refund_lines import build_refund_lines
from kvitt.domain.steps import Capture, Kind

#: Minor units by the reference of a line.
_Amounts = dict[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """So many pieces of a line, and so much of its amount including tax."""

    quantity: int
    amount: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class LineLeft:
    """One line with what was taken and given back of it, and what still can be."""

    #: The shop's id, by which a form names the line. None for what belongs to the whole
    #: order (a discount, a gift card, sales tax): it goes along with what is chosen.
    id: int | None
    reference: str
    name: str
    ordered: Share
    captured: Share
    #: Given back, or booked in the shop and about to be.
    refunded: Share
    #: What ``plan_capture`` allows now.
    to_capture: Share
    #: What ``plan_refund`` allows now.
    to_refund: Share


def lines_left(situation: Situation) -> tuple[LineLeft, ...]:
    """Return every line of the order with what is left of it; none without both halves.

    First come the lines that can be chosen, in the shop's order; then what goes along.
    """
    klarna = situation.klarna
    if klarna is None or klarna.currency != situation.store.currency:
        return ()
    view = View(situation=situation, klarna=klarna)
    sums = _sums(view)
    pieces = pieces_of(view, taken(view, Kind.CAPTURE))
    returns = {piece.id: piece.before for piece in pieces_of(view, returned(view))}
    parts = _shared_out(pieces, sums)
    rows = [
        _row(view, piece, {name: part.of[place] for name, part in parts.items()}, returns)
        for place, piece in enumerate(pieces)
    ]
    return (*rows, *_along(view, {name: part.rest for name, part in parts.items()}))


def _sums(view: View) -> dict[str, _Amounts]:
    """Return the amounts of the whole order, by line."""
    ordered = part_lines.amounts_of(_lines(view))
    captured = _captured(view, ordered)
    kept = _kept(view, captured)
    return {
        "ordered": ordered,
        "captured": captured,
        "refunded": _less(captured, kept),
        "to_capture": _allowed_capture(view.situation),
        "to_refund": kept if _may_refund(view.situation) else {},
    }


def _lines(view: View) -> tuple[OrderLine, ...]:
    """Return the lines of what Klarna should take; where that is nothing, of the order."""
    return lines_wanted(view) if view.wanted > view.zero else build_lines(view.order)


def _captured(view: View, ordered: _Amounts) -> _Amounts:
    """Return what was captured of each line; it comes to what Klarna has captured."""
    if not view.klarna.captured:
        return {}
    if view.wanted > view.zero:
        return _less(ordered, part_lines.amounts_of(lines_due(view)))
    return _spread(ordered, view.klarna.captured.minor)


def _kept(view: View, captured: _Amounts) -> _Amounts:
    """Return what was captured and is neither given back nor about to be."""
    pending = Money.total((refund.amount for refund in view.pending), view.order.currency)
    kept = max(view.klarna.refundable.minor - pending.minor, 0)
    left = _less(captured, _given_back(view))
    if sum(left.values()) == kept:
        return left
    return _spread(left if sum(left.values()) > 0 else captured, kept)


def _given_back(view: View) -> _Amounts:
    """Return what refunds have had of each line, as far as they say."""
    amounts = Counter(taken(view, Kind.REFUND).amounts)
    recorded = {record.store_refund_id for record in view.situation.journal.records}
    for refund in view.order.refunds:
        if refund.id not in recorded and refund not in view.absorbed:
            amounts.update(part_lines.amounts_of(build_refund_lines(view.order, refund)))
    return dict(amounts)


def _allowed_capture(situation: Situation) -> _Amounts:
    """Return the lines of a capture of all that is due; none where it is not allowed."""
    try:
        steps = plan_capture(situation).steps
    except NotAllowedNow:
        return {}
    return part_lines.amounts_of(
        line for step in steps if isinstance(step, Capture) for line in step.lines
    )


def _may_refund(situation: Situation) -> bool:
    try:
        plan_refund(situation, request="trial")
    except NotAllowedNow:
        return False
    return True


def _row(
    view: View, piece: Piece, amounts: Mapping[str, int], returns: Mapping[int, int]
) -> LineLeft:
    """Return the row of a line that can be chosen."""
    captured = piece.before
    if view.klarna.captured and not view.due > view.zero:
        captured = piece.line.quantity
    quantities = {
        "ordered": piece.line.quantity,
        "captured": captured,
        "refunded": returns[piece.id],
        "to_capture": piece.left if amounts["to_capture"] else 0,
        "to_refund": max(captured - returns[piece.id], 0) if amounts["to_refund"] else 0,
    }
    currency = view.order.currency
    shares = {
        name: Share(quantity=quantities[name], amount=Money(amount, currency))
        for name, amount in amounts.items()
    }
    return LineLeft(id=piece.id, reference=piece.line.reference, name=piece.line.name, **shares)


def _along(view: View, amounts: Mapping[str, _Amounts]) -> tuple[LineLeft, ...]:
    """Return the rows of what belongs to the whole order."""
    names = {line.reference: line.name for line in _lines(view)}
    references = dict.fromkeys(name for part in amounts.values() for name in part)
    currency = view.order.currency
    return tuple(
        LineLeft(
            id=None,
            reference=reference,
            name=names.get(reference, reference),
            **{
                name: Share(quantity=0, amount=Money(part.get(reference, 0), currency))
                for name, part in amounts.items()
            },
        )
        for reference in references
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """Some amounts, shared out among the lines that can be chosen."""

    #: In the order of the lines.
    of: Sequence[int]
    rest: _Amounts


def _shared_out(pieces: Sequence[Piece], sums: Mapping[str, _Amounts]) -> dict[str, _Part]:
    """Share the sums out: of two lines of one product, the first is captured first."""
    ordered = _by_line(pieces, sums["ordered"], [piece.line.total_amount for piece in pieces])
    captured = _by_line(pieces, sums["captured"], ordered.of)
    refunded = _by_line(pieces, sums["refunded"], captured.of)
    uncaptured = list(map(sub, ordered.of, captured.of))
    kept = list(map(sub, captured.of, refunded.of))
    return {
        "ordered": ordered,
        "captured": captured,
        "refunded": refunded,
        "to_capture": _by_line(pieces, sums["to_capture"], uncaptured),
        "to_refund": _by_line(pieces, sums["to_refund"], kept),
    }


def _by_line(pieces: Sequence[Piece], amounts: _Amounts, most: Sequence[int]) -> _Part:
    """Share amounts out; lines of one reference have theirs in turn, the last what is left."""
    left = dict(amounts)
    last = {piece.line.reference: place for place, piece in enumerate(pieces)}
    shares = []
    for place, piece in enumerate(pieces):
        name = piece.line.reference
        share = left.get(name, 0)
        if place != last[name]:
            share = min(max(share, 0), most[place])
        left[name] = left.get(name, 0) - share
        shares.append(share)
    return _Part(of=shares, rest={name: amount for name, amount in left.items() if amount})


def _less(whole: _Amounts, part: _Amounts) -> _Amounts:
    left = Counter(whole)
    left.subtract(part)
    return dict(left)


def _spread(whole: _Amounts, amount: int) -> _Amounts:
    """Spread an amount over lines in proportion to what they come to."""
    total = sum(whole.values())
    if not total:
        return {"": amount}
    shares = {}
    seen = start = 0
    for name, weight in whole.items():
        seen += weight
        end = amount * seen // total
        shares[name] = end - start
        start = end
    return shares
