"""Orders of Kustom Checkout (`kco`) in the hands of the reference plugin."""

import json

import pytest

from contract.sandbox_klarna.till import PASSWORD, Till
from contract.sandbox_shop.plugin_stage import Klarna, note_of, with_plugin
from contract.sandbox_shop.stage import Stage
from kvitt.sandbox import plugin_line
from kvitt.sandbox.klarna import Merchant
from kvitt.sandbox.shop import kom

KUSTOM = {"payment_method": "kco"}


def test_a_kustom_order_is_captured_too(stage: Stage) -> None:
    """Without Kustom's shipping assistant the parcel's fields are empty texts."""
    klarna = Klarna()
    order_id = with_plugin(stage, klarna, **KUSTOM)
    stage.desk.set_status(order_id, "completed")

    assert klarna.asked() == ["GET", "POST /captures"]
    assert {call.gateway for call in klarna.calls} == {"kco"}
    assert note_of(stage, order_id, "Klarna order captured.")


def test_what_the_shipping_assistant_chose_goes_along(stage: Stage) -> None:
    """Carrier, method and tracking come from its marks, and its id is the reference."""
    chosen = {
        "id": "kss-1",
        "shipping_method": "PickUpPoint",
        "delivery_details": {"carrier": "postnord"},
    }
    surcharge = {"type": "surcharge", "reference": "added-surcharge", "total_amount": 500}
    metas = {
        "_kco_kss_data": json.dumps(chosen),
        "_kss_tracking_id": "T42",
        "_kss_tracking_url": "https://track.example/T42",
        "_kco_added_surcharge": json.dumps(surcharge),
    }
    shipping = {"method_id": "kss", "method_title": "Ombud", "total": "39.20"}
    klarna = Klarna()
    order_id = with_plugin(
        stage,
        klarna,
        shipping_lines=[shipping],
        meta_data=[{"key": key, "value": value} for key, value in metas.items()],
        **KUSTOM,
    )
    stage.desk.set_status(order_id, "completed")

    body = klarna.calls[1].body or {}
    assert body["shipping_info"] == [
        {
            "tracking_number": "T42",
            "tracking_uri": "https://track.example/T42",
            "shipping_company": "postnord",
            "shipping_method": "PickUpPoint",
        }
    ]
    assert [line["reference"] for line in body["order_lines"][1:]] == [
        "kss-1",
        "added-surcharge",
    ]


@pytest.mark.parametrize(
    ("setting", "status"),
    [("kom_auto_capture", "completed"), ("kom_auto_cancel", "cancelled")],
)
def test_each_gateway_has_settings_of_its_own(stage: Stage, setting: str, status: str) -> None:
    """Switched off at one gateway, the plugin still acts on orders of the other."""
    stage.books.change_settings(kustom_checkout=True)
    klarna = Klarna()
    kustom, payments = with_plugin(stage, klarna, **KUSTOM), with_plugin(stage, klarna)
    stage.desk.bench.watchers[:] = stage.desk.bench.watchers[-1:]
    body = {"settings": {setting: "no"}}
    answer = stage.call("PUT", "payment_gateways/kco", body)
    for order_id in (kustom, payments):
        stage.desk.set_status(order_id, status)

    assert answer.get_json()["settings"][setting]["value"] == "no"
    assert {call.gateway for call in klarna.calls} == {"klarna_payments"}


def test_the_gateway_is_there_where_it_is_sold_through(stage: Stage) -> None:
    """Gateway and plugin are listed by a switch, and unknown to the shop without it."""
    without = stage.call("GET", "payment_gateways/kco").status_code
    stage.books.change_settings(kustom_checkout=True)

    listed = [one["id"] for one in stage.call("GET", "payment_gateways").get_json()]
    plugins = stage.call("GET", "system_status").get_json()["active_plugins"]

    assert without == 404
    assert listed == ["klarna_payments", "kco", "bacs"]
    assert "Klarna Checkout for WooCommerce" in {plugin["name"] for plugin in plugins}


@pytest.mark.parametrize("value", ["off", True, ["no"]])
def test_a_checkbox_is_yes_or_no(stage: Stage, value: object) -> None:
    """Any other value is refused, and nothing is changed."""
    stage.books.change_settings(kom_active=True)
    path = "payment_gateways/klarna_payments"

    answer = stage.call("PUT", path, {"settings": {"kom_auto_cancel": value}})

    settings = stage.call("GET", path).get_json()["settings"]
    assert (answer.status_code, answer.get_json()["code"]) == (
        400,
        "rest_setting_value_invalid",
    )
    assert settings["kom_auto_cancel"]["value"] == "yes"


@pytest.mark.parametrize("value", ["", None])
def test_no_word_is_the_default(stage: Stage, value: object) -> None:
    """An empty text sets the default, and null leaves the setting alone."""
    stage.books.change_settings(kom_active=True)
    path = "payment_gateways/klarna_payments"
    stage.call("PUT", path, {"settings": {"kom_auto_cancel": "no"}})

    answer = stage.call("PUT", path, {"settings": {"kom_auto_cancel": value}}).get_json()

    word = "no" if value is None else "yes"
    assert answer["settings"]["kom_auto_cancel"]["value"] == word


def test_updates_are_switched_off_from_outside(stage: Stage) -> None:
    """With `kom_auto_update` off, saving an order on hold asks Klarna nothing."""
    klarna = Klarna()
    order_id = with_plugin(stage, klarna)
    stage.desk.set_status(order_id, "on-hold")
    body = {"settings": {"kom_auto_update": "no"}}
    stage.call("PUT", "payment_gateways/klarna_payments", body)
    stage.desk.calculate(order_id)

    assert klarna.calls == []


@pytest.mark.parametrize("has_kustom", [True, False])
def test_kustom_orders_are_asked_about_with_kustom_s_credentials(
    stage: Stage, *, has_kustom: bool
) -> None:
    """Where the sandbox has a merchant of that persona, the plugin is that merchant."""
    till = Till()
    if has_kustom:
        kustom = Merchant(merchant_id="M1_kustom", password=PASSWORD, persona="kustom")
        till.books.settings = till.books.settings.with_merchant(kustom)
    kom.activate(stage.desk, plugin_line.to(till.app, "PK12345_demo"))
    fields = {"transaction_id": till.place(12500), **KUSTOM}
    order_id = int(stage.mug(**fields)["id"])
    stage.desk.set_status(order_id, "completed")

    last = till.sim("GET", "/journal").get_json()["requests"][0]
    assert last["merchant_id"] == ("M1_kustom" if has_kustom else "PK12345_demo")
