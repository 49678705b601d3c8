"""Which refund of the shop is which refund of Klarna's.

Money is never given back twice, so a refund of the shop is one that Klarna has
already as soon as anything says so, in this order: our journal, Klarna's reference
(``{number}|{refund id}``), a reason that names Klarna's refund, the gateway's own word,
and last an equal amount that nothing else accounts for, where Klarna's refund came first:
that is how a refund in the portal is booked in the shop afterwards. An equal amount in the
other order may be the same money or not, and nobody but a person can tell.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from kvitt.domain.intents import State
from kvitt.domain.klarna_order import KlarnaOrder, KlarnaRefund
from kvitt.domain.plan import Journal
from kvitt.domain.steps import Kind
from kvitt.domain.store_order import StoreOrder, StoreRefund

#: The shop's clock and Klarna's may differ by this much.
CLOCKS = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Matching:
    """Both halves' refunds, side by side."""

    pairs: tuple[tuple[StoreRefund, KlarnaRefund], ...] = ()
    #: In the shop, and not known to be at Klarna, oldest first.
    unsettled: tuple[StoreRefund, ...] = ()
    #: At Klarna, and not in the shop.
    foreign: tuple[KlarnaRefund, ...] = ()
    #: Of one amount, the shop's first: a person has to say whether they are the same.
    doubtful: tuple[tuple[StoreRefund, KlarnaRefund], ...] = ()


def match_refunds(order: StoreOrder, klarna: KlarnaOrder, journal: Journal) -> Matching:
    """Put the refunds of both halves side by side."""
    done = {
        record.store_refund_id: str(record.remote_id or "")
        for record in journal.records
        if record.kind is Kind.REFUND and record.state is State.DONE and record.store_refund_id
    }
    wanted = [refund for refund in order.refunds if refund.amount]
    wanted.sort(key=lambda refund: (refund.created_at, refund.id))
    pairing = _Pairing(wanted, list(klarna.refunds))
    pairing.pair(lambda ours, theirs: done.get(ours.id, "") == name_of(theirs))
    pairing.pair(lambda ours, theirs: _is_named(theirs.reference, order, ours))
    pairing.pair(lambda ours, theirs: bool(theirs.id) and theirs.id in ours.reason)
    pairing.pair(lambda ours, theirs: ours.refunded_payment and ours.amount == theirs.amount)
    pairing.drop(lambda ours: ours.id in done or ours.refunded_payment)
    known = journal.adopted | {
        str(record.remote_id)
        for record in journal.records
        if record.kind is Kind.REFUND and record.remote_id
    }
    pairing.drop(lambda ours: any(name and name in ours.reason for name in known))
    pairing.pair(lambda ours, theirs: _is_booked_for(ours, theirs, journal.approved))
    doubtful = pairing.take(lambda ours, theirs: _may_be(ours, theirs, journal.approved))
    return Matching(
        pairs=tuple(pairing.pairs),
        doubtful=doubtful,
        unsettled=tuple(pairing.ours),
        foreign=tuple(pairing.theirs),
    )


def name_of(refund: KlarnaRefund) -> str:
    """Return Klarna's id of a refund; old ones have none, so when and what it was."""
    if refund.id:
        return str(refund.id)
    when = refund.refunded_at.isoformat() if refund.refunded_at else ""
    return f"{refund.reference}@{when}:{refund.amount.minor}"


def _is_named(reference: str, order: StoreOrder, refund: StoreRefund) -> bool:
    number, _, own = reference.rpartition("|")
    return own == str(refund.id) and number in {order.number, str(order.id)}


def _is_booked_for(ours: StoreRefund, theirs: KlarnaRefund, approved: frozenset[str]) -> bool:
    """Say whether the shop has booked what Klarna had refunded, or a person has said so."""
    if not _may_be(ours, theirs, approved):
        return False
    if f"refund_same:{ours.id}" in approved:
        return True
    return theirs.refunded_at is not None and theirs.refunded_at <= ours.created_at + CLOCKS


def _may_be(ours: StoreRefund, theirs: KlarnaRefund, approved: frozenset[str]) -> bool:
    """Say whether two refunds can be the same, unless a person has said that they are not."""
    return ours.amount == theirs.amount and f"refund_other:{ours.id}" not in approved


class _Pairing:
    """Two lists that lose what has been paired."""

    def __init__(self, ours: list[StoreRefund], theirs: list[KlarnaRefund]) -> None:
        self.ours = ours
        self.theirs = theirs
        self.pairs: list[tuple[StoreRefund, KlarnaRefund]] = []

    def pair(self, fits: Callable[[StoreRefund, KlarnaRefund], bool]) -> None:
        """Pair what fits, the oldest first."""
        self.pairs += self.take(fits)

    def take(
        self, fits: Callable[[StoreRefund, KlarnaRefund], bool]
    ) -> tuple[tuple[StoreRefund, KlarnaRefund], ...]:
        """Take what fits off both lists, the oldest first."""
        taken = []
        for ours in tuple(self.ours):
            theirs = next((other for other in self.theirs if fits(ours, other)), None)
            if theirs is not None:
                self.ours.remove(ours)
                self.theirs.remove(theirs)
                taken.append((ours, theirs))
        return tuple(taken)

    def drop(self, settled: Callable[[StoreRefund], bool]) -> None:
        """Take out the shop's refunds that are settled without a partner."""
        self.ours = [refund for refund in self.ours if not settled(refund)]
