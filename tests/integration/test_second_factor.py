"""The second factor: set up, asked for, each code once, and the way back without it."""

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from browser import console_orders
from browser.console_orders import PASSWORD
from kvitt.web.accounts import factor, throttle
from kvitt.web.accounts.models import RecoveryCode, SecondFactor
from kvitt.web.accounts.rights import Role

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 0, 5, tzinfo=UTC)
HALF_MINUTE = timedelta(seconds=30)


def code_of(secret: str, moment: datetime) -> str:
    """Return what an authenticator shows, computed from the secret as a person types it."""
    plain = secret.replace(" ", "")
    key = base64.b32decode(plain + "=" * (-len(plain) % 8))
    # What authenticators compute by RFC 6238; nothing rests on it here.
    return TOTP(key, 6, SHA1(), 30).generate(int(moment.timestamp())).decode("ascii")  # noqa: S303


@pytest.fixture
def anna() -> User:
    return console_orders.person(Role.OPERATOR, name="anna")


@pytest.fixture
def secret(anna: User) -> str:
    """Switch anna's second factor on, long before any test's moment."""
    secret = factor.begin(anna).secret
    long_ago = NOW - timedelta(days=400)
    assert factor.confirm(anna, code_of(secret, long_ago), now=long_ago)
    return secret


def test_the_codes_are_those_of_the_standard() -> None:
    """The numbers are those of RFC 6238, appendix B, cut to six digits."""
    key = base64.b32encode(b"12345678901234567890").decode("ascii")

    assert code_of(key, datetime.fromtimestamp(59, UTC)) == "287082"
    assert code_of(key, datetime.fromtimestamp(1111111109, UTC)) == "081804"


def test_it_is_off_until_the_first_code_was_right(anna: User) -> None:
    """Scanning alone switches nothing on, and a wrong code neither."""
    secret = factor.begin(anna).secret

    assert factor.begin(anna).secret == secret
    assert not factor.confirm(anna, "000000", now=NOW)
    assert not factor.is_on(anna)
    assert len(factor.confirm(anna, code_of(secret, NOW), now=NOW)) == 10
    assert factor.is_on(anna)


def test_a_code_is_taken_once(anna: User, secret: str) -> None:
    """A code that was read over a shoulder is worth nothing, and older ones neither."""
    assert factor.check(anna, code_of(secret, NOW), now=NOW)

    assert not factor.check(anna, code_of(secret, NOW), now=NOW)
    assert not factor.check(anna, code_of(secret, NOW - HALF_MINUTE), now=NOW)
    assert factor.check(anna, code_of(secret, NOW + HALF_MINUTE), now=NOW)


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
def test_a_code_far_from_now_is_not_taken(anna: User, secret: str, steps: int) -> None:
    """Only the neighbours of the present half minute are near enough."""
    assert not factor.check(anna, code_of(secret, NOW + steps * HALF_MINUTE), now=NOW)


@pytest.mark.parametrize("typed", ["", " ", "abc", "१२३४५६", "0" * 60, "-1", "\x00"])
def test_what_is_no_code_opens_nothing(anna: User, secret: str, typed: str) -> None:
    """Whatever is typed that is no code is wrong, and nothing worse."""
    del secret

    assert not factor.check(anna, typed, now=NOW)


def test_a_recovery_code_is_taken_once_however_it_is_typed(anna: User, secret: str) -> None:
    """Each recovery code opens once; small letters and hyphens do not matter."""
    del secret
    first, second, *_ = factor.renew_codes(anna)

    assert factor.check(anna, first.lower().replace(" ", "-"), now=NOW)
    assert not factor.check(anna, first, now=NOW)
    assert factor.check(anna, second, now=NOW)
    assert factor.codes_left(anna) == 8


def test_new_recovery_codes_end_the_old_ones(anna: User, secret: str) -> None:
    """A list that was lost is worth nothing once a new one was made."""
    del secret
    old, *_ = factor.renew_codes(anna)

    factor.renew_codes(anna)

    assert not factor.check(anna, old, now=NOW)


def test_a_recovery_code_is_its_owners_only(anna: User, secret: str) -> None:
    """Another account's recovery code opens nothing."""
    del secret
    bo = console_orders.person(Role.OWNER, name="bo")
    code, *_ = factor.renew_codes(anna)

    assert not factor.check(bo, code, now=NOW)


