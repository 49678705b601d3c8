"""Return fees: what the refund form lets a shop keep while the reference plugin is on."""

from decimal import Decimal

import pytest

from contract.sandbox_shop.plugin_stage import Klarna, note_of, with_plugin
from contract.sandbox_shop.stage import Stage
from kvitt.sandbox.shop.desk import RefundLine, RefundRequest
from kvitt.sandbox.shop.gateway import HandedOver, Refusing
from kvitt.sandbox.shop.records import Refund
from kvitt.sandbox.shop.returnfees import ReturnFee

CAPTURED = [{"key": "_wc_klarna_capture_id", "value": "c"}]
FEE = ReturnFee(amount=Decimal(50), tax=Decimal("12.5"), rate_id=1)


def _refunded(stage: Stage, klarna: Klarna, fee: ReturnFee, *, amount: int = 125) -> Refund:
    order_id = with_plugin(stage, klarna, billing={"country": "SE"}, meta_data=CAPTURED)
    line = stage.desk.bench.order(order_id).lines[0]
    back = RefundLine(item_id=line.id, quantity=1, total=Decimal(100), taxes={1: Decimal(25)})
    request = RefundRequest(
        amount=Decimal(amount), lines=(back,), through_gateway=True, fee=fee
    )
    return stage.desk.create_refund(order_id, request)


def test_a_fee_is_kept(stage: Stage) -> None:
    """§3.6 R8: 125.00 less a fee of 50.00 and its tax of 12.50 is 62.50."""
    klarna = Klarna(status="CAPTURED")
    refund = _refunded(stage, klarna, FEE)

    body = klarna.calls[-1].body or {}
    assert body["refunded_amount"] == 6250
    assert [line["total_amount"] for line in body["order_lines"]] == [12500, -6250]
    assert body["order_lines"][1] == {
        "type": "return_fee",
        "name": "Return fee",
        "quantity": 1,
        "unit_price": -6250,
        "tax_rate": 2500,
        "total_amount": -6250,
        "total_tax_amount": -1250,
    }
    assert note_of(stage, refund.order_id, "62,50&nbsp;")
    assert note_of(stage, refund.order_id, "return fee of ")


def test_what_rest_shows_of_it(stage: Stage) -> None:
    """The refund has the lower amount, a positive fee item, and the mark."""
    refund = _refunded(stage, Klarna(status="CAPTURED"), FEE)

    shown = stage.call("GET", f"orders/{refund.order_id}/refunds/{refund.id}").get_json()

    (fee,) = shown["fee_lines"]
    assert shown["amount"] == "62.50"
    assert (fee["name"], fee["total"], fee["total_tax"]) == ("Return Fee", "50.00", "12.50")
    metas = {meta["key"]: meta["value"] for meta in shown["meta_data"]}
    told = {"amount": "50", "tax_amount": "12.5", "tax_rate_id": 1}
    assert metas["_klarna_return_fees"] == told


def test_a_full_refund_with_a_fee_ends_the_order(stage: Stage) -> None:
    """The order becomes refunded, and no second refund is booked for what was kept."""
    refund = _refunded(stage, Klarna(status="CAPTURED"), FEE)

    assert stage.desk.bench.order(refund.order_id).status == "refunded"
    assert [r.id for r in stage.books.refunds(refund.order_id)] == [refund.id]


def test_part_of_an_order_stays_partly_refunded(stage: Stage) -> None:
    """With something left beside refund and fee the order keeps its status."""
    refund = _refunded(stage, Klarna(status="CAPTURED"), FEE, amount=100)

    assert stage.desk.bench.order(refund.order_id).status == "processing"
    assert refund.type == "partial"


@pytest.mark.parametrize("tax", ["0", "5"])
def test_a_fee_of_tax_alone_is_dropped(stage: Stage, tax: str) -> None:
    """Without an amount before tax there is no fee at all."""
    fee = ReturnFee(amount=Decimal(0), tax=Decimal(tax), rate_id=1)
    klarna = Klarna(status="CAPTURED")
    refund = _refunded(stage, klarna, fee)

    assert (refund.amount, refund.fees) == (Decimal(125), ())
    assert len((klarna.calls[-1].body or {})["order_lines"]) == 1


@pytest.mark.parametrize(
    ("method", "country", "captured", "offered"),
    [
        ("klarna_payments", "SE", True, True),
        ("kco", "NL", True, True),
        ("klarna_payments", "US", True, False),
        ("klarna_payments", "SE", False, False),
        ("bacs", "SE", True, False),
    ],
)
def test_when_the_form_asks_for_a_fee(
    method: str, country: str, captured: bool, offered: bool, stage: Stage
) -> None:
    """Klarna's orders that the plugin captured, in countries that know the fee."""
    order_id = with_plugin(
        stage,
        Klarna(),
        payment_method=method,
        billing={"country": country},
        meta_data=CAPTURED if captured else [],
    )
    order = stage.desk.bench.order(order_id)

    assert stage.desk.gateway.takes_return_fee(order) is offered
    assert not HandedOver().takes_return_fee(order)
    assert not Refusing().takes_return_fee(order)
