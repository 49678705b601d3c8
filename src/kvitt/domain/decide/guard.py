"""Guards: why an order is left alone, before anything else is asked (HOUSE §5).

They are tried from the top and the first to answer wins. The ones above
``ALONE``'s end need only the shop's half; the others compare it with Klarna's.
"""

from collections.abc import Callable
from typing import TypeAlias

from kvitt.domain.decide.view import Aim, aim_of
from kvitt.domain.decide.wanted import wish_in_words
from kvitt.domain.klarna_order import FraudStatus, KlarnaOrder, KlarnaStatus
from kvitt.domain.plan import Gone, Guard, Hold, HoldCode, Plan, Situation, Wish
from kvitt.domain.store_order import KLARNA_GATEWAYS, StoreOrder

Rule: TypeAlias = Callable[[Situation], Plan | None]

#: What the plugins write on the order, and what the account is (plugin-behaviour.md §1.2).
ENVIRONMENTS = {"test": "playground", "live": "live"}


def not_klarna(situation: Situation) -> Plan | None:
    """Leave orders alone that were paid another way."""
    order = situation.store
    if order.payment_method in KLARNA_GATEWAYS:
        return None
    method = order.payment_method or "no payment method"
    return Plan(
        guard=Guard.NOT_KLARNA,
        reason=f"This order was paid with {method}, not with Klarna: there is nothing to do.",
    )


def sync_off(situation: Situation) -> Plan | None:
    """Leave orders alone for which a merchant has switched synchronisation off."""
    if situation.journal.switched_off:
        where = "Switch it on again on the order's page in kvitt to have it kept in step."
    elif situation.store.sync_off and not situation.store.taken_over:
        where = "Switch it on in the order's Klarna box to have it kept in step."
    else:
        return None
    wanted = wish_in_words(situation)
    return Plan(
        guard=Guard.SYNC_OFF,
        wanted=wanted,
        reason=_unsent(
            wanted, f"Klarna order management is switched off for this order. {where}"
        ),
    )


def not_paid(situation: Situation) -> Plan | None:
    """Leave orders alone that were never paid, unless they are to be cancelled.

    An order under review is not paid yet in the shop, and a cancellation of it must not
    be lost (plugin-behaviour.md W-07).
    """
    order, klarna = situation.store, situation.klarna
    if order.paid or aim_of(situation) is Aim.CANCEL or situation.gone:
        return None
    if klarna is not None and klarna.fraud_status is not FraudStatus.ACCEPTED:
        return None
    wanted = wish_in_words(situation)
    return Plan(
        guard=Guard.NOT_PAID,
        wanted=wanted,
        reason=_unsent(
            wanted,
            "The shop has no payment date for this order, so the checkout was not finished.",
        ),
    )


def no_klarna_id(situation: Situation) -> Plan | None:
    """Stop where the shop does not say which order at Klarna this is (KP issue 373)."""
    if situation.store.klarna_order_id:
        return None
    wanted = wish_in_words(situation)
    if not wanted or situation.gone:
        reason = "The shop's order names no Klarna order yet."
        return Plan(guard=Guard.NO_KLARNA_ID, wanted=wanted, reason=reason)
    hold = Hold(
        code=HoldCode.NO_KLARNA_ID,
        wanted=wanted,
        why="The shop's order does not say which order at Klarna it is.",
        next_step=(
            "Find the order in Klarna's portal and put its order id in the field "
            "Transaction ID, or settle this order there by hand."
        ),
        store_status=_failed_status(situation),
        amount=situation.store.total,
    )
    return Plan(guard=Guard.NO_KLARNA_ID, wanted=wanted, hold=hold, reason=hold.sentence)


def unknown_at_klarna(situation: Situation) -> Plan | None:
    """Stop where Klarna does not know the order that the shop names."""
    if situation.klarna is not None:
        return None
    wanted = wish_in_words(situation)
    why = (
        f"Klarna ({situation.environment or 'this account'}) does not know the order "
        f"{situation.store.klarna_order_id}."
    )
    if not wanted or situation.gone:
        return Plan(reason=why, wanted=wanted)
    hold = Hold(
        code=HoldCode.KLARNA_UNKNOWN,
        wanted=wanted,
        why=why,
        next_step=(
            "Check that the order id is right and that the Klarna keys are those of the "
            "account, region and environment in which the order was placed."
        ),
        store_status=_failed_status(situation),
        amount=situation.store.total,
    )
    return Plan(hold=hold, wanted=wanted, reason=hold.sentence)


def identity(situation: Situation) -> Plan | None:
    """Never act where the two halves are not clearly the same order."""
    klarna = situation.klarna
    if klarna is None:
        return None
    why = _mismatch(situation, klarna)
    if not why:
        return None
    wanted = wish_in_words(situation)
    if not wanted and aim_of(situation) is not Aim.UPDATE:
        # An order that is over is not worth a person's time, as in a shop with old test orders.
        return Plan(guard=Guard.IDENTITY, reason=why)
    hold = Hold(
        code=HoldCode.IDENTITY,
        wanted=wanted,
        why=why,
        next_step=(
            "Nothing is sent for this order. Correct its Klarna order id in the shop, or "
            "settle it by hand in Klarna's portal."
        ),
        store_status=_failed_status(situation),
        amount=situation.store.total,
    )
    return Plan(guard=Guard.IDENTITY, wanted=wanted, hold=hold, reason=hold.sentence)


