"""The shops' pages: what they show, what they take, and what they never show again."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from browser import console_orders
from integration.newcomers import Street, street_of
from kvitt.adapters.database.models import ConnectAttempt, Shop
from kvitt.application.found import Finding
from kvitt.domain.newcomer import Attempt, StoreKey
from kvitt.domain.shop import Trouble
from kvitt.settings import Settings
from kvitt.web.accounts.roles import Role
from kvitt.web.console.shops import desk
from kvitt.web.console.shops.troubles import TROUBLES
from kvitt.web.console.shops.words import FINDINGS

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = pytest.mark.django_db(transaction=True)

KEY = StoreKey(consumer_key="ck_canary4711", consumer_secret="cs_canary4711")


@pytest.fixture
def street(settings_of_tests: Settings) -> Iterator[Street]:
    """Give a town that kvitt does not know yet, behind the pages."""
    with street_of(settings_of_tests) as found:
        desk.use(found.desk)
        yield found
        desk.use(None)


@pytest.fixture
def owner(client: Client) -> Client:
    """Give the browser of an owner who has just signed in."""
    return signed_in(client, Role.OWNER)


def signed_in(client: Client, role: Role) -> Client:
    client.force_login(console_orders.person(role))
    session = client.session
    session["kvitt_proved_at"] = timezone.now().timestamp()
    session.save()
    return client


def text_of(answer: "Answer") -> str:
    return str(answer.content, "utf-8")


def begun(street: Street, owner: Client) -> Attempt:
    answer = owner.post(reverse("console:connect"), {"address": street.shop_url})
    assert answer.status_code == 302
    found = street.desk.connecting.attempt(ConnectAttempt.objects.get().uid)
    assert found is not None
    return found


def post_grant(attempt: Attempt, **changes: Any) -> int:
    """Post what a shop's own server posts, and return the answer's status."""
    nonce = changes.pop("nonce", attempt.nonce)
    grant = {
        "key_id": 5,
        "user_id": str(attempt.uid),
        "consumer_key": KEY.consumer_key,
        "consumer_secret": KEY.consumer_secret,
        "key_permissions": "read_write",
        **changes,
    }
    path = reverse("console:connect-callback", args=[nonce])
    answer = Client(enforce_csrf_checks=True).post(
        path, json.dumps(grant), content_type="application/json;charset=UTF-8"
    )
    return answer.status_code


def test_an_empty_kvitt_leads_to_its_first_shop(street: Street, owner: Client) -> None:
    """The list of orders and the list of shops both say where to begin."""
    link = f'href="{reverse("console:connect")}"'

    assert link in text_of(owner.get(reverse("console:orders")))
    assert link in text_of(owner.get(reverse("console:shops")))
    assert street.desk is desk.current()


def test_a_shop_is_connected_page_by_page(street: Street, owner: Client) -> None:
    """The address, the consent page's link, the key from the shop, the Klarna account."""
    attempt = begun(street, owner)
    place = reverse("console:connect-attempt", args=[attempt.uid])
    consent = text_of(owner.get(place))
    assert "wc-auth/v1/authorize" in consent
    assert attempt.nonce in consent

    key = street.key()
    grant = {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret}
    assert post_grant(attempt, **grant) == 200
    assert "The Klarna account" in text_of(owner.get(f"{place}?success=1"))
    account = {"username": street.town.merchant_id, "password": "practice"}
    answer = owner.post(place, {**account, "provider": "klarna"}, follow=True)

    shown = text_of(answer)
    assert "Sandbox shop is connected." in shown
    assert "The shop answers: WooCommerce 11.0.1" in shown
    assert key.consumer_secret not in shown
    assert owner.get(place).headers["Location"] == reverse(
        "console:shop", args=[Shop.objects.get().pk]
    )


