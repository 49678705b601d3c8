"""``kvitt shop account``: what it lists, takes and refuses, over a world's own database."""

import io
from collections.abc import Callable

import pytest

from integration.typed import Type, type_in
from integration.worlds import World
from kvitt.adapters.database.models import KlarnaAccount
from kvitt.sandbox.town import DEMO_PASSWORD

__all__ = ["type_in"]

Give = Callable[..., None]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Give:
    """Say what is read line by line from standard input."""

    def give(*lines: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return give


def test_accounts_are_listed_changed_and_forgotten(world: World, type_in: Type) -> None:
    """What each is for is said; one without an order goes, a code that is none is refused."""
    account = KlarnaAccount.objects.get()

    assert "all" in type_in("shop", "account", "list", str(world.shop)).out
    served = type_in("shop", "account", "serve", str(account.pk), "--countries", "se,no")
    assert served.code == 0
    assert "NO, SE" in type_in("shop", "account", "list", str(world.shop)).out
    wrong = type_in("shop", "account", "serve", str(account.pk), "--countries", "Sweden")
    assert (wrong.code, "SWEDEN is not a code of 2 letters" in wrong.error) == (4, True)

    world.look(world.buy())
    kept = type_in("shop", "account", "remove", str(account.pk))
    assert (kept.code, "they stay with it" in kept.error) == (4, True)


def test_a_new_key_is_taken_only_where_it_works(type_in: Type, given: Give) -> None:
    """One that Klarna refuses changes nothing; the right one is stored."""
    account = KlarnaAccount.objects.get()
    before = account.password_sealed

    given("", "wrong-canary")
    wrong = type_in("shop", "account", "replace", str(account.pk))
    assert (wrong.code, "does not accept these credentials" in wrong.error) == (4, True)
    assert "wrong-canary" not in wrong.out + wrong.error
    assert KlarnaAccount.objects.get().password_sealed == before

    given("", DEMO_PASSWORD)
    right = type_in("shop", "account", "replace", str(account.pk))
    assert (right.code, "The new key works." in right.out) == (0, True)
    assert KlarnaAccount.objects.get().password_sealed != before


def test_an_account_is_added_for_a_country(
    world: World, type_in: Type, given: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is checked, stored with what it is for, and listed."""
    known = KlarnaAccount.objects.get()
    monkeypatch.setenv("KVITT_KLARNA_URL", known.base_url)
    merchant = world.parts.accounts.credentials(known).username

    given(merchant, DEMO_PASSWORD)
    added = type_in("shop", "account", "add", str(world.shop), "--countries", "DK")

    assert (added.code, "playground" in added.out) == (0, True)
    assert KlarnaAccount.objects.order_by("pk")[1].countries == ["DK"]
    missing = type_in("shop", "account", "add", "77")
    assert (missing.code, "connect it first" in missing.error) == (4, True)


def test_a_webhook_secret_is_not_replaced_where_no_shop_can_be_told(
    world: World, type_in: Type
) -> None:
    """Without an address of its own kvitt says so; an old secret can be forgotten."""
    shops, row = world.parts.shops, world.shop
    refused = type_in("shop", "new-secret", str(row))
    shops.rotate_hook_secret(row, "fresh")
    forgotten = type_in("shop", "new-secret", str(row), "--forget-before")

    assert (refused.code, "KVITT_PUBLIC_URL" in refused.error) == (4, True)
    assert forgotten.code == 0
    assert shops.hook_secrets(shops.shop(row)) == ("fresh",)
