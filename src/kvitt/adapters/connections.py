"""The clients of each shop and of each Klarna account, made from stored credentials.

A client holds a pool of connections, so one is kept for each shop and each account
and shared by all threads; changed credentials make a new one.
"""

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from kvitt.adapters.addresses import PUBLIC_ONLY, AddressPolicy
from kvitt.adapters.database.models import KlarnaAccount, Shop
from kvitt.adapters.database.repositories import AccountRepository, ShopRepository
from kvitt.adapters.http import Http
from kvitt.adapters.klarna import regions
from kvitt.adapters.klarna.client import KlarnaClient, KlarnaCredentials
from kvitt.adapters.woocommerce.client import StoreClient, StoreCredentials
from kvitt.adapters.woocommerce.setup import StoreSetup
from kvitt.domain.errors import ConfigurationError, NotFound, RemoteError
from kvitt.domain.ids import KlarnaOrderId, ShopId
from kvitt.domain.journal import Lease
from kvitt.domain.quota import Quota
from kvitt.domain.store_order import StoreOrder

#: ``_wc_klarna_environment`` of an order → the environment of the account it belongs to.
ENVIRONMENTS = {"test": "playground", "live": "live"}


def _unheard(account: str, told: Quota) -> None:
    """Leave unread what Klarna says of the rate."""
    del account, told


@dataclass(frozen=True, kw_only=True, slots=True)
class Connections:
    """Finds the right client, and keeps it."""

    shops: ShopRepository
    accounts: AccountRepository
    now: Callable[[], datetime]
    nonce: Callable[[], str]
    #: Loopback is reached in the demo and in development only.
    policy: AddressPolicy = PUBLIC_ONLY
    #: What is trusted; None is what the system trusts.
    tls: ssl.SSLContext | None = None
    #: Told what each of Klarna's replies says of the rate, with the account's identity.
    on_quota: Callable[[str, Quota], None] = _unheard
    _stores: dict[int, tuple[object, StoreClient]] = field(default_factory=dict)
    _klarnas: dict[int, tuple[object, KlarnaClient]] = field(default_factory=dict)
    _https: dict[str, Http] = field(default_factory=dict)
    _names: dict[ShopId, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def store(self, shop: ShopId) -> StoreClient:
        """Return the shop's client. Raises ConfigurationError."""
        row = self.shops.shop(shop)
        sealed = (row.url, row.consumer_key_sealed, row.consumer_secret_sealed)
        with self._lock:
            kept = self._stores.get(row.pk)
            if kept is None or kept[0] != sealed:
                kept = (sealed, self._new_store(row))
                self._stores[row.pk] = kept
        return kept[1]

    def setup(self, shop: ShopId) -> StoreSetup:
        """Return what a shop can be asked apart from its orders. Raises ConfigurationError."""
        return StoreSetup(self.store(shop))

    def klarna(self, lease: Lease, order: StoreOrder, *, account: int | None) -> KlarnaClient:
        """Return the client of the order's account, pinning it at first sight."""
        if account is None:
            picked = self._pick(lease.shop, order)
            self.accounts.pin(lease.shop, lease.store_order_id, picked.pk)
            return self._client_of(picked)
        return self._client_of(self.accounts.account(account))

    def shop_name(self, shop: ShopId) -> str:
        """Return the shop's identity, as it is part of every key."""
        # It never changes, so it is asked for once.
        if shop not in self._names:
            self._names[shop] = str(self.shops.shop(shop).uid)
        return self._names[shop]

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for https in self._https.values():
                https.close()
            self._https.clear()
            self._stores.clear()
            self._klarnas.clear()

    def _pick(self, shop: ShopId, order: StoreOrder) -> KlarnaAccount:
        """Choose the account by the order's environment, country, currency, and its maker."""
        environment = ENVIRONMENTS.get(order.environment, "")
        if order.environment and not environment:
            raise ConfigurationError(
                f"the order's Klarna environment is {order.environment!r}, "
                "which is neither test nor live"
            )
        fit = self.accounts.fitting(
            shop, environment=environment, country=order.country, currency=order.currency
        )
        if len(fit) == 1 or order.klarna_order_id is None:
            return fit[0]
        return self._maker_of(order.klarna_order_id, fit)

    def _maker_of(
        self, order_id: KlarnaOrderId, fit: tuple[KlarnaAccount, ...]
    ) -> KlarnaAccount:
        """Return the account that knows the order; the likeliest where none does.

        Asked once for an order, as it is pinned then. An account that does not answer, or
        refuses its credentials, may be the one: then nothing is pinned, and the order waits.
        """
        doubt: RemoteError | None = None
        for account in fit:
            try:
                self._client_of(account).fetch_order(order_id)
            except NotFound:
                continue
            except RemoteError as error:
                error.service = "Klarna"
                doubt = doubt or error
            else:
                return account
        if doubt is not None:
            raise doubt
        return fit[0]

    def _client_of(self, account: KlarnaAccount) -> KlarnaClient:
        sealed = (account.base_url, account.username_sealed, account.password_sealed)
        with self._lock:
            kept = self._klarnas.get(account.pk)
            if kept is None or kept[0] != sealed:
                kept = (sealed, self._new_klarna(account))
                self._klarnas[account.pk] = kept
        return kept[1]

    def _new_store(self, row: Shop) -> StoreClient:
        keys = self.shops.store_credentials(row)
        return StoreClient(
            self._pool(f"shop {row.pk}"),
            base_url=keys.url,
            credentials=StoreCredentials(
                consumer_key=keys.consumer_key, consumer_secret=keys.consumer_secret
            ),
            now=self.now,
            nonce=self.nonce,
        )

    def _new_klarna(self, account: KlarnaAccount) -> KlarnaClient:
        keys = self.accounts.credentials(account)
        return KlarnaClient(
            self._pool(f"account {account.pk}"),
            credentials=KlarnaCredentials(username=keys.username, password=keys.password),
            base_url=account.base_url or regions.host(account.region, account.environment),
            environment=account.environment,
            account=str(account.uid),
            on_quota=self.on_quota,
        )

    def _pool(self, owner: str) -> Http:
        """Return the owner's own connections, so that a slow service takes nobody else's."""
        if owner not in self._https:
            self._https[owner] = Http(policy=self.policy, tls=self.tls)
        return self._https[owner]
