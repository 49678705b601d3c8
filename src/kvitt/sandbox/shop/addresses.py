"""Where a shop delivers to: never private addresses or odd ports, unless the sandbox says so.

The rules are those of `wp_http_validate_url`, which guards webhooks and key callbacks
(woocommerce-facts.md §10).
"""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from kvitt.sandbox.shop.catalogue import Settings

_PORTS = frozenset({80, 443, 8080})


def is_http_url(url: str) -> bool:
    """Tell whether a text is an http or https address with a host."""
    parts = _split(url)
    return parts is not None and parts.scheme in {"http", "https"} and bool(parts.hostname)


def may_deliver(url: str, settings: Settings) -> bool:
    """Tell whether the shop sends anything to an address."""
    parts = _split(url)
    if parts is None or not is_http_url(url) or parts.username is not None:
        return False
    if settings.allow_private_delivery:
        return True
    home = urlsplit(settings.home_url)
    if parts.hostname == home.hostname and parts.port == home.port:
        return True
    return parts.port in {None, *_PORTS} and not _is_private(parts.hostname or "")


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _is_private(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return not address.is_global
