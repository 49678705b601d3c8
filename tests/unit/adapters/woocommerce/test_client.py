"""The shop's client: what it asks, how often, and what it makes of the answers."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from kvitt.adapters.woocommerce.client import StoreClient, StoreCredentials
from kvitt.domain.errors import (
    ConfigurationError,
    MalformedReply,
    NotFound,
    RemoteFault,
    UnreadableOrder,
)
from kvitt.domain.ids import StoreOrderId
from kvitt.domain.money import Money
from unit.adapters import samples
from unit.adapters.samples import answer
from unit.adapters.woocommerce.scripted import CANARY, ScriptedHttp, shop

ONE = samples.body_of("get_order/one")
ONE_ID = StoreOrderId(ONE["id"])
MUG = {"id": 15, "virtual": False, "permalink": "https://shop.example/mug"}
REFUNDED = samples.body_of("get_order/partially_refunded_kom_on")
REFUND = samples.body_of("refunds/04_line_items")


def sent(http: ScriptedHttp) -> list[str]:
    """Return method and path of every request."""
    return [f"{request.method} {request.path}" for request in http.asked]


def test_an_order_is_one_call_and_its_products_one_more() -> None:
    """The order is asked for with six decimals, and its unknown products together."""
    store, http = shop(ONE, [MUG])
    order = store.fetch_order(ONE_ID)

    assert sent(http) == [f"GET /wp-json/wc/v3/orders/{ONE_ID}", "GET /wp-json/wc/v3/products"]
    assert ("dp", "6") in http.asked[0].query
    assert ("include", "15") in http.asked[1].query
    assert order.lines[0].virtual is False


def test_known_products_are_not_asked_about_again() -> None:
    """The second look at an order is one call."""
    store, http = shop(ONE, [MUG], ONE)
    first, second = store.fetch_order(ONE_ID), store.fetch_order(ONE_ID)

    assert len(http.asked) == 3
    assert first == second


def test_an_order_with_refunds_is_two_calls() -> None:
    """Refunds are asked for only where the order has some, with their lines."""
    missing = {**REFUND, "id": REFUNDED["refunds"][0]["id"]}
    store, http = shop({**REFUNDED, "line_items": []}, [missing])
    order = store.fetch_order(StoreOrderId(REFUNDED["id"]))

    assert sent(http)[1:] == [f"GET /wp-json/wc/v3/orders/{REFUNDED['id']}/refunds"]
    assert [refund.amount for refund in order.refunds] == [Money(12500, "SEK")]


@pytest.mark.parametrize("found", [[REFUND], []])
def test_a_refund_missing_from_the_list_is_not_taken_for_deleted(found: list[Any]) -> None:
    """Two answers that disagree are asked for again later."""
    store, _ = shop({**REFUNDED, "line_items": []}, found)
    with pytest.raises(MalformedReply):
        store.fetch_order(StoreOrderId(REFUNDED["id"]))


def test_more_than_a_page_of_refunds_is_read_to_the_end() -> None:
    """A hundred refunds are a page; the next is asked for."""
    many = [{**REFUND, "id": number} for number in range(1, 102)]
    order = {**REFUNDED, "line_items": [], "refunds": [{"id": 101, "total": "-1.00"}]}
    store, http = shop(order, many[:100], many[100:])

    assert len(store.fetch_order(StoreOrderId(REFUNDED["id"])).refunds) == 101
    assert ("page", "2") in http.asked[2].query


def test_variations_are_asked_for_under_their_product() -> None:
    """WooCommerce lists variations under their parent only."""
    document = samples.body_of("get_order/variations")
    items = document["line_items"]
    facts = [{"id": item["variation_id"], "virtual": True} for item in items]
    store, http = shop(document, facts)
    order = store.fetch_order(StoreOrderId(document["id"]))

    parent = items[0]["product_id"]
    assert sent(http)[1:] == [f"GET /wp-json/wc/v3/products/{parent}/variations"]
    assert [line.virtual for line in order.lines[:2]] == [True, True]


@pytest.mark.parametrize(
    "reply",
    [answer(403), answer(401), answer(404, {"code": "woocommerce_rest_y"}), answer(200)],
)
def test_products_that_cannot_be_read_leave_the_order_readable(reply: Any) -> None:
    """Whether a product is virtual moves no money, so the order goes on without."""
    store, http = shop(ONE, reply, ONE, [MUG])

    assert store.fetch_order(ONE_ID).lines[0].virtual is None
    assert store.fetch_order(ONE_ID).lines[0].virtual is False
    assert len(http.asked) == 4


def test_a_shop_that_fails_while_products_are_asked_fails_the_look() -> None:
    """A fault is no fact about a product: it is asked again."""
    store, _ = shop(ONE, answer(503))
    with pytest.raises(RemoteFault):
        store.fetch_order(ONE_ID)


def test_a_trashed_order_is_read_as_one() -> None:
    """A trashed order still answers, and says so."""
    document = samples.body_of("delete/get_trashed")
    store, _ = shop({**document, "line_items": []})

    assert store.fetch_order(StoreOrderId(document["id"])).status == "trash"


def test_an_unknown_order_is_not_found() -> None:
    """Only WooCommerce's own word makes an order unknown."""
    store, _ = shop(samples.reply_of("errors/order_not_found"))
    with pytest.raises(NotFound):
        store.fetch_order(StoreOrderId(1))


