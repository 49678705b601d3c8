"""The comparison of an order's two halves, as a bookkeeper reads them.

The law: money that has moved is compared as what is left of it, so that a refund booked
before the capture and a capture lowered by it are the same. What each side says is such
that the differences of all orders add up to the difference of the two sums. Nothing here
decides what is done about a difference: ``decide`` does, and its hold says so.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.money import Money
from kvitt.domain.plan import Guard, HoldCode
from kvitt.domain.policy import ManualRefunds, Policy


class Verdict(StrEnum):
    """What the comparison of an order has come to. Stable: it is part of the API."""

    #: Not Klarna's, or never paid: no reconciliation counts it.
    OUTSIDE = ""
    #: Left alone on purpose: a person, the shop or its rules have said so.
    NOT_MANAGED = "not_managed"
    AGREES = "agrees"

    # --- money that has moved ---
    NOT_CAPTURED = "not_captured"
    #: Completed in the shop, and Klarna's order is cancelled, expired or closed.
    LOST_AT_KLARNA = "lost_at_klarna"
    CAPTURED_LESS = "captured_less"
    CAPTURED_MORE = "captured_more"
    REFUND_NOT_AT_KLARNA = "refund_not_at_klarna"
    REFUND_NOT_IN_SHOP = "refund_not_in_shop"
    #: Cancelled or binned in the shop, and Klarna has kept money of it.
    PAID_THOUGH_CANCELLED = "paid_though_cancelled"
    #: A call was sent that nobody answered.
    OUTCOME_UNKNOWN = "outcome_unknown"
    #: The money agrees, and something else of the order waits for a person.
    WAITS = "waits"

    # --- what is authorized, or not known: in no sum ---
    TOTAL_DIFFERS = "total_differs"
    CANCELLED_NOT_AT_KLARNA = "cancelled_not_at_klarna"
    #: Open in the shop; at Klarna cancelled, expired or closed without a capture.
    ENDED_AT_KLARNA = "ended_at_klarna"
    UNKNOWN_AT_KLARNA = "unknown_at_klarna"
    NEVER_READ = "never_read"

    @property
    def compared(self) -> bool:
        """Say whether the order was compared at all."""
        return self not in {self.OUTSIDE, self.NOT_MANAGED}

    @property
    def differs(self) -> bool:
        """Say whether a person should know of it."""
        return self.compared and self is not self.AGREES

    @property
    def booked(self) -> bool:
        """Say whether the amounts are money that has moved, and so stand in the sums."""
        return self.compared and self not in _NOT_MOVED


_NOT_MOVED = frozenset(
    {
        Verdict.TOTAL_DIFFERS,
        Verdict.CANCELLED_NOT_AT_KLARNA,
        Verdict.ENDED_AT_KLARNA,
        Verdict.UNKNOWN_AT_KLARNA,
        Verdict.NEVER_READ,
    }
)
DIFFERENCES = tuple(verdict for verdict in Verdict if verdict.differs)

_OUTSIDE = frozenset({Guard.NOT_KLARNA, Guard.NOT_PAID, Guard.NO_KLARNA_ID})
_LEFT_ALONE = frozenset({Guard.SYNC_OFF, Guard.IDENTITY})
_ENDED = frozenset({KlarnaStatus.CANCELLED, KlarnaStatus.EXPIRED, KlarnaStatus.CLOSED})
#: WooCommerce sets it by itself once all of an order is refunded.
_REFUNDED = "refunded"
#: No sale came of these, whatever the shop's rules send to Klarna.
_OVER = frozenset({"cancelled", "failed", "trash"})
#: The customer has not paid yet, so that nothing is missing at Klarna.
_UNPAID = frozenset({"pending", "checkout-draft"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Halves:
    """Both halves as last read, in one currency."""

    #: Both were read, and concluded from, at least once.
    read: bool
    store_status: str = ""
    #: The shop's total; None where it was not read.
    total: Money | None = None
    #: What the shop's refunds come to, without those that a person has declined to send.
    store_refunded: Money | None = None
    #: None where Klarna does not know the order.
    klarna_status: KlarnaStatus | None = None
    authorized: Money | None = None
    captured: Money | None = None
    refunded: Money | None = None
    remaining: Money | None = None
    guard: Guard | None = None
    hold: HoldCode | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What was found, and the amounts that it is about."""

    verdict: Verdict
    #: What the shop says; None where there is nothing to compare.
    shop: Money | None = None
    klarna: Money | None = None

    @property
    def apart(self) -> Money | None:
        """Return by how much Klarna's amount is more than the shop's; less is negative."""
        if self.shop is None or self.klarna is None:
            return None
        return self.klarna - self.shop


def compare(halves: Halves, policy: Policy) -> Comparison:
    """Return what a bookkeeper finds in these two halves under the shop's rules."""
    verdict = _without_amounts(halves)
    if verdict is not None:
        return Comparison(verdict=verdict)
    if halves.total is None:
        return Comparison(verdict=Verdict.NEVER_READ)
    books = _Books.of(halves, halves.total, policy)
    if halves.hold is HoldCode.OUTCOME_UNKNOWN:
        return replace(_moved(books), verdict=Verdict.OUTCOME_UNKNOWN)
    found = _promised(books) or _moved(books)
    # An authorization that ends soon is a warning: both halves say the same.
    waits = halves.hold not in {None, HoldCode.EXPIRES_SOON}
    if found.verdict is Verdict.AGREES and waits:
        return replace(found, verdict=Verdict.WAITS)
    return found


