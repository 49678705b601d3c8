"""The HTTP client against a server that misbehaves."""

import os
import socket
import ssl
import threading
from collections.abc import Iterator

import pytest

from kvitt.adapters.addresses import PUBLIC_ONLY, WITH_LOOPBACK
from kvitt.adapters.exchange import Deadlines, Reply, Request
from kvitt.adapters.http import USER_AGENT, Http
from kvitt.domain.errors import (
    ConfigurationError,
    KvittError,
    MalformedReply,
    OutcomeUnknown,
    Unreachable,
)
from unit.adapters import loopback
from unit.adapters.loopback import Script, Server, serving

PATIENT = Deadlines(connect=5, read=20, write=20, total=20)
HASTY = Deadlines(connect=5, read=0.05, write=5, total=20)
#: Each wait may be long, but not all of them together.
BRIEF = Deadlines(connect=5, read=20, write=20, total=0.2)
CAPTURE = Request(method="POST", path="/captures", body=b'{"captured_amount":1}')
LOOK = Request(method="GET", path="/orders/1", query=(("dp", "6"), ("a b", "å&")))
CANARY = "canary-4711"


@pytest.fixture
def http() -> Iterator[Http]:
    with Http(policy=WITH_LOOPBACK) as client:
        yield client


def send(
    http: Http, server: Server, request: Request = CAPTURE, deadlines: Deadlines = PATIENT
) -> Reply:
    return http.send(request, base_url=server.url, deadlines=deadlines, limit=1000)


def test_a_call_goes_out_once_and_its_answer_comes_back_whole(http: Http) -> None:
    """Method, path, query, headers and body arrive; status, headers and body come back."""
    request = Request(
        method="PUT", path="/a/1", query=LOOK.query, headers={"X-One": "1"}, body=b"body"
    )
    with serving(loopback.ok(b'{"a":1}', "X-Two: 2", "X-Two: 3")) as server:
        reply = send(http, server, request)

        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        assert lines[0] == "PUT /a/1?dp=6&a%20b=%C3%A5%26 HTTP/1.1"
        assert {"X-One: 1", f"User-Agent: {USER_AGENT}", "Accept-Encoding: identity"} <= {
            *lines
        }
        assert body == b"body"
        assert (reply.status, reply.body, reply.header("X-TWO")) == (200, b'{"a":1}', "2, 3")


def test_a_connection_serves_many_calls(http: Http) -> None:
    """The second call uses the connection of the first."""
    with serving(loopback.ok()) as server:
        for _ in range(3):
            send(http, server)

        assert (len(server.requests), server.connections) == (3, 1)


def hang_up(connection: socket.socket, _: bytes) -> None:
    connection.close()


def break_off(connection: socket.socket, _: bytes) -> None:
    loopback.reset(connection)


