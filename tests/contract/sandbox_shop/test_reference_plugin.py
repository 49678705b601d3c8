import pytest

from contract.sandbox_shop.plugin_stage import Klarna, note_of, with_plugin
from contract.sandbox_shop.stage import Json, Stage
from kvitt.sandbox.shop import kom
from kvitt.sandbox.shop.desk import LineEdit, ScreenForm
from kvitt.sandbox.shop.komcalls import KlarnaCall, KlarnaReply

TOO_MUCH = (
    "Captured amount is higher than the remaining authorized amount. Capture not possible."
)


def test_completing_captures_with_the_captured_body(stage: Stage) -> None:
    """The plugin reads, captures in full, writes its meta and its note."""
    klarna = Klarna()
    order_id = with_plugin(stage, klarna)
    stage.call("PUT", f"orders/{order_id}", {"status": "completed"})

    order = stage.desk.bench.order(order_id)
    # woocommerce-facts.md §14 shows this body, taken from the running plugin.
    line = {
        "reference": "MUG-1",
        "type": "physical",
        "name": "Kaffekopp",
        "quantity": 1,
        "unit_price": 12500,
        "tax_rate": 2500,
        "total_amount": 12500,
        "total_discount_amount": 0,
        "total_tax_amount": 2500,
    }
    assert klarna.asked() == ["GET", "POST /captures"]
    assert klarna.calls[1].body == {
        "order_lines": [line],
        "order_amount": 12500,
        "order_tax_amount": 0,
        "captured_amount": 12500,
        "shipping_info": [{"tracking_number": "", "tracking_uri": ""}],
    }
    assert order.meta_value("_wc_klarna_capture_id") == "cap-1"
    assert note_of(stage, order_id, "Klarna order captured. Capture amount: ")


@pytest.mark.parametrize(
    ("klarna", "status", "words"),
    [
        ({"fraud_status": "PENDING"}, "on-hold", "is pending review"),
        ({"fraud_status": "REJECTED"}, "completed", "could not be captured at this time."),
        ({"status": "CANCELLED"}, "completed", "has already been canceled"),
        (
            {"status": "CAPTURED", "captures": [{"capture_id": "c", "captured_at": "then"}]},
            "completed",
            "already been captured on then",
        ),
    ],
)
def test_what_the_klarna_order_is_decides_about_a_capture(
    klarna: Json, status: str, words: str, stage: Stage
) -> None:
    """Reviewed, refused, cancelled and captured orders are left, each with its note."""
    remote = Klarna(**klarna)
    order_id = with_plugin(stage, remote)
    stage.call("PUT", f"orders/{order_id}", {"status": "completed"})

    assert remote.asked() == ["GET"]
    assert stage.desk.bench.order(order_id).status == status
    assert note_of(stage, order_id, words)


def test_a_refused_capture_puts_the_order_on_hold(stage: Stage) -> None:
    """The answer to the PUT is 200 with `on-hold`, and the note says what is left."""
    klarna = Klarna(remaining_authorized_amount=10000, purchase_currency="SEK")
    klarna.reply = KlarnaReply(
        status=403,
        body={"error_messages": [TOO_MUCH]},
    )
    order_id = with_plugin(stage, klarna)

    response = stage.call("PUT", f"orders/{order_id}", {"status": "completed"})

    assert (response.status_code, response.get_json()["status"]) == (200, "on-hold")
    assert note_of(stage, order_id, "remaining authorized amount: 100 SEK.")


def test_cancelling_cancels_and_marks(stage: Stage) -> None:
    """An authorized order is cancelled at Klarna with an empty body."""
    klarna = Klarna()
    order_id = with_plugin(stage, klarna)
    stage.call("PUT", f"orders/{order_id}", {"status": "cancelled"})

    assert klarna.asked() == ["GET", "POST /cancel"]
    assert klarna.calls[1].body is None
    assert note_of(stage, order_id, "Klarna order cancelled.")
    assert stage.desk.bench.order(order_id).meta_value("_wc_klarna_cancelled") == "yes"


def test_lines_saved_on_the_screen_update_only_while_on_hold(stage: Stage) -> None:
    """Saving on hold updates, changed or not; REST edits and other statuses never do."""
    klarna = Klarna()
    order_id = with_plugin(stage, klarna)
    line = stage.desk.bench.order(order_id).lines[0]
    stage.desk.save_screen(order_id, ScreenForm())
    stage.desk.set_status(order_id, "on-hold")
    stage.call("PUT", f"orders/{order_id}", {"line_items": [{"id": line.id, "total": "80"}]})
    before = klarna.asked()
    stage.desk.edit_lines(order_id, [LineEdit(item_id=line.id, quantity=2)])
    stage.desk.save_screen(order_id, ScreenForm(status="processing"))

    assert before == []
    assert klarna.asked() == ["GET", "PATCH /authorization"] * 2
    body = klarna.calls[1].body or {}
    assert (body["order_amount"], body["order_tax_amount"]) == (10000, 0)


def test_two_shipping_lines_each_bear_all_shipping(stage: Stage) -> None:
    """A known fault of the plugin: the lines come to more than the amount."""
    klarna = Klarna()
    shipping = [
        {"method_id": "flat_rate", "instance_id": "1", "method_title": t, "total": "39.20"}
        for t in ("Postnord", "Tungt gods")
    ]
    order_id = with_plugin(stage, klarna, shipping_lines=shipping)
    stage.call("PUT", f"orders/{order_id}", {"status": "completed"})

    body = klarna.calls[1].body or {}
    assert [line["total_amount"] for line in body["order_lines"]] == [12500, 9800, 9800]
    assert body["captured_amount"] == 22300


