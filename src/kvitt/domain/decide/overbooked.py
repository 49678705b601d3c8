"""Refunds that the shop has booked twice, or with another amount, for one that Klarna has made.

Nothing is sent for them: they are known to be Klarna's refund, so its money has gone back.
But the shop's books then say that the customer got something else than they did, and only a
person can mend them. A refund gets another amount where a shop was put back from a backup
and gives the same number once more.
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
    if len(first.booked) == 1:
        return Finding(hold=_other_amount(first))
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
        if _disagrees(each, view) and seen_code(each) not in view.approved
    )


def _disagrees(found: Overbooked, view: View) -> bool:
    """Say whether the shop's books and Klarna's record differ about a refund of Klarna's."""
    if len(found.booked) > 1:
        return found.amount > found.made.amount
    # All of the order is given back, and all that was captured: the rest was never taken.
    over = view.fully_refunded and not view.klarna.refundable
    return bool(found.booked) and found.amount != found.made.amount and not over


def _other_amount(found: Overbooked) -> Hold:
    (booked,) = found.booked
    return Hold(
        code=HoldCode.REFUND_OVERBOOKED,
        wanted="",
        why=f"Refund {booked.id} is {booked.amount} in the shop, and Klarna has given back "
        f"{found.made.amount} for it.",
        next_step="Correct it in the shop, or mark this as seen. What the customer is still to "
        "get is refunded on this page, or in the shop under another number.",
        amount=booked.amount,
    )


def seen_code(overbooked: Overbooked) -> str:
    """Return what is remembered once a person has seen what the shop has booked."""
    numbers = "+".join(str(each.id) for each in overbooked.booked)
    code = f"refund_overbooked:{name_of(overbooked.made)}:{numbers}"
    return code if len(overbooked.booked) > 1 else f"{code}={overbooked.amount.minor}"
