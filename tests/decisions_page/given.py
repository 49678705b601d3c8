"""A situation in one line: what the shop says, what Klarna says, and what else counts.

The law: only what differs from an ordinary order is said, so that the line can be read.
"""

from dataclasses import fields
from datetime import timedelta

from kvitt.domain.decide import settled_by_shop_alone
from kvitt.domain.intents import State
from kvitt.domain.klarna_order import FraudStatus, KlarnaOrder, KlarnaStatus
from kvitt.domain.money import Money
from kvitt.domain.plan import Gone, Journal, Situation, Wish
from kvitt.domain.policy import Policy
from kvitt.domain.store_order import KLARNA_GATEWAYS, StoreOrder

#: Statuses that WooCommerce labels otherwise than they are called.
_LABELS = {"pending": "Pending payment"}
_GONE = {Gone.TRASHED: "in the bin", Gone.DELETED: "deleted"}
_FRAUD = {
    FraudStatus.PENDING: "under review",
    FraudStatus.REJECTED: "rejected",
    FraudStatus.STOPPED: "stopped",
}
_ANSWERS = {State.REFUSED: "refused", State.UNKNOWN: "not answered"}
_WISHES = {Wish.CANCEL: "a cancellation", Wish.CAPTURE: "a capture"}
#: Further off than this, the end of an authorization is no part of the question.
_NEAR = timedelta(days=14)


def given(situation: Situation) -> str:
    """Return both halves of an order, what is remembered, and the settings that differ."""
    parts = {
        "Shop": _shop(situation),
        "Klarna": _klarna(situation),
        "Before": _before(situation.journal),
        "Settings": differences(situation.policy),
    }
    return " ".join(f"{name}: {words}." for name, words in parts.items() if words)


def differences(policy: Policy) -> str:
    """Return the settings that differ from the default: "`release_rest` = no"."""
    usual = Policy()
    return "; ".join(
        f"`{field.name}` = {value_of(getattr(policy, field.name))}"
        for field in fields(Policy)
        if getattr(policy, field.name) != getattr(usual, field.name)
    )


def value_of(value: object) -> str:
    """Return the value of a setting as the page shows it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case timedelta():
            return f"{value.days} {'day' if value.days == 1 else 'days'}"
        case tuple():
            return ", ".join(value_of(each) for each in value) or "none"
        case frozenset():
            return ", ".join(sorted(value_of(each) for each in value)) or "none"
        case _:
            return f"`{value}`" if value else "none"


def in_shop_words(status: str) -> str:
    """Return a status as WooCommerce's order screen labels it: "On hold"."""
    return _LABELS.get(status) or status.replace("-", " ").capitalize()


def _shop(situation: Situation) -> str:
    order = situation.store
    status = _GONE[situation.gone] if situation.gone else in_shop_words(order.status)
    parts = [status, str(order.total), *_peculiar(order)]
    if order.refunds:
        refunded = Money.total((refund.amount for refund in order.refunds), order.currency)
        parts.append(f"{refunded} refunded")
    return ", ".join(parts)


def _peculiar(order: StoreOrder) -> list[str]:
    """Return what sets the shop's order apart from any other."""
    found = {
        f"paid with {order.payment_method}": order.payment_method not in KLARNA_GATEWAYS,
        "no payment date": not order.paid,
        "no Klarna order id": not order.klarna_order_id,
        "synchronisation switched off": order.sync_off,
        f"parcel {order.tracking_number}": bool(order.tracking_number),
    }
    return [words for words, holds in found.items() if holds]


def _klarna(situation: Situation) -> str:
    klarna = situation.klarna
    if klarna is None:
        asked = settled_by_shop_alone(situation) is None
        return "does not know the order" if asked else "not asked"
    parts = _sums(klarna)
    if klarna.status is KlarnaStatus.AUTHORIZED and klarna.fraud_status in _FRAUD:
        parts.append(_FRAUD[klarna.fraud_status])
    if klarna.merchant_reference1 != situation.store.number:
        parts.append(f"of order {klarna.merchant_reference1 or 'without a number'}")
    ends = klarna.expires_at
    if ends is not None and ends - situation.now < _NEAR and klarna.remaining:
        parts.append(f"until {ends:%Y-%m-%d} (today is {situation.now:%Y-%m-%d})")
    return ", ".join(parts)


def _sums(klarna: KlarnaOrder) -> list[str]:
    """Return Klarna's status and amounts."""
    if not klarna.captured:
        return [f"{klarna.order_amount} {klarna.status.in_words}"]
    parts = [f"{klarna.captured} captured"]
    if klarna.remaining:
        parts.append(f"{klarna.remaining} still authorized")
    elif klarna.captured < klarna.order_amount:
        expired = klarna.status is KlarnaStatus.EXPIRED
        parts.append("the rest run out" if expired else "the rest given up")
    if klarna.refunded:
        parts.append(f"{klarna.refunded} refunded")
    return parts


def _before(journal: Journal) -> str:
    """Return what kvitt remembers of the order, where the answer rests on it."""
    parts = [
        f"the {record.kind.value} of {record.amount} was {_ANSWERS[record.state]}"
        for record in journal.records
        if record.state in _ANSWERS
    ]
    parts += [f"{_WISHES[wish]} was asked for" for wish in sorted(journal.wishes)]
    parts += [f"a refund of {seen} was sent" for seen in journal.refunds_seen.values()]
    if journal.imported:
        parts.append("the order was imported")
    if journal.agreed_fingerprint is None:
        parts.append("kvitt has never looked at this order")
    return ", ".join(parts)