@pytest.mark.parametrize("how", ["setting", "meta", "off"])
def test_the_plugin_can_be_switched_off(how: str, stage: Stage) -> None:
    """A setting written from outside, a mark on the order, or switching it off stop it."""
    klarna = Klarna()
    metas = [{"key": "_kom_disconnect", "value": "1"}] if how == "meta" else []
    order_id = with_plugin(stage, klarna, meta_data=metas)
    if how == "setting":
        settings = {"settings": {"kom_auto_capture": "no"}}
        stage.call("PUT", "payment_gateways/klarna_payments", settings)
    if how == "off":
        plugin = stage.desk.gateway
        assert isinstance(plugin, kom.OrderManagement)
        kom.deactivate(stage.desk, plugin)
    stage.call("PUT", f"orders/{order_id}", {"status": "completed"})

    assert klarna.calls == []


def test_an_unreachable_klarna_is_noted(stage: Stage) -> None:
    """Without an answer to the first question the order goes on hold."""

    def dead(_call: KlarnaCall) -> KlarnaReply:
        raise ConnectionError("no route")

    kom.activate(stage.desk, dead)
    fields = {"payment_method": "klarna_payments", "transaction_id": "k-1"}
    captured, cancelled = stage.mug(**fields)["id"], stage.mug(**fields)["id"]
    stage.call("PUT", f"orders/{captured}", {"status": "completed"})
    stage.call("PUT", f"orders/{cancelled}", {"status": "cancelled"})

    assert stage.desk.bench.order(captured).status == "on-hold"
    assert note_of(stage, captured, "could not be captured due to an error.")
    assert note_of(stage, cancelled, "could not be cancelled due to an error.")


def test_a_captured_order_is_not_cancelled_or_updated(stage: Stage) -> None:
    """What Klarna has captured is noted on cancelling and passed over on saving."""
    klarna = Klarna(status="PART_CAPTURED")
    order_id = with_plugin(stage, klarna)
    stage.desk.set_status(order_id, "on-hold")
    stage.desk.calculate(order_id)
    stage.desk.set_status(order_id, "cancelled")

    assert klarna.asked() == ["GET", "GET"]
    assert note_of(stage, order_id, "cannot be cancelled due to it already being captured.")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("cancelled", "Could not cancel Klarna order. API Error 500."),
        ("on-hold", "Could not update Klarna order lines: API Error 500."),
    ],
)
def test_a_refusal_is_only_a_note(status: str, words: str, stage: Stage) -> None:
    """A failed cancel or update leaves the shop as it is, with a note."""
    klarna = Klarna()
    klarna.reply = KlarnaReply(status=500)
    order_id = with_plugin(stage, klarna)
    stage.desk.set_status(order_id, status)
    stage.desk.save_screen(order_id, ScreenForm())

    assert stage.desk.bench.order(order_id).status == status
    assert note_of(stage, order_id, words)


def test_cancelled_already_is_said(stage: Stage) -> None:
    """A Klarna order cancelled elsewhere is not cancelled again."""
    klarna = Klarna(status="CANCELLED")
    order_id = with_plugin(stage, klarna)
    stage.desk.set_status(order_id, "cancelled")

    assert klarna.asked() == ["GET"]
    assert note_of(stage, order_id, "has already been cancelled.")


def test_capturing_again_and_without_an_id_are_told_apart(stage: Stage) -> None:
    """Its own mark stops a second capture; without any Klarna id the order goes on hold."""
    klarna = Klarna()
    marked = with_plugin(
        stage, klarna, meta_data=[{"key": "_wc_klarna_capture_id", "value": "c"}]
    )
    nameless = with_plugin(stage, klarna, transaction_id="")
    for order_id in (marked, nameless):
        stage.desk.bench.watchers[:] = stage.desk.bench.watchers[-1:]
        stage.desk.set_status(order_id, "completed")

    assert klarna.calls == []
    assert note_of(stage, marked, "Klarna order has already been captured.")
    assert note_of(stage, nameless, "Klarna order ID is missing")
    assert stage.desk.bench.order(nameless).status == "on-hold"


def test_a_forced_full_capture_sends_what_is_left_and_no_lines(stage: Stage) -> None:
    """With the setting on, Klarna's remaining amount is captured."""
    klarna = Klarna(remaining_authorized_amount=9900)
    order_id = with_plugin(stage, klarna)
    settings = {"settings": {"kom_force_full_capture": "yes"}}
    stage.call("PUT", "payment_gateways/klarna_payments", settings)
    stage.desk.set_status(order_id, "completed")

    body = klarna.calls[1].body or {}
    assert (body["captured_amount"], "order_lines" in body) == (9900, False)


def test_fees_and_virtual_goods_are_captured_by_their_kind(stage: Stage) -> None:
    """A negative fee is a surcharge too, and what is virtual is digital."""
    klarna = Klarna()
    order_id = with_plugin(
        stage,
        klarna,
        line_items=[{"product_id": 21, "quantity": 1}],
        fee_lines=[{"name": "Rabatt", "total": "-40.00"}],
    )
    stage.desk.set_status(order_id, "completed")

    lines = (klarna.calls[1].body or {})["order_lines"]
    assert [(line["type"], line["reference"], line["total_amount"]) for line in lines] == [
        ("digital", "TIM-1", 125000),
        ("surcharge", "Fee", -5000),
    ]
