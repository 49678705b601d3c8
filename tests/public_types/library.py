"""What a program that uses the library may rely on, as a type checker reads it.

Nothing here runs. ``assert_type`` pins what a call gives; a line with two remarks is a
mistake that mypy and pyright both have to find, and each remark fails where nothing is found.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import assert_type
from uuid import UUID, uuid4

from kvitt import (
    PUBLIC_ONLY,
    WITH_LOOPBACK,
    AddressPolicy,
    Answer,
    AskState,
    Book,
    Call,
    Capture,
    CaptureId,
    Command,
    Comparison,
    ConfigurationError,
    Hold,
    HoldCode,
    Hooks,
    Http,
    Intent,
    Journal,
    KlarnaClient,
    KlarnaCredentials,
    KlarnaOrder,
    KlarnaOrderId,
    Kvitt,
    KvittError,
    LineKind,
    LineLeft,
    LineType,
    Money,
    Month,
    NotAllowedNow,
    OrderLine,
    OrderRef,
    Outcome,
    Plan,
    Policy,
    Receipt,
    Reconciliation,
    Refund,
    RemoteError,
    Request,
    Review,
    Scope,
    Situation,
    StoreClient,
    StoreCredentials,
    StoreLine,
    StoreOrder,
    StoreOrderId,
    StoreRefund,
    StoreRefundId,
    Update,
    Verdict,
    WebhookRejected,
    __version__,
    build_lines,
    build_refund_lines,
    call_of,
    check_signature,
    decide,
    lines_left,
    plan_of,
)


def money() -> None:
    """An amount is whole minor units of a currency, and never a float."""
    amount = Money(29_900, "SEK")
    assert_type(amount.minor, int)
    assert_type(amount.currency, str)
    assert_type(amount.major(), Decimal)
    assert_type(amount + amount, Money)
    assert_type(-amount, Money)
    assert_type(amount < Money.zero("SEK"), bool)
    assert_type(Money.parse("299.00", "SEK"), Money)
    assert_type(Money.exact(Decimal(299), "SEK"), Money)
    assert_type(Money.zero("SEK"), Money)
    Money(299.0, "SEK")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Money(29_900)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    amount.minor = 1  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def decision(situation: Situation) -> None:
    """The decision and what surrounds it are functions of values."""
    assert_type(decide(situation), Plan)
    assert_type(decide(situation).hold, Hold | None)
    assert_type(decide(situation).in_step, bool)
    assert_type(situation.store, StoreOrder)
    assert_type(situation.klarna, KlarnaOrder | None)
    assert_type(situation.journal, Journal)
    assert_type(situation.policy, Policy)
    assert_type(lines_left(situation), tuple[LineLeft, ...])
    request = Request(command=Command.CAPTURE, amount=Money(1, "SEK"))
    assert_type(plan_of(situation, request, name="one"), Plan)
    assert_type(HoldCode("refund_ask"), HoldCode)
    decide(situation.store)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def lines(order: StoreOrder, refund: StoreRefund) -> None:
    """Order lines are built from what the shop has stored."""
    assert_type(order.lines, tuple[StoreLine, ...])
    assert_type(build_lines(order), tuple[OrderLine, ...])
    assert_type(build_refund_lines(order, refund), tuple[OrderLine, ...])
    line = build_lines(order)[0]
    assert_type(line.type, LineType)
    assert_type(line.total_amount, int)
    assert_type(line.lawful, bool)
    assert_type(order.lines[0].kind, LineKind)
    assert_type(refund.id, StoreRefundId)


def signature(body: bytes, secrets: Sequence[str]) -> None:
    """A signature is checked over the bytes as they came."""
    check_signature(body, signature="", secrets=secrets)
    check_signature("{}", signature="", secrets=[])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert_type(WebhookRejected(""), WebhookRejected)


def month(kvitt: Kvitt) -> None:
    """A month's books, and what differs in them."""
    november = Month(2026, 11)
    assert_type(Month.parse("2026-11"), Month | None)
    assert_type(kvitt.reconciliation(november, shop="My shop"), Reconciliation)
    assert_type(kvitt.reconciliation(november).books, tuple[Book, ...])
    for order, comparison in kvitt.differences(november):
        assert_type(order, OrderRef)
        assert_type(comparison, Comparison)
        assert_type(comparison.verdict, Verdict)
        assert_type(comparison.apart, Money | None)


