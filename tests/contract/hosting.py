"""Any WSGI application, on a port of this machine, for as long as a test needs it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    # The name of the argument is the library's.
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def address_string(self) -> str:
        """Return the caller's number; a look-up would leave the machine."""
        return str(self.client_address[0])


@contextmanager
def running(server: WSGIServer) -> Iterator[str]:
    """Run a server and give its address."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def new_server() -> WSGIServer:
    """Return a server on a free port, without an application yet."""
    return _Server(("127.0.0.1", 0), _Quiet)
