"""Refund: what the shop has booked and Klarna has not is sent, by lines, exactly.

Before a capture nothing is refunded: ``update.py`` lowers the authorization.
"""

from dataclasses import replace

from kvitt.domain.decide.matching import name_of
from kvitt.domain.decide.view import NOTHING, Aim, Finding, View
from kvitt.domain.intents import State
from kvitt.domain.money import Money
from kvitt.domain.plan import Action, Hold, HoldCode, Situation
from kvitt.domain.policy import ManualRefunds
from kvitt.domain.refund_lines import build_refund_lines
from kvitt.domain.steps import Kind, Refund
from kvitt.domain.store_order import StoreRefund


def deleted(view: View) -> Finding:
    """Hold where the shop has lost a refund whose money cannot be taken back."""
    seen = view.situation.journal.refunds_seen
    lost = _lost(view)
    if not lost:
        return NOTHING
    amount = Money.total((seen[refund] for refund in lost), view.order.currency)
    why = (
        "The refund was deleted in the shop, and money that Klarna has given back, or never "
        "took, cannot be taken now."
    )
    next_step = (
        f"Book a refund of {amount} in the shop again so that its books agree with Klarna's, "
        "or mark this as seen."
    )
    if waiting := _since(view, lost):
        later = Money.total((refund.amount for refund in waiting), view.order.currency)
        why += f" {later} was booked since, and waits: it may be meant in its place."
        next_step = (
            f"If the customer is to get {later} besides, mark this as seen, and it is sent. "
            f"If not, delete it in the shop and book a refund of {amount} again."
        )
    hold = Hold(
        code=HoldCode.REFUND_DELETED,
        wanted=f"Undo the refund of {amount}",
        why=why,
        next_step=next_step,
        amount=amount,
    )
    return Finding(hold=hold)


def deleted_refunds(situation: Situation) -> tuple[int, ...]:
    """Return the shop's ids of refunds that are lost and wait for a person to have seen it."""
    if situation.klarna is None:
        return ()
    return tuple(_lost(View(situation=situation, klarna=situation.klarna)))


def refund(view: View) -> Finding:
    """Send the shop's open refunds, the oldest first, as far as money is there."""
    if ask := _ask(view):
        return Finding(hold=ask)
    found = _open(view)
    return replace(found, hold=found.hold or _doubt(view))


def _open(view: View) -> Finding:
    """Answer for the refunds that are the shop's own beyond doubt."""
    if not view.open_refunds:
        return NOTHING
    if view.situation.policy.manual_refunds is ManualRefunds.IGNORE:
        total = Money.total((r.amount for r in view.open_refunds), view.order.currency)
        return Finding(
            reason=f"{total} is refunded by hand in the shop; the settings say that Klarna is "
            "not told of such refunds."
        )
    if not view.klarna.captured:
        return Finding(reason=_nothing_taken(view))
    return _send(view)


def _send(view: View) -> Finding:
    actions: list[Action] = []
    left = view.klarna.refundable
    never_taken = view.zero
    waiting = _since(view, _lost(view))
    for booked in (refund for refund in view.pending if refund not in waiting):
        if booked.amount <= left:
            actions.append(_refund(view, booked))
            left -= booked.amount
        elif not view.fully_refunded:
            return Finding(actions=tuple(actions), hold=_too_large(view, booked, left=left))
        else:
            never_taken += booked.amount - left
            actions += [_refund_of_captured(view, booked, left)] if left else []
            left = view.zero
    return Finding(actions=tuple(actions), reason=_never_taken(never_taken))


def _refund(view: View, booked: StoreRefund) -> Refund:
    return Refund(
        amount=booked.amount,
        lines=build_refund_lines(view.order, booked),
        store_refund_id=booked.id,
        reason=f"{booked.amount} was refunded in the shop (refund {booked.id}), so Klarna "
        "gives it back to the customer.",
        description=booked.reason,
    )


def _refund_of_captured(view: View, booked: StoreRefund, captured: Money) -> Refund:
    """Give back what was captured of a refund that is for more: all of the order goes back.

    Its lines are the whole order's and would not come to the amount, so none are sent.
    """
    return Refund(
        amount=captured,
        lines=(),
        store_refund_id=booked.id,
        reason=f"All of the order is refunded in the shop (refund {booked.id}: "
        f"{booked.amount}), and Klarna has captured {view.klarna.captured} of it: the "
        f"{captured} not yet given back goes back to the customer.",
        description=booked.reason,
    )


