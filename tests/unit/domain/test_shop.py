"""What a shop runs, and whether its own order management would act beside us."""

import pytest

from kvitt.domain.shop import (
    SWITCHES,
    Found,
    Gateway,
    KlarnaGateway,
    Plugin,
    ShopAddress,
    ShopFacts,
    host_of,
    klarna_gateway,
)

ORDER_MANAGEMENT = Plugin(
    file="klarna-order-management-for-woocommerce/klarna-order-management-for-woocommerce.php",
    version="1.10.3",
)


def checkout(version: str) -> Plugin:
    return Plugin(
        file="klarna-payments-for-woocommerce/klarna-payments-for-woocommerce.php",
        version=version,
    )


def seen(
    *plugins: Plugin, gateway: str = "klarna_payments", enabled: bool = True, **switches: str
) -> KlarnaGateway:
    asked = Gateway(id=gateway, title="Klarna", enabled=enabled, settings=switches)
    return klarna_gateway(asked, plugins)


@pytest.mark.parametrize(
    ("plugins", "automatic"),
    [
        ((), ()),
        ((ORDER_MANAGEMENT,), SWITCHES),
        ((checkout("4.7.9"),), ()),
        ((checkout("4.8.0"),), SWITCHES),
        ((checkout("4.10.7-beta"),), SWITCHES),
    ],
)
def test_an_order_management_that_shows_no_settings_is_taken_to_act(
    plugins: tuple[Plugin, ...], automatic: tuple[str, ...]
) -> None:
    """Settings that were never saved are on; older checkouts brought none of their own."""
    found = seen(*plugins)

    assert (found.automatic, found.switchable) == (automatic, False)


def test_another_gateway_is_managed_by_no_checkout_of_klarnas() -> None:
    """A bundle that is not known says nothing about what acts."""
    assert seen(checkout("4.10.7"), gateway="klarna_kco_old").automatic == ()


def test_only_switches_that_are_on_act() -> None:
    """What is off in the plugin is left to us; what it does not list is on."""
    found = seen(checkout("4.10.7"), kom_auto_capture="no", kom_auto_cancel="yes")

    assert found.automatic == ("kom_auto_cancel", "kom_auto_update")
    assert (found.switchable, found.version) == (True, "4.10.7")


@pytest.mark.parametrize(
    ("enabled", "switches"),
    [(False, {}), (True, {"kom_enabled": "no", "kom_auto_capture": "yes"})],
)
def test_a_gateway_that_is_off_does_nothing_by_itself(
    enabled: bool, switches: dict[str, str]
) -> None:
    """Whether the gateway is disabled, or all of its order management is."""
    assert seen(ORDER_MANAGEMENT, enabled=enabled, **switches).automatic == ()


def test_a_shop_names_the_gateways_that_act_by_themselves() -> None:
    """Those are what keeps us watching only."""
    facts = ShopFacts(
        woocommerce="10.3", wordpress="6.8", currency="SEK", decimals=2, hpos=True
    )
    acting, idle = seen(ORDER_MANAGEMENT), seen()

    assert Found(facts=facts, gateways=(idle, acting)).managing == (acting,)


@pytest.mark.parametrize(
    ("home", "elsewhere"),
    [
        ("http://www.Shop.example/", False),
        ("https://shop.example/butik", True),
        ("https://staging.shop.example", True),
    ],
)
def test_a_shop_that_says_it_lives_elsewhere_is_noticed(home: str, elsewhere: bool) -> None:
    """A copy of a shop's database names the original; http and https are one place."""
    address = ShopAddress(url="https://shop.example", name="Shop", home_url=home)

    assert address.is_elsewhere is elsewhere


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.shop.example/butik/", "shop.example"),
        ("http://shop.example:8080", "shop.example:8080"),
    ],
)
def test_an_address_has_its_host(url: str, host: str) -> None:
    """With its port, for that is another service."""
    assert host_of(url) == host
