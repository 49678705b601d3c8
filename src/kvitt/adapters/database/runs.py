"""Runs and their orders: stored once, begun once each, stopped as a whole."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kvitt.adapters.database import shapes
from kvitt.adapters.database.models import AskRow, RunItemRow, RunRow
from kvitt.domain.asks import AskState, Request
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.runs import ItemState, Pending, Run, RunCommand, Wanted

STOPPED = "The run was stopped before this order was asked."


class RunRepository:
    """The runs, for the use case that begins and stops them."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    @transaction.atomic
    def store(self, run: Run, wanted: Sequence[Wanted]) -> bool:
        """Store a run with its orders; False where it was stored before."""
        row, made = RunRow.objects.get_or_create(
            uid=run.id,
            defaults={
                "command": run.command.value,
                "actor": run.actor,
                "created_at": self._now(),
            },
        )
        if row.command != run.command:
            raise NotAllowedNow(
                "key_reused", "This key was used for another run before. Review it again."
            )
        if made:
            RunItemRow.objects.bulk_create(
                RunItemRow(run=row, order_id=each.order, request=_packed(each.request))
                for each in wanted
            )
        return made

    def pending(self, *, run: UUID | None, most: int) -> list[Pending]:
        """Return what is still to be asked, the oldest first, of one run or of all."""
        rows = RunItemRow.objects.filter(state=ItemState.PENDING.value).select_related("run")
        if run is not None:
            rows = rows.filter(run__uid=run)
        return [_read(row) for row in rows.order_by("pk")[:most]]

    @contextmanager
    def beginning(self, item: Pending) -> Iterator[bool]:
        """Note in one transaction with the block that the item's request was made."""
        with transaction.atomic():
            row = _locked(item)
            wanted = row is not None and row.run.stopped_at is None
            yield wanted
            if row is not None and wanted:
                row.state = ItemState.BEGUN.value
                row.begun_at = self._now()
                row.ask = AskRow.objects.filter(uid=item.ask).first()
                row.save(update_fields=("state", "begun_at", "ask"))

    def leave_out(self, item: Pending, why: str) -> None:
        """Note why nothing is asked of an order, if nothing was."""
        RunItemRow.objects.filter(
            run__uid=item.run.id, order=item.wanted.order, state=ItemState.PENDING.value
        ).update(state=ItemState.LEFT_OUT.value, why_not=why)

    @transaction.atomic
    def stop(self, run: UUID, *, actor: str) -> None:
        """Leave out what was not asked yet. Raises NotAllowedNow where there is no run."""
        row = RunRow.objects.select_for_update().filter(uid=run).first()
        if row is None:
            raise NotAllowedNow("no_run", "There is no such run.")
        if row.stopped_at is None:
            row.stopped_at, row.stopped_by = self._now(), actor
            row.save(update_fields=("stopped_at", "stopped_by"))
        row.items.filter(state=ItemState.PENDING.value).update(
            state=ItemState.LEFT_OUT.value, why_not=STOPPED
        )

    def unanswered(self, run: UUID) -> list[tuple[int, UUID]]:
        """Return order and request of what has no answer yet."""
        waiting = RunItemRow.objects.filter(run__uid=run, ask__state=AskState.WAITING.value)
        return [(order, ask) for order, ask in waiting.values_list("order", "ask__uid")]


def _locked(item: Pending) -> RunItemRow | None:
    """Return the item, with its run locked, where nothing was asked of its order yet."""
    run = RunRow.objects.select_for_update().filter(uid=item.run.id).first()
    waiting = RunItemRow.objects.filter(run=run, state=ItemState.PENDING.value)
    return waiting.select_related("run").filter(order=item.wanted.order).first()


def _packed(request: Request | None) -> object:
    return None if request is None else shapes.pack(Request, request)


def _read(row: RunItemRow) -> Pending:
    run = Run(id=row.run.uid, command=RunCommand(row.run.command), actor=row.run.actor)
    request = None if row.request is None else shapes.unpack(Request, row.request)
    return Pending(run=run, wanted=Wanted(order=row.order_id, request=request))