def facade(kvitt: Kvitt) -> None:
    """Everything an operator can ask for, by an order that was found."""
    order = kvitt.order(1042, shop="My shop")
    assert_type(order, OrderRef)
    assert_type(kvitt.plan(order), Plan)
    assert_type(kvitt.situation(order), Situation)
    assert_type(kvitt.store_order(order), StoreOrder)
    assert_type(kvitt.klarna_order(order), KlarnaOrder | None)
    assert_type(kvitt.lines(order), tuple[LineLeft, ...])
    outcome = kvitt.capture(order, lines={"MUG-1": 1}, tracking=("SE1", "PostNord"))
    assert_type(outcome, Outcome)
    assert_type(outcome.key, UUID)
    assert_type(outcome.done, bool)
    assert_type(outcome.waiting, bool)
    assert_type(outcome.answer, Answer)
    assert_type(outcome.answer.state, AskState)
    assert_type(outcome.plan, Plan)
    assert_type(kvitt.refund(order, amount=Money(1, "SEK"), reason="Broken"), Outcome)
    assert_type(kvitt.refund(order, lines={17: 1}, return_fee=Money(1, "SEK")), Outcome)
    assert_type(kvitt.update(order, key=uuid4()), Outcome)
    assert_type(kvitt.cancel(order), Outcome)
    assert_type(kvitt.release(order), Outcome)
    assert_type(kvitt.extend(order), Outcome)
    assert_type(kvitt.resend(order, capture_id=CaptureId("one")), Outcome)
    assert_type(kvitt.due_date(order, days=14, fee=Money(2_000, "SEK")), Outcome)
    assert_type(kvitt.outcome(order, outcome.key), Answer)
    kvitt.capture(1042)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kvitt.capture(order, amount=299.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def facade_under_a_key(kvitt: Kvitt, order: OrderRef) -> None:
    """A request is reviewed, asked for under a key, and waited for."""
    request = Request(command=Command.RELEASE)
    review = kvitt.review(order, request)
    assert_type(review, Review)
    assert_type(review.plan, Plan)
    asked = kvitt.ask(order, request, key=uuid4(), patience=timedelta(seconds=5))
    assert_type(asked, Outcome)
    assert_type(kvitt.carry_out(order, review, key=uuid4()), Outcome)


def opening() -> None:
    """An installation is opened as a context manager, by the settings' own names."""
    with Kvitt.open(actor="erp", hooks=Hooks(), data_dir="/srv/kvitt") as kvitt:
        assert_type(kvitt, Kvitt)


def hooks() -> None:
    """A merchant's functions are held to what they are given and have to return."""

    def rename(line: OrderLine, order: StoreOrder) -> OrderLine | None:
        assert_type(order.number, str)
        return replace(line, name=line.name.upper())

    def capture(step: Capture, order: StoreOrder) -> Capture:
        assert_type(step.amount, Money)
        return replace(step, description=order.number)

    def update(step: Update, order: StoreOrder) -> Update:
        return replace(step, lines=build_lines(order))

    def refund(step: Refund, order: StoreOrder) -> Refund:
        return replace(step, lines=build_lines(order))

    Hooks(map_line=rename, before_capture=capture, before_update=update, before_refund=refund)
    Hooks(before_refund=capture)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def clients(now: datetime) -> None:
    """Both clients answer with the library's own values, and raise its own errors."""
    assert_type(PUBLIC_ONLY, AddressPolicy)
    with Http(policy=WITH_LOOPBACK) as http:
        klarna = KlarnaClient(
            http,
            credentials=KlarnaCredentials(username="K1", password="secret"),
            base_url="https://api.playground.klarna.com",
            environment="playground",
            account="K1",
        )
        shop = StoreClient(
            http,
            base_url="http://127.0.0.1/shop",
            credentials=StoreCredentials(consumer_key="ck_1", consumer_secret="cs_1"),
            now=lambda: now,
            nonce=lambda: "one",
        )
    assert_type(klarna.fetch_order(KlarnaOrderId("one")), KlarnaOrder)
    assert_type(shop.fetch_order(StoreOrderId(1042)), StoreOrder)
    klarna.fetch_order(StoreOrderId(1))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def calls(client: KlarnaClient, scope: Scope, step: Capture) -> None:
    """A step is sent under a key that follows from it."""
    intent = Intent(scope=scope, step=step)
    assert_type(intent.key, UUID)
    assert_type(call_of(intent), Call)
    assert_type(client.send(call_of(intent)), Receipt)
    assert_type(client.send(call_of(intent)).remote_id, str)


def errors() -> None:
    """Every error is one of the tree's, and says why by a code that does not change."""
    refusal = NotAllowedNow("no_order", "kvitt knows no order 1.")
    assert_type(refusal.code, str)
    found: list[KvittError] = [refusal, RemoteError("no"), ConfigurationError("no")]
    assert_type(found[0], KvittError)
    assert_type(RemoteError("no").status, int | None)
    version: str = __version__
    assert version
