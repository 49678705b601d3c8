"""Intents: steps made sendable, each with its key and its reference.

The law of the key: Klarna compares keys and disregards bodies
(klarna-api.md §3.4), so a key is derived from everything that makes a step that
step, and never used for another body. ``Intent.id`` is the step's identity;
``Intent.key`` adds the epoch, which moves only when a key has provably been
forgotten or its refusal has been overcome.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from kvitt.domain.ids import CaptureId, KlarnaOrderId, RefundId, StoreOrderId, StoreRefundId
from kvitt.domain.lines import Json
from kvitt.domain.money import Money
from kvitt.domain.steps import REFERENCE_LIMIT, Kind, Refund, Step, digest_of

NAMESPACE = UUID("6d1c1f0e-5a77-5c0f-9d0a-0f6f0b0f6c11")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Whose order a step belongs to. Part of every key, so that no two shops can collide."""

    environment: str
    account: str
    shop: str
    store_order_id: StoreOrderId
    order_number: str
    klarna_order_id: KlarnaOrderId


@dataclass(frozen=True, kw_only=True, slots=True)
class Intent:
    """A step made sendable: whose it is, under which reference and key."""

    scope: Scope
    step: Step
    #: Raised when a key has been forgotten by Klarna, or its refusal overcome.
    epoch: int = 0
    #: The reference it was stored under, where it was: an order's number may have changed.
    stored_as: str = ""

    @property
    def id(self) -> UUID:
        """Tell this intent from every other, whatever the epoch."""
        identity = (*_scope_parts(self.scope), self.step.kind, *self.step.identity)
        return uuid5(NAMESPACE, _joined(*identity, digest_of(self.step.body(""))))

    @property
    def key(self) -> UUID:
        """Return the ``Klarna-Idempotency-Key``."""
        return uuid5(self.id, str(self.epoch))

    @property
    def reference(self) -> str:
        """Return how Klarna's record of a capture or refund names this intent.

        Refunds bear ``{order number}|{refund id}``, the format shops already have
        (plugin-behaviour.md §2.4); captures ``{order number}|{intent}``. It is part of the
        body, and a key never gets two: so a number that changes later changes no reference.
        """
        if self.stored_as:
            return self.stored_as
        own = self.id.hex[:12]
        if isinstance(self.step, Refund) and self.step.store_refund_id is not None:
            own = str(self.step.store_refund_id)
        return f"{self.scope.order_number[: REFERENCE_LIMIT - 40]}|{own}"

    @property
    def body(self) -> Mapping[str, Json]:
        """Return exactly what Klarna is sent."""
        return self.step.body(self.reference)

    @property
    def body_digest(self) -> str:
        """Return the SHA-256 of the body, so that a key can be proved to have had one body."""
        return digest_of(self.body)


class State(StrEnum):
    """Where an intent stands. It is only ever settled by evidence."""

    PLANNED = "planned"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    PARKED = "parked"

    @property
    def settled(self) -> bool:
        """Say whether the outcome is known."""
        return self in (State.DONE, State.REFUSED)


@dataclass(frozen=True, kw_only=True, slots=True)
class IntentRecord:
    """One row of the journal, as the decision sees it."""

    id: UUID
    kind: Kind
    state: State
    amount: Money
    reference: str
    #: The order at Klarna it was for: the shop's order may name another one by now.
    klarna_order_id: KlarnaOrderId | None = None
    epoch: int = 0
    attempts: int = 0
    store_refund_id: StoreRefundId | None = None
    #: Klarna's id of what was made: a capture's or a refund's.
    remote_id: CaptureId | RefundId | None = None
    #: Lines and quantities, for part captures: reference → quantity.
    quantities: Mapping[str, int] = field(default_factory=dict)
    #: The same lines' amounts, in minor units: reference → amount.
    amounts: Mapping[str, int] = field(default_factory=dict)
    error_code: str = ""
    first_sent_at: datetime | None = None
    last_sent_at: datetime | None = None

    def was_sent_to(self, order_id: KlarnaOrderId) -> bool:
        """Say whether it was for this order at Klarna."""
        return self.klarna_order_id in {None, order_id}


def _scope_parts(scope: Scope) -> tuple[str, ...]:
    return (
        scope.environment,
        scope.account,
        scope.shop,
        str(scope.store_order_id),
        scope.klarna_order_id,
    )


def _joined(*parts: str) -> str:
    """Join so that no two different lists of parts give the same text."""
    return json.dumps(parts, ensure_ascii=False)
