"""Klarna accounts of a connected shop: a new key, several of them, and who made an order.

Nothing is faked: the use cases, the database, both clients over loopback, both sandboxes.
"""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from acceptance.installation import wait_until
from integration.newcomers import Street, street_of
from integration.test_shop_pages import signed_in, text_of
from kvitt.adapters.database.models import KlarnaAccount, Order
from kvitt.domain.errors import NotConnectable
from kvitt.domain.shop import Trouble
from kvitt.sandbox.klarna.settings import Merchant
from kvitt.sandbox.town import DEMO_PASSWORD
from kvitt.settings import Settings
from kvitt.web.accounts.roles import Role
from kvitt.web.console.shops import desk

pytestmark = pytest.mark.django_db(transaction=True)

#: Another merchant of the practice Klarna, which keeps their orders apart.
OTHER = Merchant(merchant_id="PK99999_other", password=DEMO_PASSWORD)


@pytest.fixture
def street(settings_of_tests: Settings) -> Iterator[Street]:
    """Give a town that kvitt does not know yet, behind the pages."""
    with street_of(settings_of_tests) as found:
        desk.use(found.desk)
        books = found.town.books
        books.settings = books.settings.with_merchant(OTHER)
        yield found
        desk.use(None)


@pytest.fixture
def owner(client: Client) -> Client:
    """Give the browser of an owner."""
    return signed_in(client, Role.OWNER)


def refused(street: Street) -> KlarnaAccount:
    """Connect, and let Klarna no longer accept the password that is stored."""
    shop = street.connect()
    account = KlarnaAccount.objects.get(shop=shop)
    street.parts.accounts.replace_credentials(
        account.pk, username=street.town.merchant_id, password="revoked"
    )
    return account


def test_a_new_key_lets_what_waited_go_on(street: Street, owner: Client) -> None:
    """Klarna turns the old one away: the page says so, takes a new one, and it is captured."""
    account = refused(street)
    order = street.buy()
    street.town.desk.set_status(order.id, "completed")
    street.look(street.parts.shops.shops()[0], order)
    shown = text_of(owner.get(reverse("console:shop", args=[account.shop_id])))
    assert "Klarna turns the credentials of Klarna away" in shown
    assert street.captured(order) == 0

    given = {"username": street.town.merchant_id, "password": DEMO_PASSWORD}
    answer = owner.post(reverse("console:account-key", args=[account.pk]), given, follow=True)

    assert "The new key works." in text_of(answer)
    # What is known of an account's health is a second old at most.
    wait_until(lambda: street.work() and street.captured(order) == 29_900)
    shown = text_of(owner.get(reverse("console:shop", args=[account.shop_id])))
    assert "Klarna accepts the credentials" in shown


def test_only_the_password_may_be_new(street: Street, owner: Client) -> None:
    """The user name that is stored stays where none is typed, and is never shown."""
    account = refused(street)
    page = reverse("console:account", args=[account.pk])
    assert street.town.merchant_id not in text_of(owner.get(page))

    owner.post(reverse("console:account-key", args=[account.pk]), {"password": DEMO_PASSWORD})

    opened = street.parts.accounts.credentials(KlarnaAccount.objects.get())
    assert (opened.username, opened.password) == (street.town.merchant_id, DEMO_PASSWORD)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param({"password": "wrong-canary"}, "does not accept these", id="wrong"),
        pytest.param({"password": "klarna_live_api_x"}, "other environment", id="live"),
        pytest.param({"password": "klarna_test_client_x"}, "not an API key", id="client id"),
        pytest.param({}, "Type the API key or the password.", id="nothing"),
    ],
)
def test_a_key_that_does_not_do_is_not_stored(
    street: Street, owner: Client, given: dict[str, str], says: str
) -> None:
    """What is there stays, and what was typed is not shown again."""
    shop = street.connect()
    account = KlarnaAccount.objects.get(shop=shop)

    answer = owner.post(reverse("console:account-key", args=[account.pk]), given)

    assert answer.status_code == 422
    assert says in text_of(answer)
    assert "wrong-canary" not in text_of(answer)
    opened = street.parts.accounts.credentials(KlarnaAccount.objects.get())
    assert opened.password == DEMO_PASSWORD


