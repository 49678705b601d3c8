"""Webhooks over REST. The secret goes in and never comes out (woocommerce-facts.md §10)."""

from dataclasses import replace
from typing import Any

from kvitt.sandbox.shop import addresses, hooks
from kvitt.sandbox.shop.catalogue import Webhook
from kvitt.sandbox.shop.rest import listing, schema, views
from kvitt.sandbox.shop.rest.answers import Answer, Call, RestError
from kvitt.sandbox.shop.rest.views import Lens

CHECKS: dict[str, schema.Check] = {
    "name": schema.text,
    "topic": schema.text,
    "delivery_url": schema.text,
    "secret": schema.text,
    "status": schema.one_of(("active", "paused", "disabled")),
}

#: The hooks inside WooCommerce that each topic listens to.
_HOOKS = {
    hooks.CREATED: ["woocommerce_new_order"],
    hooks.UPDATED: ["woocommerce_update_order", "woocommerce_order_refunded"],
    hooks.DELETED: ["wp_trash_post", "woocommerce_trash_order"],
    hooks.RESTORED: ["untrashed_post", "woocommerce_untrash_order"],
}


def list_(call: Call) -> Answer:
    """Answer every webhook, newest first."""
    schema.check(call.params, listing.PAGING)
    status = call.params.get("status", "all")
    found = [h for h in call.desk.books.webhooks() if status in {"all", h.status}]
    return listing.page(call, found[::-1], lambda webhook: view(call.lens, webhook))


def get(call: Call, webhook_id: int) -> Answer:
    """Answer one webhook."""
    return Answer(body=view(call.lens, _found(call, webhook_id)))


def create(call: Call) -> Answer:
    """Make a webhook and ping its address before answering; a dead one does not matter."""
    schema.check(call.params, CHECKS)
    topic = str(call.params.get("topic") or "")
    if not _is_topic(topic):
        raise _invalid_topic()
    url = str(call.params.get("delivery_url") or "")
    _check_url(url)
    books, now = call.desk.books, call.desk.books.now()
    local = f"{now:%b} {now:%d}, {now:%Y} @ {now:%I}:{now:%M} {now:%p}"
    webhook = Webhook(
        id=books.next_id_of(Webhook),
        name=str(call.params.get("name") or f"Webhook created on {local}"),
        topic=topic,
        delivery_url=url,
        secret=str(call.params.get("secret") or books.tokens(50)),
        created=now,
        status=str(call.params.get("status") or "active"),
    )
    books.put(webhook)
    call.deliverer.ping(webhook)
    location = f"{call.lens.base}/webhooks/{webhook.id}"
    body = view(call.lens, webhook)
    return Answer(body=body, status=201, headers={"Location": location})


def update(call: Call, webhook_id: int) -> Answer:
    """Change a webhook; neither pings nor forgets its failures."""
    schema.check(call.params, CHECKS)
    params, books = call.params, call.desk.books
    if "topic" in params and not _is_topic(str(params["topic"])):
        raise _invalid_topic()
    if "delivery_url" in params:
        _check_url(str(params["delivery_url"]))
    with books.locked():
        webhook = _found(call, webhook_id)
        names = ("name", "topic", "delivery_url", "secret", "status")
        fields: dict[str, Any] = {name: str(params[name]) for name in names if name in params}
        changed = books.put(replace(webhook, **fields, modified=books.now()))
    return Answer(body=view(call.lens, changed))


def delete(call: Call, webhook_id: int) -> Answer:
    """Delete a webhook, which must be forced."""
    webhook = _found(call, webhook_id)
    if not call.flag("force"):
        raise RestError(
            "woocommerce_rest_trash_not_supported",
            "Webhooks do not support trashing.",
            status=501,
        )
    call.desk.books.remove(webhook)
    return Answer(body=view(call.lens, webhook))


def view(lens: Lens, webhook: Webhook) -> dict[str, Any]:
    """Return a webhook without its secret and its failures."""
    resource, _, event = webhook.topic.partition(".")
    path = f"webhooks/{webhook.id}"
    return {
        "id": webhook.id,
        "name": webhook.name,
        "status": webhook.status,
        "topic": webhook.topic,
        "resource": resource,
        "event": event,
        "hooks": _HOOKS.get(webhook.topic, [event]),
        "delivery_url": webhook.delivery_url,
        "date_created": lens.local(webhook.created),
        "date_created_gmt": views.gmt(webhook.created),
        "date_modified": lens.local(webhook.modified),
        "date_modified_gmt": views.gmt(webhook.modified),
        "_links": lens.links(path, collection="webhooks", allow=views.READ_WRITE),
    }


def _is_topic(topic: str) -> bool:
    return topic in hooks.TOPICS or topic.startswith("action.woocommerce_")


def _invalid_topic() -> RestError:
    return RestError(
        "woocommerce_rest_shop_webhook_invalid_topic",
        "Webhook topic is required and must be valid.",
        status=400,
    )


def _check_url(url: str) -> None:
    if not addresses.is_http_url(url):
        raise RestError(
            "woocommerce_rest_shop_webhook_invalid_delivery_url",
            "Webhook delivery URL must be a valid URL starting with http:// or https://.",
            status=400,
        )


def _found(call: Call, webhook_id: int) -> Webhook:
    webhook = call.desk.books.get(Webhook, webhook_id)
    if webhook is None:
        raise RestError("woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.", status=404)
    return webhook
