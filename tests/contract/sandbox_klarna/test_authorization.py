"""Raising, lowering, extending and running out: klarna-api.md §7.3, §8.3 and §7 notes."""

import pytest

from contract.sandbox_klarna.till import Till, code_of

RAISABLE = [
    ("INVOICE", "SE", True),
    ("INVOICE_BUSINESS", "DE", True),
    ("ACCOUNT", "GB", True),
    ("DIRECT_DEBIT", "DE", True),
    ("INVOICE", "CH", False),
    ("FIXED_AMOUNT", "NO", True),
    ("FIXED_AMOUNT", "US", False),
    ("PAY_BY_CARD", "SE", False),
    ("SWISH", "SE", False),
]


@pytest.mark.parametrize(("method", "country", "allowed"), RAISABLE)
def test_which_authorizations_may_be_raised(
    till: Till, method: str, country: str, *, allowed: bool
) -> None:
    """The payment method, and for one the country, decides; a refusal keeps the old amount."""
    oid = till.place(1000, payment_method=method, country=country)

    answer = till.update(oid, 1200)

    assert code_of(answer) == ((204, "") if allowed else (403, "NOT_ALLOWED"))
    assert till.read(oid)["order_amount"] == (1200 if allowed else 1000)


def test_lowering_is_always_allowed(till: Till) -> None:
    """An authorization that cannot be raised can be lowered."""
    oid = till.place(1000, payment_method="PAY_BY_CARD")

    assert till.update(oid, 900).status_code == 204


def test_expiry_is_cut_to_midnight(till: Till) -> None:
    """28 days after creation, at midnight UTC, as in the recorded order."""
    assert till.read(till.place())["expires_at"] == "2026-02-12T00:00:00.000Z"


def test_an_authorization_runs_out_at_its_moment(till: Till) -> None:
    """A second before it is authorized, a second after it is expired with nothing left."""
    oid = till.place(1000)
    till.pass_time(days=27, hours=14, minutes=59, seconds=59)
    before = till.read(oid)
    till.pass_time(seconds=2)

    after = till.read(oid)

    assert before["status"] == "AUTHORIZED"
    assert (after["status"], after["remaining_authorized_amount"]) == ("EXPIRED", 0)


@pytest.mark.parametrize("outcome", ["CAPTURED", "EXPIRED"])
def test_a_part_captured_order_at_expiry(till: Till, outcome: str) -> None:
    """Nothing remains; whether it is called captured or expired is a switch."""
    till.books.switch("part_captured_expiry", outcome)
    oid = till.place(1000)
    till.capture(oid, 400)
    till.pass_time(days=28)

    order = till.read(oid)

    assert (order["status"], order["remaining_authorized_amount"]) == (outcome, 0)


def test_extending_counts_from_now(till: Till) -> None:
    """An extension is the account's period from now; again on the same day changes nothing."""
    oid = till.place()
    till.pass_time(days=10)
    till.act("POST", oid, "extend-authorization-time")
    once = till.read(oid)["expires_at"]
    till.act("POST", oid, "extend-authorization-time")

    assert once == till.read(oid)["expires_at"] == "2026-02-22T00:00:00.000Z"


def test_extending_ends_at_180_days(till: Till) -> None:
    """However often extended, an authorization ends 180 days after its creation."""
    oid = till.place()
    for _ in range(9):
        till.pass_time(days=20)
        till.act("POST", oid, "extend-authorization-time")

    assert till.read(oid)["expires_at"] == "2026-07-14T00:00:00.000Z"


@pytest.mark.parametrize(
    ("method", "country"), [("PAY_BY_CARD", "SE"), ("FIXED_SUM_CREDIT", "US")]
)
def test_methods_that_get_no_more_time(till: Till, method: str, country: str) -> None:
    """Pay now by card and American fixed-sum credit cannot be extended."""
    oid = till.place(payment_method=method, country=country)

    answer = till.act("POST", oid, "extend-authorization-time")

    assert code_of(answer) == (403, "NOT_ALLOWED")


def test_an_expired_order_may_close_later(till: Till) -> None:
    """By a switch, Klarna closes an expired order after some days."""
    till.books.switch("expired_closes_after_days", 7)
    oid = till.place()
    till.pass_time(days=29)
    expired = till.read(oid)["status"]
    till.pass_time(days=7)

    assert (expired, till.read(oid)["status"]) == ("EXPIRED", "CLOSED")


def test_an_order_of_the_past_has_aged(till: Till) -> None:
    """An order placed with a date two months ago has expired by now."""
    long_ago = till.clock.now().replace(year=2025, month=11)

    oid = till.place(created_at=long_ago)

    assert till.read(oid)["status"] == "EXPIRED"
