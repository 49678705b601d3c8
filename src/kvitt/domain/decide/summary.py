"""What to say of an order for which there is nothing to do."""

from kvitt.domain.decide.view import View
from kvitt.domain.klarna_order import KlarnaStatus


def summary_of(view: View) -> str:
    """Return where the order stands, in one sentence."""
    klarna = view.klarna
    if klarna.captured:
        refunded = f", of which {klarna.refunded} is refunded" if klarna.refunded else ""
        left = f"; {klarna.remaining} is still authorized" if klarna.remaining else ""
        short = view.due - klarna.remaining
        lost = f"; {short} of the order is not authorized any more" if short > view.zero else ""
        return f"In step: Klarna has captured {klarna.captured}{refunded}{left}{lost}."
    if klarna.status is KlarnaStatus.AUTHORIZED:
        return f"In step: Klarna has authorized {klarna.remaining}. {_when_captured(view)}"
    return f"In step: Klarna's order is {klarna.status.in_words}, and nothing was captured."


def _when_captured(view: View) -> str:
    statuses = sorted(view.situation.policy.capture_statuses)
    if not statuses:
        return "No status captures it: capture it by hand."
    return f"It is captured when the order is {' or '.join(statuses)}."
