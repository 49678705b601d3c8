"""The shop's system status, as far as a tool that connects reads it."""

from typing import Any

from kvitt.sandbox.shop.books import ShopBooks
from kvitt.sandbox.shop.catalogue import Settings
from kvitt.sandbox.shop.rest import currencies

_STORE = "Automattic\\WooCommerce\\Internal\\DataStores\\Orders\\OrdersTableDataStore"


def report(books: ShopBooks) -> dict[str, Any]:
    """Return the parts of the status that say what the shop is and how it counts."""
    settings = books.settings
    home = settings.home_url.rstrip("/")
    return {
        "environment": {
            "home_url": home,
            "site_url": home,
            # Newer shops say it; the captured one did not.
            **({"store_id": settings.store_id} if settings.store_id else {}),
            "version": settings.version,
            "wp_version": settings.wordpress_version,
            "wp_multisite": False,
            "wp_cron": settings.cron_pace is not None,
            "language": "en_US",
            "default_timezone": "UTC",
        },
        "database": {"wc_database_version": settings.version, "database_prefix": "wp_"},
        "active_plugins": _plugins(settings),
        "settings": {
            "api_enabled": False,
            "force_ssl": False,
            "currency": settings.currency,
            "currency_symbol": "".join(
                f"&#{ord(sign)};" for sign in currencies.symbol(settings.currency)
            ),
            "currency_position": "right_space",
            "thousand_separator": " ",
            "decimal_separator": ",",
            "number_of_decimals": settings.decimals,
            "order_datastore": _STORE if settings.hpos else "WC_Order_Data_Store_CPT",
            "HPOS_enabled": settings.hpos,
            "HPOS_sync_enabled": False,
        },
        "security": {"secure_connection": home.startswith("https"), "hide_errors": True},
    }


def _plugins(settings: Settings) -> list[dict[str, Any]]:
    woocommerce = _plugin(
        "woocommerce/woocommerce.php", "WooCommerce", settings.version, "Automattic"
    )
    kustom = [_KCO] if settings.kustom_checkout else []
    return [woocommerce, *kustom, *([_KOM] if settings.kom_active else [])]


def _plugin(path: str, name: str, version: str, author: str) -> dict[str, Any]:
    return {
        "plugin": path,
        "name": name,
        "version": version,
        "version_latest": version,
        "author_name": author,
        "network_activated": False,
    }


_KOM = _plugin(
    "klarna-order-management-for-woocommerce/klarna-order-management-for-woocommerce.php",
    "Klarna Order Management for WooCommerce",
    "1.10.3",
    "klarna, krokedil",
)
#: Of before it had an order management of its own, which the reference plugin then did for it.
_KCO = _plugin(
    "klarna-checkout-for-woocommerce/klarna-checkout-for-woocommerce.php",
    "Klarna Checkout for WooCommerce",
    "2.18.0",
    "Krokedil",
)