def _never_taken(amount: Money) -> str:
    if not amount:
        return ""
    return f"{amount} of what is refunded was never captured, so there is nothing to give back."


def _doubt(view: View) -> Hold | None:
    """Hold refunds of the shop that may be ones that Klarna has made already."""
    doubtful = view.matching.doubtful
    if not doubtful:
        return None
    amount = Money.total((ours.amount for ours, _ in doubtful), view.order.currency)
    number = " and ".join(str(ours.id) for ours, _ in doubtful)
    return Hold(
        code=HoldCode.REFUND_DOUBTFUL,
        wanted=f"Refund {amount}",
        why=f"Klarna has refunded {amount} without the shop after refund {number} was booked "
        "there. It may be the same money, or the customer is to get it twice.",
        next_step="Approve it to have Klarna give the money back as well, or leave it out if "
        "it is the same.",
        amount=amount,
    )


def _too_large(view: View, booked: StoreRefund, *, left: Money) -> Hold:
    return Hold(
        code=HoldCode.REFUND_TOO_LARGE,
        wanted=f"Refund {booked.amount}",
        why=f"Klarna has captured {view.klarna.captured}, and {left} of it can still be "
        "refunded.",
        next_step=_way_out(view, booked, left=left),
        amount=booked.amount,
    )


def _way_out(view: View, booked: StoreRefund, *, left: Money) -> str:
    delete = f"Delete the refund {booked.id} in the shop"
    if not view.open:
        return f"{delete} and book one of at most {left}, or pay the customer another way."
    # Which goods it is for decides how much of it was captured, and the amount cannot tell.
    given_back = (
        f"Book one of at most {left} for what was captured, and take" if left else "Take"
    )
    return (
        f"{delete}. {given_back} what was not captured off the order: the "
        f"{view.klarna.remaining} that Klarna still has authorized is lowered with it."
    )


def _ask(view: View) -> Hold | None:
    if not view.asked:
        return None
    if view.aim is Aim.CANCEL and not view.klarna.captured:
        return None
    amount = Money.total((r.amount for r in view.asked), view.order.currency)
    return Hold(
        code=HoldCode.REFUND_ASK,
        wanted=f"Refund {amount}",
        why="The refund was booked by hand, and the settings say that a person approves such "
        "refunds.",
        next_step="Approve it to have Klarna give the money back, or leave it out.",
        amount=amount,
    )


def _nothing_taken(view: View) -> str:
    refunded = Money.total((r.amount for r in view.open_refunds), view.order.currency)
    return (
        f"{refunded} is refunded in the shop, and Klarna has captured nothing (its order is "
        f"{view.klarna.status.in_words}): there is no money to give back."
    )


def _lost(view: View) -> list[int]:
    present = {int(refund.id) for refund in view.order.refunds}
    # What was sent for it may stand in the shop's books again.
    booked = {name_of(theirs) for _, theirs in view.matching.pairs}
    sent = {
        int(record.store_refund_id)
        for record in view.situation.journal.records
        if record.kind is Kind.REFUND and record.state is State.DONE and record.store_refund_id
        if str(record.remote_id) not in booked
    }
    seen = view.situation.journal.refunds_seen
    gone = sorted(seen.keys() - present)
    lost = [refund for refund in gone if refund in sent | view.deleted]
    lost += _unbooked(view, [refund for refund in gone if refund not in lost])
    return sorted(refund for refund in lost if not _is_approved(view, refund))


def _since(view: View, lost: list[int]) -> list[StoreRefund]:
    """Return refunds booked after one that is lost: they may be meant in its place."""
    return [refund for refund in view.pending if lost and refund.id > lost[0]]


def _unbooked(view: View, gone: list[int]) -> list[int]:
    """Return those that were booked for what Klarna had refunded, which has none any more."""
    journal = view.situation.journal
    own = {str(r.remote_id) for r in journal.records if r.kind is Kind.REFUND and r.remote_id}
    alone = [
        theirs.amount
        for theirs in view.matching.foreign
        if name_of(theirs) in own | journal.adopted
    ]
    lost = []
    for refund in gone:
        if journal.refunds_seen[refund] in alone:
            alone.remove(journal.refunds_seen[refund])
            lost.append(refund)
    return lost


def _is_approved(view: View, refund_id: int) -> bool:
    return f"refund_deleted:{refund_id}" in view.approved
