"""Our Klarna client against the sandbox's Klarna, which was written without knowing it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contract.klarna_counter import (
    ALL,
    CAPTURE,
    CAPTURE_PART,
    HALF,
    NOTHING,
    PART,
    START,
    Counter,
)
from kvitt.adapters.klarna.client import KlarnaCredentials
from kvitt.domain.errors import (
    KvittError,
    MalformedReply,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    RemoteError,
    RemoteFault,
    Unauthorized,
)
from kvitt.domain.ids import KlarnaOrderId, StoreRefundId
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.money import Money
from kvitt.domain.steps import (
    AddTracking,
    Cancel,
    Extend,
    Refund,
    Release,
    SetCustomer,
    SetReferences,
    Step,
    Update,
)
from kvitt.domain.store_order import Address
from kvitt.sandbox.klarna import (
    portal,
)


def test_an_order_is_read(counter: Counter) -> None:
    """Amounts, state and references are those Klarna has."""
    order = counter.look()

    assert order.status is KlarnaStatus.AUTHORIZED
    assert (order.order_amount, order.remaining, order.captured) == (ALL, ALL, NOTHING)
    assert (order.merchant_reference1, order.purchase_country) == ("1042", "SE")
    assert order.expires_at is not None
    assert order.expires_at > START


@pytest.mark.parametrize(
    "credentials",
    [
        KlarnaCredentials(password="klarna_test_api_x"),
        KlarnaCredentials(username="PK1_x", password="secret"),
    ],
)
def test_both_forms_of_credentials_are_let_in(
    counter: Counter, credentials: KlarnaCredentials
) -> None:
    """A bare key and a user name with its password open the same door."""
    client = counter.client_with(credentials)

    assert client.fetch_order(counter.order_id).order_amount == ALL


def test_a_capture_is_found_again_by_its_reference(counter: Counter) -> None:
    """The receipt's id, our reference and the references of the lines are on the order."""
    call = counter.call(CAPTURE)
    receipt = counter.client.send(call)
    order = counter.look()

    (capture,) = order.captures
    assert (capture.id, capture.reference) == (receipt.remote_id, call.reference)
    assert capture.line_references == ("MUG-1",)
    assert capture.klarna_reference.endswith("-1")
    assert order.status is KlarnaStatus.CAPTURED
    assert receipt.correlation_id


def test_a_call_sent_twice_is_carried_out_once(counter: Counter) -> None:
    """The same key gives the same receipt, and one capture."""
    call = counter.call(CAPTURE_PART)
    receipts = {counter.client.send(call).remote_id for _ in range(3)}

    assert len(receipts) == 1
    assert len(counter.look().captures) == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("timeout_before_commit", KvittError),
        ("timeout_after_commit", KvittError),
        ("reset_before_commit", OutcomeUnknown),
        ("reset_after_commit", OutcomeUnknown),
        ("http_409", RemoteFault),
        ("http_429", RateLimited),
        ("http_500", RemoteFault),
        ("http_502", RemoteFault),
        ("http_503", RemoteFault),
        ("http_504", RemoteFault),
        ("http_502_html", RemoteFault),
        ("http_500_after_commit", RemoteFault),
        ("http_503_after_commit", RemoteFault),
    ],
)
def test_whatever_fails_the_same_call_again_is_carried_out_once(
    counter: Counter, fault: str, error: type[KvittError]
) -> None:
    """The error leaves the outcome open, and repeating the call settles it."""
    call = counter.call(CAPTURE)
    counter.app.faults.add(fault, operation="create_capture")
    with pytest.raises(error):
        counter.client.send(call)
    receipt = counter.client.send(call)

    (capture,) = counter.look().captures
    assert capture.id == receipt.remote_id


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("truncated_body", OutcomeUnknown),
        ("reset_before_commit", OutcomeUnknown),
        ("http_403_html", NotAllowed),
        ("http_429", RateLimited),
        ("http_503_html", RemoteFault),
    ],
)
def test_a_look_that_fails_gives_no_half_an_order(
    counter: Counter, fault: str, error: type[RemoteError]
) -> None:
    """A broken answer is an error, never part of an order."""
    counter.app.faults.add(fault, operation="get_order")
    with pytest.raises(error):
        counter.look()

    assert counter.look().order_amount == ALL


def refund(counter: Counter) -> None:
    """Refund half of a captured order."""
    counter.send(CAPTURE)
    step = Refund(
        amount=PART,
        lines=(HALF,),
        store_refund_id=StoreRefundId(91),
        reason="",
        description="x",
    )
    receipt = counter.send(step)
    order = counter.look()

    (found,) = order.refunds
    assert (found.id, found.reference, found.description) == (receipt.remote_id, "1042|91", "x")
    assert order.captures[0].refunded == PART
    assert order.refundable == PART


def cancel(counter: Counter) -> None:
    """Cancel an order that nothing was captured of."""
    counter.send(Cancel(authorized=ALL, reason=""))

    assert counter.look().status is KlarnaStatus.CANCELLED


