"""Signing in: one answer for everything wrong, and guessing that gets slower."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from browser import console_orders
from browser.console_orders import PASSWORD
from kvitt.web.accounts import throttle
from kvitt.web.accounts.models import FailedSignIn
from kvitt.web.accounts.roles import Role

pytestmark = pytest.mark.django_db

LOGIN = reverse("login")
LOGOUT = reverse("logout")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MINUTES_15 = timedelta(minutes=15)


@pytest.fixture
def anna() -> User:
    return console_orders.person(Role.OPERATOR, name="anna")


def sign_in(
    client: Client, name: str = "anna", password: str = PASSWORD, onward: str = "/"
) -> str:
    """Send the form; return where it leads, or the words of the refusal."""
    form = {"name": name, "password": password, "next": onward}
    answer = client.post(LOGIN, form)
    if answer.status_code == 302:
        return str(answer.headers["Location"])
    return str(answer.content, "utf-8")


@pytest.mark.usefixtures("anna")
def test_the_right_password_leads_on(client: Client) -> None:
    """Somebody who signs in gets to the page they asked for."""
    assert sign_in(client, onward="/attention") == "/attention"
    assert client.get("/attention").status_code == 200


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "",
    ],
)
def test_no_address_leads_away_from_the_console(client: Client, onward: str) -> None:
    """A ``next`` that is not a page of ours leads to the front page."""
    assert sign_in(client, onward=onward) == "/"


@pytest.mark.usefixtures("anna")
def test_the_refusal_does_not_say_which_part_was_wrong(client: Client) -> None:
    """A wrong name and a wrong password are answered with the same words."""
    wrong_password = sign_in(client, password="guess")
    wrong_name = sign_in(client, name="nobody")

    assert "The name or the password is not right." in wrong_password
    assert "The name or the password is not right." in wrong_name


@pytest.mark.usefixtures("anna")
def test_guessing_one_account_gets_slower(client: Client) -> None:
    """After a few wrong passwords even the right one has to wait."""
    for _ in range(throttle.ACCOUNT.free):
        sign_in(client, password="guess")

    assert "Too many attempts" in sign_in(client)


@pytest.mark.usefixtures("anna")
def test_the_password_is_never_sent_back(client: Client) -> None:
    """A refused form keeps the name, and not the password."""
    said = sign_in(client, password="my secret guess")

    assert 'value="anna"' in said
    assert "my secret guess" not in said


def test_an_empty_form_says_what_is_missing(client: Client) -> None:
    """A form without a name asks for one and counts as no attempt."""
    assert "Type your name and your password." in sign_in(client, name="", password="")
    assert not FailedSignIn.objects.exists()


def test_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    """The wait grows from nothing, by doubling, to fifteen minutes."""
    waits = [throttle.ACCOUNT.wait_after(failures) for failures in range(20)]

    assert waits[:3] == [timedelta()] * 3
    assert [wait.seconds for wait in waits[3:7]] == [2, 4, 8, 16]
    assert waits[-1] == throttle.ACCOUNT.wait_after(10_000) == MINUTES_15


def test_guessing_many_accounts_from_one_address_gets_slower() -> None:
    """An address that guesses at other accounts waits as well."""
    for nth in range(throttle.ADDRESS.free):
        assert not throttle.admit(f"name{nth}", "192.0.2.1", now=NOW)

    assert throttle.admit("another", "192.0.2.1", now=NOW)
    assert not throttle.admit("another", "192.0.2.2", now=NOW)


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize(("behind_proxy", "waits"), [(True, False), (False, True)])
def test_behind_a_proxy_each_visitor_has_an_address(
    client: Client, settings: Settings, *, behind_proxy: bool, waits: bool
) -> None:
    """The proxy's word for the address counts only where there is a proxy, and only its own."""
    settings.KVITT = settings.KVITT.model_copy(update={"behind_proxy": behind_proxy})
    for nth in range(throttle.ADDRESS.free):
        form = {"name": f"name{nth}", "password": "guess"}
        client.post(LOGIN, form, headers={"X-Forwarded-For": f"127.0.0.1, 192.0.2.{nth}"})

    assert ("Too many attempts" in sign_in(client)) is waits


