from collections.abc import Callable
from typing import Any

import pytest

from contract.sandbox_shop.stage import Json, Stage, bare
from kvitt.sandbox.shop import seeding
from kvitt.sandbox.shop.catalogue import ApiKey

#: Captured refusal, method, path and body; `{order}` is an order of one cup.
ASKED: tuple[tuple[str, str, str, Any], ...] = (
    ("bad_coupon", "PUT", "orders/{order}", {"coupon_lines": [{"code": "finnsinte"}]}),
    ("bad_currency", "PUT", "orders/{order}", {"currency": "XXX"}),
    ("bad_email", "PUT", "orders/{order}", {"billing": {"email": "nej"}}),
    ("bad_modified_after", "GET", "orders?modified_after=igår", None),
    ("bad_status", "PUT", "orders/{order}", {"status": "shipped"}),
    ("bad_type", "PUT", "orders/{order}", {"line_items": ["x"]}),
    ("line_bad_id", "PUT", "orders/{order}", {"line_items": [{"id": 99999, "quantity": 1}]}),
    (
        "line_no_product",
        "PUT",
        "orders/{order}",
        {"line_items": [{"name": "X", "quantity": 1, "total": "1.00"}]},
    ),
    ("list_status_wc_prefix", "GET", "orders?status=wc-processing", None),
    ("no_route", "GET", "finns/inte", None),
    ("order_id_is_product", "GET", "orders/15", None),
    ("order_not_found", "GET", "orders/999999", None),
    ("page0", "GET", "orders?page=0", None),
    ("per_page_101", "GET", "orders?per_page=101", None),
    ("put_order_not_found", "PUT", "orders/999999", {"customer_note": "x"}),
    (
        "webhook_bad_topic",
        "POST",
        "webhooks",
        {"topic": "order.nonsense", "delivery_url": "http://127.0.0.1:9/"},
    ),
    ("webhook_bad_url", "POST", "webhooks", {"topic": "order.updated", "delivery_url": "x"}),
    (
        "webhook_order_published",
        "POST",
        "webhooks",
        {"topic": "order.published", "delivery_url": "http://127.0.0.1:9/"},
    ),
)


@pytest.mark.parametrize(("name", "method", "path", "body"), ASKED, ids=[a[0] for a in ASKED])
def test_a_refusal_has_the_captured_status_code_and_words(
    name: str,
    method: str,
    path: str,
    body: Any,
    stage: Stage,
    sample: Callable[[str], Any],
) -> None:
    """Every refusal answers with WooCommerce's own status, code, text and details."""
    theirs = sample(f"errors/{name}")
    order = stage.mug()

    response = stage.call(method, path.format(order=order["id"]), body)

    assert response.status_code == theirs["status"]
    assert response.get_json() == theirs["body"]
    assert response.headers.get("Allow") == theirs["headers"].get("Allow")


def test_broken_json_is_refused(stage: Stage, sample: Callable[[str], Any]) -> None:
    """A body that is no JSON is a 400 with PHP's error number."""
    theirs = sample("errors/bad_json")
    order = stage.mug()
    auth = (stage.key.consumer_key, stage.key.consumer_secret)
    path = f"/wp-json/wc/v3/orders/{order['id']}"

    response = stage.client.put(path, data="{", content_type="application/json", auth=auth)

    assert (response.status_code, response.get_json()) == (theirs["status"], theirs["body"])


def test_trashing_twice_is_refused(stage: Stage, sample: Callable[[str], Any]) -> None:
    """The second trash is a 410."""
    theirs = sample("errors/already_trashed")
    path = f"orders/{stage.mug()['id']}"
    stage.call("DELETE", path)

    response = stage.call("DELETE", path)

    assert (response.status_code, response.get_json()) == (theirs["status"], theirs["body"])


