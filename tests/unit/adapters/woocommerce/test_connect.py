"""Finding a shop by what somebody typed, and reading what it hands over."""

import json
import ssl
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from kvitt.adapters.exchange import Reply
from kvitt.adapters.woocommerce import connect
from kvitt.adapters.woocommerce.connect import MOST_HOPS, Prober
from kvitt.domain.errors import MalformedReply, NotConnectable, OutcomeUnknown, Unreachable
from kvitt.domain.shop import Trouble
from unit.adapters import samples
from unit.adapters.samples import answer
from unit.adapters.woocommerce.scripted import CANARY, ScriptedHttp

INDEX = {
    "name": "Kaffe &amp; Kärlek",
    "home": "https://shop.example",
    "namespaces": ["oembed/1.0", "wc/v3"],
}
NOT_FOUND = answer(404, {"code": "rest_no_route"})


def moved(to: str) -> Reply:
    return Reply(301, {"location": to}, b"")


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("shop.example", "https://shop.example"),
        (" https://shop.example/ ", "https://shop.example"),
        ("https://SHOP.example/butik/", "https://shop.example/butik"),
        ("https://shop.example/wp-admin/admin.php?page=wc", "https://shop.example"),
        ("https://shop.example/butik/wp-login.php", "https://shop.example/butik"),
        ("https://shop.example/index.php/butik/", "https://shop.example"),
        ("http://127.0.0.1:8401/", "http://127.0.0.1:8401"),
        ("https://[2001:db8::1]/", "https://[2001:db8::1]"),
    ],
)
def test_what_people_type_becomes_an_address(typed: str, url: str) -> None:
    """A name alone, a pasted admin page, a folder: the shop's own address is in it."""
    assert connect.clean(typed) == url


@pytest.mark.parametrize(
    "typed",
    ["", "ftp://shop.example", "https://", "https://a:b@shop.example", "https://x:99999999"],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    """No host, another scheme, or a password in it."""
    with pytest.raises(NotConnectable) as refusal:
        connect.clean(typed)

    assert refusal.value.code == Trouble.ADDRESS_BAD


def test_a_shop_is_found_where_its_front_room_is() -> None:
    """The name and the home address are the shop's own words."""
    http = ScriptedHttp(answer(200, INDEX))
    found = Prober(http=http).find("shop.example")

    assert (found.url, found.name) == ("https://shop.example", "Kaffe & Kärlek")
    assert not found.is_elsewhere
    assert "Authorization" not in http.asked[0].headers


def test_redirects_are_followed_by_hand() -> None:
    """To www, then to the folder; each address passes the same guard as the typed one."""
    http = ScriptedHttp(
        moved("https://www.shop.example/wp-json/"),
        moved("/butik/wp-json/"),
        answer(200, INDEX),
    )

    assert Prober(http=http).find("shop.example").url == "https://www.shop.example/butik"


def test_a_shop_behind_index_php_is_found_there() -> None:
    """A server that rewrites no addresses: the shop still lives at its own."""
    http = ScriptedHttp(answer(404), answer(200, INDEX))
    found = Prober(http=http).find("shop.example")

    assert found.url == "https://shop.example/index.php"
    assert not found.is_elsewhere
    assert [one.path for one in http.asked] == ["/wp-json/", "/wp-json/"]


@pytest.mark.parametrize(
    ("answers", "trouble"),
    [
        pytest.param(
            [answer(404), answer(404), answer(200, INDEX)], Trouble.PERMALINKS_OFF, id="plain"
        ),
        pytest.param([answer(404)] * 3, Trouble.NOT_WORDPRESS, id="no WordPress"),
        pytest.param(
            [Reply(200, {}, b"<html>"), NOT_FOUND], Trouble.NOT_WORDPRESS, id="a page"
        ),
        pytest.param(
            [answer(200, {**INDEX, "namespaces": ["wp/v2"]})],
            Trouble.WOOCOMMERCE_OFF,
            id="no WooCommerce",
        ),
        pytest.param([answer(403)], Trouble.BLOCKED, id="a firewall"),
        pytest.param([answer(401)], Trouble.BLOCKED, id="a password in front"),
        pytest.param([answer(503)], Trouble.FAULT, id="a shop that is down"),
        pytest.param(
            [moved("http://shop.example/wp-json/")], Trouble.NO_TLS, id="sent to plain http"
        ),
        pytest.param(
            [moved("https://shop.example/wp-json/")] * MOST_HOPS, Trouble.MOVED, id="a circle"
        ),
    ],
)
def test_what_is_wrong_is_told_apart(answers: list[Reply], trouble: Trouble) -> None:
    """Each way not to be a shop has its own name, and so its own next step."""
    with pytest.raises(NotConnectable) as refusal:
        Prober(http=ScriptedHttp(*answers)).find("https://shop.example")

    assert refusal.value.code == trouble


def test_a_call_without_an_answer_is_told_apart_too() -> None:
    """The name, the certificate, a private address, silence."""
    certificate = Unreachable("no connection")
    certificate.__cause__ = ssl.SSLCertVerificationError("self-signed")

    assert connect.trouble_of(certificate) is Trouble.CERTIFICATE_BAD
    assert connect.trouble_of(Unreachable("x", code="dns")) is Trouble.NO_SUCH_HOST
    assert connect.trouble_of(Unreachable("x", code="address_refused")) is (
        Trouble.ADDRESS_PRIVATE
    )
    assert connect.trouble_of(OutcomeUnknown("silence")) is Trouble.UNREACHABLE


def test_the_consent_page_is_asked_for_all_it_needs() -> None:
    """The five parameters of woocommerce-facts.md §11, each whole."""
    uid = UUID("7d0f7a52-4f0d-4b5c-8f43-4b8f0b1f0e55")
    url = connect.consent_url(
        "https://shop.example/butik",
        attempt=uid,
        callback_url="https://k.example/connect/woo/n?a=1&b=2",
        return_url="https://k.example/shops/connect/1",
    )
    asked = parse_qs(urlsplit(url).query)

    assert urlsplit(url).path == "/butik/wc-auth/v1/authorize"
    assert asked["callback_url"] == ["https://k.example/connect/woo/n?a=1&b=2"]
    assert asked["user_id"] == [str(uid)]
    assert set(asked) == {"app_name", "scope", "user_id", "return_url", "callback_url"}


def test_a_grant_is_read_as_a_real_shop_posts_it() -> None:
    """The captured callback of a real WooCommerce; the secrets are not in its text."""
    posted: Any = samples.load("wcauth/callback")
    body = posted[0]["body"]
    text = body if isinstance(body, str) else json.dumps(body)
    grant = connect.read_grant(text.encode())

    assert grant.permissions == "read_write"
    assert grant.key.consumer_key.startswith("ck_")
    assert grant.key.consumer_secret not in repr(grant)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"user_id": "1"}', b"x" * 5000, CANARY.encode()]
)
def test_what_is_no_grant_is_refused(body: bytes) -> None:
    """Too long, not JSON, or half of it; the message holds nothing of it."""
    with pytest.raises(MalformedReply) as refusal:
        connect.read_grant(body)

    assert CANARY not in str(refusal.value)
