"""Klarna accounts: which credentials are stored, and which are refused before that."""

from dataclasses import dataclass, field, replace

import pytest

from kvitt.application.accounts import AccountDesk
from kvitt.domain.errors import NotConnectable
from kvitt.domain.ids import KlarnaOrderId, ShopId
from kvitt.domain.newcomer import GivenAccount, KnownAccount, StoredAccount
from kvitt.domain.shop import Trouble

SHOP = ShopId(1)
HOST = "https://api.klarna.example"
LIVE = KnownAccount(region="eu", environment="live", base_url=HOST)
PLAYGROUND = replace(LIVE, environment="playground")
GIVEN = GivenAccount(username="K1", password="secret")
STORED = StoredAccount(shop=SHOP, username="K1", region="eu", environment="live")
ORDER = KlarnaOrderId("3eaeb557-5e30-47f8-b840-b8d987f5945d")


@dataclass
class Klarna:
    """Accepts everything, as one account, and remembers what it was shown."""

    known: KnownAccount
    makes: bool = True
    shown: list[GivenAccount] = field(default_factory=list)
    asked: list[KlarnaOrderId] = field(default_factory=list)

    def recognise(self, given: GivenAccount) -> KnownAccount:
        self.shown.append(given)
        if not given.username:
            raise NotConnectable(Trouble.KLARNA_KEY_BAD)
        return self.known

    def has_made(self, given: GivenAccount, known: KnownAccount, order: KlarnaOrderId) -> bool:
        del given, known
        self.asked.append(order)
        return self.makes


@dataclass
class Book:
    """Keeps accounts in a list."""

    stored: StoredAccount = STORED
    added: list[GivenAccount] = field(default_factory=list)
    replaced: list[GivenAccount] = field(default_factory=list)

    def store_account(self, shop: ShopId, given: GivenAccount, known: KnownAccount) -> None:
        del shop, known
        self.added.append(given)

    def account(self, account: int) -> StoredAccount:
        del account
        return self.stored

    def replace_credentials(self, account: int, given: GivenAccount) -> None:
        del account
        self.replaced.append(given)

    def serve(
        self, account: int, *, countries: tuple[str, ...], currencies: tuple[str, ...]
    ) -> None:
        raise NotImplementedError

    def remove_account(self, account: int) -> bool:
        raise NotImplementedError


def desk_of(klarna: Klarna, book: Book, *, live: bool = True, url: str = "") -> AccountDesk:
    return AccountDesk(klarnas=klarna, book=book, live_allowed=live, klarna_url=url)


def refusal_of(desk: AccountDesk, given: GivenAccount) -> str:
    with pytest.raises(NotConnectable) as refusal:
        desk.add(SHOP, given)
    return refusal.value.code


def test_live_money_needs_somebody_to_say_so() -> None:
    """Working live credentials are stored only with the word that real money may move."""
    book = Book()
    desk = desk_of(Klarna(LIVE), book)

    assert refusal_of(desk, GIVEN) == Trouble.KLARNA_LIVE
    assert book.added == []

    said = replace(GIVEN, live_confirmed=True)
    assert desk.add(SHOP, said) == LIVE
    assert book.added == [said]


def test_a_practice_installation_takes_no_live_credentials() -> None:
    """Not even with that word; playground credentials need none."""
    book = Book()
    said = replace(GIVEN, live_confirmed=True)

    refused = refusal_of(desk_of(Klarna(LIVE), book, live=False), said)
    assert refused == Trouble.KLARNA_NO_LIVE_HERE
    assert book.added == []

    desk_of(Klarna(PLAYGROUND), book, live=False).add(SHOP, GIVEN)
    assert book.added == [GIVEN]


def test_a_practice_klarna_stands_in_for_every_host() -> None:
    """Where one is set, no other is shown anything."""
    klarna = Klarna(PLAYGROUND)

    desk_of(klarna, Book(), url="http://127.0.0.1:8400").add(SHOP, GIVEN)

    assert [given.base_url for given in klarna.shown] == ["http://127.0.0.1:8400"]


def test_a_new_key_is_for_what_the_account_is() -> None:
    """It is shown the account's own environment only, and asked for the account's order."""
    klarna, book = Klarna(LIVE), Book(replace(STORED, latest_order=ORDER))

    desk_of(klarna, book).replace_credentials(1, GIVEN)

    (full,) = book.replaced
    assert (full.environment, full.kustom, full.base_url) == ("live", False, "")
    assert klarna.asked == [ORDER]


def test_a_new_password_goes_with_the_name_that_is_there() -> None:
    """Where none is typed and the password is no key, the stored user name is tried."""
    klarna, book = Klarna(LIVE), Book()

    desk_of(klarna, book).replace_credentials(1, replace(GIVEN, username=""))

    assert [given.username for given in klarna.shown] == ["", "K1"]
    assert book.replaced[0].username == "K1"


@pytest.mark.parametrize(
    ("klarna", "stored"),
    [
        pytest.param(
            Klarna(LIVE, makes=False),
            replace(STORED, latest_order=ORDER),
            id="another merchant",
        ),
        pytest.param(Klarna(replace(LIVE, region="na")), STORED, id="another region"),
    ],
)
def test_another_accounts_key_replaces_nothing(klarna: Klarna, stored: StoredAccount) -> None:
    """It works, and would leave the account's orders to nobody."""
    book = Book(stored)

    with pytest.raises(NotConnectable) as refusal:
        desk_of(klarna, book).replace_credentials(1, GIVEN)

    assert refusal.value.code == Trouble.KLARNA_OTHER_MERCHANT
    assert book.replaced == []
