"""What an update changes: Klarna's lines as last read beside those that it would get."""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass

from kvitt.domain.klarna_order import KlarnaLine
from kvitt.domain.lines import OrderLine
from kvitt.domain.money import Money


@dataclass(frozen=True, kw_only=True, slots=True)
class Pieces:
    """So many of a line, and what they come to with tax."""

    quantity: int
    amount: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One line before and after; None where it is not there."""

    name: str
    reference: str
    before: Pieces | None
    after: Pieces | None

    @property
    def differs(self) -> bool:
        """Say whether the line is added, removed or another."""
        return self.before != self.after


def changes_of(
    before: Iterable[KlarnaLine], after: Iterable[OrderLine], *, currency: str
) -> tuple[Change, ...]:
    """Return the lines as they will be, and then those that go.

    Lines belong together by their references; equal ones in the order they stand in.
    """
    there: defaultdict[str, deque[KlarnaLine]] = defaultdict(deque)
    for line in before:
        there[line.reference or line.name].append(line)
    changes = []
    for new in after:
        known = there[new.reference or new.name]
        old = known.popleft() if known else None
        changes.append(
            Change(
                name=new.name,
                reference=new.reference,
                before=_pieces(old, currency) if old else None,
                after=_pieces(new, currency),
            )
        )
    gone = (line for lines in there.values() for line in lines)
    return (
        *changes,
        *(
            Change(
                name=line.name,
                reference=line.reference,
                before=_pieces(line, currency),
                after=None,
            )
            for line in gone
        ),
    )


def _pieces(line: KlarnaLine | OrderLine, currency: str) -> Pieces:
    return Pieces(quantity=line.quantity, amount=Money(line.total_amount, currency))
