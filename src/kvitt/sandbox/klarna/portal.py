"""What is done to an order without Klarna's interface.

By the merchant in the portal, by the risk review, or by a trainer who wants a state.
Law: the portal obeys the same rules as the interface and cannot do what it refuses.
`judge`, `force` and `expire` are the only ways around them.
"""

from collections.abc import Callable
from dataclasses import replace

from kvitt.sandbox.klarna import capturing, errors, lifecycle, refunding
from kvitt.sandbox.klarna.books import Books
from kvitt.sandbox.klarna.capturing import Claim
from kvitt.sandbox.klarna.lifecycle import Act
from kvitt.sandbox.klarna.orders import FraudStatus, Json, Order, Status
from kvitt.sandbox.klarna.refunding import GiveBack

TRAINER = "trainer"


def capture(
    books: Books,
    order_id: str,
    *,
    amount: int | None = None,
    lines: tuple[Json, ...] = (),
    description: str = "",
) -> str:
    """Capture an amount, or all that remains; returns the capture's id."""
    capture_id = books.ids.uuid("capture")

    def change(order: Order, act: Act) -> Order:
        claimed = order.remaining_authorized_amount if amount is None else amount
        claim = Claim(amount=claimed, order_lines=lines, description=description)
        return capturing.capture(order, act, claim=claim, capture_id=capture_id)

    _act(books, order_id, change)
    return capture_id


def refund(
    books: Books,
    order_id: str,
    *,
    amount: int | None = None,
    lines: tuple[Json, ...] = (),
    description: str = "",
) -> str:
    """Refund an amount, or all that was captured; returns the refund's id."""
    refund_id = books.ids.uuid("refund")

    def change(order: Order, act: Act) -> Order:
        left = order.captured_amount - order.refunded_amount
        given = left if amount is None else amount
        give = GiveBack(amount=given, order_lines=lines, description=description)
        return refunding.refund(order, act, give=give, refund_id=refund_id)

    _act(books, order_id, change)
    return refund_id


def cancel(books: Books, order_id: str) -> None:
    """Cancel the order."""
    _act(books, order_id, lifecycle.cancel)


def release(books: Books, order_id: str) -> None:
    """Release what was not captured."""
    _act(books, order_id, lifecycle.release)


def extend(books: Books, order_id: str) -> None:
    """Extend the authorization."""
    _act(books, order_id, lifecycle.extend)


def judge(books: Books, order_id: str, outcome: FraudStatus) -> None:
    """End the fraud review, or put the order back under one."""

    def change(order: Order, act: Act) -> Order:
        return lifecycle.judge(order, act, outcome=outcome)

    _act(books, order_id, change, by=lifecycle.KLARNA)


def force(books: Books, order_id: str, status: Status) -> None:
    """Put an order into a status, whatever the rules say.

    Amounts cannot be forced: a status that claims captures needs the captures.
    """

    def change(order: Order, act: Act) -> Order:
        if status not in reachable(order):
            text = f"An order with these captures cannot be {status.value}."
            raise errors.not_allowed(text)
        changed = replace(order, status=status)
        return changed.told(f"Status forced to {status.value}", at=act.at, by=act.by)

    _act(books, order_id, change, by=TRAINER)


def reachable(order: Order) -> list[Status]:
    """Return the statuses an order can be forced into with its sums still true (§7.2)."""
    if order.captures:
        without = {Status.AUTHORIZED, Status.CANCELLED}
    else:
        without = {Status.PART_CAPTURED, Status.CAPTURED}
    return [status for status in Status if status not in {*without, order.status}]


def expire(books: Books, order_id: str) -> None:
    """Let the authorization run out now."""

    def change(order: Order, act: Act) -> Order:
        changed = replace(order, expires_at=act.at)
        return changed.told("Expiry moved to now", at=act.at, by=act.by)

    _act(books, order_id, change, by=TRAINER)
    with books.writing():
        # Entering the books lets the clock do what has just become due.
        pass


def notify(books: Books, order_id: str, event_type: str) -> None:
    """Send a fraud notification once more, or one that is not true."""
    with books.writing():
        books.announce(books.existing(order_id), event_type)


def _act(
    books: Books,
    order_id: str,
    change: Callable[[Order, Act], Order],
    *,
    by: str = lifecycle.PORTAL,
) -> None:
    with books.writing() as now:
        order = books.existing(order_id)
        merchant = books.settings.merchant(order.merchant_id)
        act = Act(at=now, settings=books.settings, merchant=merchant, by=by)
        books.save(change(order, act))
