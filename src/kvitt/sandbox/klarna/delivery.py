"""Answers on the wire: status, headers and bytes, cut short where a fault says so.

Law: every Klarna answer bears the headers recorded from the real service (klarna-api.md
§3.2); only the gateway's own HTML pages lack a correlation id.
"""

import gzip
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from kvitt.sandbox.klarna import wire
from kvitt.sandbox.klarna.exchange import NOTHING, Answer

Header = tuple[str, str]

#: Recorded in July 2020 on a capture and a refund.
_ALWAYS: tuple[Header, ...] = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Xss-Protection", "1; mode=block"),
    ("X-Frame-Options", "DENY"),
    ("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate"),
    ("Pragma", "no-cache"),
    ("Expires", "0"),
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
)
_SERVER: Header = ("Server", "openresty")
JSON: Header = ("Content-Type", "application/json")
HTML: Header = ("Content-Type", "text/html")

#: What a server may offer to break off its connection with a TCP reset.
ABORT = "kvitt.sandbox.abort"


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """An answer ready to be sent."""

    status: int
    headers: tuple[Header, ...] = ()
    body: bytes = b""
    #: "" sends all of it, "half" half of it, "reset" nothing before hanging up.
    cut: str = ""

    def with_headers(self, *headers: Header) -> "Parcel":
        """Return the parcel with more headers."""
        return replace(self, headers=(*self.headers, *headers))


def pack(answer: Answer) -> Parcel:
    """Turn an operation's answer into bytes; an empty body has no type (§3.2)."""
    warnings = tuple(("X-Sim-Warning", text) for text in answer.warnings)
    headers = (*answer.headers, *warnings)
    if answer.body is NOTHING:
        return Parcel(status=answer.status, headers=headers)
    written = isinstance(answer.body, bytes)
    body = answer.body if written else wire.dumps(answer.body)
    return Parcel(status=answer.status, headers=(*headers, JSON), body=body)


def page(status: int, text: str, *headers: Header) -> Parcel:
    """Return a page of the gateway."""
    return Parcel(status=status, headers=(_SERVER, HTML, *headers), body=text.encode())


def error_page(status: int) -> Parcel:
    """Return the gateway's page for a status, in nginx's words."""
    title = f"{status} {HTTPStatus(status).phrase}"
    text = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n<hr><center>openresty</center>\r\n"
        "</body>\r\n</html>\r\n"
    )
    return page(status, text)


def stamped(parcel: Parcel, *, correlation_id: str, rate: Iterable[Header]) -> Parcel:
    """Return the parcel with the headers every answer of Klarna's services bears."""
    mine = ("Klarna-Correlation-Id", correlation_id)
    return parcel.with_headers(mine, *rate, *_ALWAYS, _SERVER)


def send(
    parcel: Parcel, environ: WSGIEnvironment, start_response: StartResponse, *, lower: bool
) -> Iterable[bytes]:
    """Send a parcel as WSGI, cut short where it says so."""
    abort: Callable[[], Any] | None = environ.get(ABORT)
    if parcel.cut == "reset" and abort:
        abort()
    body, headers = _compressed(parcel, environ)
    # More is promised than is sent: the server has to break the connection off.
    promised = len(body) + 1 if parcel.cut == "reset" else len(body)
    if parcel.cut == "half" and not body:
        promised = 1
    sent = {"": body, "half": body[: len(body) // 2], "reset": b""}[parcel.cut]
    if parcel.cut or parcel.status != HTTPStatus.NO_CONTENT:
        headers = (("Content-Length", str(promised)), *headers)
    # A status 204 ends at its headers; to look broken off it has to be another.
    silent = parcel.status == HTTPStatus.NO_CONTENT
    status = HTTPStatus.OK if parcel.cut and silent else parcel.status
    named = [(name.lower() if lower else name, value) for name, value in headers]
    start_response(f"{int(status)} {HTTPStatus(status).phrase}", named)
    if environ["REQUEST_METHOD"] == "HEAD":
        return [b""]
    # A list tells some servers (granian) the length, which they then correct; from an
    # iterator that ends too early they can only break the connection off.
    return iter((sent,)) if parcel.cut else [sent]


def _compressed(parcel: Parcel, environ: WSGIEnvironment) -> tuple[bytes, tuple[Header, ...]]:
    if not parcel.body or "gzip" not in environ.get("HTTP_ACCEPT_ENCODING", ""):
        return parcel.body, parcel.headers
    body = gzip.compress(parcel.body, mtime=0)
    return body, (*parcel.headers, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
