"""Connected shops and their Klarna accounts: stored sealed, opened for those who connect.

Credentials are sealed for the shop or account they belong to, by its ``uid``, so
that a row's credentials moved to another row do not open (reliability.md §4.12).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from kvitt.adapters.database import hints, shapes
from kvitt.adapters.database.health import ask_anew
from kvitt.adapters.database.models import (
    KlarnaAccount,
    Order,
    Shop,
    ShopStanding,
    ShopState,
)
from kvitt.adapters.database.vault import Vault
from kvitt.domain.errors import ConfigurationError
from kvitt.domain.ids import ShopId
from kvitt.domain.policy import Policy

Now = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class NewShop:
    """A shop that is to be connected. Secrets stay out of its text."""

    uid: UUID
    name: str
    url: str
    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    #: The unguessable part of the webhook's address, and what deliveries are signed with.
    hook_token: str = field(repr=False)
    hook_secret: str = field(repr=False)
    currency: str = ""
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreCredentials:
    """What opens a shop."""

    url: str
    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAccount:
    """A Klarna account that is to be added to a shop."""

    uid: UUID
    shop: ShopId
    label: str
    region: str
    environment: str
    username: str = field(repr=False)
    password: str = field(repr=False)
    base_url: str = ""
    countries: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountCredentials:
    """What opens a Klarna account."""

    username: str = field(repr=False)
    password: str = field(repr=False)


class ShopRepository:
    """Connected shops, and up to when each has been swept."""

    def __init__(self, vault: Vault, now: Now) -> None:
        self._vault = vault
        self._now = now

    def add_shop(self, new: NewShop) -> Shop:
        """Store a connected shop."""
        return Shop.objects.create(
            uid=new.uid,
            name=new.name,
            url=new.url,
            currency=new.currency,
            consumer_key_sealed=self._seal(new.uid, "consumer key", new.consumer_key),
            consumer_secret_sealed=self._seal(new.uid, "consumer secret", new.consumer_secret),
            hook_token=new.hook_token,
            hook_secret_sealed=self._seal(new.uid, "webhook secret", new.hook_secret),
            policy=shapes.pack(Policy, new.policy),
            created_at=self._now(),
        )

    def shop(self, shop_id: ShopId) -> Shop:
        """Return a shop. Raises ConfigurationError."""
        shop = Shop.objects.filter(pk=shop_id).first()
        if shop is None:
            raise ConfigurationError(f"there is no shop {shop_id}: connect it first")
        return shop

    def all_shops(self) -> tuple[Shop, ...]:
        """Return every shop, by name."""
        return tuple(Shop.objects.all())

    def by_hook_token(self, token: str) -> Shop | None:
        """Return the shop whose webhooks come to this address."""
        return Shop.objects.filter(hook_token=token).first()

    def store_credentials(self, shop: Shop) -> StoreCredentials:
        """Open what a client of the shop needs. Raises ConfigurationError."""
        return StoreCredentials(
            url=shop.url,
            consumer_key=self._open(shop, "consumer key", shop.consumer_key_sealed),
            consumer_secret=self._open(shop, "consumer secret", shop.consumer_secret_sealed),
        )

    def replace_keys(self, shop_id: ShopId, *, consumer_key: str, consumer_secret: str) -> None:
        """Store new credentials of the shop's REST interface."""
        shop = self.shop(shop_id)
        shop.consumer_key_sealed = self._seal(shop.uid, "consumer key", consumer_key)
        shop.consumer_secret_sealed = self._seal(shop.uid, "consumer secret", consumer_secret)
        shop.save(update_fields=("consumer_key_sealed", "consumer_secret_sealed"))
        self._wake(shop_id, why="new key")

    def move(self, shop_id: ShopId, url: str) -> None:
        """Remember that a shop is at another address now, and that this is right."""
        Shop.objects.filter(pk=shop_id).update(url=url)
        ShopStanding.objects.filter(shop=shop_id).update(home_url=url)
        self._wake(shop_id, why="moved")

    def rename(self, shop_id: ShopId, name: str) -> None:
        """Call a shop by another name."""
        Shop.objects.filter(pk=shop_id).update(name=name)

    def hook_secrets(self, shop: Shop) -> tuple[str, ...]:
        """Open what deliveries may be signed with: the present secret, then the one before."""
        sealed = (shop.hook_secret_sealed, shop.hook_secret_before_sealed)
        return tuple(self._open(shop, "webhook secret", text) for text in sealed if text)

    def rotate_hook_secret(self, shop_id: ShopId, secret: str) -> None:
        """Sign with a new secret from now on; the one before is still accepted."""
        shop = self.shop(shop_id)
        shop.hook_secret_before_sealed = shop.hook_secret_sealed
        shop.hook_secret_sealed = self._seal(shop.uid, "webhook secret", secret)
        shop.save(update_fields=("hook_secret_sealed", "hook_secret_before_sealed"))

    def forget_hook_secret_before(self, shop_id: ShopId) -> None:
        """Accept the present secret only."""
        Shop.objects.filter(pk=shop_id).update(hook_secret_before_sealed="")

    def policy(self, shop: Shop) -> Policy:
        """Return how the shop wants its orders kept in step."""
        return shapes.unpack(Policy, shop.policy)

    def save_policy(self, shop_id: ShopId, policy: Policy) -> None:
        """Store how the shop wants its orders kept in step."""
        Shop.objects.filter(pk=shop_id).update(policy=shapes.pack(Policy, policy))

    def set_state(self, shop_id: ShopId, state: ShopState) -> None:
        """Pause a shop, or resume it. Hints that come meanwhile are kept."""
        Shop.objects.filter(pk=shop_id).update(state=state.value)

    def shops(self) -> list[ShopId]:
        """Return the shops that are to be swept."""
        active = Shop.objects.filter(state=ShopState.ACTIVE).order_by("pk")
        return [ShopId(pk) for pk in active.values_list("pk", flat=True)]

    def watermark(self, shop: ShopId) -> datetime | None:
        """Return up to when the shop was swept; None before the first time."""
        return self.shop(shop).swept_until

    def advance(self, shop: ShopId, to: datetime) -> None:
        """Remember that the shop was swept up to then."""
        Shop.objects.filter(pk=shop).update(swept_until=to)

    def _wake(self, shop_id: ShopId, *, why: str) -> None:
        """Have what waits for the shop done at once."""
        ask_anew(shop=shop_id)
        hints.want_waiting(shop_id, why=why, now=self._now())

    def _seal(self, uid: UUID, what: str, text: str) -> str:
        return self._vault.seal(text, context=f"{what} of shop {uid}")

    def _open(self, shop: Shop, what: str, sealed: str) -> str:
        return self._vault.open(sealed, context=f"{what} of shop {shop.uid}")


