"""Random orders, refunds and half-done histories, for the properties."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from kvitt.domain.ids import StoreRefundId
from kvitt.domain.klarna_order import KlarnaOrder, KlarnaStatus
from kvitt.domain.line_builder import build_lines
from kvitt.domain.lines import sum_of
from kvitt.domain.money import Money, exponent_of
from kvitt.domain.plan import Journal, Situation, Wish
from kvitt.domain.policy import ManualRefunds, Policy
from kvitt.domain.store_order import LineKind, StoreLine, StoreOrder, StoreRefund
from unit.domain.orders import DAY, NOW, authorized, captured, klarna_refund, situation
from unit.domain.orders import order as order_of

CURRENCIES = ("SEK", "EUR", "JPY", "KWD")
STATUSES = (
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
    "shipped",
)
_ENDED = (KlarnaStatus.CANCELLED, KlarnaStatus.EXPIRED, KlarnaStatus.CLOSED)
RATES = ((), ("25",), ("12",), ("6",), ("25.5",), ("8.875",), ("5", "7"), ("5", "9.975"))


@st.composite
def store_lines(draw: st.DrawFn, line_id: int, places: int) -> StoreLine:
    """Return a line with exact tax, rounded as WooCommerce stores it."""
    kind = draw(st.sampled_from((LineKind.PRODUCT, LineKind.SHIPPING, LineKind.FEE)))
    rates = tuple(Decimal(rate) for rate in draw(st.sampled_from(RATES)))
    lowest = -5_000 if kind is LineKind.FEE else 0
    before = Decimal(draw(st.integers(lowest, 500_000))).scaleb(-places - 1)
    share = draw(st.sampled_from((Decimal(1), Decimal("0.9"), Decimal("0.5"), Decimal("1.1"))))
    total = before * share
    percent = sum(rates, start=Decimal(0))
    return StoreLine(
        id=line_id,
        kind=kind,
        name=f"Line {line_id}",
        reference=draw(st.sampled_from(("", "SKU-1", "SKU-2", f"SKU-{line_id}"))),
        quantity=draw(st.integers(0, 7)),
        subtotal=before,
        subtotal_tax=before * percent / 100,
        total=total,
        total_tax=round(total * percent / 100, places + draw(st.sampled_from((0, 4)))),
        rates=rates,
        virtual=draw(st.sampled_from((None, False, True))),
    )


@st.composite
def store_orders(
    draw: st.DrawFn, *, currencies: Sequence[str] = CURRENCIES, status: str = "processing"
) -> StoreOrder:
    """Return an order whose total is its lines', give or take rounding and a gift card."""
    currency = draw(st.sampled_from(currencies))
    count = draw(st.integers(1, 6))
    places = exponent_of(currency)
    lines = tuple(draw(store_lines(number, places)) for number in range(1, count + 1))
    made = replace(
        order_of(status, total=0, lines=lines, currency=currency),
        sales_tax_apart=draw(st.booleans()),
    )
    worth = sum_of(row for row in build_lines(made) if row.reference in _own(made))
    off = draw(st.sampled_from((0, 0, 0, 1, -1, 2, -450)))
    return replace(made, total=Money(max(worth + off, 0), currency))


@st.composite
def refunds_of(draw: st.DrawFn, order: StoreOrder) -> tuple[StoreRefund, ...]:
    """Return a few refunds, which may be too many."""
    count = draw(st.integers(0, 3))
    return tuple(
        StoreRefund(
            id=StoreRefundId(70 + number),
            amount=Money(draw(st.integers(0, max(order.total.minor, 1))), order.currency),
            reason="",
            created_at=NOW - draw(st.sampled_from((0, 3))) * DAY,
        )
        for number in range(count)
    )


@st.composite
def histories(draw: st.DrawFn) -> Situation:
    """Return an order anywhere in its life, as both halves could have it."""
    placed = draw(store_orders(currencies=("SEK",)))
    store = replace(
        placed,
        status=draw(st.sampled_from(STATUSES)),
        refunds=draw(refunds_of(placed)),
        paid=draw(st.sampled_from((True, True, True, False))),
    )
    policy = Policy(
        manual_refunds=draw(st.sampled_from(tuple(ManualRefunds))),
        release_rest=draw(st.booleans()),
        write_back=draw(st.booleans()),
        extend_automatically=draw(st.booleans()),
    )
    wishes = draw(st.sampled_from(((), (), (Wish.CANCEL,), (Wish.CAPTURE,))))
    journal = Journal(wishes=frozenset(wishes))
    return situation(store, draw(klarna_orders(placed.total.minor)), journal, policy=policy)


@st.composite
def klarna_orders(draw: st.DrawFn, total: int) -> KlarnaOrder:
    """Return Klarna's half of an order: of another amount, captured or refunded elsewhere."""
    amount = draw(st.sampled_from((total, total, total, total + 500, max(total - 500, 0))))
    taken = draw(st.sampled_from((0, 0, amount, amount // 3)))
    if taken:
        return draw(captured_orders(amount, taken))
    ended_as = draw(st.sampled_from((None, None, None, *_ENDED)))
    made = authorized(amount)
    if ended_as is None:
        return made
    return replace(made, status=ended_as, remaining=Money(0, "SEK"))


@st.composite
def captured_orders(draw: st.DrawFn, amount: int, taken: int) -> KlarnaOrder:
    """Return Klarna's half after a capture, and perhaps a refund, in its portal."""
    back = draw(st.sampled_from((0, 0, taken, taken // 2)))
    reference = draw(st.sampled_from(("", "1042|70", "portal")))
    refunds = (klarna_refund(back, reference=reference),) if back else ()
    return captured(taken, of=amount, refunds=refunds, released=draw(st.booleans()))


def _own(order: StoreOrder) -> set[str]:
    return {line.reference or str(line.id) for line in order.lines} | {"Sales Tax"}