def test_another_merchants_key_is_not_taken_for_a_new_one(
    street: Street, owner: Client
) -> None:
    """It works, and knows none of the account's orders: they would be left alone for good."""
    shop = street.connect()
    street.look(shop, street.buy())
    account = KlarnaAccount.objects.get(shop=shop)

    answer = owner.post(
        reverse("console:account-key", args=[account.pk]),
        {"username": OTHER.merchant_id, "password": DEMO_PASSWORD},
    )

    assert "belong to another merchant account" in text_of(answer)
    opened = street.parts.accounts.credentials(KlarnaAccount.objects.get())
    assert opened.username == street.town.merchant_id


def test_an_order_that_klarna_never_had_keeps_no_key_out(street: Street, owner: Client) -> None:
    """A shop's order may name any id; what counts is one that Klarna has shown."""
    shop = street.connect()
    order = street.buy()
    street.town.desk.books.put(replace(order, transaction_id=str(uuid4())))
    street.look(shop, order)
    account = KlarnaAccount.objects.get(shop=shop)
    assert Order.objects.get().account == account

    answer = owner.post(
        reverse("console:account-key", args=[account.pk]),
        {"username": street.town.merchant_id, "password": DEMO_PASSWORD},
        follow=True,
    )

    assert "The new key works." in text_of(answer)


def test_an_order_stays_with_the_account_that_made_it(street: Street) -> None:
    """After a change of merchant, new orders go to the new account and earlier ones do not."""
    shop = street.connect()
    earlier = street.buy()
    street.desk.connecting.accounts.add(shop, street.account(username=OTHER.merchant_id))
    first, second = KlarnaAccount.objects.order_by("pk")

    street.look(shop, earlier)

    assert Order.objects.get().account == first
    fitting = street.parts.accounts.fitting(shop, environment="", country="SE")
    assert fitting == (second, first)


def test_an_order_is_given_to_nobody_while_its_maker_cannot_be_asked(street: Street) -> None:
    """Of two accounts one turns us away: it may be the one, so the order waits for it."""
    account = refused(street)
    order = street.buy()
    shop = street.parts.shops.shops()[0]
    street.desk.connecting.accounts.add(shop, street.account(username=OTHER.merchant_id))

    street.look(shop, order)
    assert street.row(order).account is None

    street.parts.accounts.replace_credentials(
        account.pk, username=street.town.merchant_id, password=DEMO_PASSWORD
    )
    wait_until(lambda: street.work() and street.row(order).account == account)


def test_what_an_account_is_for_can_be_changed(street: Street, owner: Client) -> None:
    """Codes are checked; the name that was made of them follows, one that was given stays."""
    shop = street.connect()
    account = KlarnaAccount.objects.get(shop=shop)
    page = reverse("console:account-serves", args=[account.pk])

    assert owner.post(page, {"countries": "Sweden"}).status_code == 422
    owner.post(page, {"countries": "no, se", "currencies": "sek"})
    changed = KlarnaAccount.objects.get()
    assert (changed.countries, changed.currencies) == (["NO", "SE"], ["SEK"])
    assert changed.label == "Klarna NO SE SEK"

    KlarnaAccount.objects.update(label="Our Swedish one")
    owner.post(page, {})
    changed = KlarnaAccount.objects.get()
    assert (changed.countries, changed.label) == ([], "Our Swedish one")


def test_an_account_is_forgotten_only_where_it_made_no_order(
    street: Street, owner: Client
) -> None:
    """One that was added by mistake goes; one with orders stays, and says why."""
    shop = street.connect()
    street.look(shop, street.buy())
    street.desk.connecting.accounts.add(shop, street.account(username=OTHER.merchant_id))
    first, second = KlarnaAccount.objects.order_by("pk")

    for account in (first, second):
        owner.post(reverse("console:account-remove", args=[account.pk]))

    assert list(KlarnaAccount.objects.all()) == [first]
    assert "Forget this account" not in text_of(
        owner.get(reverse("console:account", args=[first.pk]))
    )
    with pytest.raises(NotConnectable) as refusal:
        street.desk.connecting.accounts.remove(first.pk)
    assert refusal.value.code == Trouble.KLARNA_ACCOUNT_USED
