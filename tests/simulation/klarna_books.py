"""Klarna's books, as lean as a run of five milliseconds needs them.

Written from klarna-api.md: states §7, what is allowed when §7.1, amounts §7.2, keys §3.4,
refusals §4.2. The log of effects is the ground truth of every invariant. Two things that
Klarna does not document are drawn for each run: which answers are kept under a key, and
what a key's scope is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from kvitt.domain.effects import lines_sent
from kvitt.domain.errors import NotAllowed, NotFound, RemoteError, RemoteFault
from kvitt.domain.ids import CaptureId, KlarnaOrderId, RefundId
from kvitt.domain.journal import Call, Receipt
from kvitt.domain.klarna_order import (
    FraudStatus,
    KlarnaCapture,
    KlarnaOrder,
    KlarnaRefund,
    KlarnaStatus,
)
from kvitt.domain.money import Money
from kvitt.domain.steps import Kind
from simulation.schedule import HOUR

#: A key is forgotten this long after its first attempt (klarna-api.md §3.4).
KEY_LIFE = 24 * HOUR
OPEN = (KlarnaStatus.AUTHORIZED, KlarnaStatus.PART_CAPTURED)


class Keeps(Enum):
    """Which answers are kept under a key; Klarna does not say."""

    SUCCESSES = "successes"
    REFUSALS = "successes and refusals"
    FAULTS = "successes, refusals and server errors"


@dataclass(slots=True, kw_only=True)
class Effect:
    """Something that has happened at Klarna, for ever."""

    at: int
    order: KlarnaOrderId
    kind: Kind
    amount: int
    #: ``kvitt``, ``portal`` or ``plugin``.
    who: str
    #: Of kvitt's intent, where it was kvitt.
    intent: UUID | None = None
    key: UUID | None = None
    reference: str = ""
    remote_id: str = ""


@dataclass(slots=True)
class _Answer:
    until: int
    receipt: Receipt | None
    error: RemoteError | None


@dataclass(slots=True)
class KlarnaBooks:
    """Orders, remembered answers, and everything that ever happened."""

    keeps: Keeps = Keeps.REFUSALS
    #: Whether a key counts for one kind of call only, or for all of the merchant's.
    scoped_by_kind: bool = False
    orders: dict[KlarnaOrderId, KlarnaOrder] = field(default_factory=dict)
    #: Raised by everything that others than kvitt do to an order.
    foreign: dict[KlarnaOrderId, int] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    #: Orders as they were, for reads that lag: (time, order, foreign) of the last change.
    before: dict[KlarnaOrderId, tuple[int, KlarnaOrder, int]] = field(default_factory=dict)
    #: Told of each effect as it happens.
    witness: Callable[[Effect], None] = lambda effect: None  # noqa: ARG005
    #: Refuses this capture's payment method for now (403 PAYMENT_METHOD_FAILED).
    charge_fails: bool = False
    _answers: dict[tuple[str, UUID], _Answer] = field(default_factory=dict)

    def place(self, order: KlarnaOrder) -> KlarnaOrderId:
        """Take a new order in and return its id."""
        self.orders[order.id] = order
        return order.id

    def truth(self, order_id: KlarnaOrderId) -> KlarnaOrder:
        """Return an order as it is."""
        return self.orders[order_id]

    def carry_out(self, call: Call, *, now: int, moment: datetime) -> Receipt:
        """Carry out a call under its key: once, for as long as the key lives."""
        name = (call.kind.value if self.scoped_by_kind else "", call.key)
        known = self._answers.get(name)
        if known is not None and now < known.until:
            if known.error is not None:
                raise known.error
            if known.receipt is not None:
                return known.receipt
        try:
            receipt = self._perform(call, now=now, moment=moment)
        except RemoteError as error:
            if self.keeps is not Keeps.SUCCESSES:
                self._answers[name] = _Answer(now + KEY_LIFE, None, error)
            raise
        self._answers[name] = _Answer(now + KEY_LIFE, receipt, None)
        return receipt

    def fault(self, call: Call, *, now: int) -> RemoteFault:
        """Answer 500 without doing anything, and keep that where faults are kept."""
        error = RemoteFault("Klarna answered 500", status=500)
        name = (call.kind.value if self.scoped_by_kind else "", call.key)
        known = self._answers.get(name)
        fresh = known is None or now >= known.until
        if self.keeps is Keeps.FAULTS and fresh:
            self._answers[name] = _Answer(now + KEY_LIFE, None, error)
        return error

    def act(self, effect: Effect, *, moment: datetime) -> None:
        """Let somebody else do something, if Klarna allows it. Raises NotAllowed."""
        self._apply(effect, (), moment=moment, tracking="")
        self.foreign[effect.order] = self.foreign.get(effect.order, 0) + 1

    def read(self, order_id: KlarnaOrderId, *, now: int, lag: int = 0) -> KlarnaOrder:
        """Return an order, as it was a moment ago where reads lag. Raises NotFound."""
        order = self.orders.get(order_id)
        if order is None:
            raise NotFound("Klarna answered 404", status=404, code="NO_SUCH_ORDER")
        changed = self.before.get(order_id)
        if lag and changed is not None and now - changed[0] < lag:
            return changed[1]
        return order

    def foreign_in(self, order: KlarnaOrder) -> int:
        """Return how much of what others did shows in an order as it was read."""
        changed = self.before.get(order.id)
        if changed is not None and order is changed[1] and order is not self.truth(order.id):
            return changed[2]
        return self.foreign.get(order.id, 0)

    def judge(self, order_id: KlarnaOrderId, verdict: FraudStatus) -> None:
        """End Klarna's review of an order."""
        order = self.orders[order_id]
        if order.fraud_status is FraudStatus.PENDING:
            self.orders[order_id] = replace(order, fraud_status=verdict)
            self.foreign[order_id] = self.foreign.get(order_id, 0) + 1

    def expire(self, order_id: KlarnaOrderId, *, now: int) -> None:
        """Let the authorization run out (klarna-api.md §7.3)."""
        order = self.orders[order_id]
        if order.status not in OPEN:
            return
        whole = order.status is KlarnaStatus.AUTHORIZED
        status = KlarnaStatus.EXPIRED if whole else KlarnaStatus.CAPTURED
        self._put(replace(order, status=status, remaining=_nothing(order)), now=now)
        self.foreign[order_id] = self.foreign.get(order_id, 0) + 1

    def _perform(self, call: Call, *, now: int, moment: datetime) -> Receipt:
        order = self.orders.get(call.klarna_order_id)
        if order is None:
            raise NotFound("Klarna answered 404", status=404, code="NO_SUCH_ORDER")
        effect = Effect(
            at=now,
            order=call.klarna_order_id,
            kind=call.kind,
            amount=_amount_of(call),
            who="kvitt",
            intent=call.id,
            key=call.key,
            reference=str(call.body.get("reference", "")),
        )
        lines = call.body.get("order_lines")
        names = tuple(
            str(line["reference"])
            for line in (lines if isinstance(lines, list) else ())
            if isinstance(line, dict)
        )
        self._apply(effect, names, moment=moment, tracking=_tracking_of(call))
        self._show(call)
        return Receipt(
            remote_id=effect.remote_id,
            correlation_id="",
            status=201 if effect.remote_id else 204,
        )

    def _show(self, call: Call) -> None:
        """Show of an order what a call has told of it."""
        order = self.orders[call.klarna_order_id]
        if call.kind is Kind.UPDATE:
            order = replace(order, lines=lines_sent(call.body))
        elif call.kind is Kind.REFERENCES:
            order = replace(
                order,
                merchant_reference1=str(call.body["merchant_reference1"]),
                merchant_reference2=str(call.body["merchant_reference2"]),
            )
        self.orders[order.id] = order

    def _apply(
        self, effect: Effect, names: tuple[str, ...], *, moment: datetime, tracking: str
    ) -> None:
        order = self.orders[effect.order]
        if effect.kind is Kind.CAPTURE:
            after = self._captured(order, effect, names, moment, tracking)
        elif effect.kind is Kind.REFUND:
            after = self._refunded(order, effect, moment)
        else:
            after = _CHANGES[effect.kind](order, effect)
        self._put(after, now=effect.at)
        self.effects.append(effect)
        self.witness(effect)

    def _put(self, order: KlarnaOrder, *, now: int) -> None:
        self.before[order.id] = (now, self.orders[order.id], self.foreign.get(order.id, 0))
        self.orders[order.id] = order

    def _captured(
        self,
        order: KlarnaOrder,
        effect: Effect,
        names: tuple[str, ...],
        moment: datetime,
        tracking: str,
    ) -> KlarnaOrder:
        amount = Money(effect.amount, order.currency)
        pending = order.fraud_status is FraudStatus.PENDING
        if order.status not in OPEN or pending or not 0 < amount.minor <= order.remaining.minor:
            raise _refusal("CAPTURE_NOT_ALLOWED")
        if self.charge_fails and effect.who == "kvitt":
            raise _refusal("PAYMENT_METHOD_FAILED")
        effect.remote_id = f"cap-{len(self.effects) + 1}"
        made = KlarnaCapture(
            id=CaptureId(effect.remote_id),
            klarna_reference=f"{order.klarna_reference}-{len(order.captures) + 1}",
            amount=amount,
            captured_at=moment,
            reference=effect.reference,
            line_references=names,
            refunded=_nothing(order),
            tracking=(tracking,) if tracking else (),
        )
        left = order.remaining - amount
        return replace(
            order,
            captured=order.captured + amount,
            remaining=left,
            captures=(*order.captures, made),
            status=KlarnaStatus.PART_CAPTURED if left else KlarnaStatus.CAPTURED,
        )

    def _refunded(self, order: KlarnaOrder, effect: Effect, moment: datetime) -> KlarnaOrder:
        amount = Money(effect.amount, order.currency)
        if not 0 < amount.minor <= order.refundable.minor:
            raise _refusal("REFUND_NOT_ALLOWED")
        effect.remote_id = f"ref-{len(self.effects) + 1}"
        made = KlarnaRefund(
            id=RefundId(effect.remote_id),
            amount=amount,
            refunded_at=moment,
            reference=effect.reference,
        )
        return replace(order, refunded=order.refunded + amount, refunds=(*order.refunds, made))