def test_waiting_is_enough() -> None:
    """Once the wait is over an attempt is let through, and the past is forgotten in time."""
    for _ in range(throttle.ACCOUNT.free):
        throttle.admit("anna", "192.0.2.1", now=NOW)

    wait = throttle.admit("anna", "192.0.2.1", now=NOW)

    assert wait == timedelta(seconds=2)
    assert not throttle.admit("anna", "192.0.2.1", now=NOW + wait)
    throttle.admit("other", "192.0.2.9", now=NOW + wait + throttle.MEMORY)
    assert FailedSignIn.objects.count() == 2


def test_a_name_in_other_letters_is_the_same_account() -> None:
    """Writing the name in capitals does not begin a new count."""
    for name in ("anna", "Anna", "ANNA"):
        throttle.admit(name, "192.0.2.1", now=NOW)

    assert throttle.admit("aNNa", "192.0.2.1", now=NOW)


def test_success_clears_the_account_and_only_its_own_part_of_the_address() -> None:
    """Signing in takes back this attempt, and leaves what the address guessed elsewhere."""
    throttle.admit("bo", "192.0.2.1", now=NOW)
    throttle.admit("anna", "192.0.2.1", now=NOW)

    throttle.forgive("anna", "192.0.2.1")

    assert sorted(FailedSignIn.objects.values_list("failures", flat=True)) == [1, 1]


def test_what_is_remembered_names_nobody() -> None:
    """Neither the name nor the address is kept in the clear."""
    throttle.admit("anna", "192.0.2.1", now=NOW)

    for row in FailedSignIn.objects.all():
        assert "anna" not in row.subject
        assert str(row) == "1 failed sign-ins"


def test_a_long_wait_is_told_in_minutes(client: Client, anna: User) -> None:
    """A wait of minutes is not told in seconds."""
    for _ in range(throttle.ACCOUNT.free + 6):
        FailedSignIn.objects.update(last_failed_at=NOW)
        sign_in(client, name=anna.username, password="guess")

    assert "minutes and try again" in sign_in(client)


def test_signing_out_ends_the_session_and_only_by_post(client: Client, anna: User) -> None:
    """A link cannot sign anybody out; the button can."""
    client.force_login(anna)

    assert client.get(LOGOUT).status_code == 405
    assert client.get("/orders").status_code == 200
    assert client.post(LOGOUT).status_code == 302
    assert client.get("/orders").status_code == 302


def test_somebody_signed_in_needs_no_form(client: Client, anna: User) -> None:
    """The sign-in page leads on for somebody who is signed in."""
    client.force_login(anna)

    assert client.get(f"{LOGIN}?next=/attention").headers["Location"] == "/attention"


def test_a_session_that_ended_sends_the_whole_page_to_the_form(client: Client) -> None:
    """A fragment that refreshes itself after the session ended has htmx go to sign in."""
    answer = client.get("/orders/1/live", headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"].startswith(LOGIN)
    assert "Location" not in answer.headers


def test_password_managers_are_helped(client: Client) -> None:
    """The fields say what they are, and pasting is not hindered."""
    said = str(client.get(LOGIN).content, "utf-8")

    assert 'autocomplete="username"' in said
    assert 'autocomplete="current-password"' in said
    assert "onpaste" not in said


def test_an_empty_installation_says_how_to_make_the_first_account(client: Client) -> None:
    """Until there is one, the sign-in page names the command; afterwards it does not."""
    command = "kvitt user add anna --role owner"
    assert command in str(client.get("/login").content, "utf-8")

    User.objects.create_user("anna")

    assert command not in str(client.get("/login").content, "utf-8")


def test_a_visitor_chooses_the_language(client: Client) -> None:
    """Whoever cannot read the form chooses another language before signing in."""
    chosen = client.post(reverse("set_language"), {"language": "sv", "next": LOGIN})

    html = str(client.get(chosen.headers["Location"]).content, "utf-8")

    assert '<html lang="sv"' in html
    assert '<option value="sv" lang="sv" selected>Svenska</option>' in html
