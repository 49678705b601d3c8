"""What holds for any bytes whatever: one function for each reader of other people's bytes.

A target returns where all is well and raises ``AssertionError``, or whatever the reader
should not raise, where it is not. Readers refuse with errors of ours only; what they
return is judged here by other means than their own.
"""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal, localcontext
from ipaddress import IPv4Address, IPv6Address, ip_address

from kvitt.adapters import addresses, fields
from kvitt.adapters.addresses import PUBLIC_ONLY
from kvitt.adapters.exchange import Reply
from kvitt.adapters.fields import Fields
from kvitt.adapters.klarna import translate as klarna_translate
from kvitt.adapters.klarna import wire as klarna_wire
from kvitt.adapters.woocommerce import replies, signature
from kvitt.adapters.woocommerce import translate as shop_translate
from kvitt.domain.errors import InvalidAmount, KvittError, WebhookRejected
from kvitt.domain.ids import KlarnaOrderId, StoreOrderId
from kvitt.domain.money import Money, exponent_of
from kvitt.domain.steps import Kind
from kvitt.web.hooks import bodies

#: The order that the seeds of Klarna's answers are about, and that of the shop's.
KLARNA_ORDER = KlarnaOrderId("48ab3d6b-e3b5-1f2b-8544-0469e87e9e1e")
SHOP_ORDER = StoreOrderId(727)
CURRENCIES = ("SEK", "JPY", "KWD", "EUR")
STATUSES = (200, 201, 204, 400, 401, 403, 404, 409, 422, 429, 500, 503, 302, 0)
LARGEST_ID = 2**63


def intake(data: bytes) -> None:
    """A webhook's body is read into an order's id or none, and is signed by nobody."""
    reading = bodies.read(data)
    if reading.what is bodies.What.ACCEPTED:
        assert reading.order_id is not None
        assert 0 < reading.order_id < LARGEST_ID
    else:
        assert reading.order_id is None
    claimed, _, body = data.partition(b"\n")
    with suppress(WebhookRejected):
        signature.check_signature(
            body, signature=claimed.decode("latin-1"), secrets=("a secret", "")
        )
        # Reached with the one right signature only, which the secret alone can make.
        assert claimed.strip() == signature.sign(body, secret="a secret").encode()


def money(data: bytes) -> None:
    """A text is an amount exactly, to the last minor unit, or no amount at all."""
    currency = CURRENCIES[data[0] % len(CURRENCIES)] if data else "SEK"
    text = data[1:].decode("utf-8", "replace")
    try:
        amount = Money.parse(text, currency)
    except InvalidAmount:
        return
    with localcontext(prec=10_000):
        assert Decimal(amount.minor).scaleb(-exponent_of(currency)) == Decimal(text)


def klarna_reply(data: bytes) -> None:
    """Whatever Klarna answers is an order, a receipt, or an error of ours."""
    reply, document = _reply(data)
    for read in (
        lambda: klarna_translate.parse_order(klarna_wire.read_fetch(reply), asked=KLARNA_ORDER),
        lambda: klarna_translate.parse_due_date_options(
            klarna_wire.read_due_date_options(reply)
        ),
        lambda: klarna_wire.read_send(reply, kind=Kind.CAPTURE),
        lambda: klarna_wire.read_send(reply, kind=Kind.REFUND),
        lambda: klarna_translate.parse_order(document(), asked=KLARNA_ORDER),
    ):
        with suppress(KvittError):
            read()
    klarna_wire.read_quota(reply)


def shop_reply(data: bytes) -> None:
    """Whatever a shop answers is an order, a list of orders, or an error of ours."""
    reply, document = _reply(data)
    for read in (
        lambda: shop_translate.parse_order(replies.read_order(reply, order_id=SHOP_ORDER)),
        lambda: replies.read_sightings(reply),
        lambda: shop_translate.parse_order(document(), refunds=(document(),)),
    ):
        with suppress(KvittError):
            read()


def address(data: bytes) -> None:
    """A name leads to public addresses or nowhere, whatever the resolver says of it."""
    host, *found = data.decode("latin-1").split("\n")
    try:
        allowed = addresses.allowed_addresses(
            host, port=443, secure=True, resolve=lambda *_: found, policy=PUBLIC_ONLY
        )
    except KvittError:
        return
    assert allowed
    for text in allowed:
        assert _is_public(ip_address(text)), text


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (intake, money, klarna_reply, shop_reply, address)
}


def _reply(data: bytes) -> tuple[Reply, Callable[[], Fields]]:
    """Return an answer whose status is chosen by the first byte, and its document."""
    status = STATUSES[data[0] % len(STATUSES)] if data else 200
    head, _, body = data[1:].partition(b"\0")
    if not body:
        head, body = b"", data[1:]
    text = head.decode("latin-1")
    headers = dict.fromkeys(
        (
            *("location", "capture-id", "refund-id", "retry-after", "klarna-correlation-id"),
            *("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"),
        ),
        text,
    )
    return Reply(status, headers, body), lambda: Fields(fields.parse_json(body), "order")


def _is_public(found: IPv4Address | IPv6Address) -> bool:
    """Judge an address by what the standard library says of it, not by our own list."""
    hidden = (
        (found.ipv4_mapped, found.sixtofour, found.teredo)
        if isinstance(found, IPv6Address)
        else ()
    )
    local = (
        *(found.is_private, found.is_loopback, found.is_link_local, found.is_multicast),
        *(found.is_reserved, found.is_unspecified),
    )
    return not any(local) and not any(hidden)
