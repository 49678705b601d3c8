"""A run: one command for many orders, as one person asked for it after one review.

The law: a run adds nothing to what an order may have done to it. It is as many single
requests, each with its own key, plan and answer, that are followed and stopped together.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from kvitt.domain.asks import Command, Request

#: Orders that one run may have: more are asked for in a second run.
MOST = 200


class RunCommand(StrEnum):
    """What can be asked of many orders at once."""

    CAPTURE = "capture"
    CANCEL = "cancel"
    REFUND = "refund"
    RELEASE = "release"
    EXTEND = "extend"
    UPDATE = "update"
    #: Read both halves again; moves no money.
    SYNC = "sync"

    @property
    def command(self) -> Command | None:
        """Return what each order is asked for; None where it is only looked at."""
        return None if self is RunCommand.SYNC else Command(self.value)


class ItemState(StrEnum):
    """Where one order of a run stands, before its request tells the rest."""

    #: Its request is not made yet.
    PENDING = "pending"
    BEGUN = "begun"
    #: Nothing was asked of it, and nothing will be: the run says why.
    LEFT_OUT = "left_out"


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A run, as it is asked for."""

    #: Minted with the review, so that asking twice is one run.
    id: UUID
    command: RunCommand
    actor: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """One order of a run: its row id, and what was reviewed of it."""

    order: int
    #: With what the review has shown: refused where that has changed. None to only look.
    request: Request | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pending:
    """An order whose request is still to be made."""

    run: Run
    wanted: Wanted

    @property
    def ask(self) -> UUID:
        """Return the key of its request."""
        return key_of(self.run.id, self.wanted.order)


def key_of(run: UUID, order: int) -> UUID:
    """Return the key of one order's request in a run: the same one however often it is made."""
    return uuid5(run, str(order))
