"""What is asked of a shop when it is connected, and to keep its webhooks alive.

Apart from ``client.py``, for none of it concerns an order.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from kvitt.adapters.fields import Fields
from kvitt.adapters.woocommerce import replies, wire
from kvitt.adapters.woocommerce.client import StoreClient
from kvitt.domain.errors import NotFound, Rejected, Unauthorized
from kvitt.domain.shop import ON, Gateway, Plugin, ShopFacts, Webhook

__all__ = ["ORDER_TOPICS", "Gateway", "ShopFacts", "StoreSetup", "Webhook"]

#: What a shop has to tell of, for kvitt to hear of every order that may have changed.
ORDER_TOPICS = ("order.created", "order.updated", "order.deleted", "order.restored")


class StoreSetup:
    """Reads a shop's facts, keeps its webhooks, and sets a gateway's switches.

    Every method raises RemoteError or MalformedReply.
    """

    def __init__(self, store: StoreClient) -> None:
        self._door = store.door

    def fetch_shop(self) -> ShopFacts:
        """Read what the shop runs; a key that may read is enough."""
        reply = self._door.ask(wire.build_system_status(), many=True)
        status = replies.read_object(reply, "system_status")
        environment, settings = status.child("environment"), status.child("settings")
        return ShopFacts(
            woocommerce=environment.text("version", None),
            wordpress=environment.text("wp_version"),
            currency=settings.text("currency", None),
            decimals=settings.whole("number_of_decimals", 2),
            hpos=settings.raw("HPOS_enabled") is True,
            home_url=environment.text("home_url").rstrip("/"),
            store_id=environment.text("store_id"),
            cron=environment.raw("wp_cron") is not False,
            plugins=tuple(_plugin(item) for item in status.children("active_plugins")),
        )

    def fetch_latest_change(self) -> datetime | None:
        """Return when an order was changed last, by the shop's own clock; None without one."""
        reply = self._door.ask(wire.build_latest_change())
        found = replies.read_list(reply, "orders")
        return found[0].moment("date_modified_gmt") if found else None

    def fetch_prices_include_tax(self) -> bool:
        """Say whether prices are entered with tax, which decides how half an öre rounds."""
        reply = self._door.ask(wire.build_setting("tax", "woocommerce_prices_include_tax"))
        return replies.read_object(reply, "setting").text("value") == ON

    def fetch_gateway(self, gateway: str) -> Gateway | None:
        """Read a payment gateway, or None where the shop has none of that name."""
        try:
            reply = self._door.ask(wire.build_gateway(gateway))
            found = replies.read_object(reply, "gateway")
        except NotFound:
            return None
        settings = found.child("settings")
        return Gateway(
            id=found.text("id", None),
            title=found.text("title"),
            enabled=found.flag("enabled"),
            # Lists of choices are left out: nothing we ask about is one.
            settings={
                name: value
                for name in settings.names()
                if isinstance(value := settings.child(name).raw("value"), str)
            },
        )

    def change_gateway(self, gateway: str, settings: Mapping[str, str]) -> None:
        """Set some settings of a payment gateway; the others stay."""
        request = wire.build_change_gateway(gateway, settings)
        replies.read_object(self._door.ask(request), "gateway")

    def may_write(self) -> bool:
        """Say whether the key may write, by a change of an order that cannot exist.

        The permission is judged before the order is looked for (woocommerce-facts.md §1, §12).
        """
        try:
            replies.check_status(self._door.ask(wire.build_change_nothing()))
        except Unauthorized:
            return False
        except (NotFound, Rejected):
            return True
        return True

    def list_webhooks(self) -> Sequence[Webhook]:
        """Read the shop's webhooks."""
        found: list[Webhook] = []
        page: tuple[Fields, ...] = ()
        while not found or len(page) == wire.PAGE:
            request = wire.build_webhooks(page=len(found) // wire.PAGE + 1)
            page = replies.read_list(self._door.ask(request, many=True), "webhooks")
            if not page:
                break
            found += [_webhook(item) for item in page]
        return found

    def create_webhook(
        self, *, name: str, topic: str, delivery_url: str, secret: str
    ) -> Webhook:
        """Create a webhook; the shop pings the address before it answers."""
        request = wire.build_create_webhook(
            name=name, topic=topic, delivery_url=delivery_url, secret=secret
        )
        return _webhook(replies.read_object(self._door.ask(request), "webhook"))

    def mend_webhook(self, webhook_id: int, *, delivery_url: str, secret: str) -> Webhook:
        """Switch a webhook on, with this address and secret; the shop sends no ping then."""
        changes = {"status": "active", "delivery_url": delivery_url, "secret": secret}
        request = wire.build_change_webhook(webhook_id, changes)
        return _webhook(replies.read_object(self._door.ask(request), "webhook"))


def _plugin(item: Fields) -> Plugin:
    return Plugin(
        file=item.text("plugin"), name=item.text("name"), version=item.text("version")
    )


def _webhook(item: Fields) -> Webhook:
    return Webhook(
        id=item.whole("id"),
        name=item.text("name"),
        topic=item.text("topic"),
        status=item.text("status"),
        delivery_url=item.text("delivery_url"),
    )