def test_a_product_that_does_not_exist_becomes_a_nameless_line(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """An unknown product id is a 200, and an empty line is on the order."""
    theirs = sample("errors/line_bad_product")
    order = stage.order({**theirs["body"], "line_items": theirs["body"]["line_items"][:1]})
    for _ in range(2):
        lines = [{"product_id": 999999, "quantity": 1}]
        response = stage.call("PUT", f"orders/{order['id']}", {"line_items": lines})

    assert response.status_code == theirs["status"]
    assert bare(response.get_json()) == bare(theirs["body"])


def _keyed(stage: Stage, **fields: str) -> ApiKey:
    key = seeding.issue_key(stage.books, permissions=fields.pop("permissions", "read_write"))
    values: Json = {name: getattr(key, name) for name in ApiKey.__dataclass_fields__}
    return ApiKey(**{**values, **fields})


@pytest.mark.parametrize(
    ("name", "method", "fields"),
    [
        ("bad_key", "GET", {"consumer_key": "ck_unknown"}),
        ("bad_secret", "GET", {"consumer_secret": "cs_wrong"}),
        ("readonly_key_put", "PUT", {"permissions": "read"}),
        ("writeonly_key_get", "GET", {"permissions": "write"}),
    ],
)
def test_a_key_that_will_not_do_is_told_so(
    name: str,
    method: str,
    fields: dict[str, str],
    stage: Stage,
    sample: Callable[[str], Any],
) -> None:
    """Unknown keys, wrong secrets and missing permissions answer as captured."""
    theirs = sample(f"errors/{name}")
    order = stage.mug()
    key = _keyed(stage, **fields)

    response = stage.call(
        method, f"orders/{order['id']}", {} if method == "PUT" else None, key=key
    )

    assert (response.status_code, response.get_json()) == (theirs["status"], theirs["body"])


def test_without_a_key_nothing_is_shown(stage: Stage, sample: Callable[[str], Any]) -> None:
    """A call without a key gets what an unknown key gets."""
    theirs = sample("errors/no_auth")

    response = stage.client.get("/wp-json/wc/v3/orders")

    assert (response.status_code, response.get_json()) == (theirs["status"], theirs["body"])


def test_a_shop_manager_may_create_webhooks(stage: Stage, sample: Callable[[str], Any]) -> None:
    """A webhook without a name is called after the time it was made."""
    theirs = sample("errors/webhook_shop_manager")
    url = theirs["body"]["delivery_url"]

    response = stage.call("POST", "webhooks", {"topic": "order.updated", "delivery_url": url})

    ours, captured = bare(response.get_json()), bare(theirs["body"])
    for body in (ours, captured):
        assert body.pop("name").startswith("Webhook created on Nov 23, 2026 @ 12:")
    assert (response.status_code, ours) == (theirs["status"], captured)


def test_a_put_with_a_bad_coupon_keeps_the_line_it_changed(stage: Stage) -> None:
    """PUT is not atomic: a refused coupon leaves the line change, totals and all."""
    order = stage.mug()
    line = {"id": order["line_items"][0]["id"], "total": "80.00"}
    body = {"line_items": [line], "coupon_lines": [{"code": "finnsinte"}]}

    refused = stage.call("PUT", f"orders/{order['id']}", body)

    assert refused.status_code == 400
    assert stage.call("GET", f"orders/{order['id']}").get_json()["total"] == "100.00"


def test_a_put_with_a_bad_line_keeps_the_line_before_it_without_a_new_total(
    stage: Stage,
) -> None:
    """A bad line id after a good line leaves the line changed and the total as it was."""
    order = stage.mug()
    stage.later(5)
    lines = [
        {"id": order["line_items"][0]["id"], "total": "700.00"},
        {"id": 99999, "total": "1.00"},
    ]

    refused = stage.call("PUT", f"orders/{order['id']}", {"line_items": lines})
    after = stage.call("GET", f"orders/{order['id']}").get_json()

    assert refused.status_code == 400
    assert (after["line_items"][0]["total"], after["total"]) == ("700.00", "125.00")
    assert after["date_modified"] == order["date_modified"]
