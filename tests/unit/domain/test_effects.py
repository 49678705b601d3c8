"""What a call that succeeded has done to Klarna's half."""

from dataclasses import replace

import pytest

from kvitt.domain import effects, safety
from kvitt.domain.errors import LinesDoNotAddUp, MoreThanAuthorized, MoreThanCaptured
from kvitt.domain.klarna_order import KlarnaOrder, KlarnaStatus
from kvitt.domain.line_builder import build_lines
from kvitt.domain.steps import (
    AddTracking,
    Cancel,
    Capture,
    Extend,
    Refund,
    Release,
    SetCustomer,
    SetReferences,
    Step,
    Update,
)
from kvitt.domain.store_order import Address
from unit.domain.orders import NOW, TOTAL, authorized, captured, order, sek

LINES = build_lines(order())


def capture(amount: int = TOTAL, before: int = 0, lines: bool = False) -> Capture:
    return Capture(
        amount=sek(amount),
        lines=LINES if lines else (),
        captured_before=sek(before),
        reason="",
    )


def refund(amount: int, lines: bool = False) -> Refund:
    return Refund(
        amount=sek(amount),
        lines=LINES if lines else (),
        store_refund_id=None,
        reason="",
        request="r",
    )


def update(amount: int, lines: bool = False) -> Update:
    return Update(
        amount=sek(amount),
        lines=LINES if lines else (),
        amount_before=sek(TOTAL),
        nth=0,
        fingerprint="f",
        reason="",
    )


def after(klarna: KlarnaOrder, step: Step) -> KlarnaOrder:
    return effects.carried_out(klarna, step, remote_id="R", reference="1042|x", at=NOW)


@pytest.mark.parametrize(
    ("klarna", "step", "status", "remaining", "taken", "back"),
    [
        pytest.param(
            authorized(),
            Cancel(authorized=sek(TOTAL), reason=""),
            KlarnaStatus.CANCELLED,
            0,
            0,
            0,
            id="cancelled",
        ),
        pytest.param(
            authorized(), capture(), KlarnaStatus.CAPTURED, 0, TOTAL, 0, id="captured in full"
        ),
        pytest.param(
            authorized(),
            capture(10_000),
            KlarnaStatus.PART_CAPTURED,
            14_898,
            10_000,
            0,
            id="captured in part",
        ),
        pytest.param(
            captured(10_000),
            Release(amount=sek(14_898), captured=sek(10_000), reason=""),
            KlarnaStatus.CAPTURED,
            0,
            10_000,
            0,
            id="the rest released",
        ),
        pytest.param(
            authorized(), update(9_999), KlarnaStatus.AUTHORIZED, 9_999, 0, 0, id="lowered"
        ),
        pytest.param(
            captured(10_000),
            update(10_000),
            KlarnaStatus.CAPTURED,
            0,
            10_000,
            0,
            id="lowered to what was captured",
        ),
        pytest.param(
            captured(), refund(2_500), KlarnaStatus.CAPTURED, 0, TOTAL, 2_500, id="refunded"
        ),
    ],
)
def test_effect(
    klarna: KlarnaOrder,
    step: Step,
    status: KlarnaStatus,
    remaining: int,
    taken: int,
    back: int,
) -> None:
    """The state and the sums after a call are those of klarna-api.md §7."""
    now = after(klarna, step)

    assert (now.status, now.remaining) == (status, sek(remaining))
    assert (now.captured, now.refunded) == (sek(taken), sek(back))


def test_a_capture_bears_its_invoice_number() -> None:
    """A capture's Klarna reference is the order's with its number, as Klarna gives it."""
    made = after(captured(10_000), capture(14_898, 10_000, lines=True)).captures[-1]

    assert (made.id, made.klarna_reference, made.reference) == ("R", "K4MADNY-2", "1042|x")
    assert made.line_references == ("MUG-1", "flat_rate:3")


def test_an_invoice_number_is_not_made_up() -> None:
    """Where Klarna's order has no reference, neither has its capture."""
    nameless = authorized(klarna_reference="")

    assert after(nameless, capture()).captures[0].klarna_reference == ""


def test_a_new_expiry_date_is_unknown_until_it_is_read() -> None:
    """Klarna alone knows the new date, so none is assumed."""
    step = Extend(amount=sek(TOTAL), expires_at=NOW, reason="")

    assert after(authorized(), step).expires_at is None


def test_references_are_set() -> None:
    """Klarna's order bears the references that were sent."""
    step = SetReferences(
        amount=sek(TOTAL), merchant_reference1="7", merchant_reference2="8", nth=0, reason=""
    )
    now = after(authorized(), step)

    assert (now.merchant_reference1, now.merchant_reference2) == ("7", "8")


def test_tracking_is_on_its_capture() -> None:
    """The parcel is on the capture it was announced for, and on no other."""
    both = after(captured(10_000), capture(14_898, 10_000))
    step = AddTracking(
        amount=sek(1),
        capture_id=both.captures[1].id,
        tracking_number="SE1",
        tracking_company="",
        reason="",
    )

    assert [made.tracking for made in after(both, step).captures] == [(), ("SE1",)]


def test_an_address_changes_nothing_we_look_at() -> None:
    """Klarna's order as we read it has no address."""
    step = SetCustomer(amount=sek(1), address=Address(city="Lund"), nth=0, reason="")

    assert after(authorized(), step) == authorized()
    assert step.body("") == {"shipping_address": {"city": "Lund"}}


@pytest.mark.parametrize(
    ("step", "klarna", "refusal"),
    [
        pytest.param(capture(), captured(10_000), MoreThanAuthorized, id="capture too large"),
        pytest.param(refund(TOTAL + 1), captured(), MoreThanCaptured, id="refund too large"),
        pytest.param(
            capture(10_000, lines=True), authorized(), LinesDoNotAddUp, id="lines of a capture"
        ),
        pytest.param(
            refund(10_000, lines=True), captured(), LinesDoNotAddUp, id="lines of a refund"
        ),
        pytest.param(
            update(10_000, lines=True), authorized(), LinesDoNotAddUp, id="lines of an update"
        ),
    ],
)
def test_unsafe(step: Step, klarna: KlarnaOrder, refusal: type[Exception]) -> None:
    """A step that would move more than it may is not sent."""
    with pytest.raises(refusal) as raised:
        safety.check_step(step, klarna)

    assert "None" not in str(raised.value)


@pytest.mark.parametrize(
    ("step", "klarna"),
    [
        pytest.param(capture(lines=True), authorized(), id="capture"),
        pytest.param(refund(TOTAL, lines=True), captured(), id="refund"),
        pytest.param(update(TOTAL, lines=True), authorized(), id="update"),
        pytest.param(Cancel(authorized=sek(TOTAL), reason=""), authorized(), id="cancel"),
    ],
)
def test_safe(step: Step, klarna: KlarnaOrder) -> None:
    """A step within its bounds passes the last look, and its lines are its amount."""
    safety.check_step(step, klarna)

    assert all(line.lawful for line in getattr(step, "lines", ()))


def test_a_line_knows_when_it_is_wrong() -> None:
    """A total that the price does not come to, or a tax that is off, is not lawful."""
    mug = LINES[0]

    assert mug.lawful
    assert not replace(mug, total_amount=1).lawful
    assert not replace(mug, total_tax_amount=1).lawful
    assert not replace(mug, unit_price=9_000, total_discount_amount=-1_998).lawful
