import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from contract.sandbox_shop.stage import Json, Stage, bare
from kvitt.sandbox.shop import webhooks
from kvitt.sandbox.shop.desk import LineEdit, RefundRequest, ScreenForm

SECRET = "enkel-hemlighet-123"
TOPICS = ("order.created", "order.updated", "order.deleted", "order.restored")

Act = Callable[[Stage, int], object]


def put(stage: Stage, order_id: int, body: Mapping[str, Any]) -> Json:
    """Change an order over REST."""
    changed: Json = stage.call("PUT", f"orders/{order_id}", dict(body)).get_json()
    return changed


def refund(stage: Stage, order_id: int, amount: str) -> None:
    """Refund over REST without the gateway."""
    body = {"amount": amount, "api_refund": False}
    assert stage.call("POST", f"orders/{order_id}/refunds", body).status_code == 201


def line_edit(stage: Stage, order_id: int) -> None:
    """Change the quantity and total of the first line over REST."""
    line = stage.desk.bench.order(order_id).lines[0]
    entry = {"id": line.id, "quantity": 2, "subtotal": "200.00", "total": "200.00"}
    put(stage, order_id, {"line_items": [entry]})


def save_items(stage: Stage, order_id: int) -> None:
    """Press Save below the items of the order screen."""
    line = stage.desk.bench.order(order_id).lines[0]
    stage.desk.edit_lines(order_id, [LineEdit(item_id=line.id, quantity=2)])


def delete_refund(stage: Stage, order_id: int) -> None:
    """Refund, let that be delivered, and delete the refund."""
    refund(stage, order_id, "10.00")
    stage.delivered()
    found = stage.books.refunds(order_id)[0]
    stage.call("DELETE", f"orders/{order_id}/refunds/{found.id}")


def trashed(stage: Stage, order_id: int) -> list[str]:
    """Trash over REST and let that be delivered."""
    stage.call("DELETE", f"orders/{order_id}")
    return stage.delivered()


def manual_refund(stage: Stage, order_id: int) -> None:
    """Press Refund manually on the order screen."""
    stage.desk.create_refund(
        order_id, RefundRequest(amount=stage.desk.bench.order(order_id).total)
    )


#: Captured deliveries, what was done to an order of one cup, and which topics arrived.
ACTIONS: dict[str, Act] = {
    "admin_ajax_save_items": save_items,
    "admin_bulk_mark_completed": lambda s, i: s.desk.bulk_status([i], "completed", by="admin"),
    "admin_delete_permanently": lambda s, i: (trashed(s, i), s.desk.delete(i)),
    "admin_quick_mark_complete": lambda s, i: s.desk.set_status(i, "completed", by="admin"),
    "admin_refund_manual": manual_refund,
    "admin_save_nochange": lambda s, i: s.desk.save_screen(i, ScreenForm()),
    "admin_save_status_completed": lambda s, i: s.desk.save_screen(
        i, ScreenForm(status="completed")
    ),
    "admin_save_with_note_change": lambda s, i: s.desk.save_screen(
        i, ScreenForm(customer_note="x")
    ),
    "admin_trash": lambda s, i: s.desk.trash(i),
    "admin_untrash": lambda s, i: (trashed(s, i), s.desk.restore(i)),
    "create_paid_processing": lambda s, _i: s.mug(),
    "create_pending_no_pay": lambda s, _i: s.mug(set_paid=False, status="pending"),
    "force_delete_trashed": lambda s, i: (
        trashed(s, i),
        s.call("DELETE", f"orders/{i}?force=true"),
    ),
    "force_delete_untrashed": lambda s, i: s.call("DELETE", f"orders/{i}?force=true"),
    "note_only": lambda s, i: s.call("POST", f"orders/{i}/notes", {"note": "x"}),
    "product_edit_of_ordered_product": lambda s, _i: s.call(
        "PUT", "products/15", {"name": "x"}
    ),
    "put_empty": lambda s, i: put(s, i, {}),
    "put_line_edit": line_edit,
    "put_meta": lambda s, i: put(s, i, {"meta_data": [{"key": "a", "value": "1"}]}),
    "put_status_completed": lambda s, i: put(s, i, {"status": "completed"}),
    "refund_delete": delete_refund,
    "refund_full": lambda s, i: refund(s, i, "125.00"),
    "refund_partial": lambda s, i: refund(s, i, "10.00"),
    "three_puts_quick_paused": lambda s, i: [put(s, i, {"customer_note": n}) for n in "abc"],
    "4_puts_while_queue_paused": lambda s, i: [
        put(s, i, {"status": status})
        for status in ("on-hold", "processing", "on-hold", "completed")
    ],
    "trash": lambda s, i: s.call("DELETE", f"orders/{i}"),
    "trash2": lambda s, i: s.call("DELETE", f"orders/{i}"),
    "untrash_by_status_put": lambda s, i: (trashed(s, i), put(s, i, {"status": "processing"})),
}
LEGACY: dict[str, Act] = {
    "legacy_create": lambda s, _i: s.mug(),
    "legacy_force_delete": lambda s, i: s.call("DELETE", f"orders/{i}?force=true"),
    "legacy_note": ACTIONS["note_only"],
    "legacy_put_meta": ACTIONS["put_meta"],
    "legacy_put_status_on_trashed": ACTIONS["untrash_by_status_put"],
    "legacy_refund": ACTIONS["refund_partial"],
    "legacy_status": ACTIONS["put_status_completed"],
    "legacy_trash": ACTIONS["trash"],
}
#: Which hooks inside WooCommerce make which topic; the rest make none.
TOPIC_OF = {
    "woocommerce_new_order": "order.created",
    "woocommerce_update_order": "order.updated",
    "woocommerce_order_refunded": "order.updated",
    "woocommerce_trash_order": "order.deleted",
}
HOOKS: dict[str, Act] = {
    "after_untrash_put_meta": ACTIONS["put_meta"],
    "create": ACTIONS["create_paid_processing"],
    "force_delete": ACTIONS["force_delete_untrashed"],
    "note": ACTIONS["note_only"],
    "put_line": ACTIONS["put_line_edit"],
    "put_meta": ACTIONS["put_meta"],
    "put_status": ACTIONS["put_status_completed"],
    "refund_delete": ACTIONS["refund_delete"],
    "refund_full": ACTIONS["refund_full"],
    "refund_part": ACTIONS["refund_partial"],
    "trash": ACTIONS["trash"],
    "untrash_put": ACTIONS["untrash_by_status_put"],
}


