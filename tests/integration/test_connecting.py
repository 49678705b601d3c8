"""Connecting a shop, and looking it over.

Nothing is faked: the use cases, the database, both clients over loopback, both sandboxes.
"""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from integration.newcomers import Street, street_of
from kvitt.adapters.database.inbox import Inbox, Received
from kvitt.adapters.database.models import (
    ConnectAttempt,
    DeliveryState,
    KlarnaAccount,
    Shop,
    ShopState,
)
from kvitt.adapters.database.vault import Vault
from kvitt.application.found import Finding
from kvitt.domain.errors import NotConnectable
from kvitt.domain.ids import ShopId
from kvitt.domain.newcomer import StoreKey
from kvitt.domain.shop import Trouble
from kvitt.settings import Settings
from kvitt.web.console.shops import reads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def street(settings_of_tests: Settings) -> Iterator[Street]:
    """Give a town that kvitt does not know yet."""
    with street_of(settings_of_tests) as found:
        yield found


def trouble_of(refusal: pytest.ExceptionInfo[NotConnectable]) -> str:
    return refusal.value.code


# --- connecting ---


def test_a_connected_shop_is_stored_with_everything_found(street: Street) -> None:
    """The account is recognised, the webhooks are there, the shop's own name is used."""
    shop = street.connect()

    row, account = street.shop(shop), KlarnaAccount.objects.get(shop=shop)
    found = street.desk.keeper.standing(shop).found
    assert found is not None
    assert (row.name, row.currency, row.state) == ("Sandbox shop", "SEK", "active")
    assert (account.environment, account.region) == ("playground", "custom")
    assert len(found.topics) == len(street.town.desk.books.webhooks()) == 4
    assert found.writes
    assert found.prices_include_tax
    assert row.standing.problem == ""
    assert ConnectAttempt.objects.get().consumer_key_sealed == ""


def test_nothing_is_stored_unless_both_work(street: Street) -> None:
    """A Klarna password that is wrong leaves no shop, no webhook and no account."""
    attempt = street.begun()
    street.desk.connecting.give_key(attempt.uid, street.key())

    with pytest.raises(NotConnectable) as refusal:
        street.desk.connecting.finish(attempt.uid, street.account(password="wrong"))

    assert trouble_of(refusal) == Trouble.KLARNA_REFUSED
    assert Shop.objects.count() == 0
    assert len(street.town.desk.books.webhooks()) == 0


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        pytest.param({"username": "unknown"}, Trouble.KLARNA_ENVIRONMENT, id="which one?"),
        pytest.param(
            {"username": "", "password": "klarna_live_api_x"},
            Trouble.KLARNA_MISMATCH,
            id="a live key where only practice is",
        ),
        pytest.param(
            {"username": "K12345_x", "environment": "playground"},
            Trouble.KLARNA_MISMATCH,
            id="a live user said to be playground",
        ),
        pytest.param(
            {"username": "", "password": "klarna_test_client_x"},
            Trouble.KLARNA_KEY_BAD,
            id="the public client id",
        ),
    ],
)
def test_credentials_that_do_not_fit_are_sent_nowhere(
    street: Street, said: dict[str, str], trouble: Trouble
) -> None:
    """Klarna is not asked at all where the credentials themselves say no."""
    attempt = street.begun()
    street.desk.connecting.give_key(attempt.uid, street.key())

    with pytest.raises(NotConnectable) as refusal:
        street.desk.connecting.finish(attempt.uid, street.account(**said))

    assert trouble_of(refusal) == trouble
    assert list(street.town.books.requests) == []


@pytest.mark.parametrize(
    ("key", "trouble"),
    [
        pytest.param("read", Trouble.KEY_READ_ONLY, id="read only"),
        pytest.param("unknown", Trouble.KEY_UNKNOWN, id="unknown"),
        pytest.param("damaged", Trouble.KEY_BAD, id="not a key at all"),
    ],
)
def test_a_key_that_does_not_do_is_told_at_once(
    street: Street, key: str, trouble: Trouble
) -> None:
    """A key made by hand is tried before anything else is asked."""
    attempt = street.begun()
    given = {
        "read": street.key("read"),
        "unknown": StoreKey(consumer_key="ck_unknown", consumer_secret="cs_unknown"),
        "damaged": StoreKey(consumer_key="ck:1", consumer_secret="cs with spaces"),
    }[key]

    with pytest.raises(NotConnectable) as refusal:
        street.desk.connecting.give_key(attempt.uid, given)

    assert trouble_of(refusal) == trouble


def test_connecting_a_shop_again_replaces_its_key(street: Street) -> None:
    """The same address is the same shop: no second row, account or webhook."""
    shop = street.connect()
    attempt = street.begun()
    street.desk.connecting.give_key(attempt.uid, street.key())

    assert not street.desk.connecting.needs_account(attempt)
    assert street.desk.connecting.finish(attempt.uid, None) == shop
    assert Shop.objects.count() == KlarnaAccount.objects.count() == 1
    assert len(street.town.desk.books.webhooks()) == 4


def test_an_order_goes_to_the_account_of_its_country_and_currency(street: Street) -> None:
    """The most particular account wins; one for other currencies is never taken."""
    shop = street.connect()
    general = KlarnaAccount.objects.get()
    for said in ({"countries": ("SE",)}, {"currencies": ("EUR",)}):
        street.desk.connecting.accounts.add(shop, street.account(**said))
    swedish, euro = KlarnaAccount.objects.order_by("pk")[1:]

    def first(country: str, currency: str) -> KlarnaAccount:
        fitting = street.parts.accounts.fitting
        return fitting(shop, environment="", country=country, currency=currency)[0]

    assert first("SE", "SEK") == swedish
    assert first("FI", "EUR") == euro
    assert first("NO", "NOK") == general


