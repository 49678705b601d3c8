"""What people are told by e-mail: once, in batches, in their language, without customers."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client, override_settings
from django.utils import timezone

from browser import console_orders
from browser.console_orders import Stall, klarna_order, store_order
from kvitt.adapters.database.models import Order, Shop
from kvitt.web import mail as posting
from kvitt.web.accounts.roles import Role
from kvitt.web.console.models import Care, Notices, Pace, Preferences
from kvitt.web.console.notices import round as rounds
from kvitt.web.console.notices.round import Round

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONTH = 30 * DAY
CHOSEN = {"pace": "soon", "address": "anna@shop.example", "held": "on", "ending": "on"}


class Silent(EmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, messages: object) -> int:
        raise ConnectionRefusedError(messages is not None)


@pytest.fixture
def stall() -> Stall:
    return console_orders.open_stall(timezone.now())


@pytest.fixture
def anna() -> User:
    return console_orders.person(Role.OPERATOR, name="anna")


def told(user: User, *, since: datetime, pace: Pace = Pace.SOON, **more: object) -> Notices:
    """Have a person told of what begins after a moment."""
    given = {"address": f"{user.username}@shop.example", "pace": pace.value, **more}
    return Notices.objects.create(user=user, told_until=since, due_at=since, **given)


def go(now: datetime) -> list[str]:
    """Let the job come round, and return the subjects of what it has sent."""
    before = len(mail.outbox)
    sent = Round(now=lambda: now)()
    subjects = [str(message.subject) for message in mail.outbox[before:]]
    assert sent == len(subjects)
    return subjects


def test_what_waits_is_told_once_and_without_the_customer(stall: Stall, anna: User) -> None:
    """One message names order, amount, reason and link; the next round tells nothing again."""
    order = console_orders.held(stall)
    told(anna, since=stall.now - MONTH)

    assert go(stall.now) == ["[kvitt Playground] 1 order needs attention"]
    assert go(stall.now + HOUR) == []

    (message,) = mail.outbox
    assert message.to == ["anna@shop.example"]
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert f"#{order.number}" in message.body
    assert f"{settings.KVITT.address}/orders/{order.pk}" in message.body
    assert order.hold is not None
    assert order.hold["next_step"] in message.body
    assert order.customer
    assert order.customer not in message.body


def test_several_things_come_in_one_message_and_then_there_is_rest(
    stall: Stall, anna: User
) -> None:
    """What begins within minutes of a message waits for the next, which tells all of it."""
    console_orders.held(stall, 1001)
    told(anna, since=stall.now - MONTH)
    assert len(go(stall.now)) == 1
    for number in (1002, 1003):
        order = console_orders.held(stall, number)
        Order.objects.filter(pk=order.pk).update(hold_since=stall.now + MINUTE)

    assert go(stall.now + 5 * MINUTE) == []
    assert go(stall.now + rounds.REST) == ["[kvitt Playground] 2 orders need attention"]
    assert "#1001" not in mail.outbox[-1].body


def test_what_has_only_just_begun_is_told_a_little_later(stall: Stall, anna: User) -> None:
    """What may end by itself within a minute is not told before that minute is over."""
    order = console_orders.held(stall)
    told(anna, since=stall.now - MONTH, ending=False)
    Order.objects.filter(pk=order.pk).update(hold_since=stall.now)

    assert go(stall.now + MINUTE / 2) == []
    assert len(go(stall.now + 2 * MINUTE)) == 1


@pytest.mark.parametrize(
    ("pace", "zone", "now", "again"),
    [
        (Pace.HOURLY, "", "2026-11-23 10:20", "2026-11-23 11:00"),
        (Pace.DAILY, "", "2026-11-23 05:00", "2026-11-23 07:00"),
        (Pace.DAILY, "Europe/Stockholm", "2026-11-23 06:30", "2026-11-24 06:00"),
        (Pace.DAILY, "America/New_York", "2026-11-23 06:30", "2026-11-23 12:00"),
    ],
)
def test_messages_are_gathered_to_the_hour_or_to_the_persons_morning(
    anna: User, pace: Pace, zone: str, now: str, again: str
) -> None:
    """The next message is due at the full hour, or at seven where the person is."""
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    Preferences.objects.create(user=anna, zone=zone)
    notices = told(anna, since=at, pace=pace)

    assert rounds.next_due(notices, now=at) == datetime.fromisoformat(again).replace(tzinfo=UTC)
    assert go(at) == []
    notices.refresh_from_db()
    assert notices.due_at == datetime.fromisoformat(again).replace(tzinfo=UTC)


def test_what_a_colleague_looks_after_or_has_put_aside_is_not_told(
    stall: Stall, anna: User
) -> None:
    """Only nobody's and one's own orders are told; what was put aside is when it is back."""
    bo = console_orders.person(Role.OPERATOR, name="bo")
    mine, his, aside = (console_orders.held(stall, number) for number in (1001, 1002, 1003))
    Care.objects.create(order=mine, assignee=anna)
    Care.objects.create(order=his, assignee=bo)
    back_at = stall.now + 2 * HOUR
    Care.objects.create(order=aside, snoozed_until=back_at, snoozed_code=aside.hold_code)
    told(anna, since=stall.now - MONTH)

    assert go(stall.now) == ["[kvitt Playground] 1 order needs attention"]
    assert "#1001" in mail.outbox[-1].body
    assert go(stall.now + HOUR) == []
    assert go(back_at + 2 * MINUTE) == ["[kvitt Playground] 1 order needs attention"]
    assert "#1003" in mail.outbox[-1].body


def test_an_authorization_is_told_three_days_before_its_end(stall: Stall, anna: User) -> None:
    """It is told when three days are left, once, with what can no longer be captured then."""
    klarna = klarna_order(7, stall.now, expires_at=stall.now + 3 * DAY + HOUR)
    stall.order(7, store=store_order(7, stall.now), klarna=klarna)
    told(anna, since=stall.now - MONTH)

    assert go(stall.now) == []
    assert go(stall.now + 2 * HOUR) == ["[kvitt Playground] 1 authorization ends soon"]
    assert "can no longer be captured after" in mail.outbox[-1].body
    assert go(stall.now + DAY) == []


def test_a_shop_that_has_to_be_mended_is_told(stall: Stall, anna: User) -> None:
    """Trouble with a shop's connection is told with its name, on one line of the head."""
    told(anna, since=stall.now - MONTH)
    Shop.objects.filter(pk=stall.shop.pk).update(
        name="Wool\nand more", trouble="The key was refused.", trouble_since=stall.now - HOUR
    )

    assert go(stall.now) == ["[kvitt Playground] Connection broken: Wool and more"]
    assert "The key was refused." in mail.outbox[-1].body


