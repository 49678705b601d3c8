"""What an operator asks for on a customer's behalf after a capture: a message, or more time.

Both are Klarna's to do and move no money of the order. More time costs the shop a fee, so
Klarna's offers are read first and the plan says what it costs (klarna-api.md §8).
"""

from collections.abc import Sequence

from kvitt.domain.decide.view import View
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.ids import CaptureId
from kvitt.domain.klarna_order import DueDateOption, KlarnaCapture
from kvitt.domain.steps import ExtendDueDate, Resend


def capture_named(view: View, capture_id: CaptureId | None) -> KlarnaCapture:
    """Return the capture that is meant: the one named, or else the last.

    Raises NotAllowedNow where there is none.
    """
    captures = view.klarna.captures
    if not captures:
        raise NotAllowedNow(
            "nothing_captured",
            "Nothing is captured yet, so Klarna has sent the customer nothing to pay.",
        )
    if capture_id is None:
        return captures[-1]
    found = next((each for each in captures if each.id == capture_id), None)
    if found is None:
        raise NotAllowedNow(
            "no_such_capture", "Klarna's order has no such capture: look at the order again."
        )
    return found


def resend(capture: KlarnaCapture, *, request: str) -> Resend:
    """Return the step that sends the customer Klarna's message about a capture again."""
    return Resend(
        amount=capture.amount,
        capture_id=capture.id,
        request=request,
        reason=f"An operator asked Klarna to send the customer its message about the "
        f"{capture.amount} captured{_invoice(capture)} again.",
    )


def more_time(
    capture: KlarnaCapture,
    offers: Sequence[DueDateOption],
    *,
    number_of_days: int,
    request: str,
) -> ExtendDueDate:
    """Return the step that moves a due date by days that Klarna offers.

    Raises NotAllowedNow where it does not offer them.
    """
    if not offers:
        raise NotAllowedNow(
            "no_due_date",
            "Klarna offers no more time for this payment: only customers who pay later have a "
            "due date.",
        )
    chosen = next((each for each in offers if each.number_of_days == number_of_days), None)
    if chosen is None:
        raise NotAllowedNow(
            "days_not_offered",
            f"Klarna does not offer {number_of_days} days. It offers {_in_words(offers)}.",
        )
    return ExtendDueDate(
        amount=capture.amount,
        capture_id=capture.id,
        number_of_days=number_of_days,
        fee=chosen.fee,
        request=request,
        reason=f"An operator asked to give the customer {number_of_days} more days to pay the "
        f"{capture.amount} captured{_invoice(capture)}. Klarna charges the shop {chosen.fee} "
        "for it.",
    )


def _in_words(offers: Sequence[DueDateOption]) -> str:
    return " or ".join(f"{each.number_of_days} days for {each.fee}" for each in offers)


def _invoice(capture: KlarnaCapture) -> str:
    number = capture.klarna_reference
    return f" (invoice {number})" if number else ""