def topic_of(delivery: Json) -> str:
    """Return the topic a captured delivery names."""
    return str(dict(delivery["headers"])["X-WC-Webhook-Topic"])


@pytest.mark.parametrize("name", [*ACTIONS, *LEGACY])
def test_an_action_causes_the_captured_deliveries(
    name: str, stage: Stage, sample: Callable[[str], Any]
) -> None:
    """Each action is told as often, in the order and in the form it was captured."""
    theirs = sample(f"webhooks/{name}")
    stage.books.change_settings(hpos=name not in LEGACY)
    order_id = stage.mug()["id"]
    stage.listen(*TOPICS)
    {**ACTIONS, **LEGACY}[name](stage, order_id)

    topics = stage.delivered()

    assert topics == [topic_of(delivery) for delivery in theirs]
    for post, delivery in zip(stage.world.posts, theirs, strict=True):
        captured = json.loads(delivery["body"])
        assert list(json.loads(post.body)) == list(captured)
        names = [header for header, _ in delivery["headers"]]
        assert [n for n in names if n in post.headers] == list(post.headers)
        assert not set(names) - set(post.headers) - _ADDED_BY_CURL


_ADDED_BY_CURL = {"Host", "Accept", "Accept-Encoding", "Content-Length"}


@pytest.mark.parametrize("name", HOOKS)
def test_the_deliveries_follow_from_the_captured_hooks(
    name: str, stage: Stage, sample: Callable[[str], Any]
) -> None:
    """Where WooCommerce ran a hook that webhooks listen to, a delivery is queued."""
    hooks = {TOPIC_OF.get(hook["hook"]) for hook in sample(f"hooks/{name}")} - {None}
    order_id = stage.mug()["id"]
    stage.listen(*TOPICS)
    HOOKS[name](stage, order_id)

    assert set(stage.delivered()) == hooks


@pytest.mark.parametrize(
    "name", ["put_meta", "create_paid_processing", "trash", "admin_untrash", "refund_full"]
)
def test_our_signature_of_a_captured_body_is_the_captured_one(
    name: str, sample: Callable[[str], Any]
) -> None:
    """The signature is the HMAC of the raw body, base64, as a real shop sent it."""
    for delivery in sample(f"webhooks/{name}"):
        headers = dict(delivery["headers"])
        signature = webhooks.sign(delivery["body"].encode(), SECRET)

        assert signature == headers["X-WC-Webhook-Signature"]


