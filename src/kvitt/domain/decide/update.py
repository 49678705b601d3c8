"""Update: the authorization follows the shop's lines and total while nothing is captured.

*Same lines* is judged against what was last agreed, not against Klarna's copy: the
checkout plugin rounds in its own way (HOUSE §5).
"""

from kvitt.domain import part_lines
from kvitt.domain.decide.view import NOTHING, Aim, Finding, View
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.line_builder import build_lines, merged
from kvitt.domain.lines import OrderLine, sum_of
from kvitt.domain.money import Money
from kvitt.domain.plan import Agree, Hold, HoldCode
from kvitt.domain.refund_lines import build_refund_lines
from kvitt.domain.steps import Kind, Update
from kvitt.domain.store_order import StoreRefund


def update(view: View) -> Finding:
    """Agree on what is the same, send what has changed, hold what came too late."""
    if view.aim is Aim.CANCEL:
        return NOTHING
    if view.klarna.captured:
        return _after_capture(view)
    if view.klarna.status is not KlarnaStatus.AUTHORIZED:
        return NOTHING
    if not view.wanted > view.zero:
        return _nothing_left(view)
    if view.agreement is None and view.klarna.order_amount in _explained(view):
        return _first_sight(view)
    if not _differs(view):
        return NOTHING
    if view.aim is Aim.NONE and not view.pending:
        return _not_sent_here(view)
    return Finding(actions=(_update(view),))


def lines_wanted(view: View) -> tuple[OrderLine, ...]:
    """Return lines that come to what Klarna should take altogether."""
    whole = build_lines(view.order)
    refunds = view.absorbed if view.klarna.captured else (*view.absorbed, *view.pending)
    lines = list(whole)
    for refund in refunds:
        lines += _deduction(view, refund, whole=whole)
    missing = view.wanted.minor - sum_of(lines)
    if missing and sum_of(lines) > 0:
        return part_lines.spread(lines, view.wanted.minor)
    return merged(tuple(lines))


def _deduction(
    view: View, refund: StoreRefund, *, whole: tuple[OrderLine, ...]
) -> tuple[OrderLine, ...]:
    """Return what lowers the order by a refund that was booked before the capture."""
    lines = build_refund_lines(view.order, refund) or whole
    return part_lines.deduction(
        lines,
        refund.amount.minor,
        reference=f"refund-{refund.id}",
        name="Refunded before shipment",
    )


def _explained(view: View) -> frozenset[Money]:
    """Return the amounts at which Klarna's order is the shop's as it was placed."""
    return frozenset({view.order.total, view.wanted})


def _first_sight(view: View) -> Finding:
    """Take Klarna's lines to be the shop's, and lower the amount by refunds if need be."""
    klarna = view.klarna
    lowered = klarna.order_amount == view.wanted
    agreement = view.present
    text = agreement.render() if lowered else _without_refunds(view)
    agree = Agree(fingerprint=text, amount=klarna.order_amount)
    if lowered:
        return Finding(actions=(agree,))
    return Finding(actions=(agree, _update(view)))


def _without_refunds(view: View) -> str:
    present = view.present
    return type(present)(fingerprint=present.fingerprint, address=present.address).render()


def _differs(view: View) -> bool:
    agreement, amount = view.agreement, view.situation.journal.agreed_amount
    if agreement is None or agreement.fingerprint != view.present.fingerprint:
        return True
    return (amount or view.klarna.order_amount) != view.wanted


def _update(view: View) -> Update:
    before, after = view.klarna.order_amount, view.wanted
    if after == before:
        why = f"The lines of the shop's order have changed; it still comes to {after}."
    else:
        why = f"The shop's order has changed: {before} becomes {after}."
    if view.pending and not view.klarna.captured:
        refunded = Money.total((r.amount for r in view.pending), view.order.currency)
        why = f"{why} {refunded} was refunded before anything was captured."
    return Update(
        amount=after,
        lines=lines_wanted(view),
        amount_before=before,
        nth=view.count(Kind.UPDATE),
        fingerprint=view.present.render(),
        reason=why,
    )


def _nothing_left(view: View) -> Finding:
    """Say why an order that comes to nothing, or less, is not sent."""
    if view.wanted < view.zero:
        return Finding(
            hold=Hold(
                code=HoldCode.REFUND_TOO_LARGE,
                wanted=f"Refund {view.refunds_before_capture}",
                why=f"The shop's order comes to {view.order.total}, and nothing is captured.",
                next_step="Delete the refund in the shop, or cancel the order.",
                amount=view.refunds_before_capture,
            )
        )
    return Finding(reason="The shop's order comes to nothing: it is sent once it has lines.")


def is_changed(view: View) -> bool:
    """Say whether the order is another than was agreed on; not known at a first sight."""
    return view.agreement is not None and (
        view.agreement.fingerprint != view.present.fingerprint
    )


def _after_capture(view: View) -> Finding:
    """Once money is taken, only a total that fits no more matters."""
    if view.agreement is None:
        if view.klarna.order_amount not in _explained(view):
            return NOTHING
        agree = Agree(fingerprint=view.present.render(), amount=view.klarna.order_amount)
        return Finding(actions=(agree,))
    if not is_changed(view):
        return NOTHING
    if view.due > view.klarna.remaining:
        return _raised(view)
    if view.due < view.zero and view.surplus > view.zero:
        return Finding(hold=_lowered(view))
    return NOTHING


def _raised(view: View) -> Finding:
    """Ask for more while something is open; hold where all of it is taken.

    Klarna lets the authorization change until the last capture (klarna-api.md §7.1).
    """
    if view.klarna.status is KlarnaStatus.PART_CAPTURED:
        return (
            _not_sent_here(view) if view.aim is Aim.NONE else Finding(actions=(_update(view),))
        )
    if view.aim is Aim.CAPTURE and view.klarna.captured < view.klarna.order_amount:
        # Not even what was agreed can be taken any more: capture.py says so.
        return NOTHING
    return Finding(hold=_too_late(view))


def _not_sent_here(view: View) -> Finding:
    return Finding(
        reason=f"The shop's order is {view.order.status}: changes of its lines are not "
        "sent in this status."
    )


def _too_late(view: View) -> Hold:
    klarna = view.klarna
    extra = view.due - klarna.remaining
    return Hold(
        code=HoldCode.UPDATE_AFTER_CAPTURE,
        wanted=f"Change the order to {view.order.total}",
        why=f"Klarna has captured {klarna.captured} of it, and a captured order cannot change.",
        next_step=f"Ask the customer to pay the {extra} that is missing another way, or "
        "change the total back.",
        amount=view.order.total,
    )


def _lowered(view: View) -> Hold:
    """Hold what was captured too much: booked in the shop, it would be refunded twice."""
    over = view.surplus
    refunded = view.klarna.refunds or view.order.refunds
    counted = " once all refunds are counted" if refunded else ""
    return Hold(
        code=HoldCode.UPDATE_AFTER_CAPTURE,
        wanted=f"Change the order to {view.order.total}",
        why=f"Klarna has captured {view.klarna.captured}, which is {over} too much{counted}.",
        next_step=f"Refund {over} in kvitt or in Klarna's portal, not in the shop, whose total "
        "is lowered already; or change the total back.",
        amount=view.order.total,
    )