# --- looking a shop over ---


def test_lost_webhooks_are_made_anew(street: Street) -> None:
    """What somebody tidied away in the shop is back after a look."""
    shop = street.connect()
    books = street.town.desk.books
    for hook in books.webhooks():
        books.remove(hook)

    standing = street.desk.health.look(shop)

    assert standing.found is not None
    assert len(standing.found.topics) == len(books.webhooks()) == 4


def test_a_revoked_key_is_a_trouble_with_a_way_out(street: Street) -> None:
    """The shop's page says so, and connecting again with a new key ends it."""
    shop = street.connect()
    books = street.town.desk.books
    for key in books.api_keys():
        books.remove(key)

    assert street.desk.health.look(shop).trouble is Trouble.KEY_REVOKED
    assert street.connect() == shop
    assert street.desk.keeper.standing(shop).trouble is None


def test_a_shop_that_says_it_lives_elsewhere_is_stopped_until_told(street: Street) -> None:
    """Nothing is claimed meanwhile, and what happened is done afterwards."""
    shop = street.connect()
    order = street.buy()
    street.look(shop, order)
    street.desk.connecting.registry.identify(shop, home_url="https://shop.example", store_id="")

    standing = street.desk.health.look(shop)
    street.town.desk.set_status(order.id, "completed")
    street.look(shop, order)

    assert (standing.trouble, standing.about) == (
        Trouble.ANOTHER_ADDRESS,
        street.shop_url,
    )
    assert street.shop(shop).state == ShopState.STOPPED
    assert street.captured(order) == 0

    street.desk.keeper.resume(shop)
    assert street.shop(shop).state == ShopState.STOPPED
    street.desk.keeper.vouch(shop, home_url=street.shop_url, store_id="")
    street.work()
    assert street.captured(order) == 29_900
    assert street.desk.health.look(shop).trouble is None


def test_two_shops_of_one_identity_are_a_shop_and_its_copy(street: Street) -> None:
    """The one that came later writes nothing: its orders would move the first one's money."""
    street.town.desk.books.change_settings(store_id="5f639170-e92f-45a2")
    first = street.connect()
    copy = Shop.objects.get(pk=first)
    copy.pk, copy.uid, copy.hook_token = None, uuid4(), "of-the-copy"
    copy.save()
    key = street.key()
    street.parts.shops.replace_keys(
        ShopId(copy.pk), consumer_key=key.consumer_key, consumer_secret=key.consumer_secret
    )

    standing = street.desk.health.look(ShopId(copy.pk))

    assert (standing.trouble, standing.about) == (Trouble.SAME_IDENTITY, "Sandbox shop")
    assert Shop.objects.get(pk=copy.pk).state == ShopState.STOPPED
    assert Shop.objects.get(pk=first).state == ShopState.ACTIVE

    street.desk.keeper.vouch(
        ShopId(copy.pk), home_url=street.shop_url, store_id="5f639170-e92f-45a2"
    )
    assert Shop.objects.get(pk=first).state == ShopState.STOPPED
    assert Shop.objects.get(pk=copy.pk).state == ShopState.ACTIVE
    assert street.desk.keeper.standing(first).trouble is Trouble.SAME_IDENTITY


def test_a_shop_is_looked_over_once_a_day_and_sooner_in_trouble(street: Street) -> None:
    """The job asks nobody who is well and was asked today."""
    shop = street.connect()
    assert street.desk.health.look_due() == 0

    street.town.books.clock.advance(timedelta(minutes=20))
    assert street.desk.health.look_due() == 0
    for key in street.town.desk.books.api_keys():
        street.town.desk.books.remove(key)
    street.desk.health.look(shop)
    street.town.books.clock.advance(timedelta(minutes=20))
    assert street.desk.health.look_due() == 1
    street.town.books.clock.advance(timedelta(hours=25))
    assert street.desk.health.look_due() == 1


def test_a_shop_that_was_moved_by_hand_is_not_taken_for_a_copy(street: Street) -> None:
    """Whoever gives the new address says that it is right."""
    shop = street.connect()
    street.desk.connecting.registry.identify(
        shop, home_url="https://before.example", store_id=""
    )

    street.parts.shops.move(shop, street.shop_url)

    assert street.desk.health.look(shop).trouble is None


def test_webhooks_from_another_address_have_the_shop_looked_over(street: Street) -> None:
    """A copy of the database signs as the shop does: it is told, with its address."""
    shop = street.connect()
    row = street.shop(shop)
    now = street.parts.connections.now()
    taken = Received(
        shop=shop,
        received_at=now,
        topic="order.updated",
        body_sha256="0" * 64,
        state=DeliveryState.IGNORED,
        elsewhere="staging.shop.example",
    )
    assert street.desk.health.look_due() == 0

    Inbox(Vault.of(street.parts.settings)).store([taken], {}, now=now + timedelta(seconds=1))

    street.town.books.clock.advance(timedelta(minutes=1))
    assert street.desk.health.look_due() == 1
    assert street.desk.health.look_due() == 0
    said = {one.code: one.about for one in reads.remarks_of(row.pk, now=now)}
    assert said[Finding.HEARD_ELSEWHERE] == {"address": "staging.shop.example"}
    street.desk.keeper.vouch(shop, home_url="https://staging.shop.example", store_id="")
    assert Finding.HEARD_ELSEWHERE not in {
        one.code for one in reads.remarks_of(row.pk, now=now)
    }
