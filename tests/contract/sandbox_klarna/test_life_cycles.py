"""The life-cycle facts of klarna-api.md §16.3, item 4, which held on a real playground."""

from contract.sandbox_klarna.till import USER, Till, code_of
from kvitt.sandbox.klarna import Purchase


def test_half_captured_then_released(till: Till) -> None:
    """Capturing 5 of 10 is a part capture, and releasing the rest completes it."""
    oid = till.place(10)
    till.capture(oid, 5)
    assert till.read(oid)["status"] == "PART_CAPTURED"

    till.act("POST", oid, "release-remaining-authorization")

    order = till.read(oid)
    assert (order["status"], order["captured_amount"]) == ("CAPTURED", 5)
    assert order["remaining_authorized_amount"] == 0


def test_release_without_capture(till: Till) -> None:
    """There is no rest to release before something was captured."""
    oid = till.place(10)

    refused = till.act("POST", oid, "release-remaining-authorization")

    assert code_of(refused) == (403, "NOT_ALLOWED")


def test_cancel_after_capture(till: Till) -> None:
    """A captured order cannot be cancelled and stays captured."""
    oid = till.place(10)
    till.capture(oid, 10)

    refused = till.act("POST", oid, "cancel")

    assert code_of(refused) == (403, "CANCEL_NOT_ALLOWED")
    assert till.read(oid)["status"] == "CAPTURED"


def test_full_refund_stays_captured(till: Till) -> None:
    """Giving everything back leaves the order captured, with the refund listed."""
    oid = till.place(10)
    till.capture(oid, 10)
    till.refund(oid, 10)

    order = till.read(oid)

    assert (order["status"], order["refunded_amount"]) == ("CAPTURED", 10)
    assert [refund["refunded_amount"] for refund in order["refunds"]] == [10]


def test_acknowledge_keeps_authorized(till: Till) -> None:
    """Acknowledging an order does not change its status."""
    oid = till.place(10)

    answer = till.act("POST", oid, "acknowledge")

    assert answer.status_code == 204
    assert till.read(oid)["status"] == "AUTHORIZED"


def test_extending_succeeds(till: Till) -> None:
    """An authorization can be extended."""
    oid = till.place(10)
    till.pass_time(days=3)

    answer = till.act("POST", oid, "extend-authorization-time")

    assert answer.status_code == 204
    assert till.read(oid)["expires_at"] == "2026-02-15T00:00:00.000Z"


def test_pending_email(till: Till) -> None:
    """An e-mail with a review suffix gives an authorized order under review."""
    address = {"email": "ann+pend-accept-10@example.com"}
    oid = till.books.place_order(
        Purchase(merchant_id=USER, order_amount=10, billing_address=address)
    )

    order = till.read(oid)

    assert (order["status"], order["fraud_status"]) == ("AUTHORIZED", "PENDING")


def test_a_whole_life(till: Till) -> None:
    """A part, the rest, a refund, and no more than was captured."""
    oid = till.place(1000)
    assert till.capture(oid, 400).status_code == 201
    assert till.capture(oid, 600).status_code == 201
    assert till.refund(oid, 1000).status_code == 201

    assert code_of(till.refund(oid, 1)) == (403, "REFUND_NOT_ALLOWED")
    captures = till.read(oid)["captures"]
    reference = till.read(oid)["klarna_reference"]
    assert [c["klarna_reference"] for c in captures] == [f"{reference}-1", f"{reference}-2"]