def test_what_is_stored_opens_nothing(anna: User, secret: str) -> None:
    """Neither the secret nor a recovery code stands in the database, and no repr shows one."""
    codes = factor.renew_codes(anna)
    row = SecondFactor.objects.get(user=anna)
    stored = " ".join(RecoveryCode.objects.values_list("digest", flat=True))

    assert secret.replace(" ", "") not in row.secret_sealed
    assert all(code.replace(" ", "").lower() not in stored for code in codes)
    assert secret not in repr(factor.begin(anna))


def sign_in(client: Client) -> str:
    answer = client.post(
        reverse("login"), {"name": "anna", "password": PASSWORD, "next": "/attention"}
    )
    return str(answer.headers["Location"])


@pytest.mark.usefixtures("anna")
def test_signing_in_needs_the_code(client: Client, secret: str) -> None:
    """The password alone opens no page; with the code one gets where one was going."""
    assert sign_in(client) == reverse("login-code")
    assert client.get("/orders").status_code == 302

    wrong = client.post(reverse("login-code"), {"code": "000000"})
    right = client.post(reverse("login-code"), {"code": code_of(secret, timezone.now())})

    assert "The code is not right" in str(wrong.content, "utf-8")
    assert right.headers["Location"] == "/attention"
    assert client.get("/orders").status_code == 200


def test_a_code_without_the_password_is_asked_of_nobody(client: Client) -> None:
    """The page of the code leads to the password, and so does a password changed since."""
    assert client.get(reverse("login-code")).headers["Location"] == reverse("login")


def test_half_a_sign_in_ends_with_the_password(client: Client, anna: User, secret: str) -> None:
    """A password that was changed meanwhile ends the half of a sign-in made with the old."""
    sign_in(client)
    anna.set_password("another long enough password")
    anna.save()

    answer = client.post(reverse("login-code"), {"code": code_of(secret, timezone.now())})

    assert answer.headers["Location"] == reverse("login")
    assert client.get("/orders").status_code == 302


@pytest.mark.usefixtures("secret")
def test_guessing_codes_gets_slower(client: Client) -> None:
    """After a few wrong codes even the right one has to wait; the password forgives none."""
    sign_in(client)
    for _ in range(throttle.ACCOUNT.free):
        client.post(reverse("login-code"), {"code": "000000"})

    assert "Too many attempts" in str(
        client.post(reverse("login-code"), {"code": "000000"}).content, "utf-8"
    )
    other = Client()
    sign_in(other)
    said = other.post(reverse("login-code"), {"code": "000000"}, REMOTE_ADDR="192.0.2.77")
    assert "Too many attempts" in str(said.content, "utf-8")


def test_setting_it_up_on_the_page(client: Client, anna: User) -> None:
    """The page shows what to scan, takes the first code, and shows the codes to keep once."""
    client.force_login(anna)
    page = str(client.get(reverse("second-factor")).content, "utf-8")
    found = re.search(r'class="code">([A-Z2-7 ]+)<', page)
    assert found is not None
    assert "<svg" in page

    kept = client.post(reverse("second-factor"), {"code": code_of(found[1], timezone.now())})

    assert len(re.findall(r'<li class="code">', str(kept.content, "utf-8"))) == 10
    assert factor.is_on(anna)
    assert client.get(reverse("second-factor")).headers["Location"] == reverse("account")
    assert "no-store" in kept.headers["Cache-Control"]


def test_a_wrong_first_code_says_what_to_check(client: Client, anna: User) -> None:
    """A phone whose clock is wrong is what is wrong most often."""
    client.force_login(anna)

    said = client.post(reverse("second-factor"), {"code": "000000"})

    assert said.status_code == 422
    assert "Check the time of your phone" in str(said.content, "utf-8")


@pytest.mark.usefixtures("secret")
def test_switching_it_off_and_new_codes(client: Client, anna: User) -> None:
    """The account's page makes new recovery codes, and switches the second factor off."""
    client.force_login(anna)

    codes = client.post(reverse("recovery-codes"))
    client.post(reverse("remove-own-factor"))

    assert "shown now and never again" in str(codes.content, "utf-8")
    assert not factor.is_on(anna)
    assert not RecoveryCode.objects.exists()
    assert client.post(reverse("recovery-codes")).headers["Location"] == reverse("account")