def test_an_order_with_damaged_lines_is_unreadable() -> None:
    """Figures that cannot be understood are for a person, not for another try."""
    store, _ = shop({**ONE, "line_items": [{"product_id": "many"}]})
    with pytest.raises(UnreadableOrder):
        store.fetch_order(ONE_ID)


def test_notes_come_back_as_they_were_written() -> None:
    """Notes are sorted by id, and the shop's escapes are undone."""
    recorded = samples.load("notes/list")["body"]
    recorded[0]["note"] = "A &amp; B"
    store, http = shop(recorded)
    notes = store.fetch_notes(ONE_ID)

    assert [note.id for note in notes] == sorted(item["id"] for item in recorded)
    assert "A & B" in {note.text for note in notes}
    assert ("type", "any") in http.asked[0].query


def test_a_note_without_a_date_is_malformed() -> None:
    """What the shop always tells of a note has to be there."""
    store, _ = shop([{"id": 1, "note": "x"}])
    with pytest.raises(MalformedReply):
        store.fetch_notes(ONE_ID)


def test_a_note_is_private() -> None:
    """A note is written for the shop's people, never mailed to the customer."""
    store, http = shop(answer(201, samples.load("notes/post_private")["body"]))
    store.add_note(ONE_ID, "Klarna order captured.")

    body = json.loads(http.asked[0].body)
    assert body == {"note": "Klarna order captured.", "customer_note": False}


@pytest.mark.parametrize("status", ["", "on-hold"])
def test_marks_and_status_are_one_request(status: str) -> None:
    """Meta and status go together, and nothing that would recompute the order."""
    store, http = shop(ONE)
    store.set_marks(ONE_ID, meta={"_wc_klarna_capture_id": "x"}, status=status)

    body = json.loads(http.asked[0].body)
    assert sent(http) == [f"PUT /wp-json/wc/v3/orders/{ONE_ID}"]
    assert body.pop("meta_data") == [{"key": "_wc_klarna_capture_id", "value": "x"}]
    assert body == ({"status": status} if status else {})


@pytest.mark.parametrize(
    ("amount", "text"),
    [(Money(12500, "SEK"), "125.00"), (Money(125, "JPY"), "125"), (Money(5, "KWD"), "0.005")],
)
def test_a_refund_is_booked_without_the_gateway(amount: Money, text: str) -> None:
    """The amount has the currency's decimals, and no money is moved by the shop."""
    store, http = shop(answer(201, REFUND))

    assert store.book_refund(ONE_ID, amount, "from Klarna's portal") == REFUND["id"]
    assert json.loads(http.asked[0].body) == {
        "amount": text,
        "reason": "from Klarna's portal",
        "api_refund": False,
        "api_restock": False,
    }


