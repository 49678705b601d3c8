"""Where the two outside worlds show an order on pages of their own."""

from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings

from kvitt.adapters.database.models import Order
from kvitt.domain.shop import BEHIND_INDEX

#: Klarna's merchant portal. Its address of one order holds a merchant number that no
#: API tells, so the link is to the portal and the order's id stands beside it.
PORTALS = {
    "playground": "https://portal.playground.klarna.com/orders",
    "live": "https://portal.klarna.com/orders",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Links out of the console; empty where there is none."""

    shop: str
    klarna: str


def places_of(order: Order) -> Places:
    """Return where the shop and Klarna show the order.

    WooCommerce leads the address of a post on to the order's own page wherever
    orders are kept in tables of their own.
    """
    shop = f"{order.shop.url.rstrip('/').removesuffix(BEHIND_INDEX)}/wp-admin/post.php"
    return Places(
        shop=f"{shop}?post={order.store_order_id}&action=edit" if _web(shop) else "",
        klarna=_klarna(order),
    )


def _klarna(order: Order) -> str:
    if not order.klarna_order_id or order.account is None:
        return ""
    own: str = getattr(settings, "KVITT_KLARNA_PORTAL_URL", "")
    if own:
        return own.replace("{id}", quote(order.klarna_order_id, safe=""))
    return PORTALS.get(order.account.environment, "")


def _web(url: str) -> bool:
    return url.startswith(("https://", "http://"))
