"""The sandbox on a socket of its own: what a raw connection sees."""

import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from threading import Thread
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

    assert answer.startswith("HTTP/1.0 201 ")
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