def _without_amounts(halves: Halves) -> Verdict | None:
    """Return the verdict where amounts need not, or must not, be compared."""
    if halves.hold is None:
        if halves.guard in _OUTSIDE and not halves.captured:
            return Verdict.OUTSIDE
        if halves.guard in _LEFT_ALONE:
            return Verdict.NOT_MANAGED
    if not halves.read:
        return Verdict.NEVER_READ
    # Two different orders, perhaps in two currencies: their amounts mean nothing together.
    if halves.guard is Guard.IDENTITY or (halves.hold and halves.total is None):
        return Verdict.WAITS
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Books:
    """The amounts of both halves, none of them missing."""

    status: str
    klarna_status: KlarnaStatus | None
    total: Money
    #: The shop's refunds, as far as its rules have them reach Klarna.
    refunds: Money
    authorized: Money
    captured: Money
    refunded: Money
    remaining: Money
    policy: Policy

    @classmethod
    def of(cls, halves: Halves, total: Money, policy: Policy) -> "_Books":
        """Fill in nothing for what Klarna has not said."""
        zero = Money.zero(total.currency)
        refunds, refunded = halves.store_refunded or zero, halves.refunded or zero
        if policy.manual_refunds is ManualRefunds.IGNORE:
            # Those beyond Klarna's are paid back another way, and none of Klarna's business.
            refunds = min(refunds, refunded)
        return cls(
            status=halves.store_status,
            klarna_status=halves.klarna_status,
            total=total,
            refunds=refunds,
            authorized=halves.authorized or zero,
            captured=halves.captured or zero,
            refunded=refunded,
            remaining=halves.remaining or zero,
            policy=policy,
        )

    @property
    def zero(self) -> Money:
        """Nothing, in the order's currency."""
        return Money.zero(self.total.currency)

    @property
    def is_done(self) -> bool:
        """Say whether the shop takes the order to be paid."""
        return self.status in self.policy.capture_statuses or self.status == _REFUNDED

    @property
    def is_over(self) -> bool:
        """Say whether no sale came of the order."""
        return self.status in self.policy.cancel_statuses | _OVER

    @property
    def owed(self) -> Money:
        """What is left of the shop's total once its refunds are taken off."""
        return self.total - self.refunds

    @property
    def kept(self) -> Money:
        """What Klarna has taken and not given back."""
        return self.captured - self.refunded


def _promised(books: _Books) -> Comparison | None:
    """Compare what is authorized, of an order of which no money is to be had or kept."""
    if books.is_done or books.captured or books.refunded:
        return None
    if books.is_over:
        open_still = books.remaining if books.klarna_status not in _ENDED else books.zero
        cancelled = books.status in books.policy.cancel_statuses
        if not cancelled or not open_still:
            return None
        return Comparison(
            verdict=Verdict.CANCELLED_NOT_AT_KLARNA, shop=books.zero, klarna=open_still
        )
    return _still_open(books)


def _still_open(books: _Books) -> Comparison | None:
    """Compare an order that is neither completed nor cancelled, and not captured."""
    if books.status in _UNPAID or not books.owed:
        return None
    if books.klarna_status is None:
        verdict, klarna = Verdict.UNKNOWN_AT_KLARNA, books.zero
    elif books.klarna_status in _ENDED:
        verdict, klarna = Verdict.ENDED_AT_KLARNA, books.zero
    elif books.status in books.policy.update_statuses and books.authorized != books.owed:
        verdict, klarna = Verdict.TOTAL_DIFFERS, books.authorized
    else:
        return None
    return Comparison(verdict=verdict, shop=books.owed, klarna=klarna)


def _moved(books: _Books) -> Comparison:
    """Compare the money that has moved."""
    shop, klarna = _booked_in_shop(books), books.kept
    return Comparison(verdict=_named(books, klarna - shop), shop=shop, klarna=klarna)


def _booked_in_shop(books: _Books) -> Money:
    """Return what the shop says of the money that has moved.

    An order that is not completed yet says nothing of its captures, as long as they are not
    more than it comes to: a part may have been shipped. Its refunds it does say.
    """
    if books.is_done:
        # A total that was lowered below its refunds is no debt where nothing was taken.
        return books.owed if books.captured else max(books.owed, books.zero)
    if books.is_over or not books.captured:
        return books.zero
    missing = max(books.refunded - books.refunds, books.zero)
    return min(books.kept + missing, books.owed)


def _named(books: _Books, apart: Money) -> Verdict:
    """Name a difference by the figure that it comes from."""
    if not apart:
        return Verdict.AGREES
    if books.is_over:
        return Verdict.PAID_THOUGH_CANCELLED
    if not books.captured:
        ended = books.klarna_status in _ENDED
        return Verdict.LOST_AT_KLARNA if ended else Verdict.NOT_CAPTURED
    if apart > books.zero:
        too_much = books.captured > books.total
        return Verdict.CAPTURED_MORE if too_much else Verdict.REFUND_NOT_AT_KLARNA
    elsewhere = books.refunded - books.refunds
    # Of an order that is not completed yet, the rest may still be captured.
    short = books.total - books.captured if books.is_done else books.zero
    is_refund = elsewhere > books.zero and elsewhere >= short
    return Verdict.REFUND_NOT_IN_SHOP if is_refund else Verdict.CAPTURED_LESS
