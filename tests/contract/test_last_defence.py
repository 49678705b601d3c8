"""What keeps money safe where two connections meet: row locks, tokens, settings.

Each is tried with connections of their own, on each database.
"""

from collections.abc import Callable
from datetime import timedelta
from threading import Event
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from clocks import StandingClock
from contract.rows import LEASE, capture, in_threads, receipt
from kvitt.adapters.database.gateway import GatewayBook, GatewayState
from kvitt.adapters.database.ledger import OrderLedger
from kvitt.adapters.database.models import IntentRow, Order
from kvitt.adapters.database.queue import OrderQueue
from kvitt.domain.errors import LeaseLost, OutcomeUnknown
from kvitt.domain.journal import Lease

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("each_database"),
]

Execute = Callable[..., object]

TAKEN = UUID(int=7)


def test_a_writer_that_waited_sees_that_its_lease_was_taken(
    ledger: OrderLedger, lease: Lease
) -> None:
    """It waits for the row while another takes the order, and then may not write."""
    call, locked, asking, said = capture(), Event(), Event(), []
    ledger.record_planned(lease, call)

    def take_over() -> None:
        with transaction.atomic():
            Order.objects.select_for_update().get(pk=lease.order)
            locked.set()
            asking.wait(60)
            Order.objects.filter(pk=lease.order).update(lease_token=TAKEN)

    def ask(execute: Execute, sql: str, params: object, *rest: object) -> object:
        asking.set()
        return execute(sql, params, *rest)

    def send() -> None:
        locked.wait(60)
        with connection.execute_wrapper(ask):
            try:
                ledger.record_sent(lease, call)
            except LeaseLost:
                said.append("lease lost")

    in_threads(take_over, send)

    assert said == ["lease lost"]
    assert IntentRow.objects.get().attempts == 0


def test_a_connection_asks_for_what_the_journal_rests_on(each_database: str) -> None:
    """Whatever the server has as its default: read committed, and commits that last."""
    if each_database == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode")
            assert cursor.fetchone() == ("wal",)
        return
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        cursor.execute(
            f"ALTER DATABASE \"{name}\" SET default_transaction_isolation = 'serializable'"
        )
    connection.close()
    with connection.cursor() as cursor:
        told: list[str] = []
        for setting in ("default_transaction_isolation", "synchronous_commit"):
            cursor.execute(f"SHOW {setting}")
            told += cursor.fetchone() or ()
        cursor.execute(f'ALTER DATABASE "{name}" RESET ALL')
    assert told == ["read committed", "on"]


def test_a_call_is_never_written_back_with_the_body_that_was_read(
    ledger: OrderLedger, lease: Lease
) -> None:
    """Its body may be sealed under a new key meanwhile, which must not be undone."""
    call = capture()
    ledger.record_planned(lease, call)
    with CaptureQueriesContext(connection) as asked:
        ledger.record_sent(lease, call)
        ledger.record_unknown(lease, call, OutcomeUnknown("no answer"))
        ledger.record_sent(lease, call)
        ledger.record_done(lease, call, receipt(), ())

    changes = [one["sql"] for one in asked if one["sql"].startswith('UPDATE "kvitt_intent"')]
    assert len(changes) == 4
    assert not any("body_sealed" in change for change in changes)


def test_a_shop_is_not_told_no_while_a_worker_can_still_send(
    ledger: OrderLedger, lease: Lease, queue: OrderQueue, clock: StandingClock
) -> None:
    """A lease that has run out is one, until another worker has taken the order up."""
    queue.settle(lease, due=None)
    book = GatewayBook(clock.now)
    book.allow(lease.order, 17)
    again = queue.claim_order(lease.order, worker="b", lease=LEASE)
    clock.pass_by(LEASE + timedelta(minutes=1))
    wanted = book.wanted(lease.order)

    assert again is not None
    assert book.answer(lease.order, 17, wanted=wanted).state is GatewayState.WAITING

    taken = queue.claim_order(lease.order, worker="c", lease=LEASE)
    assert taken is not None
    queue.settle(taken, due=None)
    assert book.answer(lease.order, 17, wanted=wanted).state is GatewayState.REFUSED
    with pytest.raises(LeaseLost):
        ledger.record_planned(again, capture())
