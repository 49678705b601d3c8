"""The shop as one WSGI application, to be mounted anywhere.

It answers `/wp-json`, `/wc-auth` and `/__sim` itself and hands every other path to the order
screen. The prefix it is mounted under is the server's `SCRIPT_NAME`; links and webhooks use the
setting `home_url`, as WordPress does.
"""

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from kvitt.sandbox.shop import control, sending, wcauth
from kvitt.sandbox.shop.control import Control
from kvitt.sandbox.shop.desk import OrderDesk
from kvitt.sandbox.shop.komcalls import KlarnaSend
from kvitt.sandbox.shop.rest import phpjson
from kvitt.sandbox.shop.rest.router import PREFIX as REST
from kvitt.sandbox.shop.rest.router import RestApi
from kvitt.sandbox.shop.wcauth import KeyDoor
from kvitt.sandbox.shop.webhooks import Deliverer, Sender

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_BROKEN = """<!DOCTYPE html><html lang="en"><head><title>Error</title></head>
<body><h1>Error {status}</h1><p>The server could not answer. Please try again later.</p></body>
</html>"""


class ShopApp:
    """One shop behind one WSGI callable."""

    def __init__(
        self,
        desk: OrderDesk,
        *,
        screen: "WSGIApplication | None" = None,
        send: Sender = sending.send,
        klarna: KlarnaSend | None = None,
        base_url: str = "",
    ) -> None:
        self.desk = desk
        self.deliverer = Deliverer(bench=desk.bench, send=send)
        self._screen = screen
        self._rest = RestApi(desk=desk, deliverer=self.deliverer)
        self._door = KeyDoor(books=desk.books, send=send)
        self._control = Control(desk=desk, deliverer=self.deliverer, klarna=klarna)
        if base_url:
            desk.books.change_settings(home_url=base_url)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        """Answer, or let the order screen answer."""
        path = environ.get("PATH_INFO", "") or "/"
        if self._screen is not None and self._is_screen(path):
            return self._screen(environ, start_response)
        return self._respond(Request(environ))(environ, start_response)

    def _is_screen(self, path: str) -> bool:
        ours = (control.PREFIX, wcauth.PREFIX, "/wp-json")
        broken = self.desk.books.settings.broken_with
        return not path.startswith(ours) and not broken

    def _respond(self, request: Request) -> Response:
        path = request.path
        if path.startswith(control.PREFIX):
            return self._control.respond(request)
        broken = self.desk.books.settings.broken_with
        if broken:
            page = _BROKEN.format(status=broken)
            return Response(page, broken, content_type="text/html; charset=utf-8")
        if path.startswith(wcauth.PREFIX):
            return self._door.respond(request)
        if path.rstrip("/") in {"/wp-json", REST.rstrip("/")}:
            return self._index()
        if path.startswith("/wp-json"):
            return self._rest.respond(request)
        return Response("Not found.", 404)

    def _index(self) -> Response:
        settings = self.desk.books.settings
        home = settings.home_url.rstrip("/")
        body = {
            "name": settings.title,
            "description": "",
            "url": home,
            "home": home,
            "gmt_offset": settings.utc_offset_minutes / 60,
            "namespaces": ["wc/v3"],
            "authentication": [],
            "routes": {},
        }
        return Response(
            phpjson.dumps(body), 200, content_type="application/json; charset=UTF-8"
        )
