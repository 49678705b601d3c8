"""One merchant account at Klarna. Thin: ``wire.py`` builds and reads, ``http.py`` carries.

Fits the Protocol ``Klarna`` of ``application/ports.py`` by shape.
"""

from collections.abc import Callable

from kvitt.adapters.exchange import Deadlines, Reply, Request
from kvitt.adapters.http import ANSWER_LIMIT, LIST_LIMIT, Http
from kvitt.adapters.klarna import regions, translate, wire
from kvitt.adapters.klarna.credentials import KlarnaCredentials
from kvitt.domain.ids import CaptureId, KlarnaOrderId
from kvitt.domain.journal import Call, Receipt
from kvitt.domain.klarna_order import DueDateOption, KlarnaOrder
from kvitt.domain.quota import Quota

__all__ = ["KlarnaClient", "KlarnaCredentials"]

READ = Deadlines(connect=5, read=30, write=10, total=30)
#: Klarna may work on a write for almost a minute before its own side gives up; an answer
#: that is waited for is worth more than an outcome that must be looked up.
WRITE = Deadlines(connect=5, read=65, write=15, total=65)


class KlarnaClient:
    """Asks Klarna about one merchant's orders, and carries out calls on them."""

    def __init__(
        self,
        http: Http,
        *,
        credentials: KlarnaCredentials,
        base_url: str,
        environment: str,
        account: str,
        on_quota: Callable[[str, Quota], None] | None = None,
    ) -> None:
        regions.check_base_url(base_url, environment=environment)
        credentials.check_environment(environment)
        http.check_base_url(base_url)
        self._http = http
        self._credentials = credentials
        self._base_url = base_url
        self._environment = environment
        self._account = account
        self._on_quota = on_quota

    @property
    def environment(self) -> str:
        """``playground`` or ``live``; part of every key."""
        return self._environment

    @property
    def account(self) -> str:
        """Which credentials these are, without saying them; part of every key."""
        return self._account

    def fetch_order(self, order_id: KlarnaOrderId) -> KlarnaOrder:
        """Read one order. Raises RemoteError, MalformedReply."""
        request = wire.build_fetch(order_id)
        reply = self._send(request, deadlines=READ, limit=LIST_LIMIT)
        return translate.parse_order(wire.read_fetch(reply), asked=order_id)

    def fetch_due_date_options(
        self, order_id: KlarnaOrderId, capture_id: CaptureId
    ) -> tuple[DueDateOption, ...]:
        """Read by how many days a capture's due date can be moved, and for what fee.

        Raises RemoteError, MalformedReply.
        """
        request = wire.build_due_date_options(order_id, capture_id)
        reply = self._send(request, deadlines=READ, limit=ANSWER_LIMIT)
        return translate.parse_due_date_options(wire.read_due_date_options(reply))

    def send(self, call: Call) -> Receipt:
        """Carry out one call under its key. Raises RemoteError, MalformedReply, UnsafePlan."""
        request = wire.build_send(call)
        reply = self._send(request, deadlines=WRITE, limit=ANSWER_LIMIT)
        return wire.read_send(reply, kind=call.kind)

    def _send(self, request: Request, *, deadlines: Deadlines, limit: int) -> Reply:
        allowed = request.with_headers(Authorization=self._credentials.authorization)
        reply = self._http.send(
            allowed, base_url=self._base_url, deadlines=deadlines, limit=limit
        )
        told = wire.read_quota(reply)
        if told is not None and self._on_quota is not None:
            self._on_quota(self._account, told)
        return reply

    def __repr__(self) -> str:
        return f"KlarnaClient({self._account!r}, {self._environment!r})"