def gone(situation: Situation) -> Plan | None:
    """Do nothing for an order that is no longer in the shop: absence is never a request."""
    if situation.gone is None:
        return None
    klarna = situation.klarna
    where = "in the bin" if situation.gone is Gone.TRASHED else "deleted"
    if klarna is None or not klarna.remaining or klarna.status in _CLOSED:
        reason = f"The shop's order is {where}, and nothing is open at Klarna."
        return Plan(reason=reason)
    hold = Hold(
        code=HoldCode.ORDER_GONE,
        wanted="",
        why=f"The shop's order is {where}, and Klarna still has {klarna.remaining} authorized.",
        next_step=_way_out_of_gone(situation.gone),
        amount=klarna.remaining,
    )
    return Plan(hold=hold, reason=hold.sentence)


def under_review(situation: Situation) -> Plan | None:
    """Wait while Klarna looks at the order, and remember what is wanted."""
    klarna = situation.klarna
    if klarna is None or klarna.fraud_status is not FraudStatus.PENDING:
        return None
    if klarna.status is not KlarnaStatus.AUTHORIZED:
        return None
    aim = aim_of(situation)
    if aim not in {Aim.CANCEL, Aim.CAPTURE}:
        return Plan(
            guard=Guard.UNDER_REVIEW,
            reason="Klarna is reviewing this order. Do not ship it yet; kvitt looks again.",
        )
    wanted = wish_in_words(situation)
    is_cancel = aim is Aim.CANCEL
    hold = Hold(
        code=HoldCode.UNDER_REVIEW,
        wanted=wanted,
        why="Klarna is still reviewing this order.",
        next_step=(
            "It is remembered, and the order is cancelled as soon as Klarna has decided."
            if is_cancel
            else "Do not ship it yet: it is captured as soon as Klarna accepts the order."
        ),
        store_status=_failed_status(situation),
        amount=situation.store.total,
    )
    return Plan(
        guard=Guard.UNDER_REVIEW,
        wanted=wanted,
        hold=hold,
        reason=hold.sentence,
        wish=Wish.CANCEL if is_cancel else Wish.CAPTURE,
    )


def refused(situation: Situation) -> Plan | None:
    """Stop where Klarna has found the order too risky and nothing has been captured."""
    klarna = situation.klarna
    if klarna is None or klarna.fraud_status not in _REFUSED:
        return None
    if klarna.captured or klarna.status is not KlarnaStatus.AUTHORIZED:
        return None
    if aim_of(situation) is Aim.CANCEL:
        return None
    wanted = wish_in_words(situation)
    hold = Hold(
        code=HoldCode.FRAUD_REFUSED,
        wanted=wanted,
        why="Klarna has rejected this order as too risky.",
        next_step=(
            "Do not ship it. Cancel the order, or talk to Klarna's merchant support if you "
            "are sure of the customer."
        ),
        store_status=_failed_status(situation),
        amount=situation.store.total,
    )
    return Plan(guard=Guard.REFUSED, wanted=wanted, hold=hold, reason=hold.sentence)


_REFUSED = frozenset({FraudStatus.REJECTED, FraudStatus.STOPPED})
_CLOSED = frozenset({KlarnaStatus.CANCELLED, KlarnaStatus.EXPIRED, KlarnaStatus.CLOSED})

#: Guards that need the shop's half alone; with one of these, Klarna need not be asked.
ALONE: tuple[Rule, ...] = (not_klarna, sync_off, no_klarna_id)
#: Guards that look at both halves before another plugin is deferred to.
BEFORE_PLUGIN: tuple[Rule, ...] = (
    not_klarna,
    sync_off,
    not_paid,
    no_klarna_id,
    unknown_at_klarna,
    identity,
)
AFTER_PLUGIN: tuple[Rule, ...] = (gone, under_review, refused)


def _unsent(wanted: str, why: str) -> str:
    return f"{wanted}: not sent. {why}" if wanted else why


def _failed_status(situation: Situation) -> str:
    """Return where a completed order goes, so that nothing ships unpaid; else empty."""
    moves = aim_of(situation) is Aim.CAPTURE
    return situation.policy.failed_capture_status if moves else ""


def _mismatch(situation: Situation, klarna: KlarnaOrder) -> str:
    """Return what does not fit between the halves, or nothing."""
    order = situation.store
    if klarna.currency != order.currency:
        return f"The shop's order is in {order.currency}, Klarna's in {klarna.currency}."
    environment = ENVIRONMENTS.get(order.environment)
    if environment and situation.environment and environment != situation.environment:
        return (
            f"The order was placed in Klarna's {environment} environment, and the keys are "
            f"for {situation.environment}."
        )
    return _foreign_reference(order, klarna)


def _foreign_reference(order: StoreOrder, klarna: KlarnaOrder) -> str:
    """Say whose order Klarna's is, if its references name another (W-19, W-20)."""
    own = {"", order.number, str(order.id)}
    for reference in (klarna.merchant_reference1, klarna.merchant_reference2):
        if reference not in own:
            return (
                f"Klarna's order belongs to order {reference} of the shop, and this is "
                f"order {order.number}."
            )
    return ""


def _way_out_of_gone(state: Gone) -> str:
    if state is Gone.TRASHED:
        return "Restore the order and set it to Cancelled or Completed, or cancel it here."
    return "Cancel it here or in Klarna's portal, or capture it there if it was shipped."
