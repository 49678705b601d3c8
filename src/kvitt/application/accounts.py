"""Klarna accounts of connected shops: added, given new credentials, changed, removed.

The laws:

1. Credentials are stored only once Klarna has accepted them, of the environment that the
   account has, and live ones only where somebody has said that real money may move.
2. New credentials of an account are the same merchant's: they are asked for the latest
   order that was made with it. Another merchant's would leave its orders without a keeper.
3. An account that has made an order is never removed: the order stays with it.
"""

from dataclasses import dataclass, replace
from typing import Protocol

from kvitt.domain.errors import NotConnectable
from kvitt.domain.ids import KlarnaOrderId, ShopId
from kvitt.domain.newcomer import GivenAccount, KnownAccount, StoredAccount
from kvitt.domain.shop import Trouble

LIVE = "live"
KUSTOM = "kustom"


class Klarnas(Protocol):
    """Klarna, for credentials that are not stored yet."""

    def recognise(self, given: GivenAccount) -> KnownAccount:
        """Return where Klarna credentials are accepted. Raises NotConnectable."""
        ...

    def has_made(self, given: GivenAccount, known: KnownAccount, order: KlarnaOrderId) -> bool:
        """Say whether an order is of the merchant with these credentials.

        Raises NotConnectable.
        """
        ...


class AccountBook(Protocol):
    """Where accounts are kept."""

    def store_account(self, shop: ShopId, given: GivenAccount, known: KnownAccount) -> None:
        """Store a Klarna account of a shop."""
        ...

    def account(self, account: int) -> StoredAccount:
        """Return an account. Raises ConfigurationError."""
        ...

    def replace_credentials(self, account: int, given: GivenAccount) -> None:
        """Store new credentials of an account; what waits for it is asked at once."""
        ...

    def serve(
        self, account: int, *, countries: tuple[str, ...], currencies: tuple[str, ...]
    ) -> None:
        """Remember for which purchase countries and currencies an account is."""
        ...

    def remove_account(self, account: int) -> bool:
        """Forget an account that no order was made with; say whether it is gone."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountDesk:
    """The use case."""

    klarnas: Klarnas
    book: AccountBook
    #: Accounts that move real money may be connected here.
    live_allowed: bool
    #: A practice Klarna that stands in for Klarna's own playground hosts.
    klarna_url: str

    def recognised(self, given: GivenAccount) -> KnownAccount:
        """Return where credentials that may be stored are accepted. Raises NotConnectable."""
        if self.klarna_url:
            given = replace(given, base_url=self.klarna_url)
        known = self.klarnas.recognise(given)
        if known.environment == LIVE:
            if not self.live_allowed:
                raise NotConnectable(Trouble.KLARNA_NO_LIVE_HERE)
            if not given.live_confirmed:
                raise NotConnectable(Trouble.KLARNA_LIVE)
        return known

    def add(self, shop: ShopId, given: GivenAccount) -> KnownAccount:
        """Add an account to a connected shop. Raises NotConnectable."""
        known = self.recognised(given)
        self.book.store_account(shop, given, known)
        return known

    def replace_credentials(self, account: int, given: GivenAccount) -> None:
        """Give an account new credentials, and have what waits for it done.

        A password without a user name goes with the user name the account has. Raises
        NotConnectable, ConfigurationError.
        """
        stored = self.book.account(account)
        known, full = self._recognised_again(given, stored)
        latest = stored.latest_order
        if known.region != stored.region or (
            latest is not None and not self.klarnas.has_made(full, known, latest)
        ):
            raise NotConnectable(Trouble.KLARNA_OTHER_MERCHANT, latest or "")
        self.book.replace_credentials(account, full)

    def serve(
        self, account: int, *, countries: tuple[str, ...], currencies: tuple[str, ...]
    ) -> None:
        """Say for which purchase countries and currencies an account is from now on."""
        self.book.serve(account, countries=countries, currencies=currencies)

    def remove(self, account: int) -> None:
        """Forget an account that no order was made with. Raises NotConnectable."""
        if not self.book.remove_account(account):
            raise NotConnectable(Trouble.KLARNA_ACCOUNT_USED)

    def _recognised_again(
        self, given: GivenAccount, stored: StoredAccount
    ) -> tuple[KnownAccount, GivenAccount]:
        """Return where new credentials of an account are accepted, and them whole."""
        full = replace(
            given,
            environment=stored.environment,
            kustom=stored.region == KUSTOM,
            base_url=stored.base_url,
            # Somebody said so when the account was added.
            live_confirmed=True,
        )
        try:
            return self.recognised(full), full
        except NotConnectable as refusal:
            if refusal.code != Trouble.KLARNA_KEY_BAD or given.username:
                raise
        full = replace(full, username=stored.username)
        return self.recognised(full), full
