"""Refunds that the shop has booked twice for one that Klarna has made once.

Nothing is sent for them: their reasons name Klarna's refund, so the money is known to have
gone back. But the shop's books then say that the customer got more than they did, and only
a person can take one of them out.
"""

from dataclasses import dataclass

from kvitt.domain.decide.matching import name_of
from kvitt.domain.decide.view import NOTHING, Finding, View
from kvitt.domain.klarna_order import KlarnaRefund
from kvitt.domain.money import Money
from kvitt.domain.plan import Hold, HoldCode
from kvitt.domain.store_order import StoreRefund


@dataclass(frozen=True, kw_only=True, slots=True)
class Overbooked:
    """One refund of Klarna's, and the shop's refunds that say they are for it."""

    made: KlarnaRefund
    booked: tuple[StoreRefund, ...]

    @property
    def amount(self) -> Money:
        """What the shop has booked for it altogether."""
        return Money.total((each.amount for each in self.booked), self.made.amount.currency)


def overbooked(view: View) -> Finding:
    """Hold where the shop's books say that more was given back than Klarna gave."""
    found = overbooked_refunds(view)
    if not found:
        return NOTHING
    first = found[0]
    numbers = " and ".join(str(each.id) for each in first.booked)
    hold = Hold(
        code=HoldCode.REFUND_OVERBOOKED,
        wanted="",
        why=f"The shop has booked {first.amount} (refund {numbers}) for one refund of "
        f"{first.made.amount} that Klarna has made.",
        next_step="Delete the one that is too much in the shop. Nothing was paid out twice.",
        amount=first.amount - first.made.amount,
    )
    return Finding(hold=hold)


def overbooked_refunds(view: View) -> tuple[Overbooked, ...]:
    """Return Klarna's refunds for which the shop has booked too much and nobody has seen it."""
    real = view.situation.klarna or view.klarna
    paired = {name_of(theirs): ours.id for ours, theirs in view.matching.pairs}
    found = (
        Overbooked(
            made=made,
            booked=tuple(
                ours
                for ours in view.order.refunds
                if made.id in ours.reason or paired.get(name_of(made)) == ours.id
            ),
        )
        for made in real.refunds
        if made.id
    )
    return tuple(
        each
        for each in found
        if len(each.booked) > 1
        and each.amount > each.made.amount
        and seen_code(each) not in view.approved
    )


def seen_code(overbooked: Overbooked) -> str:
    """Return what is remembered once a person has seen what the shop has booked."""
    numbers = "+".join(str(each.id) for each in overbooked.booked)
    return f"refund_overbooked:{name_of(overbooked.made)}:{numbers}"
