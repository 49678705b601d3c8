"""Klarna's requests and replies, as bytes."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvitt.adapters.exchange import Reply
from kvitt.adapters.klarna import translate, wire
from kvitt.domain.errors import (
    KvittError,
    MalformedReply,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RemoteError,
    RemoteFault,
    Unauthorized,
    UnsafePlan,
)
from kvitt.domain.ids import CaptureId, KlarnaOrderId
from kvitt.domain.steps import Kind
from unit.adapters.klarna.calls import CAPTURE_ID, ORDER_ID, call_for
from unit.adapters.samples import answer

BASE = f"/ordermanagement/v1/orders/{ORDER_ID}"
MADE = "9c3a1d1f-7a4e-4d2c-9c3a-1d1f2a3b4c5d"
NGINX = b"<html><head><title>401 Authorization Required</title></head></html>"


@pytest.mark.parametrize(
    ("kind", "method", "path"),
    [
        (Kind.CANCEL, "POST", "/cancel"),
        (Kind.CAPTURE, "POST", "/captures"),
        (Kind.UPDATE, "PATCH", "/authorization"),
        (Kind.REFUND, "POST", "/refunds"),
        (Kind.RELEASE, "POST", "/release-remaining-authorization"),
        (Kind.EXTEND, "POST", "/extend-authorization-time"),
        (Kind.REFERENCES, "PATCH", "/merchant-references"),
        (Kind.CUSTOMER, "PATCH", "/customer-details"),
        (Kind.TRACKING, "POST", f"/captures/{CAPTURE_ID}/shipping-info"),
        (Kind.RESEND, "POST", f"/captures/{CAPTURE_ID}/trigger-send-out"),
        (Kind.DUE_DATE, "PATCH", f"/captures/{CAPTURE_ID}/extend-due-date"),
    ],
)
def test_every_kind_has_its_endpoint(kind: Kind, method: str, path: str) -> None:
    """Each kind of call is one row of klarna-api.md §8, under the call's own key."""
    call = call_for(kind)
    request = wire.build_send(call)

    assert (request.method, request.path) == (method, BASE + path)
    assert request.headers["Klarna-Idempotency-Key"] == str(call.key)
    assert json.loads(request.body or b"{}") == call.body


def test_no_kind_is_forgotten() -> None:
    """Every kind the domain knows can be built."""
    assert {wire.build_send(call_for(kind)).path for kind in Kind}


def test_due_dates_are_asked_for_by_capture() -> None:
    """What Klarna offers is read of the capture, and asking changes nothing."""
    request = wire.build_due_date_options(ORDER_ID, CAPTURE_ID)

    assert (request.method, request.path) == (
        "GET",
        f"{BASE}/captures/{CAPTURE_ID}/extend-due-date-options",
    )
    assert "Klarna-Idempotency-Key" not in request.headers


def test_tracking_without_a_capture_goes_to_the_order() -> None:
    """A parcel that belongs to no capture is told of on the order."""
    call = replace(call_for(Kind.TRACKING), capture_id=None)

    assert wire.build_send(call).path == f"{BASE}/shipping-info"


@pytest.mark.parametrize("kind", [k for k in Kind if call_for(k).body])
def test_the_bytes_are_those_of_the_digest(kind: Kind) -> None:
    """What is sent hashes to what the key was made for."""
    call = call_for(kind)
    request = wire.build_send(call)

    assert sha256(request.body).hexdigest() == call.body_digest
    assert request.headers["Content-Type"] == "application/json"


def test_a_body_that_is_not_the_keys_is_never_sent() -> None:
    """A changed body under an old key would be answered for the old one: it is refused."""
    call = call_for(Kind.CAPTURE)
    changed = replace(call, body={**call.body, "captured_amount": 1})

    with pytest.raises(UnsafePlan):
        wire.build_send(changed)


