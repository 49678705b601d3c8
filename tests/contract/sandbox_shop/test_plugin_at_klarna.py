"""The reference plugin at the practice Klarna itself, not at a stand-in."""

from decimal import Decimal

from contract.sandbox_klarna.till import Till
from contract.sandbox_shop.stage import Stage
from kvitt.sandbox import plugin_line
from kvitt.sandbox.shop import kom
from kvitt.sandbox.shop.desk import RefundLine, RefundRequest
from kvitt.sandbox.shop.returnfees import ReturnFee


def test_a_captured_order_is_refunded_less_a_fee(stage: Stage) -> None:
    """Klarna takes the plugin's lines and its return fee, and books what is left of it."""
    till = Till()
    kom.activate(stage.desk, plugin_line.to(till.app, "PK12345_demo"))
    klarna_id = till.place(12500)
    fields = {"payment_method": "klarna_payments", "transaction_id": klarna_id}
    order_id = int(stage.mug(**fields, billing={"country": "SE"})["id"])
    stage.desk.set_status(order_id, "completed")
    line = stage.desk.bench.order(order_id).lines[0]
    back = RefundLine(item_id=line.id, quantity=1, total=Decimal(100), taxes={1: Decimal(25)})
    fee = ReturnFee(amount=Decimal(8), tax=Decimal(2), rate_id=1)
    request = RefundRequest(amount=Decimal(125), lines=(back,), through_gateway=True, fee=fee)

    refund = stage.desk.create_refund(order_id, request)

    order = till.read(klarna_id)
    (made,) = order["refunds"]
    assert (order["captured_amount"], order["refunded_amount"]) == (12500, 11500)
    assert made["reference"] == f"{order_id}|{refund.id}"
    assert [sent["type"] for sent in made["order_lines"]] == ["physical", "return_fee"]
