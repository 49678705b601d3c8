"""What is done for a customer after a capture, against the sandbox's Klarna."""

import pytest

from contract.klarna_counter import CAPTURE_PART, NOTHING, PART, Counter
from kvitt.domain.errors import NotAllowed, NotFound
from kvitt.domain.ids import CaptureId
from kvitt.domain.steps import ExtendDueDate, Resend


def test_the_customers_message_is_sent_again_once(counter: Counter) -> None:
    """One request, however often it is sent, is one message about that capture."""
    capture_id = CaptureId(counter.send(CAPTURE_PART).remote_id)
    call = counter.call(Resend(amount=PART, capture_id=capture_id, request="1", reason=""))

    receipts = [counter.client.send(call) for _ in range(2)]

    known = counter.books.order(counter.order_id)
    assert known is not None
    assert [made.send_outs for made in known.captures] == [1]
    assert [receipt.status for receipt in receipts] == [204, 204]


def test_a_due_date_is_moved_by_days_that_klarna_offers(counter: Counter) -> None:
    """The fee is read first; the days it belongs to are given once."""
    capture_id = CaptureId(counter.send(CAPTURE_PART).remote_id)
    offer = counter.client.fetch_due_date_options(counter.order_id, capture_id)[0]
    step = ExtendDueDate(
        amount=PART,
        capture_id=capture_id,
        number_of_days=offer.number_of_days,
        fee=offer.fee,
        request="1",
        reason="",
    )
    call = counter.call(step)

    for _ in range(2):
        counter.client.send(call)

    known = counter.books.order(counter.order_id)
    assert known is not None
    assert [made.extended_days for made in known.captures] == [offer.number_of_days]
    assert (offer.fee.currency, offer.fee > NOTHING) == ("SEK", True)


def test_days_that_klarna_does_not_offer_are_refused(counter: Counter) -> None:
    """Klarna gives no other days, and says so in a way that is certain."""
    capture_id = CaptureId(counter.send(CAPTURE_PART).remote_id)
    step = ExtendDueDate(
        amount=PART,
        capture_id=capture_id,
        number_of_days=3,
        fee=NOTHING,
        request="1",
        reason="",
    )

    with pytest.raises(NotAllowed):
        counter.send(step)


def test_due_dates_of_an_unknown_capture_are_not_found(counter: Counter) -> None:
    """A capture that Klarna does not know has no offers: it is not found."""
    with pytest.raises(NotFound):
        counter.client.fetch_due_date_options(counter.order_id, CaptureId("nobody"))