class AccountRepository:
    """Klarna accounts, and which of them made an order."""

    def __init__(self, vault: Vault, now: Now) -> None:
        self._vault = vault
        self._now = now

    def add_account(self, new: NewAccount) -> KlarnaAccount:
        """Store an account of a shop."""
        return KlarnaAccount.objects.create(
            uid=new.uid,
            shop_id=new.shop,
            label=new.label,
            region=new.region,
            environment=new.environment,
            base_url=new.base_url,
            countries=sorted(country.upper() for country in new.countries),
            currencies=sorted(currency.upper() for currency in new.currencies),
            username_sealed=self._vault.seal(
                new.username, context=_context(new.uid, "username")
            ),
            password_sealed=self._vault.seal(
                new.password, context=_context(new.uid, "password")
            ),
            created_at=self._now(),
        )

    def account(self, account_id: int) -> KlarnaAccount:
        """Return an account. Raises ConfigurationError."""
        account = KlarnaAccount.objects.filter(pk=account_id).first()
        if account is None:
            raise ConfigurationError(f"there is no Klarna account {account_id}")
        return account

    def accounts(self, shop_id: ShopId) -> tuple[KlarnaAccount, ...]:
        """Return the accounts of a shop."""
        return tuple(KlarnaAccount.objects.filter(shop=shop_id).order_by("pk"))

    def fitting(
        self, shop_id: ShopId, *, environment: str, country: str, currency: str = ""
    ) -> tuple[KlarnaAccount, ...]:
        """Return the accounts that may have made an order, the most likely first.

        The one that names the order's country and currency comes first, and of equals the one
        that was added last: a shop that has changed its merchant account has new orders there.
        An account for certain countries or currencies is never taken for another one. An
        empty environment or country is not compared. Raises ConfigurationError.
        """
        fit = [
            account
            for account in self.accounts(shop_id)
            if environment in {"", account.environment}
            and _takes(account.countries, country)
            and _takes(account.currencies, currency)
        ]
        if fit:
            return tuple(sorted(fit, key=_likelihood, reverse=True))
        raise ConfigurationError(
            f"shop {shop_id} has no Klarna account for {environment or 'any environment'}, "
            f"{country or 'any country'}: add one"
        )

    def credentials(self, account: KlarnaAccount) -> AccountCredentials:
        """Open what a client of the account needs. Raises ConfigurationError."""
        return AccountCredentials(
            username=self._vault.open(
                account.username_sealed, context=_context(account.uid, "username")
            ),
            password=self._vault.open(
                account.password_sealed, context=_context(account.uid, "password")
            ),
        )

    def replace_credentials(self, account_id: int, *, username: str, password: str) -> None:
        """Store new credentials of an account, and have what waits for it asked at once."""
        row = self.account(account_id)
        row.username_sealed = self._vault.seal(username, context=_context(row.uid, "username"))
        row.password_sealed = self._vault.seal(password, context=_context(row.uid, "password"))
        row.save(update_fields=("username_sealed", "password_sealed"))
        ask_anew(shop=row.shop_id, account=row.pk)
        hints.want_waiting(row.shop_id, account=row.pk, why="new Klarna key", now=self._now())

    def move(self, account_id: int, base_url: str) -> None:
        """Remember that an account of the region ``custom`` is at another address now."""
        KlarnaAccount.objects.filter(pk=account_id).update(base_url=base_url)

    def pin(self, shop_id: ShopId, store_order_id: int, account_id: int) -> None:
        """Remember which account made an order, unless that is known already."""
        Order.objects.filter(shop=shop_id, store_order_id=store_order_id, account=None).update(
            account_id=account_id
        )


def _likelihood(account: KlarnaAccount) -> tuple[bool, bool, int]:
    return bool(account.countries), bool(account.currencies), account.pk


def _takes(named: list[str], wanted: str) -> bool:
    """Say whether an account that is for these, or for all, is for this one."""
    return not named or wanted.upper() in named


def _context(uid: UUID, what: str) -> str:
    return f"{what} of account {uid}"
