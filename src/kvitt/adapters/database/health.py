"""How well each shop and Klarna account answers, for all workers of all processes.

A party that is well costs nothing: each process keeps the few that are not in memory,
reads them anew at most once a second, and writes only when one fails or is well again.
The law: a change is made to the row as it is, under its lock, so that failures that
several processes see are all counted and only one of them sends the probe.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from threading import Lock

from django.db import transaction
from django.db.models import Q

from kvitt.adapters.database.models import KlarnaAccount, Order, PartyHealth, Shop
from kvitt.domain.errors import ConfigurationError
from kvitt.domain.health import (
    WELL,
    Condition,
    Health,
    Party,
    PartyKind,
    sentence,
    sentence_of_order,
)

Now = Callable[[], datetime]
Change = Callable[[Health], Health]

#: What other processes have found out is known here after this time, seconds.
FRESH_FOR = 1.0
_FIELDS = tuple(field.name for field in fields(Health))


@dataclass(frozen=True, kw_only=True, slots=True)
class Blocked:
    """Row ids of those whose orders may not be claimed now."""

    shops: tuple[int, ...] = ()
    accounts: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.shops or self.accounts)


@dataclass(frozen=True, kw_only=True, slots=True)
class PartyView:
    """A party that is not well, as people are shown it."""

    party: Party
    #: The shop's name, or the account's label.
    name: str
    #: Row id of the shop, or of the account's shop.
    shop: int
    health: Health
    #: What a person is told; empty where it is only slow or failed now and then.
    sentence: str


def overview() -> tuple[PartyView, ...]:
    """Return every party that is not well, for the console and the command line."""
    rows = PartyHealth.objects.exclude(condition=Condition.WELL.value).order_by("since", "pk")
    return tuple(_view(row) for row in rows.select_related("shop", "account"))


@dataclass(frozen=True, slots=True)
class Away:
    """Why orders wait: the shops and accounts that are left alone, read once for a page."""

    _parties: tuple[tuple[int | None, int | None, Party, Health], ...]

    def __bool__(self) -> bool:
        return bool(self._parties)

    def sentence(self, order: Order, *, now: datetime) -> str:
        """Return why an order waits that is due, or will be before its party is asked again.

        Empty where it waits for nobody: an order that wants nothing is left in peace.
        """
        for shop, account, party, health in self._parties:
            concerned = order.shop_id == shop or (account and order.account_id == account)
            if concerned and _is_due(order, max(now, health.blocked_until or now)):
                return sentence_of_order(party, health)
        return ""


def away() -> Away:
    """Return who is left alone now, in one query; the one for longest comes first."""
    alarming = (Condition.OPEN.value, Condition.REFUSED.value)
    rows = PartyHealth.objects.filter(condition__in=alarming).order_by("since", "pk")
    return Away(
        tuple(
            (row.shop_id, row.account_id, _party_of(row), _read_row(row))
            for row in rows.select_related("account")
        )
    )


def _is_due(order: Order, moment: datetime) -> bool:
    return order.due_at is not None and order.due_at <= moment


def ask_anew(*, shop: int, account: int | None = None) -> None:
    """Let a shop, and an account, be asked at once: something about them was changed.

    One worker finds out for all whether that has helped.
    """
    mine = PartyHealth.objects.filter(Q(shop=shop) | Q(account=account, account__isnull=False))
    mine.update(blocked_until=None, times=0)


class HealthBook:
    """The health of every party."""

    def __init__(
        self,
        now: Now,
        *,
        monotonic: Callable[[], float],
        fresh_for: float = FRESH_FOR,
    ) -> None:
        self._now = now
        self._monotonic = monotonic
        self._fresh_for = fresh_for
        self._known: Mapping[Party, Health] = {}
        self._read_at: float | None = None
        self._rows: dict[Party, int] = {}
        self._lock = Lock()

    def health(self, party: Party) -> Health:
        """Return how a party is, as far as is known here."""
        return self.troubled().get(party, WELL)

    def troubled(self) -> Mapping[Party, Health]:
        """Return every party that is not well, as of a second ago at most."""
        moment = self._monotonic()
        with self._lock:
            fresh = self._read_at is not None and moment - self._read_at < self._fresh_for
            if not fresh:
                self._known, self._read_at = self._read(), moment
            return self._known

    def blocked(self) -> Blocked:
        """Return whose orders may not be claimed now."""
        now = self._now()
        blocked = [party for party, one in self.troubled().items() if one.is_blocked(now)]
        return Blocked(
            shops=tuple(int(one.name) for one in blocked if one.kind is PartyKind.SHOP),
            accounts=tuple(
                self._row_id(one) for one in blocked if one.kind is PartyKind.ACCOUNT
            ),
        )

    def change(self, party: Party, change: Change) -> tuple[Health, Health]:
        """Change the health of a party; return what it was and what it is now."""
        with transaction.atomic():
            row = self._locked_row(party)
            before = _read_row(row)
            after = change(before)
            if after != before:
                for name in _FIELDS:
                    setattr(row, name, getattr(after, name))
                row.condition = after.condition.value
                row.why = after.why[:300]
                row.changed_at = self._now()
                row.save()
                self._tell_shop(row, party, after)
        with self._lock:
            others = {one: health for one, health in self._known.items() if one != party}
            self._known = others if after == WELL else {**others, party: after}
        return before, after

    def _tell_shop(self, row: PartyHealth, party: Party, health: Health) -> None:
        """Show on the shop what is wrong with it or an account of its, or that all is well."""
        account = row.account
        shop = account.shop_id if account is not None else int(party.name)
        told = sentence(party, health)
        if not told:
            others = PartyHealth.objects.filter(Q(shop=shop) | Q(account__shop=shop))
            for other in others.exclude(pk=row.pk).select_related("account"):
                told = told or sentence(_party_of(other), _read_row(other))
        known = Shop.objects.filter(pk=shop)
        known.exclude(trouble=told).update(trouble=told)
        if not told:
            known.update(trouble_since=None)
        else:
            known.filter(trouble_since=None).update(trouble_since=health.since or self._now())

    def _locked_row(self, party: Party) -> PartyHealth:
        key = self._row_id(party)
        if party.kind is PartyKind.SHOP:
            PartyHealth.objects.bulk_create(
                (PartyHealth(shop_id=key, changed_at=self._now()),), ignore_conflicts=True
            )
            return PartyHealth.objects.select_for_update().get(shop=key)
        PartyHealth.objects.bulk_create(
            (PartyHealth(account_id=key, changed_at=self._now()),), ignore_conflicts=True
        )
        return PartyHealth.objects.select_for_update().get(account=key)

    def _row_id(self, party: Party) -> int:
        """Return the row id of a shop, which is its name, or of an account."""
        if party.kind is PartyKind.SHOP:
            return int(party.name)
        if party not in self._rows:
            key = KlarnaAccount.objects.filter(uid=party.name).values_list("pk", flat=True)
            found = key.first()
            if found is None:
                raise ConfigurationError(f"there is no Klarna {party}")
            self._rows[party] = found
        return self._rows[party]

    def _read(self) -> Mapping[Party, Health]:
        rows = PartyHealth.objects.exclude(condition=Condition.WELL.value)
        return {_party_of(row): _read_row(row) for row in rows.select_related("account")}


def _party_of(row: PartyHealth) -> Party:
    if row.account is not None:
        return Party(kind=PartyKind.ACCOUNT, name=str(row.account.uid))
    return Party(kind=PartyKind.SHOP, name=str(row.shop_id))


def _view(row: PartyHealth) -> PartyView:
    party, health = _party_of(row), _read_row(row)
    account = row.account
    if account is not None:
        name, shop = account.label, account.shop_id
    else:
        name, shop = str(row.shop), int(party.name)
    return PartyView(
        party=party, name=name, shop=shop, health=health, sentence=sentence(party, health)
    )


def _read_row(row: PartyHealth) -> Health:
    told = {name: getattr(row, name) for name in _FIELDS}
    return Health(**{**told, "condition": Condition(row.condition)})
