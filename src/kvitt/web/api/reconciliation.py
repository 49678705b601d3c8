"""Whether shop and Klarna agree on a month's orders, and where they do not. Nothing is sent."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import AfterValidator, Field

from kvitt.adapters.database import comparing, reconciliation
from kvitt.adapters.database.models import Order
from kvitt.adapters.database.reconciliation import Question
from kvitt.domain.books import Book
from kvitt.domain.comparison import Verdict
from kvitt.domain.period import Month
from kvitt.web.accounts.rights import Right
from kvitt.web.api import bodies, paging, problems, schemas
from kvitt.web.api.auth import caller_of, needs
from kvitt.web.api.orders import MOST, OrderId
from kvitt.web.api.schemas import Amount, amount_of

router = Router(tags=["reports"])


def _named(verdict: Verdict) -> Verdict:
    """Refuse what no order differs for."""
    if not verdict.differs:
        raise ValueError("is no reason for a difference")
    return verdict


Reason = Annotated[Verdict, AfterValidator(_named)]
MonthText = Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2})?$", examples=["2026-11"])]


class BooksQuery(bodies.Strict):
    """Which month, in UTC, and which shop."""

    #: Else the month of today.
    month: MonthText = ""
    shop_id: OrderId | None = None


class DifferenceQuery(paging.Fields):
    """Which month, in UTC, which shop and which reason."""

    #: Else the month of today.
    month: MonthText = ""
    shop_id: OrderId | None = None
    reason: Reason | None = None
    #: ``next`` of the page before.
    cursor: OrderId | None = None
    limit: int = Field(default=50, ge=1, le=MOST)


class BookOut(Schema):
    """One shop's orders in one currency; the amounts of what was never read are null."""

    shop_id: int
    shop: str
    currency: str
    compared: int
    agree: int
    differ: int
    left_alone: int
    #: Completed in the shop, less its refunds.
    shop_says: Amount | None
    #: Captured at Klarna, less what was refunded there.
    klarna_says: Amount | None
    difference: Amount | None
    shop_read_oldest: datetime | None
    shop_read_newest: datetime | None
    klarna_read_oldest: datetime | None
    klarna_read_newest: datetime | None


class ReconciliationOut(Schema):
    """A month's orders: what was compared, and what both sides come to."""

    month: str
    compared: int
    differ: int
    left_alone: int
    #: Reason → how many orders differ for it.
    reasons: dict[str, int]
    books: list[BookOut]


class DifferenceOut(Schema):
    """An order of which shop and Klarna do not say the same."""

    order_id: int
    number: str
    shop_id: int
    shop: str
    placed_at: datetime | None
    reason: str
    store_status: str
    klarna_status: str
    shop_says: Amount | None
    klarna_says: Amount | None
    difference: Amount | None
    #: The amounts are money that has moved, and stand in the sums.
    in_sums: bool
    #: What the order waits for a person for; empty where it does not.
    waits_for: str
    klarna_order_id: str
    looked_at: datetime | None


class DifferencePage(Schema):
    """A page of differences, the oldest order first."""

    items: list[DifferenceOut]
    next: str | None


@router.get(
    "/reconciliation",
    response=ReconciliationOut,
    auth=needs(Right.SEE),
    operation_id="get_reconciliation",
    summary="Whether shop and Klarna agree on a month's orders",
)
def get_reconciliation(request: HttpRequest, query: Query[BooksQuery]) -> ReconciliationOut:
    """Sum the orders placed in a month, as both halves were last read."""
    month = _month(query.month)
    found = reconciliation.reconcile(_question(request, month, query.shop_id))
    return ReconciliationOut(
        month=str(month),
        compared=found.compared,
        differ=found.differ,
        left_alone=found.left_alone,
        reasons={verdict.value: times for verdict, times in found.reasons.items()},
        books=[_book(book) for book in found.books],
    )


@router.get(
    "/reconciliation/differences",
    response=DifferencePage | schemas.SparsePage,
    auth=needs(Right.SEE),
    operation_id="list_differences",
    summary="Orders of a month on which shop and Klarna differ, the oldest first",
)
def list_differences(request: HttpRequest, query: Query[DifferenceQuery]) -> Any:
    """List what differs; ``cursor`` is ``next`` of the page before."""
    asked = _question(request, _month(query.month), query.shop_id, query.reason)
    # One more than the page: it says whether there is a next one.
    found = reconciliation.differences(asked, after=query.cursor, size=query.limit + 1)
    shown, after = paging.turned(request, found.orders, limit=query.limit)
    items = [_difference(order) for order in shown]
    page = DifferencePage(items=items, next=after)
    return paging.sparse(page, items, query.fields, kind=DifferenceOut)


def _month(text: str) -> Month:
    """Return the month that was asked for. Raises Refusal (422)."""
    if not text:
        return Month.of(_today())
    month = Month.parse(text)
    if month is None:
        raise problems.invalid("month", "This is no month: write it like 2026-11.")
    return month


def _today() -> date:
    return datetime.now(UTC).date()


def _question(
    request: HttpRequest, month: Month, shop: int | None, reason: Verdict | None = None
) -> Question:
    start, end = month.within(UTC)
    shops = caller_of(request).shops
    if shop is not None:
        shops = frozenset({shop} & (shops if shops is not None else {shop}))
    return Question(start=start, end=end, shops=shops, verdict=reason)


def _book(book: Book) -> BookOut:
    return BookOut(
        shop_id=book.shop,
        shop=book.shop_name,
        currency=book.currency,
        compared=book.compared,
        agree=book.agree,
        differ=book.differ,
        left_alone=book.left_alone,
        shop_says=amount_of(book.shop_sum),
        klarna_says=amount_of(book.klarna_sum),
        difference=amount_of(book.apart),
        shop_read_oldest=book.shop_read.oldest,
        shop_read_newest=book.shop_read.newest,
        klarna_read_oldest=book.klarna_read.oldest,
        klarna_read_newest=book.klarna_read.newest,
    )


def _difference(order: Order) -> DifferenceOut:
    found = comparing.comparison_of(order)
    return DifferenceOut(
        order_id=order.pk,
        number=order.number,
        shop_id=order.shop_id,
        shop=order.shop.name,
        placed_at=order.placed_at,
        reason=found.verdict.value,
        store_status=order.store_status,
        klarna_status=order.klarna_status,
        shop_says=amount_of(found.shop),
        klarna_says=amount_of(found.klarna),
        difference=amount_of(found.apart),
        in_sums=found.verdict.booked,
        waits_for=order.hold_text,
        klarna_order_id=order.klarna_order_id,
        looked_at=order.looked_at,
    )
