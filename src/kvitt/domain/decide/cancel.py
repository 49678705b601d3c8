"""Cancel: what the shop has cancelled is cancelled at Klarna, unless money was taken."""

from kvitt.domain.decide.view import NOTHING, OPEN, Aim, Finding, View
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.money import Money
from kvitt.domain.plan import Hold, HoldCode
from kvitt.domain.steps import Cancel, Release


def cancel(view: View) -> Finding:
    """Give up what is authorized, and say what has to be refunded instead."""
    if view.aim is not Aim.CANCEL:
        return _cancel_refunded(view)
    klarna = view.klarna
    if klarna.captured:
        return _after_capture(view)
    if klarna.status in OPEN:
        step = Cancel(
            authorized=klarna.remaining,
            reason=f"{_why_cancelled(view)}, so the {klarna.remaining} that Klarna "
            "has authorized is given up.",
        )
        return Finding(actions=(step,))
    return Finding(
        reason=f"Cancelled in the shop, and Klarna's order is {klarna.status.in_words}: "
        "nothing is authorized any more."
    )


def _why_cancelled(view: View) -> str:
    if view.order.status in view.situation.policy.cancel_statuses:
        return "The shop's order is cancelled"
    return "The order was cancelled while Klarna was reviewing it"


def _cancel_refunded(view: View) -> Finding:
    """Cancel where refunds or edits have left nothing that could ever be captured."""
    klarna = view.klarna
    if klarna.captured or klarna.status is not KlarnaStatus.AUTHORIZED or view.wanted:
        return NOTHING
    if view.refunds_before_capture:
        reason = (
            f"All of the order is refunded in the shop before anything was captured, so the "
            f"{klarna.remaining} that Klarna has authorized is given up."
        )
    elif view.aim is Aim.CAPTURE:
        reason = f"The shop's order comes to {view.wanted}, so nothing will be captured."
    else:
        return NOTHING
    return Finding(actions=(Cancel(authorized=klarna.remaining, reason=reason),))


def _after_capture(view: View) -> Finding:
    """Release the rest, and hold until what was captured is refunded."""
    klarna = view.klarna
    actions: tuple[Release, ...] = ()
    if klarna.status is KlarnaStatus.PART_CAPTURED and klarna.remaining:
        actions = (
            Release(
                amount=klarna.remaining,
                captured=klarna.captured,
                reason=f"The shop's order is cancelled, so the {klarna.remaining} not yet "
                "captured is given up.",
            ),
        )
    owed = Money.total((refund.amount for refund in view.pending), klarna.currency)
    kept = klarna.refundable - owed
    if kept <= view.zero:
        reason = "Cancelled in the shop, and all that was captured is refunded."
        return Finding(actions=actions, reason=reason)
    hold = Hold(
        code=HoldCode.CANCEL_AFTER_CAPTURE,
        wanted=f"Cancel {view.order.total}",
        why=f"{klarna.captured} is captured already, and {kept} of it is not refunded.",
        next_step=f"Refund {kept} in the shop instead, or set the order to Completed.",
        amount=kept,
    )
    return Finding(actions=actions, hold=hold)
