"""A merchant's own changes to what Klarna is sent: a line renamed, a body adjusted.

The law: a hook is a function of its arguments and of nothing else, for a step has to come
out the same each time it is decided. What it returns passes the same checks as a step of
ours: lines that no longer add up to the amount are not sent (``safety.py``).

They do what the reference plugin's filters do (plugin-behaviour.md §4.2).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from kvitt.domain.lines import OrderLine
from kvitt.domain.steps import Capture, Refund, Step, Update
from kvitt.domain.store_order import StoreOrder

#: Returns the line as it is to be sent, or None to leave it out.
MapLine = Callable[[OrderLine, StoreOrder], OrderLine | None]
#: Each returns the step as it is to be sent.
BeforeCapture = Callable[[Capture, StoreOrder], Capture]
BeforeUpdate = Callable[[Update, StoreOrder], Update]
BeforeRefund = Callable[[Refund, StoreOrder], Refund]

AnyStep = TypeVar("AnyStep", Capture, Update, Refund)


def keep_line(line: OrderLine, order: StoreOrder) -> OrderLine | None:
    """Send the line as it is."""
    del order
    return line


def keep_step(step: AnyStep, order: StoreOrder) -> AnyStep:
    """Send the step as it is."""
    del order
    return step


@dataclass(frozen=True, kw_only=True, slots=True)
class Hooks:
    """The functions that see what is about to be planned; every one can be left out."""

    #: Sees each order line of a capture, an update and a refund.
    map_line: MapLine = keep_line
    before_capture: BeforeCapture = keep_step
    before_update: BeforeUpdate = keep_step
    before_refund: BeforeRefund = keep_step

    def applied(self, step: Step, order: StoreOrder) -> Step:
        """Return the step as the merchant's functions leave it."""
        match step:
            case Capture():
                return self.before_capture(self._mapped(step, order), order)
            case Update():
                return self.before_update(self._mapped(step, order), order)
            case Refund():
                return self.before_refund(self._mapped(step, order), order)
            case _:
                return step

    def _mapped(self, step: AnyStep, order: StoreOrder) -> AnyStep:
        mapped = (self.map_line(line, order) for line in step.lines)
        return replace(step, lines=tuple(line for line in mapped if line is not None))


NO_HOOKS = Hooks()