def test_only_the_shops_one_may_see_are_told(stall: Stall) -> None:
    """A person of another shop, and one whose account is closed, are told nothing."""
    elsewhere = console_orders.open_stall(stall.now, url="https://elsewhere.example")
    console_orders.held(stall)
    klarna = klarna_order(7, stall.now, expires_at=stall.now + 2 * DAY)
    stall.order(7, store=store_order(7, stall.now), klarna=klarna)
    told(
        console_orders.person(Role.OWNER, name="eva", shop=elsewhere.shop.pk),
        since=stall.now - MONTH,
    )
    gone = console_orders.person(Role.OWNER, name="gone")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    told(gone, since=stall.now - MONTH)

    assert go(stall.now) == []


def test_a_message_is_in_the_readers_language(stall: Stall, anna: User) -> None:
    """Subject, sentences and amounts are those of the language that was chosen."""
    console_orders.held(stall)
    Preferences.objects.create(user=anna, language="sv")
    told(anna, since=stall.now - MONTH)

    assert go(stall.now) == ["[kvitt Playground] 1 order kräver åtgärd"]
    assert "Capture 1176.00 SEK" not in mail.outbox[-1].body
    assert "can no longer be captured after" not in mail.outbox[-1].body
    assert "1\N{NO-BREAK SPACE}176,00\N{NO-BREAK SPACE}kr" in mail.outbox[-1].body