def test_a_callback_is_taken_once_and_only_by_whom_it_was_told(
    street: Street, owner: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Unknown, misnamed, too weak, too long, used: each gets the same answer, and no line."""
    attempt = begun(street, owner)
    wrong = [
        post_grant(attempt, nonce="guessed"),
        post_grant(attempt, user_id=str(uuid4())),
        post_grant(attempt, key_permissions="read"),
        post_grant(attempt, more="x" * 5000),
    ]

    assert wrong == [404] * 4
    assert post_grant(attempt) == 200
    assert post_grant(attempt) == 404
    assert attempt.nonce not in caplog.text
    assert "guessed" not in caplog.text


def test_what_is_wrong_with_a_shop_waits_on_needs_attention(
    street: Street, owner: Client
) -> None:
    """With its next step, and a link to the page where it is mended."""
    shop = street.connect()
    street.desk.health.standings.save_trouble(shop, Trouble.KEY_REVOKED)

    shown = text_of(owner.get(reverse("console:attention")))

    assert "no longer knows the key" in shown
    assert f'href="{reverse("console:shop", args=[shop])}"' in shown


def test_a_callback_that_comes_too_late_is_not_taken(street: Street, owner: Client) -> None:
    """An attempt lasts an hour; its page leads back to the beginning."""
    attempt = begun(street, owner)
    street.town.books.clock.advance(timedelta(minutes=61))

    assert post_grant(attempt) == 404
    ConnectAttempt.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    answer = owner.get(reverse("console:connect-attempt", args=[attempt.uid]))
    assert answer.headers["Location"] == reverse("console:connect")


@pytest.mark.parametrize(
    ("back", "says"), [("0", "not to let kvitt in"), ("1", "The shop has sent no key")]
)
def test_coming_back_without_a_key_says_what_to_do(
    street: Street, owner: Client, back: str, says: str
) -> None:
    """Denied, or a callback that a firewall ate: a key by hand is one step away."""
    attempt = begun(street, owner)
    place = reverse("console:connect-attempt", args=[attempt.uid])

    shown = text_of(owner.get(f"{place}?success={back}"))

    assert says in shown
    assert '<details class="card" open>' in shown


def test_what_was_typed_wrong_comes_back_without_its_secret(
    street: Street, owner: Client
) -> None:
    """The form keeps the name and says what is wrong; a secret is never shown again."""
    attempt = begun(street, owner)
    place = reverse("console:connect-attempt", args=[attempt.uid])
    given = {"consumer_key": KEY.consumer_key, "consumer_secret": KEY.consumer_secret}
    by_hand = owner.post(place, given)
    key = street.key()
    street.desk.connecting.give_key(attempt.uid, key)
    account = owner.post(
        place,
        {"username": street.town.merchant_id, "password": "wrong-canary", "provider": "klarna"},
    )

    assert (by_hand.status_code, account.status_code) == (422, 422)
    assert "The shop does not know this key and secret." in text_of(by_hand)
    assert KEY.consumer_secret not in text_of(by_hand)
    assert "Klarna does not accept these credentials" in text_of(account)
    assert "wrong-canary" not in text_of(account)


def test_a_wrong_address_is_told_on_its_page(street: Street, owner: Client) -> None:
    """Nothing is stored, and the address is still in the field."""
    answer = owner.post(reverse("console:connect"), {"address": f"{street.base_url}/nothing"})

    assert answer.status_code == 422
    assert "There is no WordPress at" in text_of(answer)
    assert f"{street.base_url}/nothing" in text_of(answer)
    assert not ConnectAttempt.objects.exists()


def test_a_viewer_sees_and_changes_nothing(street: Street, client: Client) -> None:
    """The pages are there without their buttons; every change is refused."""
    shop = street.connect()
    viewer = signed_in(client, Role.VIEWER)
    shown = text_of(viewer.get(reverse("console:shop", args=[shop])))

    assert "What was found" in shown
    assert "Check again" not in shown
    for name in ("check", "vouch", "move", "pause", "resume"):
        assert viewer.post(reverse(f"console:shop-{name}", args=[shop])).status_code == 403
    for name in ("take-over", "hand-back", "import-start", "import-approve", "connect-again"):
        assert viewer.post(reverse(f"console:{name}", args=[shop])).status_code == 403
    assert viewer.get(reverse("console:connect")).status_code == 403


def test_trouble_is_on_the_page_with_its_button(street: Street, owner: Client) -> None:
    """A revoked key offers to connect again; a doubt whose shop it is, to vouch for it."""
    shop = street.connect()
    page = reverse("console:shop", args=[shop])
    standings = street.desk.health.standings

    standings.save_trouble(shop, Trouble.KEY_REVOKED)
    assert "no longer knows the key" in text_of(owner.get(page))
    again = owner.post(reverse("console:connect-again", args=[shop]))
    assert "/shops/connect/" in again.headers["Location"]

    standings.stop(shop)
    standings.save_trouble(shop, Trouble.ANOTHER_ADDRESS, "https://shop.example")
    assert "This is the shop itself" in text_of(owner.get(page))
    shown = text_of(owner.post(reverse("console:shop-vouch", args=[shop]), follow=True))
    assert "The shop is worked on again." in shown
    assert Shop.objects.get().state == "active"

    standings.save_trouble(shop, Trouble.MOVED, f"{street.base_url}/shop")
    owner.post(reverse("console:shop-move", args=[shop]))
    assert Shop.objects.get().url == f"{street.base_url}/shop"


def test_pausing_and_resuming_a_shop(street: Street, owner: Client) -> None:
    """Paused, nothing is claimed; the list says so."""
    shop = street.connect()
    owner.post(reverse("console:shop-pause", args=[shop]))
    order = street.buy()
    street.look(shop, order)
    assert "Paused" in text_of(owner.get(reverse("console:shops")))
    assert street.work() == 0

    owner.post(reverse("console:shop-resume", args=[shop]))
    assert street.work() >= 1


def test_taking_over_and_back_in_the_console(street: Street, owner: Client) -> None:
    """Side by side first; the button switches the plugin off, the other one on."""
    street.activate_plugin()
    shop = street.connect()
    watching = text_of(owner.get(reverse("console:shop", args=[shop])))
    assert "kvitt only watches" in watching

    page = text_of(owner.get(reverse("console:hand-over", args=[shop])))
    assert "Take over the orders of Sandbox shop" in page
    answer = owner.post(reverse("console:take-over", args=[shop]), follow=True)
    assert "kvitt has taken over" in text_of(answer)
    answer = owner.post(reverse("console:hand-back", args=[shop]), follow=True)
    assert "The plugin acts again" in text_of(answer)


def test_an_import_in_the_console(street: Street, owner: Client) -> None:
    """Started, read, shown, approved; the fragment asks again only while it is read."""
    order = street.buy()
    street.town.desk.set_status(order.id, "completed")
    shop = street.connect()
    page = reverse("console:import", args=[shop])
    owner.post(reverse("console:import-start", args=[shop]))
    assert "every 2s" in text_of(owner.get(page, headers={"HX-Request": "true"}))
    early = owner.post(reverse("console:import-approve", args=[shop]), follow=True)
    assert "not all been read" in text_of(early)

    while street.desk.imports.step() or street.work():
        pass
    shown = text_of(owner.get(page))
    assert "1 order differs" in shown
    assert "SEK\N{NO-BREAK SPACE}299.00 is captured" in shown
    assert "every 2s" not in shown
    answer = owner.post(reverse("console:import-approve", args=[shop]), follow=True)
    assert "The report is approved: 1 order is kept in step" in text_of(answer)
    street.work()
    assert street.captured(order) == 29_900


def test_another_account_is_added_for_a_country(street: Street, owner: Client) -> None:
    """Codes are checked; the account is on the shop's page."""
    shop = street.connect()
    page = reverse("console:add-account", args=[shop])
    given = {"username": street.town.merchant_id, "password": "practice", "provider": "klarna"}

    assert owner.post(page, {**given, "countries": "Sweden"}).status_code == 422
    shown = text_of(owner.post(page, {**given, "countries": "se, NO"}, follow=True))

    assert "Klarna SE NO" in shown


def test_every_finding_and_every_trouble_has_its_words() -> None:
    """What can be found is said; what is wrong has a next step."""
    assert set(FINDINGS) == set(Finding)
    assert set(TROUBLES) == set(Trouble)
    assert all(said.next_step for said in TROUBLES.values())


def test_shops_are_seen_only_by_those_who_may(street: Street, client: Client) -> None:
    """Somebody with a role in another shop sees neither the row nor the page."""
    shop = street.connect()
    other = Shop.objects.create(
        uid=uuid4(),
        name="Other",
        url="https://o.example",
        hook_token="o",
        created_at=timezone.now(),
    )
    client.force_login(console_orders.person(Role.MANAGER, shop=other.pk))

    assert "Sandbox shop" not in text_of(client.get(reverse("console:shops")))
    assert client.get(reverse("console:shop", args=[shop])).status_code == 404


def test_a_practice_installation_does_not_ask_about_live_money(
    street: Street, owner: Client
) -> None:
    """Where live credentials are not taken there is nothing to tick and nothing to choose."""
    page = reverse("console:add-account", args=[street.connect()])
    assert "This account moves real money" not in text_of(owner.get(page))
    assert 'value="live"' not in text_of(owner.get(page))

    connecting = replace(street.desk.connecting, live_allowed=True)
    desk.use(replace(street.desk, connecting=connecting))
    assert "This account moves real money" in text_of(owner.get(page))
    assert 'value="live"' in text_of(owner.get(page))
