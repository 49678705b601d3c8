import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from contract.sandbox_shop.stage import Stage

ASKED = {
    "app_name": "Mitt verktyg",
    "user_id": "kund-42/abc",
    "return_url": "http://127.0.0.1:18099/back?x=1",
    "callback_url": "https://127.0.0.1:18101/cb?state=s1",
    "scope": "read_write",
}
LOGIN = {"username": "admin", "password": "admin"}


def door(page: str, **changed: str) -> str:
    """Return the path of a page of the flow."""
    asked = {name: value for name, value in {**ASKED, **changed}.items() if value}
    return f"/wc-auth/v1/{page}?{urlencode(asked)}"


def approve(stage: Stage) -> Any:
    """Log in, open the consent page and press Approve."""
    stage.client.post(door("login"), data=LOGIN)
    page = stage.client.get(door("authorize")).get_data(as_text=True)
    link = page.split('href="', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    return stage.client.get(link)


def test_approving_hands_the_key_to_the_callback_and_goes_back(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """The callback gets the key as captured, and the browser the captured address."""
    callback = sample("wcauth/callback")[0]
    back = sample("wcauth/final_redirect")

    response = approve(stage)

    post = stage.world.posts[0]
    captured = json.loads(callback["body"])
    ours = json.loads(post.body)
    assert list(ours) == list(captured)
    assert ours["user_id"] == captured["user_id"]
    assert [len(ours[n]) for n in ("consumer_key", "consumer_secret")] == [43, 43]
    assert '"kund-42\\/abc"' in post.body.decode()
    headers = dict(callback["headers"])
    assert all(headers[name] == value for name, value in post.headers.items())
    assert (response.status_code, response.headers["Location"]) == (
        back["status"],
        back["location"],
    )
    key = next(k for k in stage.books.api_keys() if k.consumer_key == ours["consumer_key"])
    assert stage.call("GET", "orders", key=key).status_code == 200


@pytest.mark.parametrize(
    ("name", "page"), [("login_page", "login"), ("authorize_page", "authorize")]
)
def test_the_pages_say_what_the_captured_ones_say(
    name: str, page: str, stage: Stage, sample: Callable[[str], Any]
) -> None:
    """The login and the consent page carry WooCommerce's sentences."""
    theirs = sample(f"wcauth/{name}.html")
    if page == "authorize":
        stage.client.post(door("login"), data=LOGIN)

    ours = stage.client.get(door(page)).get_data(as_text=True)

    sentences = {
        "login": ("would like to connect to your store", "you need to be logged in"),
        "authorize": ("would like to connect", "View and manage orders", "Approve", "Deny"),
    }
    for sentence in sentences[page]:
        assert sentence in ours
        assert sentence in theirs


def test_a_stranger_is_sent_to_log_in(stage: Stage) -> None:
    """The consent page is for somebody who is logged in."""
    response = stage.client.get(door("authorize"))

    assert response.status_code == 302
    assert "/wc-auth/v1/login/" in response.headers["Location"]


def test_a_callback_that_fails_takes_the_key_away_again(stage: Stage) -> None:
    """Only a 200 counts; otherwise the page says so and the key is gone."""
    stage.world.status = 500
    before = len(stage.books.api_keys())

    response = approve(stage)

    assert response.status_code == 401
    assert "were unable to send the consumer data." in response.get_data(as_text=True)
    assert len(stage.books.api_keys()) == before


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"user_id": ""}, "Error: Missing parameter user_id."),
        ({"scope": "admin"}, "Error: Invalid scope admin."),
    ],
)
def test_bad_parameters_are_named(changed: dict[str, str], sentence: str, stage: Stage) -> None:
    """A missing parameter or an unknown scope is a 401 page that names it."""
    response = stage.client.get(door("authorize", **changed))

    assert response.status_code == 401
    assert sentence in response.get_data(as_text=True)


def test_a_real_shop_calls_back_with_tls_only(stage: Stage) -> None:
    """Without the sandbox's switch a callback over plain http is refused."""
    stage.books.change_settings(allow_private_delivery=False)

    response = stage.client.get(door("authorize", callback_url="http://kvitt.example/cb"))

    assert "Error: The callback_url needs to be over SSL." in response.get_data(as_text=True)


def test_a_callback_to_nowhere_gives_no_key(stage: Stage) -> None:
    """An address a real shop never calls is as good as one that does not answer."""
    before = len(stage.books.api_keys())
    stage.books.change_settings(allow_private_delivery=False)

    assert approve(stage).status_code == 401
    assert len(stage.books.api_keys()) == before


def test_a_wrong_password_is_told_and_unknown_pages_are_404(stage: Stage) -> None:
    """Logging in wrongly shows the form again."""
    again = stage.client.post(door("login"), data={"username": "admin", "password": "x"})

    assert "is not correct" in again.get_data(as_text=True)
    assert stage.client.get("/wc-auth/v1/nothing").status_code == 404
    assert "return_url is not" in stage.client.get(
        door("authorize", return_url="nowhere")
    ).get_data(as_text=True)


def test_approving_needs_the_page_it_was_shown_on(stage: Stage) -> None:
    """A link to Approve without its nonce makes no key."""
    stage.client.post(door("login"), data=LOGIN)
    before = len(stage.books.api_keys())

    assert stage.client.get(door("access_granted")).status_code == 401
    assert len(stage.books.api_keys()) == before
