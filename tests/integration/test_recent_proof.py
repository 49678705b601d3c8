"""A recent proof before money moves: asked when it is old, and what was sent is kept."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from browser import console_orders
from browser.console_orders import PASSWORD
from kvitt.web.accounts import factor, recent, sessions
from kvitt.web.accounts.recent import PROOF_LASTS, recently_signed_in
from kvitt.web.accounts.rights import Role

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def anna() -> User:
    return console_orders.person(Role.MANAGER, name="anna")


class MoneyForm:
    """Stands where a form that moves money stands, and remembers what reached it."""

    def __init__(self) -> None:
        self.reached: list[QueryDict] = []

    @property
    def view(self) -> object:
        @recently_signed_in
        def refund(request: HttpRequest) -> HttpResponse:
            self.reached.append(request.POST)
            return HttpResponse("refunded")

        return refund

    def send(self, user: User, fields: dict[str, str], *, proved: timedelta) -> HttpResponse:
        """Send the form in a session whose last proof is so old."""
        request = RequestFactory().post("/orders/1/refund?part=1", fields)
        request.user = user
        request.session = sessions.SessionStore()
        request._messages = CookieStorage(request)  # type: ignore[attr-defined]
        recent.note(request, now=timezone.now() - proved)
        request.session.save()
        self.key_before = request.session.session_key
        answer = self.view(request)  # type: ignore[operator]
        assert isinstance(answer, HttpResponse)
        self.session = request.session
        return answer


def test_shortly_after_signing_in_nothing_is_asked(anna: User) -> None:
    """Within a quarter of an hour of the last proof the form does what it says."""
    form = MoneyForm()

    answer = form.send(anna, {"amount": "10.00"}, proved=PROOF_LASTS - timedelta(minutes=1))

    assert answer.content == b"refunded"


def test_later_the_form_is_kept_while_the_person_is_asked(anna: User) -> None:
    """An old proof moves no money: the question holds everything that was sent, as text."""
    form = MoneyForm()

    answer = form.send(anna, {"amount": "10.00", "why": '"><b>'}, proved=PROOF_LASTS)
    said = str(answer.content, "utf-8")

    assert form.reached == []
    assert 'action="/orders/1/refund?part=1"' in said
    assert 'name="amount" value="10.00"' in said
    assert 'name="why" value="&quot;&gt;&lt;b&gt;"' in said


def test_the_right_answer_carries_the_form_out(anna: User) -> None:
    """With the password the form that was kept reaches its view, under a new session key.

    The one before, which somebody may have copied, opens nothing any more.
    """
    form = MoneyForm()
    sent = {"amount": "10.00", "proof_password": PASSWORD}

    answer = form.send(anna, sent, proved=PROOF_LASTS)

    assert answer.content == b"refunded"
    assert form.reached[0]["amount"] == "10.00"
    assert recent.is_recent(_with(form.session), now=timezone.now())
    assert form.session.session_key != form.key_before
    assert sessions.SessionStore(form.key_before).load() == {}


def test_a_wrong_answer_moves_nothing(anna: User) -> None:
    """A wrong password asks again, and is not sent back."""
    form = MoneyForm()
    sent = {"amount": "10.00", "proof_password": "my secret guess"}

    answer = form.send(anna, sent, proved=PROOF_LASTS)

    assert form.reached == []
    assert answer.status_code == 422
    assert b"The password is not right." in answer.content
    assert b"my secret guess" not in answer.content


def test_who_has_a_second_factor_answers_with_it(anna: User) -> None:
    """A stolen password is no answer where there is a second factor."""
    secret = factor.begin(anna).secret
    assert secret
    from kvitt.web.accounts.models import SecondFactor

    SecondFactor.objects.update(confirmed_at=MOMENT)
    code, *_ = factor.renew_codes(anna)
    form = MoneyForm()

    stolen = form.send(anna, {"proof_password": PASSWORD}, proved=PROOF_LASTS)
    own = form.send(anna, {"proof_code": code}, proved=PROOF_LASTS)

    assert b"proof_code" in stolen.content
    assert own.content == b"refunded"


@pytest.mark.parametrize("noted", [None, "soon", MOMENT + timedelta(minutes=5)])
def test_what_is_no_proof_is_none(noted: object) -> None:
    """A session that says nothing, or something from the future, has proved nothing."""
    session = sessions.SessionStore()
    if isinstance(noted, datetime):
        recent.note(_with(session), now=noted)
    elif noted is not None:
        session["kvitt_proved_at"] = noted

    assert not recent.is_recent(_with(session), now=MOMENT)


def test_a_page_under_it_leads_to_the_question_and_back(client: Client, anna: User) -> None:
    """Opening a page that wants a proof leads to the question, and from there back."""
    client.force_login(anna)
    _grow_old(client)

    asked = client.get(reverse("second-factor"))
    answer = client.post(
        asked.headers["Location"],
        {"proof_password": PASSWORD, "next": reverse("second-factor")},
    )

    assert asked.headers["Location"].startswith(reverse("confirm"))
    assert answer.headers["Location"] == reverse("second-factor")
    assert client.get(reverse("second-factor")).status_code == 200


def test_a_fragment_sends_the_whole_page_to_the_question(client: Client, anna: User) -> None:
    """A form sent by htmx does not put the question into a corner of the page."""
    client.force_login(anna)
    _grow_old(client)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/accounts/"}

    answer = client.post(reverse("recovery-codes"), headers=headers)

    assert re.match(rf"{reverse('confirm')}\?next=http", answer.headers["HX-Redirect"])


def test_the_question_leads_to_no_other_site(client: Client, anna: User) -> None:
    """What stands in the address of the question cannot lead away."""
    client.force_login(anna)

    answer = client.post(
        reverse("confirm"), {"proof_password": PASSWORD, "next": "https://evil.example/"}
    )

    assert answer.headers["Location"] == "/"


def _with(session: sessions.SessionStore) -> HttpRequest:
    request = HttpRequest()
    request.session = session
    return request


def _grow_old(client: Client) -> None:
    """Make the session's last proof an old one."""
    session = client.session
    session["kvitt_proved_at"] = (timezone.now() - PROOF_LASTS).timestamp()
    session.save()