def _nothing(order: KlarnaOrder) -> Money:
    return Money.zero(order.currency)


def _refusal(code: str) -> NotAllowed:
    return NotAllowed(f"Klarna answered 403 {code}", status=403, code=code)


def _amount_of(call: Call) -> int:
    """Return what the body asks for, which alone counts; else what the call is about."""
    for name in ("captured_amount", "refunded_amount", "order_amount"):
        if name in call.body:
            amount = call.body[name]
            if not isinstance(amount, int) or isinstance(amount, bool):
                raise _refusal("BAD_VALUE")
            return amount
    return call.amount.minor


def _tracking_of(call: Call) -> str:
    parcels = call.body.get("shipping_info")
    if isinstance(parcels, list) and parcels and isinstance(parcels[0], dict):
        return str(parcels[0].get("tracking_number", ""))
    return ""


def _cancelled(order: KlarnaOrder, effect: Effect) -> KlarnaOrder:
    del effect
    if order.status is not KlarnaStatus.AUTHORIZED:
        raise _refusal("CANCEL_NOT_ALLOWED")
    return replace(order, status=KlarnaStatus.CANCELLED, remaining=_nothing(order))


def _released(order: KlarnaOrder, effect: Effect) -> KlarnaOrder:
    del effect
    if order.status is not KlarnaStatus.PART_CAPTURED:
        raise _refusal("NOT_ALLOWED")
    return replace(order, status=KlarnaStatus.CAPTURED, remaining=_nothing(order))


def _updated(order: KlarnaOrder, effect: Effect) -> KlarnaOrder:
    amount = Money(effect.amount, order.currency)
    left = amount - order.captured
    # Raised at most by half: beyond that the risk check says no (klarna-api.md §8.3).
    too_much = amount.minor * 2 > order.original_order_amount.minor * 3
    if order.status not in OPEN or left.minor < 0 or too_much:
        raise _refusal("NOT_ALLOWED")
    status = order.status
    if order.captured and not left:
        status = KlarnaStatus.CAPTURED
    return replace(order, order_amount=amount, remaining=left, status=status)


def _unchanged(order: KlarnaOrder, effect: Effect) -> KlarnaOrder:
    if effect.kind is Kind.EXTEND and order.status not in OPEN:
        raise _refusal("NOT_ALLOWED")
    return order


_CHANGES: Mapping[Kind, Callable[[KlarnaOrder, Effect], KlarnaOrder]] = {
    Kind.CANCEL: _cancelled,
    Kind.RELEASE: _released,
    Kind.UPDATE: _updated,
    Kind.EXTEND: _unchanged,
    Kind.REFERENCES: _unchanged,
    Kind.CUSTOMER: _unchanged,
    Kind.TRACKING: _unchanged,
}
