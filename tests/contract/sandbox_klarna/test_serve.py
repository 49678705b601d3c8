"""The sandbox on a socket of its own: what a raw connection sees."""

import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from http.client import HTTPConnection, IncompleteRead
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIServer

import pytest

from contract.sandbox_klarna.till import ORDERS, PASSWORD, Till
from kvitt.sandbox.klarna import Clock, serve

KEY = f"klarna_test_api_{PASSWORD}"


@pytest.fixture
def port(till: Till) -> Iterator[int]:
    """The sandbox listening on a free port."""
    server = serve.make_server(till.app, host="127.0.0.1", port=0)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def _ask(port: int, request: str, body: str = "") -> str:
    lines = [
        request + " HTTP/1.1",
        "Host: klarna.test",
        f"Authorization: Basic {KEY}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        "",
        body,
    ]
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as wire:
        wire.sendall("\r\n".join(lines).encode())
        parts = iter(lambda: wire.recv(65536), b"")
        return b"".join(parts).decode()


def test_header_names_on_the_wire(till: Till, port: int) -> None:
    """On the raw socket, names are spelled as Klarna spells them."""
    oid = till.place(1000)

    answer = _ask(port, f"POST {ORDERS}/{oid}/captures", '{"captured_amount": 10}')

    assert answer.startswith("HTTP/1.1 201 ")
    for name in ("Location", "Capture-Id", "Transaction-Id", "Klarna-Correlation-Id"):
        assert f"\r\n{name}: " in answer
    assert f"http://klarna.test{ORDERS}/{oid}/captures/" in answer


def test_a_reset_is_a_reset(till: Till, port: int) -> None:
    """The work is done and the connection breaks off without a byte."""
    oid = till.place(1000)
    till.app.faults.add("reset_after_commit")

    with pytest.raises(ConnectionResetError):
        _ask(port, f"POST {ORDERS}/{oid}/captures", '{"captured_amount": 10}')

    assert till.read(oid)["captured_amount"] == 10


def test_a_truncated_body_ends_early(till: Till, port: int) -> None:
    """Less arrives than was promised."""
    oid = till.place(1000)
    till.app.faults.add("truncated_body")

    answer = _ask(port, f"GET {ORDERS}/{oid}")

    head, _, body = answer.partition("\r\n\r\n")
    promised = int(head.partition("Content-Length: ")[2].split("\r\n")[0])
    assert 0 < len(body.encode()) < promised


def test_serving_until_shut_down(till: Till) -> None:
    """The blocking call serves once it says so, and returns when it is shut down."""
    answers: list[str] = []

    def use(server: WSGIServer) -> None:
        def ask() -> None:
            answers.append(_ask(server.server_port, f"GET {ORDERS}/x"))
            server.shutdown()

        Thread(target=ask).start()

    serve.serve(till.app, port=0, ready=use)

    assert "INVALID_ORDER_ID" in answers[0]


def test_the_clock_of_a_served_sandbox_runs() -> None:
    """A running clock is in UTC, to the millisecond, and can be moved as well."""
    running = Clock.running()
    before = running.now()
    running.advance(timedelta(days=1))

    assert before.utcoffset() == timedelta(0)
    assert before.microsecond % 1000 == 0
    assert running.now() - before >= timedelta(days=1)


def test_many_at_once(till: Till, port: int) -> None:
    """Twenty threads capture one order, and exactly what it has is captured."""
    oid = till.place(10)
    request = f"POST {ORDERS}/{oid}/captures"
    answers: list[str] = []
    threads = [
        Thread(target=lambda: answers.append(_ask(port, request, '{"captured_amount": 1}')))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum("201 Created" in answer for answer in answers) == 10
    assert till.read(oid)["captured_amount"] == 10


def _connection(port: int) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", port, timeout=10)


def _call(
    wire: HTTPConnection, method: str, path: str, body: Any = None, *, key: str = KEY
) -> tuple[int, bytes]:
    chunked = not isinstance(body, str | None)
    headers = {"Authorization": f"Basic {key}"}
    wire.request(method, path, body=body, headers=headers, encode_chunked=chunked)
    answer = wire.getresponse()
    return answer.status, answer.read()


def test_a_connection_is_used_again(till: Till, port: int) -> None:
    """Calls follow one another on one connection, whatever came before them."""
    oid = till.place(1000)
    captures = f"{ORDERS}/{oid}/captures"
    with closing(_connection(port)) as wire:
        wire.connect()
        first = wire.sock
        statuses = [
            _call(wire, "GET", f"{ORDERS}/{oid}")[0],
            _call(wire, "HEAD", f"{ORDERS}/{oid}")[0],
            _call(wire, "POST", captures, '{"captured_amount": 10}', key="wrong")[0],
            _call(wire, "POST", captures, '{"captured_amount": 10}')[0],
            _call(wire, "POST", f"{ORDERS}/{oid}/acknowledge")[0],
            _call(wire, "POST", captures, "x" * (1024 * 1024 + 1))[0],
            _call(wire, "PUT", captures, "{}")[0],
            _call(wire, "GET", f"{ORDERS}/{oid}")[0],
        ]

        assert wire.sock is first
    assert statuses == [200, 200, 401, 201, 204, 413, 405, 200]


def test_a_body_in_pieces_is_read(till: Till, port: int) -> None:
    """A body without a length, sent in chunks, is the body it would have been in one."""
    oid = till.place(1000)
    pieces = iter([b'{"captured_', b'amount": 10}'])
    with closing(_connection(port)) as wire:
        status, _ = _call(wire, "POST", f"{ORDERS}/{oid}/captures", pieces)
        again, _ = _call(wire, "GET", f"{ORDERS}/{oid}")

    assert (status, again) == (201, 200)
    assert till.read(oid)["captured_amount"] == 10


def test_a_broken_answer_ends_its_connection(till: Till, port: int) -> None:
    """After an answer that ends early the connection is closed, and not used again."""
    oid = till.place(1000)
    till.app.faults.add("truncated_body")
    with closing(_connection(port)) as wire:
        with pytest.raises(IncompleteRead):
            _call(wire, "GET", f"{ORDERS}/{oid}")
        wire.close()
        whole, _ = _call(wire, "GET", f"{ORDERS}/{oid}")

    assert whole == 200


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (f"GET /{'x' * 70_000} HTTP/1.1\r\n\r\n", " 414 "),
        ("POST / HTTP/1.1\r\nHost: k\r\nContent-Length: many\r\n\r\n", " 400 "),
        ("POST / HTTP/1.1\r\nHost: k\r\nContent-Length: -1\r\n\r\n", " 400 "),
        ("nonsense\r\n\r\n", " 400"),
        ("GET / HTTP/1.0\r\n\r\n", " 200 "),
    ],
)
def test_what_is_no_request_is_told_so(port: int, request_text: str, status: str) -> None:
    """What cannot be read is answered once, and the connection ends."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as wire:
        wire.sendall(request_text.encode())
        answer = b"".join(iter(lambda: wire.recv(65536), b"")).decode()

    assert status in answer
    assert answer.count("HTTP/1.1 ") <= 1


def test_nothing_to_say_has_no_length(till: Till, port: int) -> None:
    """A 204 ends at its headers, without a length or a type."""
    answer = _ask(port, f"POST {ORDERS}/{till.place(1000)}/acknowledge")

    assert answer.startswith("HTTP/1.1 204 ")
    assert "\r\nContent-" not in answer
