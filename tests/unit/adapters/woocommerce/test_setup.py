"""What is asked of a shop when it is connected."""

import json

import pytest

from kvitt.adapters.woocommerce.setup import StoreSetup
from kvitt.domain.errors import MalformedReply
from unit.adapters import samples
from unit.adapters.samples import answer
from unit.adapters.woocommerce.scripted import shop

HOOK = samples.load("webhooks/create_updated")["body"]


def test_a_shop_tells_what_it_runs() -> None:
    """Versions, currency, decimals and plugins come from the system status."""
    store, _ = shop(samples.body_of("misc/system_status"))
    facts = StoreSetup(store).fetch_shop()

    assert (facts.woocommerce, facts.currency, facts.decimals) == ("11.0.1", "SEK", 2)
    assert facts.hpos
    assert "woocommerce/woocommerce.php" in [plugin.file for plugin in facts.plugins]


def test_a_gateways_settings_are_read_as_texts() -> None:
    """Whether the shop's own order management acts is in the gateway's settings."""
    store, http = shop(samples.body_of("misc/payment_gateway_klarna"))
    gateway = StoreSetup(store).fetch_gateway("klarna_payments")

    assert gateway is not None
    assert gateway.settings["kom_auto_capture"] == "yes"
    assert http.asked[0].path.endswith("/payment_gateways/klarna_payments")
    assert "yes" not in repr(gateway)


def test_a_gateway_the_shop_does_not_have_is_none() -> None:
    """A shop without Klarna's gateway is no failure."""
    gone = answer(404, {"code": "woocommerce_rest_payment_gateway_invalid"})
    store, _ = shop(gone)

    assert StoreSetup(store).fetch_gateway("kco") is None


def test_a_webhook_is_made_with_our_secret() -> None:
    """Name, topic, address and secret are sent; the secret is not kept on the answer."""
    store, http = shop(answer(201, HOOK))
    made = StoreSetup(store).create_webhook(
        name="kvitt", topic="order.updated", delivery_url="https://k.example/h", secret="s"
    )

    assert json.loads(http.asked[0].body)["secret"] == "s"
    assert (made.id, made.topic, made.status) == (HOOK["id"], "order.updated", "active")


def test_a_webhook_that_was_switched_off_is_found_and_mended() -> None:
    """It is switched on, with the address and the secret of today."""
    off = {**HOOK, "status": "disabled"}
    store, http = shop([off], HOOK)
    setup = StoreSetup(store)
    (found,) = setup.list_webhooks()
    mended = setup.mend_webhook(found.id, delivery_url="https://kvitt.example/h", secret="s")

    assert (found.status, mended.status) == ("disabled", "active")
    assert json.loads(http.asked[1].body) == {
        "status": "active",
        "delivery_url": "https://kvitt.example/h",
        "secret": "s",
    }


def test_a_status_that_tells_nothing_is_malformed() -> None:
    """A shop without a version is not one we can connect."""
    store, _ = shop({"environment": [], "settings": {}})
    with pytest.raises(MalformedReply):
        StoreSetup(store).fetch_shop()
