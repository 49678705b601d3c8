import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest

from kvitt.sandbox.shop import sending
from kvitt.sandbox.shop.webhooks import OutgoingPost

Exchange = tuple[str, str, bytes, str | None]


class Receiver(BaseHTTPRequestHandler):
    """Keeps what arrives and answers with what it is told to."""

    got: ClassVar[list[Exchange]] = []
    answer: ClassVar[tuple[int, dict[str, str], bytes]] = (200, {}, b"")

    def do_POST(self) -> None:
        """Keep a call and answer it."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.got.append((self.command, self.path, body, self.headers["Authorization"]))
        status, headers, answer = self.answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(answer))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)


@pytest.fixture
def listening() -> Iterator[Callable[..., str]]:
    """Answer one call on loopback and give its address."""
    servers: list[tuple[HTTPServer, threading.Thread]] = []

    def listen(status: int, headers: dict[str, str], body: bytes) -> str:
        Receiver.got.clear()
        Receiver.answer = (status, headers, body)
        server = HTTPServer(("127.0.0.1", 0), Receiver)
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield listen
    for server, thread in servers:
        thread.join()
        server.server_close()


def test_a_post_arrives_whole_and_a_redirect_is_its_answer(
    listening: Callable[..., str],
) -> None:
    """Headers, path and body arrive once, and the Location is not followed."""
    url = listening(302, {"Location": "/elsewhere"}, b"")
    headers = {"Authorization": "x"}

    status = sending.send(OutgoingPost(url=f"{url}/hook?a=1", headers=headers, body=b"{}"))

    assert (status, Receiver.got) == (302, [("POST", "/hook?a=1", b"{}", "x")])


def test_a_dead_address_raises() -> None:
    """Nobody listening, or no such place over TLS, is an OSError."""
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    netloc = f"127.0.0.1:{server.server_port}"
    server.server_close()

    for scheme in ("http", "https"):
        with pytest.raises(OSError, match="refused"):
            sending.send(OutgoingPost(url=f"{scheme}://{netloc}/", headers={}, body=b""))


def test_an_answer_that_is_no_http_raises(listening: Callable[..., str]) -> None:
    """A header that breaks the protocol is a failed delivery."""
    url = listening(200, {"X": "1"}, b"")
    Receiver.answer = (200, {"X" * 70_000: "1"}, b"")

    with pytest.raises(OSError, match="got more than"):
        sending.send(OutgoingPost(url=url, headers={}, body=b""))