def truncate(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\nhalf")
    connection.close()


def cut_the_head(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 201 Crea")
    connection.close()


def talk_nonsense(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"\x00\x01 this is no HTTP\r\n\r\n")
    connection.close()


@pytest.mark.parametrize("script", [hang_up, break_off, truncate, cut_the_head, talk_nonsense])
def test_what_was_sent_and_not_answered_is_unknown(http: Http, script: Script) -> None:
    """A request that left may have been carried out, however the answer was lost."""
    with serving(script) as server, pytest.raises(OutcomeUnknown):
        send(http, server)

    assert len(server.requests) == 1


def test_a_kept_connection_that_ends_under_a_call_leaves_it_unknown(http: Http) -> None:
    """A server that closes instead of answering the second call may have carried it out."""
    with serving(loopback.ok(), hang_up) as server:
        send(http, server)
        with pytest.raises(OutcomeUnknown):
            send(http, server)

        assert len(server.requests) == 2


def test_an_answer_that_never_comes_is_unknown(http: Http) -> None:
    """The wait for an answer ends by the read deadline."""
    waiting = threading.Event()

    def never(_: socket.socket, __: bytes) -> None:
        waiting.wait()

    with serving(never) as server, pytest.raises(OutcomeUnknown):
        send(http, server, deadlines=HASTY)
    waiting.set()


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_dripping_answer_ends_with_the_total_deadline(http: Http, start: bytes) -> None:
    """Neither headers nor a body can hold a call by coming a byte at a time."""
    over = threading.Event()

    def drip(connection: socket.socket, _: bytes) -> None:
        connection.sendall(start)
        while not over.wait(0.005):
            connection.sendall(b"x")

    with serving(drip) as server, pytest.raises(OutcomeUnknown):
        http.send(CAPTURE, base_url=server.url, deadlines=BRIEF, limit=10**9)
    over.set()


def test_a_huge_success_is_not_read(http: Http) -> None:
    """An answer longer than the limit is refused instead of kept in memory."""
    with serving(loopback.ok(b"x" * 100_000)) as server, pytest.raises(MalformedReply):
        send(http, server)


def test_of_a_huge_error_the_status_is_kept(http: Http) -> None:
    """What an error page goes on to say is cut, for its status is what counts."""
    page = loopback.saying("HTTP/1.1 503 No\r\nContent-Length: 50000", b"x" * 50_000)
    with serving(page) as server:
        reply = send(http, server)

        assert (reply.status, len(reply.body)) == (503, 1000)


def test_a_redirect_is_answered_and_not_followed(http: Http) -> None:
    """The call goes to the address we were given, and nowhere else."""
    head = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0"
    with serving(loopback.saying(head)) as server:
        assert send(http, server).status == 302
        assert len(server.requests) == 1


def test_no_cookie_is_kept(http: Http) -> None:
    """A shop's session never travels to the next call."""
    with serving(loopback.ok(b"{}", "Set-Cookie: session=1; Path=/")) as server:
        send(http, server)
        send(http, server)

        assert b"cookie" not in server.requests[1].lower()


def test_the_environments_proxy_is_ignored(http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy set for other programs does not get to see our calls."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setitem(os.environ, name, "http://127.0.0.1:1")
    with serving(loopback.ok()) as server, Http(policy=WITH_LOOPBACK) as fresh:
        assert send(fresh, server).status == 200
        assert send(http, server).status == 200


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_a_closed_port_means_nothing_was_sent(http: Http) -> None:
    """Without a connection the call has certainly done nothing."""
    with pytest.raises(Unreachable):
        http.send(CAPTURE, base_url=f"http://127.0.0.1:{closed_port()}", deadlines=PATIENT)


def test_a_name_that_cannot_be_looked_up_means_nothing_was_sent() -> None:
    """A failed look-up is no lost answer."""

    def unknown(_: str, __: int) -> list[str]:
        raise socket.gaierror(-2, CANARY)

    with Http(resolve=unknown) as client, pytest.raises(Unreachable) as caught:
        client.send(CAPTURE, base_url="https://shop.example", deadlines=PATIENT)

    assert caught.value.code == "dns"


def test_a_server_without_tls_means_nothing_was_sent(http: Http) -> None:
    """A handshake that fails comes before the request."""
    brief = Deadlines(connect=0.05, read=5, write=5, total=5)
    with serving(loopback.ok()) as server, pytest.raises(Unreachable):
        http.send(CAPTURE, base_url=f"https://127.0.0.1:{server.port}", deadlines=brief)

    assert not server.requests


def test_a_full_pool_means_nothing_was_sent() -> None:
    """A call that gets no connection in time has certainly done nothing."""
    arrived, over = threading.Event(), threading.Event()

    def hold(connection: socket.socket, _: bytes) -> None:
        arrived.set()
        over.wait()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    in_a_hurry = Deadlines(connect=0.05, read=5, write=5, total=5)
    with Http(policy=WITH_LOOPBACK, connections=1) as client, serving(hold) as server:
        first = threading.Thread(target=send, args=(client, server))
        first.start()
        arrived.wait()
        with pytest.raises(Unreachable):
            send(client, server, deadlines=in_a_hurry)
        over.set()
        first.join()

    assert len(server.requests) == 1


def test_a_deadline_that_passes_before_sending_means_nothing_was_sent() -> None:
    """Time spent on the way to the connection counts against the call."""
    times = iter([0.0, 0.0, 100.0, 100.0, 100.0])
    with serving(loopback.ok()) as server:
        client = Http(policy=WITH_LOOPBACK, clock=lambda: next(times, 100.0))
        with client, pytest.raises(Unreachable):
            send(client, server)

    assert not server.requests


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    """The name is looked up once, its address is dialled, and Host keeps the name."""
    asked: list[str] = []

    def resolve(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    with serving(loopback.ok()) as server:
        with Http(policy=WITH_LOOPBACK, resolve=resolve) as client:
            url = f"http://shop.example:{server.port}"
            reply = client.send(LOOK, base_url=url, deadlines=PATIENT)

        assert (reply.status, asked) == (200, ["shop.example"])
        assert f"Host: shop.example:{server.port}".encode() in server.requests[0]


def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    """A host with two addresses is reached by the second; nothing is sent twice."""

    def resolve(_: str, __: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    with serving(loopback.ok()) as server:
        with Http(policy=WITH_LOOPBACK, resolve=resolve) as client:
            url = f"http://shop.example:{server.port}"
            assert client.send(LOOK, base_url=url, deadlines=PATIENT).status == 200

        assert len(server.requests) == 1


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1"])
def test_a_public_name_with_a_private_address_is_not_called(address: str) -> None:
    """DNS that points inside is refused before a connection is made."""
    with (
        Http(policy=PUBLIC_ONLY, resolve=lambda _, __: [address]) as client,
        pytest.raises(Unreachable) as caught,
    ):
        client.send(LOOK, base_url="https://shop.example", deadlines=PATIENT)

    assert caught.value.code == "address_refused"


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example",
        "https://shop.example:8443",
        "ftp://shop.example",
        "file:///etc/passwd",
        "//shop.example",
        "shop.example",
        "",
        "https://",
        "https://user:secret@shop.example",
        "https://shop.example?x=1",
        "https://shop.example#x",
        "https://[::1",
        "https://shop.example:0",
        "https://shop.example:99999999",
        "https://\x00shop.example",
    ],
)
def test_an_address_that_is_never_right_is_a_setting_to_mend(url: str) -> None:
    """Only a plain https URL on its usual port is a shop's address."""
    with Http() as client, pytest.raises(ConfigurationError) as caught:
        client.check_base_url(url)

    assert "secret" not in str(caught.value)


def test_a_header_that_cannot_be_sent_is_not_printed(http: Http) -> None:
    """A key with a line break stops before the library complains about it, aloud."""
    request = Request(method="GET", path="/", headers={"Authorization": f"{CANARY}\r\nX: 1"})
    with pytest.raises(ConfigurationError) as caught:
        http.send(request, base_url="http://127.0.0.1:1", deadlines=PATIENT)

    assert CANARY not in f"{caught.value!r}{request!r}"


@pytest.mark.parametrize("script", [hang_up, break_off, truncate, talk_nonsense])
def test_no_message_tells_a_header_a_query_or_a_body(http: Http, script: Script) -> None:
    """What a failure says may stand in a log."""
    request = Request(
        method="POST",
        path="/orders",
        query=(("key", CANARY),),
        headers={"Authorization": CANARY},
        body=CANARY.encode(),
    )
    with serving(script) as server, pytest.raises(KvittError) as caught:
        send(http, server, request)

    told = f"{caught.value!r} {caught.value} {caught.value.__cause__!r} {request!r} {http!r}"
    assert CANARY not in told


def test_threads_share_the_client(http: Http) -> None:
    """Twenty calls from five threads all come back, each with its own deadline."""
    statuses: list[int] = []
    with serving(loopback.ok()) as server:

        def work() -> None:
            statuses.extend(send(http, server).status for _ in range(4))

        threads = [threading.Thread(target=work) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert statuses == [200] * 20


def test_certificates_are_checked() -> None:
    """Our trust asks for a certificate of the right name."""
    from kvitt.adapters.http import _tls

    assert _tls().verify_mode is ssl.CERT_REQUIRED
    assert _tls().check_hostname
