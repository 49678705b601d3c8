"""Finding a shop by the address somebody typed, and WooCommerce's own consent page.

The laws:

1. Nothing is sent that opens a door: the shop's front room, ``/wp-json/``, is public.
2. Every address a redirect leads to passes the same guard as the one that was typed
   (reliability.md §8); the HTTP client itself follows none.
3. What WooCommerce posts to the callback is not signed (woocommerce-facts.md §11), so a
   grant is read here and believed only with the attempt's unguessable address.
"""

import re
import ssl
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote, urlencode, urljoin, urlsplit, urlunsplit
from uuid import UUID

from kvitt.adapters.exchange import Deadlines, Reply, Request
from kvitt.adapters.fields import Fields, parse_json
from kvitt.adapters.http import LIST_LIMIT, Http
from kvitt.domain.errors import (
    ConfigurationError,
    KvittError,
    MalformedReply,
    NotConnectable,
    RemoteError,
)
from kvitt.domain.newcomer import Grant, StoreKey
from kvitt.domain.shop import BEHIND_INDEX, ShopAddress, Trouble

#: A person waits for it.
PATIENCE = Deadlines(connect=5, read=15, write=5, total=20)
#: From ``http`` to ``https``, then to ``www``, then to the shop's folder.
MOST_HOPS = 4
NAMESPACE = "wc/v3"
SCOPE = "read_write"
#: A grant is about 250 bytes.
GRANT_LIMIT = 4096

#: Where an address that was copied from the browser is cut off.
_INSIDE = re.compile(r"/(?:wp-admin|wp-json|wp-login\.php|wp-content|index\.php)(?:/.*)?$")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY, _FIRST_FAULT = 401, 403, 404, 429, 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Prober:
    """Looks for a shop at an address."""

    http: Http

    def find(self, typed: str) -> ShopAddress:
        """Return the shop that is there. Raises NotConnectable with a ``Trouble``."""
        url = clean(typed)
        for _ in range(MOST_HOPS):
            reply = self._ask(url, Request(method="GET", path="/wp-json/"))
            onward = _onward(url, reply)
            if not onward:
                return self._read(*self._front_room(url, reply))
            url = onward
        raise NotConnectable(Trouble.MOVED, url)

    def _front_room(self, url: str, reply: Reply) -> tuple[str, Reply]:
        """Return where the front room is, and what it said.

        A server that rewrites no addresses has it behind index.php, and everything else too
        (https://wordpress.org/documentation/article/customize-permalinks/, "PATHINFO").
        """
        if reply.status != _NOT_FOUND or _index(reply) is not None:
            return url, reply
        behind = f"{url}{BEHIND_INDEX}"
        other = self._ask(behind, Request(method="GET", path="/wp-json/"))
        return (url, reply) if _index(other) is None else (behind, other)

    def _read(self, url: str, reply: Reply) -> ShopAddress:
        index = _index(reply)
        if index is None:
            raise self._refusal(url, reply)
        if NAMESPACE not in _texts(index.raw("namespaces")):
            raise NotConnectable(Trouble.WOOCOMMERCE_OFF, url)
        home = index.text("home") or index.text("url") or url
        return ShopAddress(
            url=url,
            # WordPress keeps it as it stands in a page: "Kaffe &amp; Kärlek".
            name=unescape(index.text("name")).strip() or host_of(url),
            home_url=home.rstrip("/"),
        )

    def _refusal(self, url: str, reply: Reply) -> NotConnectable:
        """Say why there is no front room: no WordPress, a firewall, or plain permalinks."""
        if reply.status in {_UNAUTHORIZED, _FORBIDDEN, _TOO_MANY}:
            return NotConnectable(Trouble.BLOCKED, host_of(url))
        if reply.status >= _FIRST_FAULT:
            return NotConnectable(Trouble.FAULT, host_of(url))
        # Without permalinks the same room is reached like this, but WooCommerce reads keys only
        # on addresses that hold "wp-json/wc/" (its ``is_request_to_rest_api`` compares with
        # ``rest_get_url_prefix()``), and its consent page is not there at all.
        plain = self._ask(url, Request(method="GET", path="/", query=(("rest_route", "/"),)))
        found = _index(plain) is not None
        return NotConnectable(
            Trouble.PERMALINKS_OFF if found else Trouble.NOT_WORDPRESS, host_of(url)
        )

    def _ask(self, url: str, request: Request) -> Reply:
        asked = request.with_headers(Accept="application/json")
        try:
            return self.http.send(asked, base_url=url, deadlines=PATIENCE, limit=LIST_LIMIT)
        except ConfigurationError as error:
            plain = url.startswith("http://")
            raise NotConnectable(
                Trouble.NO_TLS if plain else Trouble.ADDRESS_BAD, url
            ) from error
        except (RemoteError, MalformedReply) as error:
            raise NotConnectable(trouble_of(error), host_of(url)) from error


