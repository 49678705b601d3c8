import pytest

from contract.sandbox_shop.plugin_stage import Klarna, note_of, with_plugin
from contract.sandbox_shop.stage import Json, Stage
from kvitt.sandbox.shop.komcalls import KlarnaReply
from kvitt.sandbox.shop.records import Item


def test_a_refund_needs_the_plugins_own_mark(stage: Stage) -> None:
    """Without the capture meta a refund is a 500 and leaves nothing."""
    order_id = with_plugin(stage, Klarna(status="CAPTURED"))

    refused = stage.call("POST", f"orders/{order_id}/refunds", {"amount": "25.00"})

    assert refused.status_code == 500
    assert "has not been captured" in refused.get_json()["message"]
    assert stage.books.refunds(order_id) == []


def test_a_refund_by_line_is_sent_and_marked_as_paid(stage: Stage) -> None:
    """Reference, amount and lines are the plugin's, and the refund says it was paid."""
    klarna = Klarna(status="CAPTURED")
    order_id = with_plugin(
        stage, klarna, meta_data=[{"key": "_wc_klarna_capture_id", "value": "c"}]
    )
    line = stage.desk.bench.order(order_id).lines[0]
    entry = {"id": line.id, "quantity": 1, "refund_total": 100, "refund_tax": _tax(25)}
    body = {"reason": "fel färg", "line_items": [entry]}

    refund = stage.call("POST", f"orders/{order_id}/refunds", body).get_json()

    sent = klarna.calls[-1].body or {}
    assert refund["refunded_payment"] is True
    assert sent["reference"] == f"{order_id}|{refund['id']}"
    assert (sent["refunded_amount"], sent["description"]) == (12500, "fel färg")
    assert (sent["order_lines"][0]["unit_price"], sent["order_lines"][0]["tax_rate"]) == (
        12500,
        2500,
    )
    assert note_of(stage, order_id, "Processing a refund of ")


def _tax(amount: int) -> list[Json]:
    return [{"id": 1, "refund_total": amount}]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"payment_method": "bacs"}, "An error occurred while attempting to create the refund"),
        (
            {"meta_data": [{"key": "_kom_disconnect", "value": "1"}]},
            "synchronization is disabled",
        ),
        (
            {"meta_data": [{"key": "_wc_klarna_capture_id", "value": "c"}]},
            "An error occurred while attempting to create the refund",
        ),
    ],
)
def test_a_refund_the_plugin_will_not_make_is_refused(
    fields: Json, message: str, stage: Stage
) -> None:
    """Other methods, switched-off orders and orders not captured at Klarna are refused."""
    order_id = with_plugin(stage, Klarna(), **fields)

    answer = stage.call("POST", f"orders/{order_id}/refunds", {"amount": "1.00"})

    assert answer.status_code == 500
    assert message in answer.get_json()["message"]


def test_a_refund_klarna_refuses_is_noted_and_gone(stage: Stage) -> None:
    """Klarna's words are shown and noted, and no refund is left."""
    klarna = Klarna(status="CAPTURED")
    klarna.reply = KlarnaReply(status=403, body={"error_messages": ["Nej."]})
    order_id = with_plugin(
        stage, klarna, meta_data=[{"key": "_wc_klarna_capture_id", "value": "c"}]
    )

    answer = stage.call("POST", f"orders/{order_id}/refunds", {"amount": "1.00"})

    assert answer.get_json()["message"] == "Nej."
    assert note_of(stage, order_id, "Could not refund Klarna order. Nej..")
    assert stage.books.refunds(order_id) == []


def test_a_refund_of_shipping_is_one_line_and_fees_are_left_out(stage: Stage) -> None:
    """Shipping is sent as one line, a fee not at all; a deleted product is physical here."""
    klarna = Klarna(status="CAPTURED")
    shipping = {
        "method_id": "flat_rate",
        "instance_id": "1",
        "method_title": "P",
        "total": "39.20",
    }
    order_id = with_plugin(
        stage,
        klarna,
        line_items=[{"product_id": 30, "quantity": 1}, {"product_id": 15, "quantity": 1}],
        shipping_lines=[shipping],
        fee_lines=[{"name": "Avgift", "total": "10.00"}],
        meta_data=[{"key": "_wc_klarna_capture_id", "value": "c"}],
    )
    stage.call("DELETE", "products/15?force=true")
    order = stage.desk.bench.order(order_id)
    wanted: list[Item] = [*order.lines, *order.shipping_lines, *order.fees]
    entries = [
        {"id": item.id, "quantity": 1, "refund_total": str(item.total)} for item in wanted
    ]
    stage.call("POST", f"orders/{order_id}/refunds", {"amount": "1.00", "line_items": entries})

    lines = (klarna.calls[-1].body or {})["order_lines"]
    assert [(line["type"], line["reference"]) for line in lines] == [
        ("physical", "HOOD"),
        ("physical", "Kaffekopp"),
        ("shipping_fee", "flat_rate:1"),
    ]
