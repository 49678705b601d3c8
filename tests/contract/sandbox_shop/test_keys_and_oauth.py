from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from contract.sandbox_shop.stage import HOME, START, Stage
from kvitt.sandbox.shop.rest import oauth

PATH = "/wp-json/wc/v3/orders"
NOW = str(int(START.timestamp()))


def signed(stage: Stage, *, in_header: bool = False, **changed: str) -> TestResponse:
    """Call the list of orders over plain http, signed, with some parameters changed."""
    params = {
        "oauth_consumer_key": stage.key.consumer_key,
        "oauth_timestamp": NOW,
        "oauth_nonce": "n1",
        "oauth_signature_method": "HMAC-SHA256",
        "per_page": "5",
        **{name: value for name, value in changed.items() if name != "oauth_signature"},
    }
    algorithm = params["oauth_signature_method"]
    known = algorithm if algorithm in {"HMAC-SHA1", "HMAC-SHA256"} else "HMAC-SHA1"
    made = oauth.signature(
        "GET", HOME + PATH, params, secret=stage.key.consumer_secret, algorithm=known
    )
    params["oauth_signature"] = changed.get("oauth_signature", made)
    if not in_header:
        return stage.client.get(f"{PATH}?{urlencode(params)}")
    query = {name: value for name, value in params.items() if not name.startswith("oauth_")}
    own = {name: value for name, value in params.items() if name.startswith("oauth_")}
    parts = (
        urlencode({name: value}).replace("=", '="', 1) + '"' for name, value in own.items()
    )
    headers = {"Authorization": "OAuth " + ", ".join(parts)}
    return stage.client.get(f"{PATH}?{urlencode(query)}", headers=headers)


@pytest.fixture
def plain(stage: Stage) -> Stage:
    """A shop that is called without TLS and knows it."""
    stage.books.change_settings(basic_over_http=False)
    return stage


def test_the_signature_is_that_of_the_standard() -> None:
    """The worked example of RFC 5849, made one-legged, keeps its base string's rules."""
    params = {"b5": "=%3D", "a3": "a", "c@": "", "a2": "r b"}
    once = oauth.signature("get", "http://a/b", params, secret="s", algorithm="HMAC-SHA1")
    turned = dict(reversed(params.items()))
    again = oauth.signature("GET", "http://a/b", turned, secret="s", algorithm="HMAC-SHA1")

    assert once == again
    assert len(once) == 28


@pytest.mark.parametrize("algorithm", ["HMAC-SHA1", "HMAC-SHA256"])
@pytest.mark.parametrize("in_header", [False, True])
def test_a_signed_call_works_over_plain_http(
    algorithm: str, in_header: bool, plain: Stage
) -> None:
    """OAuth works with both hashes, in the query and in the header."""
    response = signed(plain, in_header=in_header, oauth_signature_method=algorithm)

    assert (response.status_code, response.get_json()) == (200, [])


def test_basic_is_not_even_read_over_plain_http(plain: Stage) -> None:
    """Without TLS a right key is as good as none."""
    response = plain.call("GET", "orders")

    assert response.status_code == 401
    assert response.get_json()["code"] == "woocommerce_rest_cannot_view"


def test_keys_in_the_query_work_with_tls(plain: Stage) -> None:
    """Over https the key may stand in the query."""
    pair = {
        "consumer_key": plain.key.consumer_key,
        "consumer_secret": plain.key.consumer_secret,
    }

    response = plain.client.get(f"{PATH}?{urlencode(pair)}", base_url="https://shop.test")

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"oauth_timestamp": str(int(NOW) - 3600)},
            "Invalid timestamp.",
        ),
        (
            {"oauth_signature": "x"},
            "Invalid signature - provided signature does not match.",
        ),
        (
            {"oauth_signature_method": "PLAINTEXT"},
            "Invalid signature - signature method is invalid.",
        ),
        ({"oauth_consumer_key": "ck_x"}, "Consumer key is invalid."),
    ],
)
def test_a_bad_signature_is_told_what_is_wrong(
    changed: dict[str, str], words: str, plain: Stage
) -> None:
    """An old timestamp, a wrong signature and an unknown hash have WooCommerce's texts."""
    response = signed(plain, in_header=False, **changed)

    assert response.status_code == 401
    assert response.get_json()["message"] == words


def test_a_nonce_works_once(plain: Stage) -> None:
    """The second use of a nonce is refused, another one works."""
    first, second = signed(plain), signed(plain)
    third = signed(plain, in_header=False, oauth_nonce="n2")

    assert [r.status_code for r in (first, second, third)] == [200, 401, 200]
    assert second.get_json()["message"] == "Invalid nonce - nonce has already been used."


def test_a_missing_parameter_is_named(plain: Stage) -> None:
    """A call that starts signing has to finish it."""
    response = plain.client.get(f"{PATH}?oauth_nonce=1")

    assert response.status_code == 401
    assert "oauth_consumer_key" in response.get_json()["message"]