@pytest.mark.parametrize(
    "order_id", ["", "../x", "a/b", "a?b", "a b", "ä", "x" * 256, "a\n", "%2e", "{0}"]
)
def test_an_id_that_klarna_never_gives_is_not_asked_about(order_id: str) -> None:
    """What somebody typed into the shop's meta data cannot change the path."""
    with pytest.raises(Rejected) as caught:
        wire.build_fetch(KlarnaOrderId(order_id))

    assert caught.value.code == "INVALID_ORDER_ID"


def test_the_capture_in_the_path_is_checked_too() -> None:
    """An odd capture id is refused before anything is sent."""
    with pytest.raises(Rejected):
        wire.build_send(replace(call_for(Kind.TRACKING), capture_id=CaptureId("../..")))


@pytest.mark.parametrize(
    ("kind", "reply"),
    [
        (Kind.CAPTURE, answer(201, Capture_Id=MADE)),
        (Kind.CAPTURE, answer(201, Capture_ID=MADE)),
        (Kind.CAPTURE, answer(201, Location=f"https://api.klarna.com{BASE}/captures/{MADE}")),
        (Kind.REFUND, answer(201, Refund_Id=MADE)),
        (Kind.REFUND, answer(201, Location=f"https://api.klarna.com{BASE}/refunds/{MADE}/")),
        (Kind.REFUND, answer(200, b"<html>", Refund_Id=MADE)),
    ],
)
def test_what_was_made_is_read_from_the_header_or_the_location(
    kind: Kind, reply: Reply
) -> None:
    """A capture and a refund give their id, however it is spelled."""
    assert wire.read_send(reply, kind=kind).remote_id == MADE


@pytest.mark.parametrize(
    "reply",
    [
        answer(201),
        answer(201, Location=f"https://api.klarna.com{BASE}/refunds/{MADE}"),
        answer(201, Location=f"https://api.klarna.com{BASE}"),
        answer(201, Capture_Id="<script>"),
        answer(200, b"<html>Welcome</html>"),
    ],
)
def test_a_capture_without_an_id_is_malformed(reply: Reply) -> None:
    """A success that does not say what it made leaves the outcome open."""
    with pytest.raises(MalformedReply):
        wire.read_send(reply, kind=Kind.CAPTURE)


@pytest.mark.parametrize("kind", [k for k in Kind if k not in {Kind.CAPTURE, Kind.REFUND}])
def test_a_bare_204_is_a_receipt(kind: Kind) -> None:
    """Calls that make nothing are answered with nothing."""
    receipt = wire.read_send(answer(204, Klarna_Correlation_Id="c-1"), kind=kind)

    assert (receipt.remote_id, receipt.correlation_id, receipt.status) == ("", "c-1", 204)


def test_a_page_in_place_of_a_204_is_malformed() -> None:
    """A proxy's login page with status 200 is no word of Klarna's."""
    with pytest.raises(MalformedReply):
        wire.read_send(answer(200, b"<html>Log in</html>"), kind=Kind.CANCEL)


@pytest.mark.parametrize(
    "reply", [answer(202), answer(200, {"status": "PENDING", "check_after": "soon"})]
)
def test_an_accepted_call_is_not_a_done_one(reply: Reply) -> None:
    """A cancellation that Klarna only took note of has to be looked up later."""
    with pytest.raises(OutcomeUnknown):
        wire.read_send(reply, kind=Kind.CANCEL)


