"""The journal and the queue in memory are those of the database: the same calls, side by side.

Random lives are led on both at once. Whatever one answers or refuses, the other does, and
after each call everything that is remembered is equal.
"""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

import pytest
from django.db import IntegrityError, transaction

from clocks import StandingClock
from contract.lives import HOLD
from contract.rows import (
    LEASE,
    NAMESPACE,
    SEK_100,
    add_shop,
    capture,
    note,
    receipt,
    shop_id,
    snapshot,
    store_refund,
)
from kvitt.adapters.database.ledger import OrderLedger
from kvitt.adapters.database.orders import OrderDesk
from kvitt.adapters.database.queue import OrderQueue
from kvitt.adapters.database.restoring import Restoring
from kvitt.adapters.database.vault import Vault
from kvitt.domain.asks import Answer, Ask, AskState, Command, Request
from kvitt.domain.errors import KvittError, OutcomeUnknown, Rejected, Unreachable
from kvitt.domain.ids import StoreOrderId, StoreRefundId
from kvitt.domain.journal import Call, Lease
from kvitt.domain.plan import Agree, Guard, Plan, Wish
from simulation.memory import restoring
from simulation.memory.desk import MemoryDesk
from simulation.memory.ledger import MemoryLedger
from simulation.memory.queue import MemoryQueue
from simulation.memory.rows import Rows

pytestmark = pytest.mark.django_db

ORDERS = tuple(StoreOrderId(order) for order in (1042, 1043))
CALLS = ("one", "two")
STEPS = 40
SPANS = (timedelta(0), timedelta(seconds=1), timedelta(minutes=1), LEASE, timedelta(days=1))
PLANS = (
    Plan(),
    Plan(hold=HOLD),
    Plan(hold=replace(HOLD, store_status="")),
    Plan(guard=Guard.NOT_PAID),
    Plan(steps=(Agree(fingerprint="a", amount=SEK_100),)),
)


def call_of(name: str, *, epoch: int = 0) -> Call:
    """Return one of two calls that have nothing in common."""
    return replace(capture(name, epoch=epoch), fingerprint="f" * 40 if name == "two" else "")


def ask_of(name: str) -> Ask:
    """Return what an operator has asked for."""
    return Ask(
        id=uuid5(NAMESPACE, f"ask {name}"),
        request=Request(command=Command.REFUND, amount=SEK_100),
        actor="anna",
        asked_at=StandingClock().now(),
    )


class Twins:
    """Both implementations, led through the same life."""

    def __init__(self, vault: Vault, clock: StandingClock, random: Random, folder: Any) -> None:
        self.clock, self.random = clock, random
        self.shop = shop_id(add_shop(vault, clock.now))
        self.leases: list[tuple[Lease, Lease]] = []
        self._tokens = 0
        self.rows = Rows()
        self.queues: Any = (
            OrderQueue(clock.now, new_token=self._token),
            MemoryQueue(self.rows, clock.now, new_token=self._token),
        )
        self.ledgers: Any = (OrderLedger(vault, clock.now), MemoryLedger(self.rows, clock.now))
        self.desks: Any = (
            OrderDesk(clock.now, on_hint=lambda: None),
            MemoryDesk(self.rows, clock.now),
        )
        self.restoring = Restoring(data_dir=folder, now=clock.now)
        self.told: list[str] = []

    def live(self) -> None:
        """Do one thing on both, and compare what comes of it and what is remembered."""
        self.random.choice((*_QUEUE, *_JOURNAL * 3, *_DESK))(self)
        self.compare()

    def compare(self) -> None:
        """Compare everything that is remembered under each lease, and the queue."""
        self.both("due_count", *(queue.due_count for queue in self.queues))
        self.both("next_due", *(queue.next_due for queue in self.queues))
        for pair in self.leases:
            self.both(
                "load",
                *(
                    lambda book=book, lease=lease: book.load(lease)
                    for book, lease in zip(self.ledgers, pair, strict=True)
                ),
            )

    def both(self, what: str, one: Any, other: Any) -> tuple[Any, Any]:
        """Make a call on both; they must answer or refuse alike."""
        found = (_answer(one), _answer(other))
        assert _plain(found[0]) == _plain(found[1]), " ".join((what, *self.told))
        return found

    def journal(self, what: str, *arguments: Any, **named: Any) -> None:
        """Make a call on both journals, under one of the leases."""
        # Calls and notes are named once: they belong to the first order.
        own = [pair for pair in self.leases if pair[1].store_order_id == ORDERS[0]]
        if not own:
            self.want()
            self.claim()
            return
        pair = self.random.choice(own)
        self.told.append(what)
        self.both(
            what,
            lambda: getattr(self.ledgers[0], what)(pair[0], *arguments, **named),
            lambda: getattr(self.ledgers[1], what)(pair[1], *arguments, **named),
        )

    def desk(self, what: str, *arguments: Any, **named: Any) -> None:
        """Have a person do something on both."""
        self.told.append(what)
        rows = [row for row in self.rows.orders.values() if row.store_order_id == ORDERS[0]]
        order = rows[0].id if rows else 99
        name = ORDERS[0]
        self.both(
            what,
            lambda: getattr(self.desks[0], what)(_row_of(name), *arguments, **named),
            lambda: getattr(self.desks[1], what)(order, *arguments, **named),
        )

    def claim(self) -> None:
        """Claim from both."""
        self.told.append("claim")
        self._tokens += 1
        found = self.both(
            "claim",
            *(lambda q=queue: q.claim(worker="a", lease=LEASE) for queue in self.queues),
        )
        if isinstance(found[0], Lease) and isinstance(found[1], Lease):
            self.leases = [*self.leases[-2:], found]

    def under_lease(self, what: str, **named: Any) -> None:
        """Make a call on both queues, with one of the leases."""
        if self.leases:
            pair = self.random.choice(self.leases)
            self.told.append(what)
            self.both(
                what,
                lambda: getattr(self.queues[0], what)(pair[0], **named),
                lambda: getattr(self.queues[1], what)(pair[1], **named),
            )

    def want(self) -> None:
        """Hint at an order."""
        self.told.append("want")
        order = self.random.choice((*ORDERS, ORDERS[0]))
        for queue in self.queues:
            queue.want(self.shop, order, why="webhook")

    def restore(self) -> None:
        """Say that a backup was put back."""
        self.told.append("restore")
        self.restoring.enter()
        restoring.enter(self.rows, self.clock.now)

    def call(self) -> Call:
        """Return a call under one of its keys."""
        return call_of(self.random.choice(CALLS), epoch=self.random.choice((0, 0, 0, 1)))

    def moment(self) -> Any:
        """Return a time to come back at, or none."""
        span = self.random.choice((None, *SPANS))
        return None if span is None else self.clock.now() + span

    def _token(self) -> UUID:
        return UUID(int=self._tokens + 1)