def test_changes_are_listed_in_utc_without_a_zone() -> None:
    """The one form of time that WooCommerce understands everywhere."""
    listed = {"date_modified_gmt": "2026-11-23T12:00:07"}
    store, http = shop([{"id": 4, **listed}, {"id": 5, **listed}])
    moment = datetime(2026, 11, 23, 14, 0, 1, 999, tzinfo=timezone(timedelta(hours=2)))

    assert [one.id for one in store.modified_since(moment, page=3)] == [4, 5]
    query = dict(http.asked[0].query)
    assert query["modified_after"] == "2026-11-23T12:00:01"
    assert (query["dates_are_gmt"], query["offset"]) == ("true", "90")
    assert moment.astimezone(UTC).hour == 12


def test_a_page_past_the_end_is_empty() -> None:
    """The shop answers an empty list, and so do we."""
    store, _ = shop([])

    assert not store.modified_since(datetime(2026, 1, 1, tzinfo=UTC), page=9)


WRITES: list[Callable[[StoreClient], object]] = [
    lambda store: store.add_note(ONE_ID, "x"),
    lambda store: store.set_marks(ONE_ID, meta={}),
    lambda store: store.book_refund(ONE_ID, Money(1, "SEK"), "x"),
]


@pytest.mark.parametrize("write", WRITES)
def test_a_page_in_answer_to_a_write_is_malformed(
    write: Callable[[StoreClient], object],
) -> None:
    """A login page with status 200 does not say that anything was written."""
    store, _ = shop(answer(200, b"<html>Log in</html>"))
    with pytest.raises(MalformedReply):
        write(store)


def test_with_tls_the_key_goes_as_basic_credentials() -> None:
    """Nothing of the key is in the address."""
    store, http = shop([])
    store.modified_since(datetime(2026, 1, 1, tzinfo=UTC), page=1)

    assert http.asked[0].headers["Authorization"].startswith("Basic ")
    assert CANARY not in str(http.asked[0].query)


def test_without_tls_each_request_is_signed() -> None:
    """On this machine the secret does not travel, and no nonce is used twice."""
    store, http = shop([], [], url="http://127.0.0.1:8000/")
    for _ in range(2):
        store.modified_since(datetime(2026, 1, 1, tzinfo=UTC), page=1)

    first, second = (dict(request.query) for request in http.asked)
    assert "Authorization" not in http.asked[0].headers
    assert first["oauth_nonce"] != second["oauth_nonce"]
    assert f"cs_{CANARY}" not in str(first)


@pytest.mark.parametrize("url", ["https://u:p@shop.example", "ftp://shop.example", ""])
def test_a_shops_address_is_checked_at_once(url: str) -> None:
    """An address that can never be right stops before anything is asked."""
    with pytest.raises(ConfigurationError):
        shop(url=url)


@pytest.mark.parametrize(
    ("key", "secret"),
    [("", "cs"), ("ck", ""), ("c:k", "cs"), ("ck", "c s"), ("ck\n", "cs"), ("ck", "ö")],
)
def test_a_damaged_key_is_refused(key: str, secret: str) -> None:
    """A key that cannot work is a setting to mend."""
    with pytest.raises(ConfigurationError):
        StoreCredentials(consumer_key=key, consumer_secret=secret)


def test_a_client_does_not_print_its_key() -> None:
    """Neither client, credentials nor requests show what lets them in."""
    store, http = shop([])
    store.modified_since(datetime(2026, 1, 1, tzinfo=UTC), page=1)
    credentials = StoreCredentials(consumer_key=CANARY, consumer_secret=CANARY)

    told = f"{store!r} {store} {store.door!r} {credentials!r} {http.asked[0]!r} {http!r}"
    assert CANARY not in told
