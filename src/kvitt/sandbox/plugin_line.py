"""How the reference plugin in the shop reaches the town's Klarna: in the same process."""

import base64
import json

from werkzeug.test import Client

from kvitt.sandbox.klarna import KlarnaApp, regions
from kvitt.sandbox.klarna.settings import Merchant
from kvitt.sandbox.shop.komcalls import KlarnaCall, KlarnaReply, KlarnaSend

#: Only ever seen in addresses that Klarna makes for the plugin.
_BASE = "http://klarna.sandbox"


def to(klarna: KlarnaApp, merchant_id: str) -> KlarnaSend:
    """Return a way to call this Klarna as one of its merchants.

    Orders of Kustom Checkout are asked about as the first merchant of that persona, where
    there is one; a real shop has other credentials for that gateway.
    """

    def send(call: KlarnaCall) -> KlarnaReply:
        merchant = _merchant(klarna, call, merchant_id)
        region = _region(call.country)
        if merchant.persona == "kustom" and region != regions.EU:
            # The plugin puts the region before Kustom's host too, where there is none (§6.1).
            raise ConnectionError(f"Could not resolve host: api-{region}.kustom.co")
        pair = f"{merchant.user}:{merchant.password}".encode()
        answer = Client(klarna).open(
            f"/{region}/ordermanagement/v1/orders/{call.klarna_order_id}{call.path}",
            method=call.method,
            base_url=_BASE,
            headers={
                "Authorization": f"Basic {base64.b64encode(pair).decode()}",
                "Content-Type": "application/json",
            },
            data=None if call.body is None else json.dumps(call.body),
        )
        body = answer.get_json(silent=True)
        return KlarnaReply(
            status=answer.status_code,
            body=body if isinstance(body, dict) else {},
            headers=dict(answer.headers),
        )

    return send


def _region(country: str) -> str:
    """Return the region the plugin asks: Mexico's is wrong (plugin-behaviour.md §1.3, W-31)."""
    return regions.EU if country == "MX" else regions.region_of(country)


def _merchant(klarna: KlarnaApp, call: KlarnaCall, merchant_id: str) -> Merchant:
    settings = klarna.books.settings
    if call.gateway == "kco":
        for merchant in settings.merchants:
            if merchant.persona == "kustom":
                return merchant
    return settings.merchant(merchant_id)
