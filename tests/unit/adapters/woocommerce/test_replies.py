"""What a shop answered, as a document or as one of our errors."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvitt.adapters.exchange import Reply
from kvitt.adapters.woocommerce import replies, translate
from kvitt.domain.errors import (
    KvittError,
    MalformedReply,
    NotAllowed,
    NotFound,
    RateLimited,
    Rejected,
    RemoteError,
    RemoteFault,
    Unauthorized,
)
from kvitt.domain.ids import StoreOrderId
from unit.adapters import samples
from unit.adapters.samples import answer

#: Every recorded refusal, and what it means to us.
RECORDED: dict[str, type[RemoteError]] = {
    "errors/already_trashed": NotFound,
    "errors/bad_coupon": Rejected,
    "errors/bad_currency": Rejected,
    "errors/bad_email": Rejected,
    "errors/bad_json": Rejected,
    "errors/bad_key": Unauthorized,
    "errors/bad_modified_after": Rejected,
    "errors/bad_secret": Unauthorized,
    "errors/bad_status": Rejected,
    "errors/bad_type": Rejected,
    "errors/line_bad_id": Rejected,
    "errors/line_no_product": Rejected,
    "errors/list_status_wc_prefix": Rejected,
    "errors/no_auth": Unauthorized,
    "errors/no_route": RemoteFault,
    "errors/order_id_is_product": NotFound,
    "errors/order_not_found": NotFound,
    "errors/page0": Rejected,
    "errors/per_page_101": Rejected,
    "errors/put_order_not_found": NotFound,
    "errors/readonly_key_put": Unauthorized,
    "errors/webhook_bad_topic": Rejected,
    "errors/webhook_bad_url": Rejected,
    "errors/webhook_order_published": Rejected,
    "errors/writeonly_key_get": Unauthorized,
    "notes/post_missing": Rejected,
    "notes/post_no_order": NotFound,
    "refunds/02_amount_only_api_true": Rejected,
    "refunds/03_api_default": Rejected,
    "refunds/07_too_much": Rejected,
    "refunds/08_negative": Rejected,
    "refunds/10_empty": Rejected,
    "refunds/16_non_klarna_api_true": Rejected,
    "refunds/17_not_captured_api_true": Rejected,
}
SUCCESSES = {"errors/line_bad_product", "errors/webhook_shop_manager"}


def test_no_recorded_error_is_forgotten() -> None:
    """Every sample in the folder of errors has its row."""
    assert {f"errors/{name}" for name in samples.names("errors")} <= {*RECORDED, *SUCCESSES}


@pytest.mark.parametrize(("name", "kind"), RECORDED.items())
def test_every_recorded_refusal_has_its_class(name: str, kind: type[RemoteError]) -> None:
    """WooCommerce's status and code decide; its code and text are kept."""
    with pytest.raises(RemoteError) as caught:
        replies.check_status(samples.reply_of(name))

    assert type(caught.value) is kind
    assert caught.value.code == samples.load(name)["body"]["code"]
    assert caught.value.messages


@pytest.mark.parametrize("name", sorted(SUCCESSES))
def test_what_looks_wrong_and_was_accepted_is_a_success(name: str) -> None:
    """Two requests of that folder were carried out by the shop."""
    replies.check_status(samples.reply_of(name))


CRITICAL = {"code": "internal_server_error", "message": "<p>critical</p>", "data": {}}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, {"code": "woocommerce_rest_cannot_edit", "data": {"status": 403}}, NotAllowed),
        (403, b"<html>Blocked by a firewall</html>", NotAllowed),
        (404, b"<html>Not Found</html>", RemoteFault),
        (404, {"code": "rest_no_route", "data": {"status": 404}}, RemoteFault),
        (404, [], RemoteFault),
        (408, b"", RemoteFault),
        (409, {"code": "conflict", "data": 409}, Rejected),
        (413, b"", Rejected),
        (429, b"", RateLimited),
        (500, CRITICAL, RemoteFault),
        (502, b"<html>Bad gateway</html>", RemoteFault),
        (503, b"<html>Briefly unavailable for scheduled maintenance</html>", RemoteFault),
        (504, b"", RemoteFault),
        (520, b"", RemoteFault),
    ],
)
def test_other_refusals_by_status(status: int, body: Any, kind: type[RemoteError]) -> None:
    """A page that WooCommerce did not write never says that an order is gone."""
    with pytest.raises(RemoteError) as caught:
        replies.check_status(answer(status, body))

    assert type(caught.value) is kind


def test_a_wait_that_is_asked_for_is_passed_on() -> None:
    """A host's Retry-After reaches the queue."""
    with pytest.raises(RateLimited) as caught:
        replies.check_status(answer(429, Retry_After="30"))

    assert caught.value.retry_after == timedelta(seconds=30)


PAGES = [
    b"",
    b"<!doctype html><html>Maintenance</html>",
    b'<br />\n<b>Notice</b>: Undefined index in plugin.php{"id": 1}',
    b'{"id": 1042, "status": "comp',
    b"null",
    b"[]",
    b"1042",
    b'"1042"',
    b'{"id": 1042}',
    b'{"id": 1042, "status": "processing"}',
    b'{"id": 1043, "status": "processing", "total": "1.00"}',
    b'{"id": NaN, "status": "processing", "total": "1.00"}',
    b'{"code": "woocommerce_rest_shop_order_invalid_id", "data": {"status": 404}}',
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"id": ' + b"9" * 10_000 + b"}",
    b'{"id": 1e999999999}',
]


@pytest.mark.parametrize("page", PAGES)
def test_a_success_that_is_not_the_order_is_malformed(page: bytes) -> None:
    """A page with status 200 is neither the order nor word that there is none."""
    with pytest.raises(MalformedReply):
        replies.read_order(answer(200, page), order_id=StoreOrderId(1042))


@pytest.mark.parametrize("status", [101, 301, 302, 304, 307])
def test_a_redirect_is_no_answer(status: int) -> None:
    """A shop that moved has to be connected by its new address."""
    with pytest.raises(MalformedReply):
        replies.check_status(answer(status, Location="https://elsewhere.example"))


@pytest.mark.parametrize("page", [b"{}", b"null", b"[1]", b"[[]]", b"<html>"])
def test_a_list_is_a_list_of_objects(page: bytes) -> None:
    """Anything else in a list's place is malformed."""
    with pytest.raises(MalformedReply):
        replies.read_list(answer(200, page), "orders")


@given(st.integers(100, 999), st.binary(max_size=200))
def test_any_bytes_give_a_document_or_an_error_of_ours(status: int, body: bytes) -> None:
    """Whatever a shop or what stands before it answers, only our own errors come out."""
    with suppress(KvittError):
        order = replies.read_order(Reply(status, {}, body), order_id=StoreOrderId(1))
        assert translate.parse_order(order).id == 1


def test_a_list_with_prices_in_fractions_has_a_digest_of_each_order() -> None:
    """WooCommerce writes a line's price as a number with a tail: it is part of the digest."""
    row = '{"id": 7, "date_modified_gmt": "2026-11-23T08:00:00", "price": %s}'
    first, same, other = (
        replies.read_sightings(Reply(200, {}, f"[{row % price}]".encode()))
        for price in ("79.992000000000004", "79.992000000000004", "80.0")
    )

    assert first == same
    assert first[0].id == 7
    assert first[0].mark != other[0].mark
