"""OAuth 1.0a, one-legged, as WooCommerce checks it."""

from datetime import UTC, datetime

from kvitt.adapters.woocommerce import oauth
from kvitt.adapters.woocommerce.credentials import StoreCredentials

KEYS = StoreCredentials(consumer_key="ck_1", consumer_secret="cs_canary4711")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
URL = "http://127.0.0.1:8000/wp-json/wc/v3/orders"


def signed(method: str = "GET", url: str = URL, *, nonce: str = "n", **query: str) -> str:
    """Return the signature of a request."""
    pairs = oauth.signed_query(
        method, url, query=tuple(query.items()), credentials=KEYS, nonce=nonce, now=NOW
    )
    return dict(pairs)["oauth_signature"]


def test_the_base_string_is_the_rfcs_example() -> None:
    """The example of RFC 5849 §3.4.1.1 comes out to the letter."""
    pairs = [
        ("b5", "=%3D"),
        ("a3", "a"),
        ("c@", ""),
        ("a2", "r b"),
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
        ("c2", ""),
        ("a3", "2 q"),
    ]

    assert oauth.base_string("post", "http://example.com/request", pairs) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D"
        "%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce"
        "%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth"
        "_token%3Dkkk9d7dh3k39sjv7"
    )


def test_everything_is_signed() -> None:
    """Another method, address, parameter or nonce is another signature."""
    variants = [
        signed(),
        signed("PUT"),
        signed(url=f"{URL}/1"),
        signed(dp="6"),
        signed(dp="2"),
        signed(nonce="m"),
    ]

    assert len({*variants}) == len(variants)
    assert signed() == signed()


def test_the_secret_does_not_travel() -> None:
    """The query holds the key, the time and the signature, and never the secret."""
    pairs = dict(
        oauth.signed_query(
            "GET", URL, query=(("dp", "6"),), credentials=KEYS, nonce="n", now=NOW
        )
    )

    assert KEYS.consumer_secret not in str(pairs)
    assert pairs["oauth_timestamp"] == str(int(NOW.timestamp()))
    assert pairs["dp"] == "6"
