"""``Kvitt``: everything an operator can ask for, as a Python object.

The command line and programs of others (an ERP, a script) use it; the console and the
HTTP API ask the same desk. The laws are the desk's: what moves money is reviewed first,
asked for under a key, carried out once, and answered.

A process that asks also works: it looks at the order it has asked about, under the same
lease as any worker, so that an answer comes whether or not ``kvitt serve`` runs.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID, uuid4

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.application.commands import Review
from kvitt.application.foresight import Care, foresee
from kvitt.bootstrap import Parts
from kvitt.domain.asks import Answer, AskState, Command, Request
from kvitt.domain.books import Reconciliation
from kvitt.domain.comparison import Comparison
from kvitt.domain.decide import decide
from kvitt.domain.decide.left import LineLeft, lines_left
from kvitt.domain.decide.named import Lines, line_ids
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.hooks import Hooks
from kvitt.domain.klarna_order import KlarnaOrder
from kvitt.domain.money import Money
from kvitt.domain.period import Month
from kvitt.domain.plan import Plan, Situation
from kvitt.domain.store_order import StoreOrder

if TYPE_CHECKING:
    from kvitt.adapters.database.reconciliation import Question

#: How long an answer is waited for before it is said that it is still on its way.
PATIENCE = timedelta(seconds=30)
#: How often the answer of another worker is asked for.
GLANCE = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderRef:
    """An order that kvitt knows, by which everything else asks for it."""

    #: Of kvitt's own row.
    id: int
    number: str
    shop: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a request."""

    #: The key it was asked for under. Asking again under it is not asking twice.
    key: UUID
    answer: Answer
    #: What was reviewed; empty where it had been asked for before.
    plan: Plan

    @property
    def done(self) -> bool:
        """Say whether it was carried out."""
        return self.answer.state is AskState.DONE

    @property
    def waiting(self) -> bool:
        """Say whether it is still on its way: it is not lost, and must not be repeated."""
        return self.answer.state is AskState.WAITING


