from collections.abc import Callable
from typing import Any

import pytest

from contract.sandbox_shop.stage import Json, Stage, bare, same
from kvitt.sandbox.shop.rest import phpjson


def test_trash_answers_the_former_status_and_get_the_new_one(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """Trash, read, bring back by PUT without the marks going, then delete for good."""
    theirs = sample("delete/trash")["body"]
    order = stage.order(theirs, status="completed")
    path = f"orders/{order['id']}"

    same(stage.call("DELETE", path).get_json(), theirs)
    _same_but_time(stage.call("GET", path).get_json(), sample("delete/get_trashed")["body"])
    back = stage.call("PUT", path, {"status": "processing"}).get_json()
    _same_but_time(back, sample("delete/put_on_trashed")["body"])
    stage.call("DELETE", path)
    gone = stage.call("DELETE", f"{path}?force=true").get_json()
    _same_but_time(gone, sample("delete/force")["body"])
    assert stage.call("GET", path).status_code == 404


def _same_but_time(ours: Json, theirs: Json) -> None:
    for body in (ours, theirs):
        for meta in body["meta_data"]:
            if meta["key"] == "_wp_trash_meta_time":
                meta["value"] = "then"
    same(ours, theirs)


def test_a_batch_is_not_checked_and_reports_each_refusal_in_its_place(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """Unknown statuses become pending, unknown orders are errors, and the rest is done."""
    theirs = sample("batch/mixed")
    first, second = stage.mug(), stage.mug()
    request = theirs["request"]
    request["update"][0]["id"], request["update"][2]["id"] = first["id"], second["id"]

    response = stage.call("POST", "orders/batch", request)
    ours = response.get_json()

    assert response.status_code == theirs["status"]
    assert list(ours) == list(theirs["body"])
    same(ours["create"][0], theirs["body"]["create"][0])
    same(ours["create"][1], theirs["body"]["create"][1])
    assert ours["update"][1] == theirs["body"]["update"][1]
    assert ours["delete"] == theirs["body"]["delete"]
    assert ours["update"][2]["status"] == theirs["body"]["update"][2]["status"]


def test_a_batch_sets_an_unknown_status_to_pending_without_a_note(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """`shipped` in a batch makes a processing order pending, and nothing says so."""
    theirs = sample("batch/bad_status_becomes")["body"]
    order = stage.mug()
    before = len(stage.books.notes(order["id"]))

    body = {"update": [{"id": order["id"], "status": "shipped"}]}
    ours = stage.call("POST", "orders/batch", body).get_json()

    assert ours["update"][0]["status"] == theirs["update"][0]["status"] == "pending"
    assert ours["update"][0]["is_editable"] == theirs["update"][0]["is_editable"]
    assert len(stage.books.notes(order["id"])) == before


def test_a_batch_takes_a_hundred_at_most(stage: Stage, sample: Callable[[str], Any]) -> None:
    """One more than a hundred items is refused as a whole."""
    theirs = sample("batch/over_100")
    body = {"update": [{"id": number} for number in range(101)]}

    response = stage.call("POST", "orders/batch", body)

    assert (response.status_code, response.get_json()) == (theirs["status"], theirs["body"])


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("post_private", {"note": "Privat <b>fet</b> <script>x</script> åäö & 😀"}),
        ("post_customer", {"note": "Till kunden", "customer_note": True}),
        ("post_missing", {}),
    ],
)
def test_notes_are_written_as_captured(
    name: str, body: Json, stage: Stage, sample: Callable[[str], Any]
) -> None:
    """Harmless tags stay, others go, and ampersands are escaped."""
    theirs = sample(f"notes/{name}")
    order = stage.mug()

    response = stage.call("POST", f"orders/{order['id']}/notes", body)

    assert response.status_code == theirs["status"]
    assert bare(response.get_json()) == bare(theirs["body"])


def test_notes_of_an_unknown_order_are_a_404(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """Notes have an error code of their own for it."""
    theirs = sample("notes/post_no_order")

    response = stage.call("POST", "orders/999999/notes", {"note": "x"})

    assert (response.status_code, response.get_json()) == (theirs["status"], theirs["body"])


def test_a_list_of_notes_holds_the_mails_too(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """Sorted by id, the notes of an order are those captured."""
    theirs = sample("notes/list")["body"]
    order = stage.mug()
    path = f"orders/{order['id']}/notes"
    for body in (
        {"note": "Privat <b>fet</b> x åäö & 😀"},
        {"note": "Till kunden", "customer_note": True},
        {"note": "Som användare", "added_by_user": True},
    ):
        stage.call("POST", path, body)

    ours = stage.call("GET", path).get_json()

    for notes in (ours, theirs):
        notes.sort(key=lambda note: note["id"])
    assert bare(ours) == bare(theirs)


def test_a_list_has_its_headers(stage: Stage, sample: Callable[[str], Any]) -> None:
    """A page of five of fifty-one orders says how many there are and where the next is."""
    theirs = sample("list/headers_per_page5")
    for _ in range(51):
        stage.mug()

    response = stage.call("GET", "orders?per_page=5&status[]=any&dp=2&context=view")

    for name in ("X-WP-Total", "X-WP-TotalPages", "Link", "Allow"):
        assert response.headers[name] == theirs["headers"][name]
    assert [list(order) for order in response.get_json()] == [list(o) for o in theirs["body"]]


def test_fields_cut_an_order_down(stage: Stage, sample: Callable[[str], Any]) -> None:
    """A dotted field reaches into an object, and the links of one order stay."""
    theirs = sample("list/fields")["body"]
    order = stage.mug(billing={"email": theirs["billing"]["email"]}, meta_data=_metas(theirs))

    fields = "id,status,total,billing.email,line_items.id,meta_data"
    ours = stage.call("GET", f"orders/{order['id']}?_fields={fields}").get_json()

    assert list(ours) == list(theirs)
    assert bare(ours) == bare(theirs)


def _metas(body: Json) -> list[Json]:
    return [{"key": meta["key"], "value": meta["value"]} for meta in body["meta_data"]]


def test_the_tax_table_reads_as_captured(stage: Stage, sample: Callable[[str], Any]) -> None:
    """Rates have four decimals and the standard class has a name."""
    theirs = sample("misc/taxes")

    response = stage.call("GET", "taxes")

    assert bare(response.get_json()) == bare(theirs["body"])
    assert response.headers["X-WP-Total"] == theirs["headers"]["X-WP-Total"]


def test_what_a_tool_reads_on_connecting_is_there(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """System status, the tax setting and the gateway say what the captured ones say."""
    status = sample("misc/system_status")["body"]
    stage.books.change_settings(kom_active=True)
    ours = stage.call("GET", "system_status").get_json()
    setting = stage.call("GET", "settings/tax/woocommerce_prices_include_tax").get_json()
    gateway = stage.call("GET", "payment_gateways/klarna_payments").get_json()
    theirs = sample("misc/payment_gateway_klarna")["body"]

    for part in ("environment", "settings", "database", "security"):
        assert ours[part].items() <= {**status[part], **_OTHER_CRON.get(part, {})}.items()
    captured = sample("misc/settings_tax_prices_include")["body"]
    assert list(setting) == list(captured)
    assert (setting["value"], setting["options"]) == (captured["value"], captured["options"])
    assert list(gateway) == list(theirs)
    assert list(gateway["settings"]) == list(theirs["settings"])
    assert [f["value"] for f in gateway["settings"].values()] == [
        f["value"] for f in theirs["settings"].values()
    ]


#: The one figure of the status that differs on purpose; `ON_PURPOSE` says why.
_OTHER_CRON: dict[str, Json] = {"environment": {"wp_cron": True}}


def test_answers_are_written_as_php_writes_json(stage: Stage) -> None:
    """Slashes and letters outside ASCII are escaped, whole floats lose their fraction."""
    order = stage.mug(billing={"first_name": "Åsa", "address_1": "c/o"})
    auth = (stage.key.consumer_key, stage.key.consumer_secret)

    text = stage.client.get(f"/wp-json/wc/v3/orders/{order['id']}", auth=auth).get_data(
        as_text=True
    )

    assert '"first_name":"\\u00c5sa"' in text
    assert '"address_1":"c\\/o"' in text
    assert '"price":100,' in text
    assert phpjson.dumps({"a": [1.5, 2]}) == '{"a":[1.5,2]}'
