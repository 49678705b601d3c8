"""The last look at a step before it is sent: it never moves more than it may.

``decide`` keeps this by construction; what is kept by construction is worth checking
where money moves.
"""

from kvitt.domain.errors import LinesDoNotAddUp, MoreThanAuthorized, MoreThanCaptured
from kvitt.domain.klarna_order import KlarnaOrder
from kvitt.domain.lines import OrderLine, sum_of
from kvitt.domain.money import Money
from kvitt.domain.steps import Capture, Refund, Step, Update


def check_step(step: Step, klarna: KlarnaOrder) -> None:
    """Raise UnsafePlan where a step would move more than Klarna's order allows."""
    match step:
        case Capture():
            if step.amount > klarna.remaining:
                raise MoreThanAuthorized(step.amount.minor, klarna.remaining.minor)
            _check_lines(step.lines, step.amount)
        case Refund():
            if step.amount > klarna.refundable:
                raise MoreThanCaptured(step.amount.minor, klarna.refundable.minor)
            _check_lines(step.lines, step.amount)
        case Update():
            _check_lines(step.lines, step.amount)
        case _:
            return


def _check_lines(lines: tuple[OrderLine, ...], amount: Money) -> None:
    if lines and sum_of(lines) != amount.minor:
        raise LinesDoNotAddUp(sum_of(lines), amount.minor)