def update(counter: Counter) -> None:
    """Lower the amount and replace the lines."""
    step = Update(
        amount=PART, lines=(HALF,), amount_before=ALL, nth=0, fingerprint="f", reason=""
    )
    counter.send(step)

    order = counter.look()
    assert (order.order_amount, order.original_order_amount) == (PART, ALL)


def release(counter: Counter) -> None:
    """Give up what is left after a part capture."""
    counter.send(CAPTURE_PART)
    counter.send(Release(amount=PART, captured=PART, reason=""))

    assert counter.look().remaining == NOTHING


def extend(counter: Counter) -> None:
    """Ask for more time."""
    before = counter.look().expires_at
    counter.books.clock.set(datetime(2026, 12, 1, tzinfo=UTC))
    counter.send(Extend(amount=ALL, expires_at=START, reason=""))
    after = counter.look().expires_at

    assert before is not None
    assert after is not None
    assert after > before


def references(counter: Counter) -> None:
    """Give the order another number."""
    step = SetReferences(
        amount=ALL, merchant_reference1="A-1", merchant_reference2="", nth=0, reason=""
    )
    counter.send(step)

    assert counter.look().merchant_reference1 == "A-1"


def customer(counter: Counter) -> None:
    """Send the goods elsewhere."""
    address = Address(city="Malmö", postal_code="21122", country="SE")
    counter.send(SetCustomer(amount=ALL, address=address, nth=0, reason=""))

    record = counter.books.order(counter.order_id)
    assert record is not None
    assert "Malmö" in str(record.shipping_address)


def tracking(counter: Counter) -> None:
    """Add a parcel to a capture and one to the order."""
    made = counter.send(CAPTURE).remote_id
    parcel = AddTracking(
        amount=ALL, capture_id=None, tracking_number="SE1", tracking_company="dhl", reason=""
    )
    call = counter.call(parcel)
    counter.client.send(call)
    on_capture = replace(parcel, capture_id=counter.look().captures[0].id)
    counter.client.send(counter.call(on_capture))

    record = counter.books.order(counter.order_id)
    assert record is not None
    assert "SE1" in str(record.shipping_info)
    assert "SE1" in str(record.captures[0].shipping_info)
    assert record.captures[0].capture_id == made


@pytest.mark.parametrize(
    "scene", [refund, cancel, update, release, extend, references, customer, tracking]
)
def test_every_kind_of_call_does_at_klarna_what_it_says(
    counter: Counter, scene: Callable[[Counter], None]
) -> None:
    """Klarna takes the call with strict sums, and its order shows the effect."""
    scene(counter)


def test_a_capture_in_the_portal_is_read(counter: Counter) -> None:
    """What somebody does at Klarna is on the order, with no reference of ours."""
    portal.capture(counter.books, counter.order_id, amount=PART.minor)

    order = counter.look()
    assert (order.status, order.captured) == (KlarnaStatus.PART_CAPTURED, PART)


def refused(counter: Counter, step: Step, code: str) -> None:
    """Expect the step to be refused with Klarna's code."""
    with pytest.raises(NotAllowed) as caught:
        counter.send(step)

    assert caught.value.code == code
    assert caught.value.correlation_id


def test_refusals_keep_klarnas_code(counter: Counter) -> None:
    """Each refusal of the state names itself, and nothing is moved."""
    refund_early = Refund(amount=PART, lines=(), store_refund_id=StoreRefundId(1), reason="")
    refused(counter, refund_early, "REFUND_NOT_ALLOWED")
    refused(counter, Release(amount=ALL, captured=NOTHING, reason=""), "NOT_ALLOWED")
    too_much = replace(CAPTURE, amount=Money(25001, "SEK"), lines=())
    refused(counter, too_much, "CAPTURE_NOT_ALLOWED")
    counter.send(CAPTURE)
    refused(counter, Cancel(authorized=ALL, reason=""), "CANCEL_NOT_ALLOWED")

    assert counter.look().captured == ALL


def test_an_unknown_order_is_not_found(counter: Counter) -> None:
    """An order of another merchant or region is unknown here."""
    with pytest.raises(NotFound) as caught:
        counter.client.fetch_order(KlarnaOrderId("48ab3d6b-e3b5-1f2b-8544-0469e87e9e1e"))

    assert caught.value.code == "NO_SUCH_ORDER"


def test_a_wrong_key_is_unauthorized(counter: Counter) -> None:
    """Klarna's HTML page for strangers is a setting to mend."""
    client = counter.client_with(KlarnaCredentials(password="klarna_test_api_wrong"))
    with pytest.raises(Unauthorized):
        client.fetch_order(counter.order_id)


def test_a_body_that_does_not_add_up_is_refused_in_strict_mode(counter: Counter) -> None:
    """The sandbox checks the sums of what we send, so that our lines are held to them."""
    wrong = replace(CAPTURE, lines=(HALF,))
    with pytest.raises(RemoteError) as caught:
        counter.send(wrong)

    assert not isinstance(caught.value, MalformedReply)
    assert caught.value.status == 422
    assert counter.look().captures == ()
