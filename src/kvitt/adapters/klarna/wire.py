"""Klarna's requests and replies, as bytes. Pure: nothing here sends anything.

The laws:

1. A call is sent as the bytes its digest was made of, or not at all: Klarna compares
   keys and disregards bodies (klarna-api.md §3.4), so a key that travels with another
   body would be answered for the first one.
2. Errors are told apart by status and ``error_code`` alone; messages are for people and
   are never parsed (klarna-api.md §0).
3. What cannot be read is not guessed at: ``MalformedReply`` leaves the outcome open.
"""

import json
import re
from collections.abc import Mapping
from datetime import timedelta

from kvitt.adapters import fields
from kvitt.adapters.exchange import Reply, Request
from kvitt.adapters.fields import Fields
from kvitt.domain.errors import (
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
from kvitt.domain.journal import Call, Receipt
from kvitt.domain.quota import Quota
from kvitt.domain.steps import Kind, digest_of

ORDERS = "/ordermanagement/v1/orders"

# klarna-api.md §8, rows 3 to 17.
_ROUTES: Mapping[Kind, tuple[str, str]] = {
    Kind.CANCEL: ("POST", "cancel"),
    Kind.CAPTURE: ("POST", "captures"),
    Kind.UPDATE: ("PATCH", "authorization"),
    Kind.REFUND: ("POST", "refunds"),
    Kind.RELEASE: ("POST", "release-remaining-authorization"),
    Kind.EXTEND: ("POST", "extend-authorization-time"),
    Kind.REFERENCES: ("PATCH", "merchant-references"),
    Kind.CUSTOMER: ("PATCH", "customer-details"),
    Kind.TRACKING: ("POST", "shipping-info"),
    Kind.RESEND: ("POST", "trigger-send-out"),
    Kind.DUE_DATE: ("PATCH", "extend-due-date"),
}
#: The header that names what a call has made, and the folder it is made in.
_MADE = {Kind.CAPTURE: ("Capture-Id", "captures"), Kind.REFUND: ("Refund-Id", "refunds")}

#: 409: the order was being changed by another request; 408: ours did not arrive whole.
_COME_AGAIN = frozenset({408, 409, 425})
_REFUSALS: Mapping[int, type[RemoteError]] = {
    401: Unauthorized,
    403: NotAllowed,
    404: NotFound,
    410: NotFound,
    429: RateLimited,
}
_ACCEPTED = 202
_CLIENT_ERRORS = range(400, 500)
_SERVER_ERRORS = range(500, 600)
#: Klarna's ids have the shape of UUIDs, but not always their version (klarna-api.md §5).
_ID = re.compile(r"[0-9A-Za-z_-]{1,255}")
_TEXT_LIMIT = 500
#: A header with a longer number is none of Klarna's.
_LONG = 7
#: Klarna counts by the second; a longer pause than this is left to a 429.
_LONGEST_RESET = 10


def build_fetch(order_id: KlarnaOrderId) -> Request:
    """Return the request that reads an order."""
    return Request(method="GET", path=_path(order_id), headers={"Accept": "application/json"})


def build_due_date_options(order_id: KlarnaOrderId, capture_id: CaptureId) -> Request:
    """Return the request that reads by how many days a capture's due date can be moved."""
    path = _path(order_id, "captures", capture_id, "extend-due-date-options")
    return Request(method="GET", path=path, headers={"Accept": "application/json"})


def build_send(call: Call) -> Request:
    """Return the request that carries out a call, under the call's key."""
    if digest_of(call.body) != call.body_digest:
        raise UnsafePlan(f"the body of this {call.kind} is not the one its key was made for")
    method, action = _ROUTES[call.kind]
    steps = ["captures", call.capture_id, action] if call.capture_id else [action]
    headers = {"Accept": "application/json", "Klarna-Idempotency-Key": str(call.key)}
    body = b""
    if call.body:
        headers["Content-Type"] = "application/json"
        body = _canonical(call.body)
    path = _path(call.klarna_order_id, *steps)
    return Request(method=method, path=path, headers=headers, body=body)


def read_fetch(reply: Reply) -> Fields:
    """Return the order as Klarna's JSON."""
    _check_status(reply)
    return Fields(fields.parse_json(reply.body), "order")


def read_due_date_options(reply: Reply) -> Fields:
    """Return the due dates that Klarna offers, as its JSON."""
    _check_status(reply)
    return Fields(fields.parse_json(reply.body), "extend-due-date-options")


def read_send(reply: Reply, *, kind: Kind) -> Receipt:
    """Return Klarna's word that the call was carried out."""
    _check_status(reply)
    _check_done(reply)
    made = _MADE.get(kind)
    if made is None:
        _check_service(reply)
    return Receipt(
        remote_id=_made_id(reply, *made) if made else "",
        correlation_id=reply.header("Klarna-Correlation-Id"),
        status=reply.status,
    )


def read_quota(reply: Reply) -> Quota | None:
    """Return what a reply says of the rate: ``50, 50;w=1``, ``49`` and ``1``.

    None where it says nothing that can be read (klarna-api.md §3.2).
    """
    limit = _count(reply.header("x-ratelimit-limit").partition(",")[0])
    remaining = _count(reply.header("x-ratelimit-remaining"))
    reset = _count(reply.header("x-ratelimit-reset"))
    if limit is None or remaining is None:
        return None
    wait = timedelta(seconds=1 if reset is None else min(reset, _LONGEST_RESET))
    return Quota(limit=limit, remaining=remaining, reset=wait)


def _count(text: str) -> int | None:
    """Return a small whole number, or None for anything else."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < _LONG else None


def _path(order_id: str, *steps: str) -> str:
    for text in (order_id, *steps):
        # The order's id comes from the shop's meta data, where anybody may have typed it.
        if not _ID.fullmatch(text):
            raise Rejected("this is not an id that Klarna gives", code="INVALID_ORDER_ID")
    return "/".join((ORDERS, order_id, *steps))


def _canonical(body: Mapping[str, object]) -> bytes:
    """Write the body as the digest reads it (``domain/steps.py``)."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def _check_status(reply: Reply) -> None:
    """Raise the error that the status stands for."""
    if reply.ok:
        return
    status = reply.status
    kind = _REFUSALS.get(status)
    if kind is None:
        if status in _SERVER_ERRORS or status in _COME_AGAIN:
            kind = RemoteFault
        elif status in _CLIENT_ERRORS:
            kind = Rejected
        else:
            # Klarna redirects no call of ours: something else answered in its place.
            raise MalformedReply(f"Klarna's API does not answer with status {status}")
    raise _error(kind, reply)


def _error(kind: type[RemoteError], reply: Reply) -> RemoteError:
    """Build the error from a body that may be JSON, HTML or nothing (klarna-api.md §4.1)."""
    document = _document(reply)
    code = document.get("error_code")
    code = code[:_TEXT_LIMIT] if isinstance(code, str) and code else None
    correlation = document.get("correlation_id") or reply.header("Klarna-Correlation-Id")
    summary = f"Klarna answered {reply.status}"
    return kind(
        f"{summary} {code}" if code else summary,
        status=reply.status,
        code=code,
        correlation_id=correlation if isinstance(correlation, str) and correlation else None,
        messages=_messages(document),
        retry_after=reply.retry_after,
    )


def _document(reply: Reply) -> Mapping[str, object]:
    try:
        document = fields.parse_json(reply.body)
    except MalformedReply:
        return {}
    return document if isinstance(document, dict) else {}


def _messages(document: Mapping[str, object]) -> tuple[str, ...]:
    """Return the texts; some of Klarna's services write a single ``error_message``."""
    several = document.get("error_messages")
    texts = list(several) if isinstance(several, list) else []
    texts.append(document.get("error_message"))
    return tuple(text[:_TEXT_LIMIT] for text in texts if isinstance(text, str) and text)


def _check_done(reply: Reply) -> None:
    """Raise OutcomeUnknown where Klarna has taken the call but not carried it out yet.

    Klarna's own SDK knows a cancellation that is answered PENDING (reliability.md K23).
    """
    if reply.status == _ACCEPTED or _document(reply).get("status") == "PENDING":
        raise OutcomeUnknown(
            "Klarna has accepted the call and not yet carried it out",
            status=reply.status,
            retry_after=reply.retry_after,
        )


def _check_service(reply: Reply) -> None:
    """Raise MalformedReply for a page that a proxy put where Klarna answers with nothing."""
    if reply.body.strip():
        fields.parse_json(reply.body)


def _made_id(reply: Reply, header: str, folder: str) -> str:
    """Return the id of what was made, from its header or else from ``Location``.

    A success without either is no success we can record (reliability.md K16).
    """
    named = reply.header(header).strip()
    if not named:
        found = re.search(rf"/{folder}/([^/?#]+)/?$", reply.header("Location").strip())
        named = found[1] if found else ""
    if not _ID.fullmatch(named):
        raise MalformedReply(f"Klarna's answer of {reply.status} does not say what was made")
    return named
