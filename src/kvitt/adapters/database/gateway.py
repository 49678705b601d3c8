"""Refunds that the shop's own gateway asks for while its refund button is held down.

The law: a refund that the shop is told was not made is not made later. So a "no" is only
given where its call was refused for certain, or where nobody is at work on the order and
the permission to send it is taken back first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet

from kvitt.adapters.database import timeline
from kvitt.adapters.database.models import IntentRow, Order
from kvitt.domain.intents import State

_ACTOR = "shop"


class GatewayState(StrEnum):
    """What the shop is told of its refund."""

    DONE = "done"
    REFUSED = "refused"
    #: On its way, or not looked at yet: the shop keeps its refund, and kvitt answers for it.
    WAITING = "waiting"


@dataclass(frozen=True, kw_only=True, slots=True)
class GatewayAnswer:
    """Where a refund of the shop stands."""

    state: GatewayState
    #: A sentence for the shop's order screen.
    text: str = ""
    klarna_refund_id: str = ""


_WAITING = GatewayAnswer(state=GatewayState.WAITING)


class GatewayBook:
    """What the shop's gateway may ask of an order, by row id."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def allow(self, order: int, refund: int) -> bool:
        """Let a refund of the shop be sent: its gateway was asked for it, not a cash box.

        Returns whether that is news; asked for again, it is not.
        """
        with transaction.atomic():
            row = _locked(order)
            code = _code(refund)
            if code in (row.approvals or ()) or _call(row, refund) is not None:
                return False
            row.approvals = sorted({*(row.approvals or ()), code})
            row.save(update_fields=("approvals",))
            self._tell(row, "approved", code)
            return True

    def wanted(self, order: int) -> int:
        """Return the order's counter of hints: what is reconciled up to it was looked at."""
        return Order.objects.values_list("wanted", flat=True).get(pk=order)

    def answer(self, order: int, refund: int, *, wanted: int) -> GatewayAnswer:
        """Return where a refund stands, for a look at ``wanted`` or later.

        1. A call that was made says it itself; one in flight is waited for.
        2. Before the look, and while somebody is at it, nothing is known.
        3. Looked at and not sent, it will not be: the permission is taken back.
        """
        found = self._known(_rows(order).get(), refund, wanted=wanted)
        if found is not None:
            return found
        # Under the lock nobody can plan the call between our look and our answer.
        with transaction.atomic():
            row = _locked(order)
            found = self._known(row, refund, wanted=wanted)
            if found is None:
                self._take_back(row, refund)
            return found or GatewayAnswer(state=GatewayState.REFUSED, text=_why_not(row))

    def _known(self, row: Order, refund: int, *, wanted: int) -> GatewayAnswer | None:
        """Return what can be said; None where the refund was looked at and was not sent."""
        call = _call(row, refund)
        if call is not None:
            return _told(call)
        # A lease that has run out counts: whoever had it can still write, until another takes
        # the order up. It is due since then, so that is soon.
        held = row.lease_token is not None
        return _WAITING if held or row.reconciled < wanted else None

    def _take_back(self, row: Order, refund: int) -> None:
        code = _code(refund)
        if code in (row.approvals or ()):
            row.approvals = [known for known in row.approvals or () if known != code]
            row.save(update_fields=("approvals",))
            self._tell(row, "approval_withdrawn", code)

    def _tell(self, row: Order, what: str, code: str) -> None:
        timeline.append(
            row, at=self._now(), what=what, text="", actor=_ACTOR, data={"codes": code}
        )


def _code(refund: int) -> str:
    return f"refund_ask:{refund}"


def _rows(order: int) -> "QuerySet[Order]":
    return Order.objects.filter(pk=order).defer("store_sealed", "klarna")


def _locked(order: int) -> Order:
    return _rows(order).select_for_update(of=("self",)).get()


def _call(row: Order, refund: int) -> IntentRow | None:
    return IntentRow.objects.filter(order=row, store_refund_id=refund).order_by("-pk").first()


def _told(call: IntentRow) -> GatewayAnswer:
    if call.state == State.DONE:
        return GatewayAnswer(state=GatewayState.DONE, klarna_refund_id=call.remote_id)
    if call.state == State.REFUSED:
        said = " ".join(str(message) for message in call.error_messages)
        why = said or call.error_code or "without a reason"
        return GatewayAnswer(
            state=GatewayState.REFUSED, text=f"Klarna refused the refund: {why}"
        )
    return _WAITING


def _why_not(row: Order) -> str:
    return (
        row.hold_text
        or row.plan_text
        or "kvitt does not see this refund in the shop: save the order and try again."
    )