def _row_of(name: int) -> int:
    from kvitt.adapters.database.models import Order

    row = Order.objects.filter(store_order_id=name).values_list("pk", flat=True).first()
    return row or 0


def _answer(call: Any) -> Any:
    """Return what a call answers, or the kind of its refusal."""
    try:
        with transaction.atomic():
            return call()
    except IntegrityError:
        return "UnsafePlan"
    except KvittError as error:
        return type(error).__name__


def _plain(found: Any) -> Any:
    """Leave out what only a database has: the numbers of its rows."""
    return replace(found, order=0) if isinstance(found, Lease) else found


_QUEUE = (
    Twins.want,
    Twins.want,
    Twins.claim,
    Twins.claim,
    lambda t: t.under_lease("settle", due=t.moment(), failed=t.random.random() < 0.3),
    lambda t: t.under_lease("postpone", due=t.clock.now() + LEASE),
    lambda t: t.under_lease("renew", lasting=LEASE),
    lambda t: t.clock.pass_by(t.random.choice(SPANS)),
    Twins.restore,
)
_JOURNAL = (
    lambda t: t.journal("record_planned", t.call()),
    lambda t: t.journal("record_planned", t.call(), ask=ask_of(t.random.choice(CALLS))),
    lambda t: t.journal("record_sent", t.call()),
    lambda t: t.journal("record_sent", t.call()),
    lambda t: t.journal("record_done", t.call(), receipt(), [note()]),
    lambda t: t.journal("record_refused", t.call(), Rejected("no", code="NOT_ALLOWED")),
    lambda t: t.journal("record_unsent", t.call(), Unreachable("no route")),
    lambda t: t.journal("record_unknown", t.call(), OutcomeUnknown("no answer")),
    lambda t: t.journal(
        "record_refused_in_doubt", t.call(), Rejected("no"), until=t.clock.now() + LEASE
    ),
    lambda t: t.journal("record_parked", t.call(), HOLD),
    lambda t: t.journal(
        "rotate_key", call := t.call(), key=uuid5(call.id, str(call.epoch + 1)), epoch=1
    ),
    lambda t: t.journal("save_snapshot", snapshot()),
    lambda t: t.journal("save_snapshot", snapshot(refunds=(store_refund(77, 2_500),))),
    lambda t: t.journal("save_agreement", Agree(fingerprint="a" * 40, amount=SEK_100)),
    lambda t: t.journal("save_plan", t.random.choice(PLANS)),
    lambda t: t.journal(
        "save_wish", t.random.choice(list(Wish)), wanted=t.random.random() < 0.5
    ),
    lambda t: t.journal("owe", [note(t.random.choice(CALLS))]),
    lambda t: t.journal("record_write_attempt", note(t.random.choice(CALLS))),
    lambda t: t.journal("record_written", note(t.random.choice(CALLS)), outcome="written"),
    lambda t: t.journal("record_booked", StoreRefundId(78), SEK_100),
    lambda t: t.journal("record_adopted", "cap-9", [note("adopted")]),
    lambda t: t.journal("record_matched"),
    lambda t: t.journal("record_event", "failed", "no route"),
    lambda t: t.journal(
        "settle_ask", ask_of("one"), Answer(state=AskState.DONE, text="It is done.")
    ),
)
_DESK = (
    lambda t: t.desk("look_again", actor="anna"),
    lambda t: t.desk("approve_refused", actor="anna"),
    lambda t: t.desk("approve", frozenset({"refund_ask:17"}), actor="anna"),
    lambda t: t.desk("wish", Wish.CAPTURE, actor="anna"),
    lambda t: t.desk("store_ask", ask_of("one")),
    lambda t: t.desk("store_ask", ask_of("two")),
    lambda t: t.desk("withdraw", ask_of("one").id, actor="anna"),
    lambda t: t.desk(
        "settle_parked",
        call_of("one").id,
        done=t.random.random() < 0.5,
        actor="anna",
        reason="seen",
    ),
    lambda t: t.desk("switch", off=t.random.random() < 0.5, actor="anna", reason=""),
)


@pytest.mark.parametrize("seed", range(12))
def test_both_journals_live_the_same_life(
    seed: int, vault: Vault, clock: StandingClock, tmp_path: Any
) -> None:
    """Every answer, every refusal and everything remembered is equal after every call."""
    twins = Twins(vault, clock, Random(seed), tmp_path)
    twins.want()
    twins.claim()

    for _ in range(STEPS):
        twins.live()

    assert len(twins.told) > STEPS // 2
