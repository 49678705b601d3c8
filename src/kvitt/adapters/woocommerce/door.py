"""The way into one shop: its address, its key, and how the key is shown.

With TLS the key travels as Basic credentials; without, which only this machine's own
shops may do, each request is signed (woocommerce-facts.md §1).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from kvitt.adapters.exchange import Deadlines, Reply, Request
from kvitt.adapters.http import ANSWER_LIMIT, LIST_LIMIT, Http
from kvitt.adapters.woocommerce import oauth
from kvitt.adapters.woocommerce.credentials import StoreCredentials

#: A small host may take half a minute for an order; WooCommerce itself waits 60 s.
PATIENCE = Deadlines(connect=10, read=60, write=20, total=60)


class Door:
    """Carries requests to one shop."""

    def __init__(
        self,
        http: Http,
        *,
        base_url: str,
        credentials: StoreCredentials,
        now: Callable[[], datetime],
        nonce: Callable[[], str],
    ) -> None:
        http.check_base_url(base_url)
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._credentials = credentials
        self._now = now
        self._nonce = nonce
        self._signs = urlsplit(base_url).scheme == "http"

    def ask(self, request: Request, *, many: bool = False) -> Reply:
        """Send one request with the shop's key, and return the answer."""
        return self._http.send(
            self._allowed(request),
            base_url=self._base_url,
            deadlines=PATIENCE,
            limit=LIST_LIMIT if many else ANSWER_LIMIT,
        )

    def _allowed(self, request: Request) -> Request:
        if not self._signs:
            return request.with_headers(Authorization=self._credentials.authorization)
        query = oauth.signed_query(
            request.method,
            self._base_url + request.path,
            query=request.query,
            credentials=self._credentials,
            nonce=self._nonce(),
            now=self._now(),
        )
        return replace(request, query=query)

    def __repr__(self) -> str:
        return f"Door({self._base_url!r})"
