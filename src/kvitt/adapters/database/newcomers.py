"""Connections under way, and where what came of them is kept.

A key waits here, sealed for its attempt, until the attempt is finished; then it is sealed
for the shop, and forgotten here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError

from kvitt.adapters.database.models import ConnectAttempt, KlarnaAccount, Shop, ShopStanding
from kvitt.adapters.database.repositories import (
    AccountRepository,
    NewAccount,
    NewShop,
    ShopRepository,
)
from kvitt.adapters.database.vault import Vault
from kvitt.domain.ids import KlarnaOrderId, ShopId
from kvitt.domain.newcomer import (
    Attempt,
    GivenAccount,
    Grant,
    KnownAccount,
    StoredAccount,
    StoreKey,
)
from kvitt.domain.policy import Policy
from kvitt.domain.shop import ShopAddress, place_of

#: The region of an account with an address of its own.
CUSTOM = "custom"
KUSTOM = "kustom"


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptRepository:
    """Connections under way."""

    vault: Vault
    now: Callable[[], datetime]
    uuid: Callable[[], UUID]

    def add(
        self,
        address: ShopAddress,
        *,
        nonce: str,
        actor: str,
        shop: ShopId | None,
        lasts: timedelta,
    ) -> Attempt:
        """Store a new attempt; those that are long over are forgotten."""
        now, uid = self.now(), self.uuid()
        ConnectAttempt.objects.filter(expires_at__lt=now - lasts).delete()
        row = ConnectAttempt.objects.create(
            uid=uid,
            nonce_hash=_digest(nonce),
            nonce_sealed=self.vault.seal(nonce, context=_context(uid, "nonce")),
            url=address.url,
            home_url=address.home_url,
            name=address.name[:200],
            shop_id=shop,
            actor=actor,
            created_at=now,
            expires_at=now + lasts,
        )
        return self._value(row)

    def find(self, uid: UUID) -> Attempt | None:
        """Return an attempt."""
        row = ConnectAttempt.objects.filter(uid=uid).first()
        return None if row is None else self._value(row)

    def use(self, nonce: str, grant: Grant) -> bool:
        """Take in a key, once and in time; say whether it was taken."""
        now = self.now()
        row = ConnectAttempt.objects.filter(nonce_hash=_digest(nonce)).first()
        if row is None or str(row.uid) != grant.user_id:
            return False
        waiting = ConnectAttempt.objects.filter(
            pk=row.pk, used_at=None, finished_at=None, expires_at__gt=now
        )
        # The row count decides: of two that come at once, one is taken.
        return bool(waiting.update(used_at=now, **self._sealed(row.uid, grant.key)))

    def put_key(self, uid: UUID, key: StoreKey) -> None:
        """Take in a key that a person gave."""
        waiting = ConnectAttempt.objects.filter(uid=uid, finished_at=None)
        waiting.update(used_at=self.now(), **self._sealed(uid, key))

    def finish(self, uid: UUID, shop: ShopId) -> None:
        """Remember which shop came of it, and forget the key."""
        ConnectAttempt.objects.filter(uid=uid).update(
            shop_id=shop,
            finished_at=self.now(),
            consumer_key_sealed="",
            consumer_secret_sealed="",
        )

    def _sealed(self, uid: UUID, key: StoreKey) -> dict[str, str]:
        return {
            "consumer_key_sealed": self.vault.seal(
                key.consumer_key, context=_context(uid, "key")
            ),
            "consumer_secret_sealed": self.vault.seal(
                key.consumer_secret, context=_context(uid, "secret")
            ),
        }

    def _value(self, row: ConnectAttempt) -> Attempt:
        key = None
        if row.consumer_key_sealed:
            key = StoreKey(
                consumer_key=self.vault.open(
                    row.consumer_key_sealed, context=_context(row.uid, "key")
                ),
                consumer_secret=self.vault.open(
                    row.consumer_secret_sealed, context=_context(row.uid, "secret")
                ),
            )
        return Attempt(
            uid=row.uid,
            nonce=self.vault.open(row.nonce_sealed, context=_context(row.uid, "nonce")),
            url=row.url,
            home_url=row.home_url,
            name=row.name,
            actor=row.actor,
            expires_at=row.expires_at,
            shop=None if row.shop_id is None else ShopId(row.shop_id),
            key=key,
            finished=row.finished_at is not None,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Register:
    """Stores what an attempt has come to."""

    shops: ShopRepository
    accounts: AccountRepository
    uuid: Callable[[], UUID]
    tokens: Callable[[], str]

    def shop_at(self, url: str) -> ShopId | None:
        """Return the connected shop at an address."""
        place = place_of(url)
        found = (row for row in self.shops.all_shops() if place_of(row.url) == place)
        row = next(found, None)
        return None if row is None else ShopId(row.pk)

    def store_shop(self, attempt: Attempt, *, currency: str, policy: Policy) -> ShopId:
        """Store the shop of an attempt, or the new key of one that is connected."""
        key = attempt.key
        if key is None:
            raise ValueError("an attempt without a key connects nothing")
        if attempt.shop is not None:
            self.shops.replace_keys(
                attempt.shop,
                consumer_key=key.consumer_key,
                consumer_secret=key.consumer_secret,
            )
            return attempt.shop
        row = self.shops.add_shop(
            NewShop(
                uid=self.uuid(),
                name=attempt.name,
                url=attempt.url,
                consumer_key=key.consumer_key,
                consumer_secret=key.consumer_secret,
                hook_token=self.tokens(),
                hook_secret=self.tokens(),
                currency=currency,
                policy=policy,
            )
        )
        return ShopId(row.pk)

    def store_account(self, shop: ShopId, given: GivenAccount, known: KnownAccount) -> None:
        """Store a Klarna account of a shop."""
        self.accounts.add_account(
            NewAccount(
                uid=self.uuid(),
                shop=shop,
                label=_label(known.region, given.countries, given.currencies),
                region=known.region,
                environment=known.environment,
                username=given.username,
                password=given.password,
                base_url=known.base_url if known.region == CUSTOM else "",
                countries=given.countries,
                currencies=given.currencies,
            )
        )

    def account(self, account: int) -> StoredAccount:
        """Return an account. Raises ConfigurationError."""
        row = self.accounts.account(account)
        # Klarna has shown it: an order of the shop may name one that Klarna never had.
        made = row.orders.exclude(klarna_order_id="").exclude(klarna_status="").order_by("-pk")
        latest = made.values_list("klarna_order_id", flat=True).first()
        return StoredAccount(
            shop=ShopId(row.shop_id),
            username=self.accounts.credentials(row).username,
            region=row.region,
            environment=row.environment,
            base_url=row.base_url,
            latest_order=None if latest is None else KlarnaOrderId(latest),
        )

    def replace_credentials(self, account: int, given: GivenAccount) -> None:
        """Store new credentials of an account; what waits for it is asked at once."""
        self.accounts.replace_credentials(
            account, username=given.username, password=given.password
        )

    def serve(
        self, account: int, *, countries: tuple[str, ...], currencies: tuple[str, ...]
    ) -> None:
        """Remember for which purchase countries and currencies an account is."""
        row = self.accounts.account(account)
        before = _label(row.region, tuple(row.countries), tuple(row.currencies))
        row.countries = sorted(country.upper() for country in countries)
        row.currencies = sorted(currency.upper() for currency in currencies)
        if row.label == before:
            # A name that somebody gave it stays.
            row.label = _label(row.region, tuple(row.countries), tuple(row.currencies))
        row.save(update_fields=("countries", "currencies", "label"))

    def remove_account(self, account: int) -> bool:
        """Forget an account that no order was made with; say whether it is gone."""
        row = self.accounts.account(account)
        try:
            row.delete()
        except ProtectedError:
            return False
        return True

    def has_account(self, shop: ShopId) -> bool:
        """Say whether a shop has a Klarna account."""
        return KlarnaAccount.objects.filter(shop=shop).exists()

    @transaction.atomic
    def identify(self, shop: ShopId, *, home_url: str, store_id: str) -> None:
        """Remember which shop it is."""
        ShopStanding.objects.update_or_create(
            shop=Shop.objects.get(pk=shop),
            defaults={"home_url": home_url, "store_id": store_id},
        )


def _label(region: str, countries: tuple[str, ...], currencies: tuple[str, ...]) -> str:
    who = "Kustom" if region == KUSTOM else "Klarna"
    return " ".join((who, *countries, *currencies))


def _digest(nonce: str) -> str:
    return sha256(nonce.encode()).hexdigest()


def _context(uid: UUID, what: str) -> str:
    return f"{what} of attempt {uid}"