def test_three_orders_in_one_second_are_told_with_one_delivery_id(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """The delivery id hashes webhook and second, so it repeats."""
    theirs = sample("webhooks/3_orders_same_second")
    orders = [stage.mug()["id"] for _ in theirs]
    stage.listen("order.updated")
    for order_id in orders:
        put(stage, order_id, {"customer_note": "x"})

    stage.delivered()

    ids = [post.headers["X-WC-Webhook-Delivery-ID"] for post in stage.world.posts]
    captured = [dict(d["headers"])["X-WC-Webhook-Delivery-ID"] for d in theirs]
    assert (len(ids), len(set(ids))) == (len(captured), len(set(captured)))
    assert len(ids[0]) == len(captured[0])


def test_a_batch_is_told_for_each_order(stage: Stage, sample: Callable[[str], Any]) -> None:
    """Three orders changed in a batch are three deliveries."""
    theirs = sample("webhooks/batch_update_3")
    orders = [stage.mug()["id"] for _ in theirs]
    stage.listen("order.updated")
    update = [{"id": order_id, "customer_note": "x"} for order_id in orders]
    stage.call("POST", "orders/batch", {"update": update})

    assert stage.delivered() == [topic_of(delivery) for delivery in theirs]


def test_the_body_is_what_is_true_when_it_is_sent(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """An order deleted meanwhile is told as an error object, a trashed one with its status."""
    theirs = sample("webhooks/order_gone_before_delivery")
    gone, trashed_id = stage.mug()["id"], stage.mug()["id"]
    stage.listen("order.updated", "order.deleted")
    for order_id in (gone, trashed_id):
        put(stage, order_id, {"customer_note": "x"})
    stage.call("DELETE", f"orders/{gone}?force=true")
    stage.call("DELETE", f"orders/{trashed_id}")

    stage.delivered()

    ours = [json.loads(post.body) for post in stage.world.posts]
    captured = [json.loads(delivery["body"]) for delivery in theirs]
    assert ours[0] == captured[0]
    assert ours[1]["status"] == captured[1]["status"] == "trash"
    assert (list(ours[2]), ours[2]["id"]) == (list(captured[2]), trashed_id)


@pytest.mark.parametrize("event", ["created", "updated", "deleted", "restored"])
def test_a_new_webhook_reads_as_captured_and_keeps_its_secret(
    event: str, stage: Stage, sample: Callable[[str], Any]
) -> None:
    """The answer names the hooks listened to and never the secret."""
    theirs = sample(f"webhooks/create_{event}")

    response = stage.call("POST", "webhooks", theirs["request"])

    assert response.status_code == theirs["status"]
    assert bare(response.get_json()) == bare(theirs["body"])
    assert SECRET not in response.get_data(as_text=True)


def test_a_new_webhook_is_greeted_with_an_unsigned_form(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """The ping is form-encoded and has no WooCommerce headers at all."""
    theirs = sample("webhooks/ping")[0]
    hook = {"topic": "order.restored", "delivery_url": "http://127.0.0.1:9/hook/restored"}

    webhook_id = stage.call("POST", "webhooks", hook).get_json()["id"]

    ping = stage.world.posts[0]
    assert ping.body.decode() == theirs["body"].replace("4", str(webhook_id))
    captured = dict(theirs["headers"])
    for name, value in ping.headers.items():
        assert captured[name] == value
    assert not any(name.startswith("X-WC-") for name in ping.headers)


def test_the_seventh_failure_in_a_row_switches_a_webhook_off(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """Six failures are borne, the seventh disables, and activating forgets none of them."""
    disabled, active = (
        sample(f"webhooks/{n}")["body"] for n in ("disabled_webhook", "reactivate")
    )
    order_id = stage.mug()["id"]
    stage.listen("order.updated")
    path = f"webhooks/{stage.books.webhooks()[0].id}"
    stage.world.status = 500
    seen = []
    for _ in range(7):
        put(stage, order_id, {})
        stage.delivered()
        seen.append(stage.call("GET", path).get_json()["status"])
    off = stage.call("GET", path).get_json()
    on = stage.call("PUT", path, {"status": "active"}).get_json()
    put(stage, order_id, {})
    stage.delivered()

    assert seen == ["active"] * 6 + ["disabled"]
    assert list(off) == list(disabled)
    assert (off["status"], on["status"]) == (disabled["status"], active["status"])
    assert stage.call("GET", path).get_json()["status"] == "disabled"
