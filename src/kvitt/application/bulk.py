"""One command for many orders: reviewed, begun, carried on and stopped together.

The laws:

1. A run and its orders are stored in one transaction. Their requests are made after it,
   some at once and the rest by a periodic job, so that a process that dies in between
   loses none.
2. A request is made in the transaction that notes it, and only where the run was not
   stopped: two carriers, or a stop at the same moment, make it once or not at all.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from kvitt.application.commands import Desk
from kvitt.domain.asks import Request
from kvitt.domain.errors import KvittError, NotAllowedNow
from kvitt.domain.money import Money
from kvitt.domain.runs import MOST, Pending, Run, RunCommand, Wanted, key_of

#: Begun while the person waits; 200 would take seconds.
AT_ONCE = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Prospect:
    """One order of a run before it is begun: what would be asked, or why nothing can."""

    order: int
    request: Request | None = None
    why_not: str = ""

    @property
    def amount(self) -> Money | None:
        """Return what would move; None where no money does."""
        return None if self.request is None else self.request.expects


class Runs(Protocol):
    """The runs, as they are stored."""

    def store(self, run: Run, wanted: Sequence[Wanted]) -> bool:
        """Store a run with its orders; False where it was stored before.

        Raises NotAllowedNow where its id was used for another command.
        """
        ...

    def pending(self, *, run: UUID | None, most: int) -> Sequence[Pending]:
        """Return what is still to be asked, the oldest first, of one run or of all."""
        ...

    def beginning(self, item: Pending) -> AbstractContextManager[bool]:
        """Note in one transaction with the block that the item's request was made.

        Gives False, and notes nothing, where it was made before or the run was stopped.
        """
        ...

    def leave_out(self, item: Pending, why: str) -> None:
        """Note why nothing is asked of an order, if nothing was."""
        ...

    def stop(self, run: UUID, *, actor: str) -> None:
        """Leave out what was not asked yet. Raises NotAllowedNow where there is no run."""
        ...

    def unanswered(self, run: UUID) -> Sequence[tuple[int, UUID]]:
        """Return order and request of what has no answer yet."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Bulk:
    """Begins, carries on and stops runs."""

    desk: Desk
    runs: Runs
    #: How many requests are made while the person waits.
    at_once: int = AT_ONCE

    def review(self, run: UUID, command: RunCommand, orders: Iterable[int]) -> list[Prospect]:
        """Return for each order what would be asked, or why nothing can. Stores nothing."""
        return [self._prospect(run, command, order) for order in orders]

    def begin(self, run: Run, wanted: Sequence[Wanted]) -> None:
        """Store a run, once, and make the first of its requests.

        Raises NotAllowedNow for no orders, for too many, or for an id that was used before.
        """
        if not wanted:
            raise NotAllowedNow("nothing_chosen", "No order is left to be asked. Choose again.")
        if len(wanted) > MOST:
            raise NotAllowedNow(
                "too_many", f"A run has at most {MOST} orders: choose fewer, and run again."
            )
        if self.runs.store(run, wanted):
            self.carry_on(run=run.id, most=self.at_once)

    def carry_on(self, *, run: UUID | None = None, most: int = MOST) -> int:
        """Make requests that are still to be made, and return how many were looked at."""
        items = self.runs.pending(run=run, most=most)
        for item in items:
            self._begin(item)
        return len(items)

    def stop(self, run: UUID, *, actor: str) -> int:
        """Ask no more, take back what was not sent, and return how many that were.

        Raises NotAllowedNow where there is no such run.
        """
        self.runs.stop(run, actor=actor)
        taken_back = 0
        for order, ask in self.runs.unanswered(run):
            try:
                self.desk.withdraw(order, ask, actor)
            except NotAllowedNow:
                # Sent, or answered since: its own answer says what became of it.
                continue
            taken_back += 1
        return taken_back

    def _prospect(self, run: UUID, command: RunCommand, order: int) -> Prospect:
        if command.command is None:
            return Prospect(order=order)
        asked = Request(command=command.command)
        try:
            review = self.desk.review(order, asked, ask_id=key_of(run, order))
        except KvittError as refusal:
            return Prospect(order=order, why_not=str(refusal))
        return Prospect(order=order, request=review.request)

    def _begin(self, item: Pending) -> None:
        try:
            self._ask(item)
        except KvittError as refusal:
            # One order that cannot be asked holds up no other.
            self.runs.leave_out(item, str(refusal))

    def _ask(self, item: Pending) -> None:
        order, request, actor = item.wanted.order, item.wanted.request, item.run.actor
        if request is not None:
            # The worker decides anew; this tells at once what has become impossible.
            self.desk.review(order, request, ask_id=item.ask)
        with self.runs.beginning(item) as still_wanted:
            if not still_wanted:
                return
            if request is None:
                self.desk.look_again(order, actor)
            else:
                self.desk.ask(order, request, ask_id=item.ask, actor=actor)