def test_a_silent_mail_server_loses_nothing(stall: Stall, anna: User, client: Client) -> None:
    """What could not be sent is told by a later message, and the page says so meanwhile."""
    console_orders.held(stall)
    told(anna, since=stall.now - MONTH)
    with override_settings(EMAIL_BACKEND=f"{Silent.__module__}.Silent"):
        assert go(stall.now) == []
    client.force_login(anna)
    assert "could not be delivered since" in str(client.get("/settings/notices").content)

    assert go(stall.now + 5 * MINUTE) == []
    assert len(go(stall.now + rounds.AGAIN)) == 1
    assert Notices.objects.get(user=anna).failing_since is None


def test_two_processes_send_one_message(stall: Stall, anna: User) -> None:
    """Who has not taken a message up first does not send it."""
    console_orders.held(stall)
    notices = told(anna, since=stall.now - MONTH)
    Notices.objects.filter(pk=notices.pk).update(due_at=stall.now + MINUTE)

    assert Round(now=lambda: stall.now)._write(notices) == 0
    assert mail.outbox == []


def test_a_long_list_is_cut_and_counted(stall: Stall, anna: User) -> None:
    """A message lists twenty orders and says how many more there are, and where."""
    for number in range(1001, 1024):
        console_orders.held(stall, number)
    told(anna, since=stall.now - MONTH)

    assert go(stall.now) == ["[kvitt Playground] 23 orders need attention"]
    assert f"and 3 more: {settings.KVITT.address}/attention" in mail.outbox[-1].body


def test_a_person_chooses_what_to_be_told(client: Client, anna: User, stall: Stall) -> None:
    """What is chosen is kept, begins with the present, and can be switched off again."""
    console_orders.held(stall)
    client.force_login(anna)

    assert client.post("/settings/notices", CHOSEN).status_code == 302

    kept = Notices.objects.get(user=anna)
    assert (kept.address, kept.pace, kept.shops) == ("anna@shop.example", "soon", False)
    assert go(timezone.now() + 2 * MINUTE) == []
    assert client.post("/settings/notices", {"pace": "never"}).status_code == 302
    assert Notices.objects.get(user=anna).due_at is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"address": ""}, "Say where to write to."),
        ({"address": "not an address"}, "valid email address"),
        ({"held": "", "ending": ""}, "Choose at least one thing to be told of."),
    ],
)
def test_a_choice_that_could_tell_nothing_is_refused(
    client: Client, anna: User, given: dict[str, str], said: str
) -> None:
    """Without an address or a subject nothing is kept, and the page says what is missing."""
    client.force_login(anna)
    answer = client.post("/settings/notices", {**CHOSEN, **given})

    assert answer.status_code == 422
    assert said in str(answer.content, "utf-8")
    assert not Notices.objects.exists()


def test_an_address_can_be_tried(client: Client, anna: User) -> None:
    """A message that only tries the address is sent by the job, once."""
    client.force_login(anna)
    client.post("/settings/notices/try")
    assert not Notices.objects.exists()
    client.post("/settings/notices", CHOSEN)
    client.post("/settings/notices/try")

    assert go(timezone.now()) == ["[kvitt Playground] Messages arrive here"]
    assert go(timezone.now()) == []


@pytest.mark.parametrize(
    ("url", "backend", "place"),
    [
        ("", "dummy", ("", 0, False, False)),
        ("smtp://mail.example", "smtp", ("mail.example", 25, False, False)),
        ("smtp+tls://me:p%40ss@mail.example", "smtp", ("mail.example", 587, True, False)),
        ("smtps://mail.example:466", "smtp", ("mail.example", 466, False, True)),
        ("file:///var/mail/kvitt", "filebased", ("", 0, False, False)),
    ],
)
def test_one_url_says_how_mail_leaves(
    url: str, backend: str, place: tuple[str, int, bool, bool]
) -> None:
    """Each kind of URL is what Django needs of it, and no password is in what is printed."""
    post = posting.parse(url)

    assert backend in post.backend
    assert (post.host, post.port, post.starttls, post.tls) == place
    assert post.password in {"", "p@ss"}
    assert "p@ss" not in repr(post)
