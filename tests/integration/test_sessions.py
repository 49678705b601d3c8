"""Sessions: on the server, told apart, ended one by one or all, and over in time."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from browser import console_orders
from browser.console_orders import PASSWORD
from kvitt.web.accounts import browsers, sessions
from kvitt.web.accounts.models import ConsoleSession
from kvitt.web.accounts.rights import Role

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def anna() -> User:
    return console_orders.person(Role.OPERATOR, name="anna")


def signed_in(user_agent: str) -> Client:
    client = Client(headers={"User-Agent": user_agent})
    client.post(reverse("login"), {"name": "anna", "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get("/orders").status_code == 200


@pytest.mark.usefixtures("anna")
def test_the_table_opens_no_session() -> None:
    """What stands in the table is not what the cookie holds, and is no key either."""
    client = signed_in(FIREFOX)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    (row,) = ConsoleSession.objects.filter(user__isnull=False)

    assert len(cookie.value) == 32
    assert cookie.value not in (row.session_key, row.session_data, str(row.number))
    cookie.set(cookie.key, row.session_key, row.session_key)
    assert not is_in(client)


@pytest.mark.usefixtures("anna")
def test_signing_in_begins_a_new_session() -> None:
    """A key that somebody planted before the sign-in is not the one afterwards."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "planted"
    client.post(reverse("login"), {"name": "anna", "password": PASSWORD})

    assert client.cookies[settings.SESSION_COOKIE_NAME].value != "planted"
    assert is_in(client)


@pytest.mark.usefixtures("anna")
def test_the_page_lists_where_one_is_signed_in() -> None:
    """Each browser is named by its family and system, and one's own is marked."""
    signed_in(PHONE)
    client = signed_in(FIREFOX)

    said = str(client.get(reverse("account")).content, "utf-8")

    assert "Firefox, Linux" in said
    assert "Safari, iPhone" in said
    assert said.count("This one") == 1
    assert said.count("Sign out there") == 1


@pytest.mark.usefixtures("anna")
def test_ending_one_session_and_all_others() -> None:
    """One press signs one browser out, another all but one's own."""
    phone, tablet, client = signed_in(PHONE), signed_in(PHONE), signed_in(FIREFOX)
    number = sessions.number_of(phone)  # type: ignore[arg-type]

    client.post(reverse("end-session", args=[number]))
    assert [is_in(each) for each in (phone, tablet, client)] == [False, True, True]

    client.post(reverse("end-sessions"))
    assert [is_in(each) for each in (phone, tablet, client)] == [False, False, True]


def test_nobody_ends_the_session_of_another(anna: User) -> None:
    """The number of somebody else's session ends nothing."""
    mine = signed_in(FIREFOX)
    number = sessions.number_of(mine)  # type: ignore[arg-type]
    other = Client()
    other.force_login(console_orders.person(Role.OWNER, name="bo"))

    other.post(reverse("end-session", args=[number]))

    assert is_in(mine)
    assert sessions.open_sessions(anna, now=timezone.now()).count() == 1


@pytest.mark.usefixtures("anna")
def test_a_new_password_ends_the_other_sessions() -> None:
    """Changing the password signs everybody else out, and keeps one's own page."""
    thief, client = signed_in(PHONE), signed_in(FIREFOX)
    form = {"present": PASSWORD, "password": "an even longer pass sentence"}

    answer = client.post(reverse("password"), form)

    assert answer.status_code == 302
    assert not is_in(thief)
    assert is_in(client)


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"present": "wrong", "password": "an even longer pass sentence"}, "is not right"),
        ({"present": PASSWORD, "password": "short"}, "too short"),
        ({"present": PASSWORD, "password": "password1234"}, "too common"),
    ],
)
def test_a_password_is_changed_only_as_it_should(form: dict[str, str], words: str) -> None:
    """The present password is asked, and a weak new one refused, in words."""
    client = signed_in(FIREFOX)

    answer = client.post(reverse("password"), form)

    assert answer.status_code == 422
    assert words in str(answer.content, "utf-8")


@pytest.mark.parametrize(
    ("name", "over"), [("kvitt_seen", sessions.IDLE), ("kvitt_seen", timedelta(days=30))]
)
def test_an_unused_session_is_over(
    client: Client, anna: User, name: str, over: timedelta
) -> None:
    """Two hours without a page end the session, on the server."""
    client.force_login(anna)
    session = client.session
    session[name] = (timezone.now() - over - timedelta(seconds=1)).timestamp()
    session.save()

    assert not is_in(client)


def test_using_a_session_does_not_make_it_longer(client: Client, anna: User) -> None:
    """Twelve hours after signing in a session ends, however much it is used."""
    client.force_login(anna)
    before = ConsoleSession.objects.get(user=anna).expire_date
    session = client.session
    session["kvitt_seen"] = (timezone.now() - timedelta(hours=1)).timestamp()
    session.save()

    assert is_in(client)
    row = ConsoleSession.objects.get(user=anna)
    assert row.expire_date == before
    assert row.seen_at is not None
    assert timezone.now() - row.seen_at < timedelta(minutes=1)
    ConsoleSession.objects.update(expire_date=timezone.now())
    assert not is_in(client)


def test_sessions_that_are_over_are_deleted(client: Client, anna: User) -> None:
    """Nothing is kept of a session that is over."""
    client.force_login(anna)

    assert sessions.forget(now=timezone.now()) == 0
    assert sessions.forget(now=timezone.now() + sessions.LONGEST) == 1


def test_what_was_shown_is_kept_by_no_browser(client: Client, anna: User) -> None:
    """Pages of somebody signed in are not cached, and signing out clears what is left."""
    client.force_login(anna)

    assert "no-store" in client.get("/orders").headers["Cache-Control"]
    assert client.post(reverse("logout")).headers["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [(FIREFOX, "Firefox, Linux"), (PHONE, "Safari, iPhone"), ("curl/8", ""), ("", "")],
)
def test_of_a_browser_only_family_and_system_are_kept(user_agent: str, name: str) -> None:
    """What tells one visitor from another is not kept."""
    assert browsers.name_of(user_agent) == name