def trouble_of(error: KvittError) -> Trouble:
    """Return what a call that brought no answer means for people."""
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, ssl.SSLError):
            return Trouble.CERTIFICATE_BAD
        if isinstance(chain, RemoteError) and chain.code == "address_refused":
            return Trouble.ADDRESS_PRIVATE
        if isinstance(chain, RemoteError) and chain.code in {"dns", "bad_host"}:
            return Trouble.NO_SUCH_HOST
        chain = chain.__cause__ or chain.__context__
    return Trouble.UNREACHABLE


def clean(typed: str) -> str:
    """Return the address of the shop within what somebody typed or pasted.

    Raises NotConnectable where there is none.
    """
    text = typed.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotConnectable(Trouble.ADDRESS_BAD) from None
    if parts.scheme not in {"http", "https"} or not host or parts.username or parts.password:
        raise NotConnectable(Trouble.ADDRESS_BAD)
    where = f"[{host}]" if ":" in host else host
    if port is not None:
        where = f"{where}:{port}"
    path = _INSIDE.sub("", parts.path).rstrip("/")
    return urlunsplit((parts.scheme, where, path, "", ""))


def host_of(url: str) -> str:
    """Return the host of an address, for people."""
    return urlsplit(url).netloc


def consent_url(url: str, *, attempt: UUID, callback_url: str, return_url: str) -> str:
    """Return the address of the shop's own consent page."""
    asked = {
        "app_name": "kvitt",
        "scope": SCOPE,
        "user_id": str(attempt),
        "return_url": return_url,
        "callback_url": callback_url,
    }
    return f"{url}/wc-auth/v1/authorize?{urlencode(asked, quote_via=quote)}"


def read_grant(body: bytes) -> Grant:
    """Return the key that a shop's server posts. Raises MalformedReply."""
    if len(body) > GRANT_LIMIT:
        raise MalformedReply("what was posted is longer than any key")
    posted = Fields(parse_json(body), "grant")
    return Grant(
        user_id=posted.text("user_id", None),
        permissions=posted.text("key_permissions", None),
        key=StoreKey(
            consumer_key=posted.text("consumer_key", None),
            consumer_secret=posted.text("consumer_secret", None),
        ),
    )


def _onward(url: str, reply: Reply) -> str:
    """Return where the shop sends callers on to, or nothing."""
    if reply.status not in _REDIRECTS:
        return ""
    target = urljoin(f"{url}/wp-json/", reply.header("location"))
    onward = clean(target)
    if urlsplit(url).scheme == "https" and not onward.startswith("https://"):
        raise NotConnectable(Trouble.NO_TLS, onward)
    return onward


def _index(reply: Reply) -> Fields | None:
    """Return WordPress's description of its interface, where that is what came."""
    if not reply.ok:
        return None
    try:
        index = Fields(parse_json(reply.body), "index")
    except MalformedReply:
        return None
    return index if "namespaces" in index else None


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(item for item in value if isinstance(item, str))