def refusal(code: str, *messages: str) -> dict[str, Any]:
    return {"error_code": code, "error_messages": list(messages), "correlation_id": "c-2"}


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (400, refusal("INVALID_ORDER_ID"), Rejected, "INVALID_ORDER_ID"),
        (400, refusal("BAD_VALUE"), Rejected, "BAD_VALUE"),
        (401, NGINX, Unauthorized, None),
        (401, refusal("UNAUTHORIZED"), Unauthorized, "UNAUTHORIZED"),
        (403, refusal("CAPTURE_NOT_ALLOWED"), NotAllowed, "CAPTURE_NOT_ALLOWED"),
        (403, refusal("PAYMENT_METHOD_FAILED"), NotAllowed, "PAYMENT_METHOD_FAILED"),
        (403, b"<html>Forbidden</html>", NotAllowed, None),
        (404, refusal("NO_SUCH_ORDER"), NotFound, "NO_SUCH_ORDER"),
        (404, b"", NotFound, None),
        (405, b"", Rejected, None),
        (408, b"", RemoteFault, None),
        (409, refusal("CONFLICT"), RemoteFault, "CONFLICT"),
        (410, b"", NotFound, None),
        (413, refusal("REQUEST_TOO_LARGE"), Rejected, "REQUEST_TOO_LARGE"),
        (422, refusal("UNPROCESSABLE_ENTITY"), Rejected, "UNPROCESSABLE_ENTITY"),
        (429, refusal("TOO_MANY_REQUESTS"), RateLimited, "TOO_MANY_REQUESTS"),
        (500, refusal("INTERNAL_SERVER_ERROR"), RemoteFault, "INTERNAL_SERVER_ERROR"),
        (502, b"<html>Bad gateway</html>", RemoteFault, None),
        (503, b"", RemoteFault, None),
        (504, b"\xff\xfe", RemoteFault, None),
    ],
)
def test_every_refusal_has_its_class(
    status: int, body: Any, kind: type[RemoteError], code: str | None
) -> None:
    """The catalogue of klarna-api.md §4.2, by status; the code is kept, the text unread."""
    with pytest.raises(RemoteError) as caught:
        wire.read_fetch(answer(status, body))

    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.code) == (status, code)


@pytest.mark.parametrize("status", [100, 301, 302, 307, 600, 999])
def test_a_status_that_is_not_klarnas_is_malformed(status: int) -> None:
    """Klarna redirects nothing, so something else has answered."""
    with pytest.raises(MalformedReply):
        wire.read_fetch(answer(status, Location="https://evil.example"))


def test_an_error_keeps_what_support_asks_for() -> None:
    """The correlation id comes from the body, or else from the header; texts are kept."""
    body = {"error_code": "CONFLICT", "error_message": "one", "error_messages": ["two", 3]}
    with pytest.raises(RemoteFault) as caught:
        wire.read_fetch(answer(409, body, Klarna_Correlation_Id="c-3"))

    assert caught.value.correlation_id == "c-3"
    assert caught.value.messages == ("two", "one")
    assert str(caught.value) == "Klarna answered 409 CONFLICT"


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry_After": "7"}, timedelta(seconds=7)),
        ({"X_RateLimit_Reset": "1"}, timedelta(seconds=1)),
        ({"Retry_After": "9" * 5000}, timedelta(hours=6)),
        ({"Retry_After": "-1"}, None),
        ({"Retry_After": "٣"}, None),
        ({"Retry_After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({}, None),
    ],
)
def test_a_wait_that_is_asked_for_is_passed_on(
    headers: dict[str, str], wait: timedelta | None
) -> None:
    """Seconds are read from either header, within reason; anything else is left."""
    with pytest.raises(RateLimited) as caught:
        wire.read_fetch(answer(429, **headers))

    assert caught.value.retry_after == wait


@given(
    status=st.integers(100, 999),
    body=st.binary(max_size=200),
    location=st.text(max_size=50),
    kind=st.sampled_from(Kind),
)
def test_any_bytes_give_a_value_or_an_error_of_ours(
    status: int, body: bytes, location: str, kind: Kind
) -> None:
    """Whatever a service or a proxy answers, nothing but our own errors comes out."""
    reply = Reply(status, {"location": location}, body)
    with suppress(KvittError):
        assert wire.read_send(reply, kind=kind).status in range(200, 300)
    with suppress(KvittError):
        assert translate.parse_order(wire.read_fetch(reply), asked=ORDER_ID).id == ORDER_ID
