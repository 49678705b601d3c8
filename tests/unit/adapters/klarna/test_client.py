"""Klarna's client over a connection: what goes out, and what becomes of the answer."""

import json
from collections.abc import Iterator

import pytest

from kvitt.adapters.addresses import WITH_LOOPBACK
from kvitt.adapters.http import Http
from kvitt.adapters.klarna import client as klarna
from kvitt.adapters.klarna.client import KlarnaClient, KlarnaCredentials
from kvitt.domain.errors import OutcomeUnknown, Unauthorized
from kvitt.domain.steps import Kind
from unit.adapters import loopback
from unit.adapters.klarna.calls import ORDER_ID, call_for, order
from unit.adapters.loopback import Server, serving

KEY = "klarna_test_api_canary4711"


@pytest.fixture
def http() -> Iterator[Http]:
    with Http(policy=WITH_LOOPBACK) as carrier:
        yield carrier


def client_of(http: Http, server: Server) -> KlarnaClient:
    return KlarnaClient(
        http,
        credentials=KlarnaCredentials(password=KEY),
        base_url=server.url,
        environment="playground",
        account="main",
    )


def test_an_order_is_read(http: Http) -> None:
    """The order is asked for with the key, and comes back as ours."""
    with serving(loopback.ok(json.dumps(order()).encode())) as server:
        found = client_of(http, server).fetch_order(ORDER_ID)

        assert found.remaining.minor == 14898
        assert f"Authorization: Basic {KEY}".encode() in server.requests[0]


def test_a_call_is_sent_once_with_its_key(http: Http) -> None:
    """A capture carries its idempotency key and body, and gives Klarna's capture id."""
    call = call_for(Kind.CAPTURE)
    made = loopback.saying("HTTP/1.1 201 \r\nContent-Length: 0\r\nCapture-Id: cap-1")
    with serving(made) as server:
        receipt = client_of(http, server).send(call)

        assert receipt.remote_id == "cap-1"
        (request,) = server.requests
        assert f"Klarna-Idempotency-Key: {call.key}".encode() in request
        assert json.loads(request.partition(b"\r\n\r\n")[2]) == call.body


def test_a_call_without_a_body_says_so(http: Http) -> None:
    """A cancellation has no body, and the server is told not to wait for one."""
    with serving(loopback.saying("HTTP/1.1 204 No Content")) as server:
        client_of(http, server).send(call_for(Kind.CANCEL))

        assert b"content-length: 0" in server.requests[0].lower()


def test_a_lost_answer_is_unknown_and_names_no_key(http: Http) -> None:
    """A connection that breaks after a capture was sent leaves its outcome open."""
    with (
        serving(lambda connection, _: connection.close()) as server,
        pytest.raises(OutcomeUnknown) as caught,
    ):
        client_of(http, server).send(call_for(Kind.CAPTURE))

    assert KEY not in f"{caught.value!r}"


def test_a_refused_key_is_unauthorized(http: Http) -> None:
    """Klarna's gateway refuses in HTML, which says nothing of the key."""
    page = b"<title>401 Authorization Required</title>"
    head = f"HTTP/1.1 401 Unauthorized\r\nContent-Length: {len(page)}"
    with serving(loopback.saying(head, page)) as server, pytest.raises(Unauthorized):
        client_of(http, server).fetch_order(ORDER_ID)


def test_writes_are_waited_for_longer_than_klarna_works() -> None:
    """An answer that comes within a minute is never given up."""
    assert klarna.WRITE.total > 59
    assert klarna.WRITE.read > 59
    assert klarna.READ.total == 30
