"""klarna-api.md §7.1, row by row: what each operation answers in each status."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from contract.sandbox_klarna.till import ORDERS, Till, code_of, line

STATUSES = ("AUTHORIZED", "PART_CAPTURED", "CAPTURED", "CANCELLED", "EXPIRED", "CLOSED")
OK = (204, "")
NOT_ALLOWED = (403, "NOT_ALLOWED")
NO_CANCEL = (403, "CANCEL_NOT_ALLOWED")
NO_CAPTURE = (403, "CAPTURE_NOT_ALLOWED")
NO_REFUND = (403, "REFUND_NOT_ALLOWED")


def _bring_to(till: Till, status: str) -> str:
    """Return an order of 1000 in a status, reached as a merchant would reach it."""
    oid = till.place(1000)
    if status == "PART_CAPTURED":
        till.capture(oid, 400)
    elif status == "CAPTURED":
        till.capture(oid, 1000)
    elif status == "CANCELLED":
        till.act("POST", oid, "cancel")
    elif status == "EXPIRED":
        till.pass_time(days=29)
    elif status == "CLOSED":
        till.sim("POST", f"/orders/{oid}/status", {"status": "CLOSED"})
    assert till.read(oid)["status"] == status
    return oid


def _capture_of(till: Till, oid: str) -> str:
    captures = till.read(oid)["captures"]
    return str(captures[0]["capture_id"]) if captures else "no-such-capture"


SHIPMENT = {"shipping_info": [{"tracking_number": "1"}]}
Call = Callable[[Till, str], TestResponse]
CALLS: dict[str, Call] = {
    "get": lambda t, o: t.call("GET", f"{ORDERS}/{o}"),
    "acknowledge": lambda t, o: t.act("POST", o, "acknowledge"),
    "update": lambda t, o: t.update(o, 1000, order_lines=[line()]),
    "references": lambda t, o: t.act(
        "PATCH", o, "merchant-references", {"merchant_reference1": "7"}
    ),
    "address": lambda t, o: t.act(
        "PATCH", o, "customer-details", {"shipping_address": {"city": "Umeå"}}
    ),
    "shipping info": lambda t, o: t.act("POST", o, "shipping-info", SHIPMENT),
    "extend": lambda t, o: t.act("POST", o, "extend-authorization-time"),
    "cancel": lambda t, o: t.act("POST", o, "cancel"),
    "release": lambda t, o: t.act("POST", o, "release-remaining-authorization"),
    "capture": lambda t, o: t.capture(o, 100),
    "refund": lambda t, o: t.refund(o, 100),
    "parcel of a capture": lambda t, o: t.act(
        "POST", o, f"captures/{_capture_of(t, o)}/shipping-info", SHIPMENT
    ),
    "send-out": lambda t, o: t.act("POST", o, f"captures/{_capture_of(t, o)}/trigger-send-out"),
}
_YES = [(200, "")] * 6
_FINE = [OK] * 6
TABLE: dict[str, list[tuple[int, str]]] = {
    "get": _YES,
    "acknowledge": [OK, OK, OK, NOT_ALLOWED, NOT_ALLOWED, NOT_ALLOWED],
    "update": [OK, OK, NOT_ALLOWED, NOT_ALLOWED, NOT_ALLOWED, NOT_ALLOWED],
    "references": [OK, OK, OK, NOT_ALLOWED, OK, OK],
    "address": [OK, OK, NOT_ALLOWED, NOT_ALLOWED, NOT_ALLOWED, NOT_ALLOWED],
    "shipping info": _FINE,
    "extend": [OK, OK, NOT_ALLOWED, NOT_ALLOWED, NOT_ALLOWED, NOT_ALLOWED],
    "cancel": [OK, NO_CANCEL, NO_CANCEL, NO_CANCEL, NO_CANCEL, NO_CANCEL],
    "release": [NOT_ALLOWED, OK, NOT_ALLOWED, NOT_ALLOWED, NOT_ALLOWED, NOT_ALLOWED],
    "capture": [(201, ""), (201, ""), NO_CAPTURE, NO_CAPTURE, NO_CAPTURE, NO_CAPTURE],
    "refund": [NO_REFUND, (201, ""), (201, ""), NO_REFUND, NO_REFUND, NO_REFUND],
    "parcel of a capture": [NOT_ALLOWED, OK, OK, NOT_ALLOWED, NOT_ALLOWED, NOT_ALLOWED],
    "send-out": [NOT_ALLOWED, OK, OK, NOT_ALLOWED, NOT_ALLOWED, NOT_ALLOWED],
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("operation", TABLE)
def test_each_operation_in_each_status(till: Till, operation: str, status: str) -> None:
    """Each operation answers as the table says, and a refusal changes nothing."""
    oid = _bring_to(till, status)
    before = till.read(oid)

    answer = CALLS[operation](till, oid)

    assert code_of(answer) == TABLE[operation][STATUSES.index(status)]
    if answer.status_code >= 400:
        assert till.read(oid) == before


def test_an_expired_order_with_captures_may_be_refunded(till: Till) -> None:
    """What was captured before the authorization ran out can still be given back."""
    till.books.switch("part_captured_expiry", "EXPIRED")
    oid = till.place(1000)
    till.capture(oid, 400)
    till.pass_time(days=29)

    answer = till.refund(oid, 400)

    assert till.read(oid)["status"] == "EXPIRED"
    assert answer.status_code == 201


def test_a_review_forbids_capturing(till: Till) -> None:
    """Nothing can be captured while the fraud review is going on."""
    oid = till.place(1000)
    till.sim("POST", f"/orders/{oid}/fraud", {"decision": "PENDING"})

    assert code_of(till.capture(oid, 100)) == NO_CAPTURE


def test_a_rejected_order_may_be_captured_for_four_hours(till: Till) -> None:
    """The merchant may take the risk of a rejected order, until Klarna cancels it."""
    taken, left = till.place(1000), till.place(1000)
    for oid in (taken, left):
        till.sim("POST", f"/orders/{oid}/fraud", {"decision": "REJECTED"})
    till.pass_time(hours=3)

    answer = till.capture(taken, 1000)
    till.pass_time(hours=2)

    assert answer.status_code == 201
    assert till.read(taken)["status"] == "CAPTURED"
    assert till.read(left)["status"] == "CANCELLED"
