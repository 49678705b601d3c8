"""What is asked of a shop when it is connected, and to keep its webhooks alive.

Apart from ``client.py``, for none of it concerns an order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kvitt.adapters.fields import Fields
from kvitt.adapters.woocommerce import replies, wire
from kvitt.adapters.woocommerce.client import StoreClient
from kvitt.domain.errors import NotFound

#: What a shop has to tell of, for kvitt to hear of every order that may have changed.
ORDER_TOPICS = ("order.created", "order.updated", "order.deleted", "order.restored")


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopFacts:
    """What the shop runs."""

    woocommerce: str
    wordpress: str
    currency: str
    #: How many decimals it displays; the amounts it stores may have more.
    decimals: int
    hpos: bool
    #: ``folder/file.php`` of every active plugin.
    plugins: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """A webhook of the shop. Its secret is never told."""

    id: int
    name: str
    topic: str
    #: ``active``, ``paused``, or ``disabled`` after seven failures in a row.
    status: str
    delivery_url: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gateway:
    """A payment gateway, with its settings as texts. They may hold keys."""

    id: str
    title: str
    enabled: bool
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)


class StoreSetup:
    """Reads a shop's facts and keeps its webhooks."""

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
            plugins=tuple(item.text("plugin") for item in status.children("active_plugins")),
        )

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

    def list_webhooks(self) -> Sequence[Webhook]:
        """Read the shop's webhooks."""
        reply = self._door.ask(wire.build_webhooks(), many=True)
        return [_webhook(item) for item in replies.read_list(reply, "webhooks")]

    def create_webhook(
        self, *, name: str, topic: str, delivery_url: str, secret: str
    ) -> Webhook:
        """Create a webhook; the shop pings the address before it answers."""
        request = wire.build_create_webhook(
            name=name, topic=topic, delivery_url=delivery_url, secret=secret
        )
        return _webhook(replies.read_object(self._door.ask(request), "webhook"))

    def revive_webhook(self, webhook_id: int) -> Webhook:
        """Switch a webhook on again.

        Its count of failures stays: one more failure at once switches it off
        (woocommerce-facts.md §10).
        """
        request = wire.build_change_webhook(webhook_id, {"status": "active"})
        return _webhook(replies.read_object(self._door.ask(request), "webhook"))

    def delete_webhook(self, webhook_id: int) -> None:
        """Delete a webhook; one that is gone already is as good."""
        try:
            replies.check_status(self._door.ask(wire.build_delete_webhook(webhook_id)))
        except NotFound:
            return


def _webhook(item: Fields) -> Webhook:
    return Webhook(
        id=item.whole("id"),
        name=item.text("name"),
        topic=item.text("topic"),
        status=item.text("status"),
        delivery_url=item.text("delivery_url"),
    )
