"""Capture: what is due is taken once the shop says so, and what is left over is given up."""

from kvitt.domain import part_lines
from kvitt.domain.decide.update import is_changed, lines_wanted
from kvitt.domain.decide.view import NOTHING, Aim, Finding, View
from kvitt.domain.intents import State
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.lines import OrderLine, sum_of
from kvitt.domain.part_lines import Taken
from kvitt.domain.plan import Hold, HoldCode
from kvitt.domain.steps import Capture, Kind, Release

LOST = {
    KlarnaStatus.CANCELLED: (
        HoldCode.CAPTURE_OF_CANCELLED,
        "Klarna's order is cancelled, so no money can be taken for it.",
    ),
    KlarnaStatus.EXPIRED: (
        HoldCode.CAPTURE_OF_EXPIRED,
        "Klarna's authorization has expired, so no money can be taken for it.",
    ),
    KlarnaStatus.CLOSED: (
        HoldCode.CAPTURE_OF_CLOSED,
        "Klarna has closed this order, so no money can be taken for it.",
    ),
}


def capture(view: View) -> Finding:
    """Capture what is due, or hold where it cannot be taken."""
    if view.aim is not Aim.CAPTURE:
        return NOTHING
    if view.asked and not view.klarna.captured:
        return NOTHING  # A refund that waits for a person lowers what is due: refund.py holds.
    if view.due < view.zero:
        return _too_much(view)
    if not view.due:
        return _settled(view)
    if view.klarna.status in LOST:
        return Finding(hold=lost(view))
    if view.due > view.klarna.remaining:
        return Finding(hold=_too_large(view))
    if Kind.UPDATE in view.blocked and view.pending:
        return (
            NOTHING  # The refund has to lower the authorization first: never take and return.
        )
    return Finding(actions=(_capture(view),))


def release(view: View) -> Finding:
    """Give up what is authorized beyond what the order comes to, after its last capture."""
    if view.klarna.status is not KlarnaStatus.PART_CAPTURED or not view.klarna.remaining:
        return NOTHING
    last = view.aim is Aim.CAPTURE and view.situation.policy.release_rest
    if view.due or not (last or view.fully_refunded):
        return NOTHING
    left = view.klarna.remaining
    step = Release(
        amount=left,
        captured=view.klarna.captured,
        reason=f"All of the order is refunded in the shop, so the {left} not yet captured is "
        "given up."
        if view.fully_refunded
        else f"All that is due is captured, so the {left} left over is given up.",
    )
    return Finding(actions=(step,))


def lines_due(view: View) -> tuple[OrderLine, ...]:
    """Return the lines of what is still to be captured; they come to it exactly."""
    whole = lines_wanted(view)
    if not view.klarna.captured:
        return whole
    left = part_lines.rest(whole, taken(view, Kind.CAPTURE))
    if sum_of(left) == view.due.minor:
        return left
    # Captured elsewhere, or by amount: what was in those captures is not known line by line.
    known = left if sum_of(left) > 0 else whole
    return part_lines.spread(known, view.due.minor, label="Rest of ")


def lost(view: View) -> Hold:
    """Return the hold of an order of which Klarna takes no more, with something still due."""
    code, why = LOST[view.klarna.status]
    next_step = "Do not ship it. Ask the customer to pay again, or cancel the order."
    if view.klarna.captured:
        why = f"{why} {view.klarna.captured} was captured before."
        next_step = (
            f"Ask the customer to pay {view.due} another way, or take what is not paid off "
            "the order."
        )
    is_asked = view.aim is Aim.CAPTURE
    return Hold(
        code=code,
        wanted=f"Capture {view.due}" if is_asked else "",
        why=why,
        next_step=next_step,
        store_status=view.failed_status() if is_asked else "",
        amount=view.due,
    )


def taken(view: View, kind: Kind) -> Taken:
    """Return what earlier captures, or refunds, of ours have had of each line."""
    quantities: dict[str, int] = {}
    amounts: dict[str, int] = {}
    for record in view.situation.journal.records:
        if record.kind is not kind or record.state is not State.DONE:
            continue
        if kind is Kind.CAPTURE and not record.was_sent_to(view.klarna.id):
            # Paid anew since: what was taken of another order at Klarna is not taken of this.
            continue
        for reference, quantity in record.quantities.items():
            quantities[reference] = quantities.get(reference, 0) + quantity
        for reference, amount in record.amounts.items():
            amounts[reference] = amounts.get(reference, 0) + amount
    return Taken(quantities=quantities, amounts=amounts)


def _capture(view: View) -> Capture:
    order, captured = view.order, view.klarna.captured
    reason = f"The shop's order is {order.status}, so {view.due} is captured."
    if captured:
        reason = f"{captured} is captured already; {view.due} is still due and is captured."
    announced = any(order.tracking_number in c.tracking for c in view.klarna.captures)
    return Capture(
        amount=view.due,
        lines=lines_due(view),
        captured_before=captured,
        reason=reason,
        tracking_number="" if announced else order.tracking_number,
        tracking_company="" if announced else order.tracking_company,
    )


def _settled(view: View) -> Finding:
    if not view.klarna.captured:
        return NOTHING
    return Finding(reason=f"All that is due, {view.klarna.captured}, is captured.")


def _too_large(view: View) -> Hold:
    klarna = view.klarna
    most = klarna.captured + klarna.remaining + view.refunds_before_capture
    return Hold(
        code=HoldCode.CAPTURE_TOO_LARGE,
        wanted=f"Capture {view.due}",
        why=(
            f"Only {klarna.remaining} is still authorized at Klarna."
            if klarna.remaining
            else "Nothing is authorized at Klarna any more."
        ),
        next_step=(
            f"Change the order to at most {most} and set it to Completed again, or ask the "
            "customer to pay the difference another way."
        ),
        store_status=view.failed_status(),
        amount=view.due,
    )


def _too_much(view: View) -> Finding:
    """Hold where more was captured than the order comes to, unless it was given back."""
    klarna, over = view.klarna, view.surplus
    if over <= view.zero or is_changed(view):
        return NOTHING  # Of a changed order update.py has said so.
    given_back = f" and given back {klarna.refunded}" if klarna.refunded else ""
    return Finding(
        hold=Hold(
            code=HoldCode.CAPTURED_TOO_MUCH,
            wanted="",
            why=f"Klarna has captured {klarna.captured}{given_back} of an order of "
            f"{view.wanted}: {over} too much.",
            next_step=f"Refund {over} to the customer, here or in Klarna's portal.",
            amount=over,
        )
    )