class Kvitt:
    """An installation of kvitt, opened in this process."""

    def __init__(self, parts: Parts, *, actor: str = "library") -> None:
        self._parts = parts
        #: Who asks, as the timeline says it.
        self._actor = actor
        self._sleep: Callable[[float], None] = time.sleep

    @classmethod
    def open(
        cls, *, actor: str = "library", hooks: Hooks | None = None, **settings: Any
    ) -> Self:
        """Open the installation that the settings describe, and bring its database up.

        ``settings`` are those of the environment (``KVITT_…``), in lower case and without
        the prefix; what is not given is read from there. Raises ConfigurationError.
        """
        loaded = configuration.load_or_create(**settings)
        bootstrap.start_django(loaded)
        bootstrap.migrate()
        return cls(bootstrap.assemble(loaded, hooks=hooks), actor=actor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections to shops and Klarna."""
        self._parts.connections.close()

    # --- looking ---

    def order(self, number: str | int, *, shop: str = "") -> OrderRef:
        """Find an order by its number, in the shop of that name or address.

        Raises NotAllowedNow where there is none, or where several shops have it.
        """
        from kvitt.adapters.database.lookups import find_orders

        found = find_orders(str(number), shop=shop)
        if not found:
            raise NotAllowedNow("no_order", f"kvitt knows no order {number}. Is it imported?")
        if len(found) > 1:
            shops = ", ".join(sorted(row.shop.name for row in found))
            raise NotAllowedNow(
                "several_orders", f"Several shops have an order {number}: name one of {shops}."
            )
        row = found[0]
        return OrderRef(id=row.pk, number=row.number, shop=row.shop.name)

    def situation(self, order: OrderRef) -> Situation:
        """Return both halves as last read. Raises NotAllowedNow before the first look."""
        return self._parts.desk.situations.of(order.id)

    def store_order(self, order: OrderRef) -> StoreOrder:
        """Return the shop's half as last read."""
        return self.situation(order).store

    def klarna_order(self, order: OrderRef) -> KlarnaOrder | None:
        """Return Klarna's half as last read; None where Klarna does not know the order."""
        return self.situation(order).klarna

    def lines(self, order: OrderRef) -> tuple[LineLeft, ...]:
        """Return what is ordered, captured, refunded and left of each line."""
        return lines_left(self.situation(order))

    def plan(self, order: OrderRef) -> Plan:
        """Return what kvitt would do with the order, and why. Nothing is sent."""
        return decide(self.situation(order))

    def foresee(self, order: OrderRef, care: Care) -> Plan:
        """Return what kvitt would do if the order were cared for in this way.

        Nothing is stored or sent. Raises NotAllowedNow where it is not possible.
        """
        return foresee(self._parts.desk, order.id, care)

    # --- closing a month ---

    def reconciliation(self, month: Month, *, shop: str = "") -> Reconciliation:
        """Return whether shop and Klarna agree on the orders placed in a month, in UTC.

        Both halves are taken as last read: ``sync`` reads an order again. Of the shop of
        that name or address, or of all. Raises NotAllowedNow where there is no such shop.
        """
        from kvitt.adapters.database import reconciliation

        return reconciliation.reconcile(self._asked(month, shop))

    def differences(
        self, month: Month, *, shop: str = ""
    ) -> Iterator[tuple[OrderRef, Comparison]]:
        """Yield the orders of a month on which shop and Klarna differ, the oldest first.

        Raises NotAllowedNow where there is no such shop.
        """
        from kvitt.adapters.database import comparing, reconciliation

        for row in reconciliation.every_difference(self._asked(month, shop)):
            ref = OrderRef(id=row.pk, number=row.number, shop=row.shop.name)
            yield ref, comparing.comparison_of(row)

    def _asked(self, month: Month, shop: str) -> "Question":
        from kvitt.adapters.database import lookups
        from kvitt.adapters.database.reconciliation import Question

        start, end = month.within(UTC)
        shops = frozenset(row.pk for row in lookups.find_shops(shop)) if shop else None
        if shops is not None and not shops:
            raise NotAllowedNow("no_shop", f"kvitt knows no shop {shop}: see kvitt shop list.")
        return Question(start=start, end=end, shops=shops)

    # --- asking ---

    def review(self, order: OrderRef, request: Request, *, key: UUID | None = None) -> Review:
        """Return what a request would do. Raises NotAllowedNow with the reason why not."""
        return self._parts.desk.review(order.id, request, ask_id=key or uuid4())

    def ask(
        self,
        order: OrderRef,
        request: Request,
        *,
        key: UUID | None = None,
        patience: timedelta = PATIENCE,
    ) -> Outcome:
        """Have a request carried out, once for its key, and wait for the answer.

        An outcome that is still waiting after ``patience`` is on its way: ask for it with
        ``outcome``, and never repeat it under another key. Raises NotAllowedNow where it
        is not possible.
        """
        own = key or uuid4()
        if self.asked_before(order, request, key=own):
            return Outcome(key=own, answer=self._await(order, own, patience), plan=Plan())
        reviewed = self.review(order, request, key=own)
        return self.carry_out(order, reviewed, key=own, patience=patience)

    def asked_before(self, order: OrderRef, request: Request, *, key: UUID) -> bool:
        """Say whether this very request was asked for under this key before.

        Raises NotAllowedNow where the key was used for something else.
        """
        return self._parts.desk.asked_before(order.id, request, ask_id=key)

    def carry_out(
        self, order: OrderRef, review: Review, *, key: UUID, patience: timedelta = PATIENCE
    ) -> Outcome:
        """Have carried out what was reviewed; refused if anything has moved since."""
        self._parts.desk.ask(order.id, review.request, ask_id=key, actor=self._actor)
        answer = self._await(order, key, patience)
        return Outcome(key=key, answer=answer, plan=review.plan)

    def outcome(self, order: OrderRef, key: UUID) -> Answer:
        """Return where a request stands. Raises NotAllowedNow where there is none."""
        return self._parts.desk.answer_of(order.id, key)

    def capture(
        self,
        order: OrderRef,
        *,
        lines: Lines | None = None,
        amount: Money | None = None,
        tracking: tuple[str, str] = ("", ""),
        key: UUID | None = None,
    ) -> Outcome:
        """Capture lines, an amount, or all that is due; ``tracking`` is number and company."""
        request = Request(
            command=Command.CAPTURE,
            lines=self.line_ids(order, lines),
            amount=amount,
            tracking_number=tracking[0],
            tracking_company=tracking[1],
        )
        return self.ask(order, request, key=key)

    # A refund has so many parts, and each is named where it is asked for.
    def refund(  # noqa: PLR0913
        self,
        order: OrderRef,
        *,
        lines: Lines | None = None,
        amount: Money | None = None,
        return_fee: Money | None = None,
        reason: str = "",
        restock: bool = False,
        key: UUID | None = None,
    ) -> Outcome:
        """Refund lines, an amount, or all that is left, and book it in the shop."""
        request = Request(
            command=Command.REFUND,
            lines=self.line_ids(order, lines),
            amount=amount,
            return_fee=return_fee,
            description=reason,
            restock=restock,
        )
        return self.ask(order, request, key=key)

    def update(self, order: OrderRef, *, key: UUID | None = None) -> Outcome:
        """Send the shop's lines and total as they are now, whatever its status."""
        return self.ask(order, Request(command=Command.UPDATE), key=key)

    def cancel(self, order: OrderRef, *, key: UUID | None = None) -> Outcome:
        """Give up the whole authorization."""
        return self.ask(order, Request(command=Command.CANCEL), key=key)

    def release(self, order: OrderRef, *, key: UUID | None = None) -> Outcome:
        """Give up what is left of the authorization after a capture."""
        return self.ask(order, Request(command=Command.RELEASE), key=key)

    def extend(self, order: OrderRef, *, key: UUID | None = None) -> Outcome:
        """Ask for more time on the authorization."""
        return self.ask(order, Request(command=Command.EXTEND), key=key)

    def resend(
        self, order: OrderRef, *, capture_id: str = "", key: UUID | None = None
    ) -> Outcome:
        """Have Klarna send the customer its message about a capture again."""
        request = Request(command=Command.RESEND, capture_id=capture_id)
        return self.ask(order, request, key=key)

    def due_date(
        self,
        order: OrderRef,
        *,
        days: int | None = None,
        fee: Money | None = None,
        key: UUID | None = None,
    ) -> Outcome:
        """Give the customer more time to pay the last capture, for a fee of the shop's.

        Without ``days`` Klarna is asked what it offers: see the answer's ``offers``.
        """
        request = Request(command=Command.DUE_DATE, days=days, fee=fee)
        return self.ask(order, request, key=key)

    def withdraw(self, order: OrderRef, key: UUID) -> None:
        """Take a request back. Raises NotAllowedNow once it may have been sent."""
        self._parts.desk.withdraw(order.id, key, self._actor)

    def sync(self, order: OrderRef) -> None:
        """Read both halves anew, and do what follows from them."""
        self._parts.desk.look_again(order.id, self._actor)
        self.work_on(order)

    def retry(self, order: OrderRef) -> None:
        """Try again what the order waits for."""
        self._parts.desk.retry(order.id, self._actor)
        self.work_on(order)

    def approve(self, order: OrderRef) -> None:
        """Allow what the order's hold waits for. Raises NotAllowedNow."""
        self._parts.desk.approve(order.id, self._actor)
        self.work_on(order)

    def decline(self, order: OrderRef) -> None:
        """Leave the refunds out that wait for approval. Raises NotAllowedNow."""
        self._parts.desk.decline(order.id, self._actor)
        self.work_on(order)

    def switch_off(self, order: OrderRef, *, reason: str = "") -> None:
        """Leave the order alone from now on."""
        self._parts.desk.switch_off(order.id, self._actor, reason=reason)

    def switch_on(self, order: OrderRef, *, reason: str = "") -> None:
        """Take the order up again, and look at it."""
        self._parts.desk.switch_on(order.id, self._actor, reason=reason)
        self.work_on(order)

    # --- working ---

    def work_on(self, order: OrderRef) -> bool:
        """Look at an order now, unless another worker has it; say whether this one did."""
        lease = self._parts.queue.claim_order(
            order.id, worker=self._actor, lease=self._parts.settings.lease
        )
        if lease is None:
            return False
        self._parts.reconcile(lease)
        return True

    def _await(self, order: OrderRef, key: UUID, patience: timedelta) -> Answer:
        """Work, or wait for who works, until there is an answer or no patience."""
        until = time.monotonic() + patience.total_seconds()
        worked = False
        while True:
            worked = worked or self.work_on(order)
            answer = self._parts.desk.answer_of(order.id, key)
            if answer.state is not AskState.WAITING or time.monotonic() >= until:
                return answer
            self._sleep(GLANCE)

    def line_ids(self, order: OrderRef, lines: Lines | None) -> dict[int, int] | None:
        """Return the shop's line ids of what was named by id or SKU. Raises NotAllowedNow."""
        if lines is None:
            return None
        return line_ids(self.store_order(order), lines)
