"""Taking over from the shop's own order management, and giving it back.

Nothing is faked: the use cases, the database, both clients over loopback, both sandboxes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integration.newcomers import Street, street_of
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.ids import ShopId
from kvitt.domain.plan import Guard
from kvitt.domain.shop import SWITCHES
from kvitt.sandbox.shop.refunding import RefundRequest
from kvitt.settings import Settings

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def street(settings_of_tests: Settings) -> Iterator[Street]:
    """Give a town that kvitt does not know yet."""
    with street_of(settings_of_tests) as found:
        yield found


def test_a_shop_whose_plugin_acts_is_only_watched(street: Street) -> None:
    """What kvitt would do is said, and nothing is sent, from the first look on."""
    street.activate_plugin()
    shop = street.connect()
    order = street.buy()
    street.town.desk.books.change_settings(
        gateway_settings={"klarna_payments": {"kom_auto_capture": "no"}}
    )
    street.look(shop, order)
    street.town.desk.set_status(order.id, "completed")
    street.look(shop, order)

    row = street.row(order)
    assert street.parts.shops.policy(street.shop(shop)).observe_only
    assert row.guard == Guard.ANOTHER_PLUGIN
    assert row.would is not None
    assert "299.00 SEK is captured" in " ".join(row.would["steps"])
    assert street.captured(order) == 0


def test_taking_over_switches_the_plugin_off_and_handing_back_on(street: Street) -> None:
    """There is a moment when nobody acts, and none when both do; the switches come back."""
    street.activate_plugin()
    street.town.desk.books.change_settings(
        gateway_settings={"klarna_payments": {"kom_auto_update": "no"}}
    )
    shop = street.connect()
    order = street.buy()
    street.look(shop, order)

    looked_at = street.desk.hand_over.take_over(shop, actor="anna")
    stored = street.town.desk.books.settings.gateway_settings["klarna_payments"]
    assert {stored[name] for name in SWITCHES} == {"no"}
    assert looked_at == 1
    street.town.desk.set_status(order.id, "completed")
    street.look(shop, order)
    assert street.captured(order) == 29_900

    street.desk.hand_over.hand_back(shop)
    stored = street.town.desk.books.settings.gateway_settings["klarna_payments"]
    assert [stored[name] for name in SWITCHES] == ["yes", "yes", "no"]
    assert street.parts.shops.policy(street.shop(shop)).observe_only
    with pytest.raises(NotAllowedNow, match="nothing off"):
        street.desk.hand_over.hand_back(shop)


def test_nothing_is_taken_over_while_the_plugin_acts_on(street: Street) -> None:
    """A shop that takes the change and goes on as before: it is asked, and believed."""
    street.activate_plugin()
    shop = street.connect()

    class Deaf:
        """Takes every change of a gateway, and changes nothing."""

        def setup(self, _shop: ShopId) -> Any:
            return self

        def change_gateway(self, gateway: str, settings: Mapping[str, str]) -> None:
            del gateway, settings

    any_shops: Any = Deaf()
    with pytest.raises(NotAllowedNow) as refusal:
        replace(street.desk.hand_over, shops=any_shops).take_over(shop, actor="anna")

    assert refusal.value.code == "switch_off_by_hand"
    assert street.parts.shops.policy(street.shop(shop)).observe_only
    assert street.desk.keeper.standing(shop).taken_over_at is None


def test_the_plugins_refund_button_still_works_after_taking_over(street: Street) -> None:
    """Its gateway moves the money; kvitt recognises the refund and does not send it again."""
    street.activate_plugin()
    shop = street.connect()
    order = street.buy()
    street.desk.hand_over.take_over(shop, actor="anna")
    street.town.desk.set_status(order.id, "completed")
    street.look(shop, order)

    request = RefundRequest(amount=Decimal(40), through_gateway=True)
    street.town.desk.create_refund(order.id, request)
    street.look(shop, order)
    street.look(shop, order)

    record = street.town.books.order(order.transaction_id)
    assert record is not None
    assert [refund.refunded_amount for refund in record.refunds] == [4_000]


def test_the_plugins_own_rules_become_the_shops(street: Street) -> None:
    """Who captured by hand goes on capturing by hand; what was automatic is."""
    street.activate_plugin()
    street.town.desk.books.change_settings(
        gateway_settings={"klarna_payments": {"kom_auto_capture": "no"}}
    )
    policy = street.parts.shops.policy(street.shop(street.connect()))

    assert policy.capture_statuses == frozenset()
    assert policy.cancel_statuses == {"cancelled"}
    assert policy.observe_only


def test_a_plugin_that_is_switched_on_again_is_watched_again(street: Street) -> None:
    """The daily look sees it, so that never two act on one order."""
    street.activate_plugin()
    shop = street.connect()
    street.desk.hand_over.take_over(shop, actor="anna")
    street.town.desk.books.change_settings(gateway_settings={})

    street.desk.health.look(shop)

    assert street.parts.shops.policy(street.shop(shop)).observe_only


def test_one_order_is_taken_over_by_itself(street: Street) -> None:
    """The plugin leaves it alone, kvitt acts on it, and only watches the others."""
    street.activate_plugin()
    shop = street.connect()
    mine, others = street.buy(), street.buy()
    street.look(shop, mine)
    street.look(shop, others)

    street.desk.hand_over.take_over_order(street.row(mine).pk)
    street.town.desk.set_status(mine.id, "completed")
    street.look(shop, mine)

    assert street.captured(mine) == 29_900
    assert street.row(mine).guard == ""
    assert street.row(others).guard == Guard.ANOTHER_PLUGIN
