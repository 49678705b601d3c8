"""Fraud reviews and their notifications: klarna-api.md §9.4 and §10."""

import pytest

from contract.sandbox_klarna.till import Till

URL = "https://shop.example/notify?order={order.id}"


def _reviewed(till: Till, outcome: str, minutes: int = 10) -> str:
    email = f"ann+pend-{outcome}-{minutes}@example.com"
    return till.place(billing_address={"email": email}, notification_url=URL)


@pytest.mark.parametrize(
    ("outcome", "status"), [("accept", "ACCEPTED"), ("reject", "REJECTED")]
)
def test_a_review_ends_by_itself(till: Till, outcome: str, status: str) -> None:
    """The e-mail says how the review ends, and the shop is told when it does."""
    oid = _reviewed(till, outcome)
    till.pass_time(minutes=9)
    early = (till.read(oid)["fraud_status"], list(till.heard))
    till.pass_time(minutes=1)

    told = {"order_id": oid, "event_type": f"FRAUD_RISK_{status}"}
    assert early == ("PENDING", [])
    assert till.read(oid)["fraud_status"] == status
    assert till.heard == [(URL.replace("{order.id}", oid), told)]


def test_a_decision_by_hand(till: Till) -> None:
    """The control interface can end a review, which also tells the shop."""
    oid = _reviewed(till, "accept")

    till.sim("POST", f"/orders/{oid}/fraud", {"decision": "STOPPED"})

    assert till.read(oid)["fraud_status"] == "STOPPED"
    assert [body["event_type"] for _, body in till.heard] == ["FRAUD_RISK_STOPPED"]


def test_told_again_until_heard(till: Till) -> None:
    """An unanswered notification comes again after ten minutes, until it is answered 200."""
    till.listens[:] = [500, 500, 200]
    _reviewed(till, "accept")
    for _ in range(6):
        till.pass_time(minutes=10)

    assert len(till.heard) == 3


def test_told_for_a_day(till: Till) -> None:
    """After 24 hours without an answer Klarna gives up."""
    till.listens[:] = [500]
    _reviewed(till, "accept")
    for _ in range(200):
        till.pass_time(minutes=10)

    notice = till.sim("GET", "/notices").get_json()["notices"][0]
    assert notice["done"]
    assert len(till.heard) == notice["attempts"] == 145


def test_a_late_yes_does_not_revive(till: Till) -> None:
    """An order cancelled during its review stays cancelled when it is accepted."""
    oid = _reviewed(till, "accept")
    till.act("POST", oid, "cancel")
    till.pass_time(minutes=10)

    order = till.read(oid)

    assert (order["status"], order["fraud_status"]) == ("CANCELLED", "ACCEPTED")


def test_a_notification_can_be_doubled_or_untrue(till: Till) -> None:
    """The control interface sends any notification, whatever the order says."""
    oid = till.place(notification_url=URL)

    till.sim("POST", f"/orders/{oid}/notify", {"event_type": "FRAUD_RISK_REJECTED"})

    assert [body["event_type"] for _, body in till.heard] == ["FRAUD_RISK_REJECTED"]
    assert till.read(oid)["fraud_status"] == "ACCEPTED"


def test_a_timestamp_by_a_switch(till: Till) -> None:
    """§17, row 11: the time of the decision is left out unless switched on."""
    till.books.switch("notification_timestamp", value=True)
    _reviewed(till, "accept")
    till.pass_time(minutes=10)

    assert till.heard[0][1]["timestamp"] == "2026-01-15T09:10:00.000Z"


def test_nobody_home(till: Till) -> None:
    """A shop that cannot be reached has not heard."""
    till.unreachable = True
    _reviewed(till, "accept")
    till.pass_time(minutes=10)

    notice = next(iter(till.books.notices))
    assert (notice.attempts, notice.done) == (1, False)
