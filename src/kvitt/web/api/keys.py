"""Making, finding and revoking API keys.

A token is ``kvitt_<prefix>_<secret>``: it can be told from other secrets when it turns up
where it should not, and its prefix says which one it is.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from django.db import transaction
from django.db.models import Q

from kvitt.domain.errors import NotAllowedNow
from kvitt.web.accounts.rights import Right
from kvitt.web.api.models import ApiKey

_WORD = "kvitt"
_PREFIX_BYTES = 4
_SECRET_BYTES = 32
_USE_IS_NOTED = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewKey:
    """What a key is to be."""

    name: str
    scopes: frozenset[Right]
    #: Row ids; None is every shop.
    shops: Collection[int] | None
    created_by: str
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who calls: a key that is good now."""

    key: int
    prefix: str
    name: str
    rights: frozenset[Right]
    #: Row ids; None is every shop.
    shops: frozenset[int] | None

    @property
    def actor(self) -> str:
        """Return how the timeline names the caller."""
        return f"api:{self.name}"


@transaction.atomic
def make(new: NewKey, *, now: datetime) -> tuple[ApiKey, str]:
    """Make a key, and return it with its token, which is never to be had again.

    Raises NotAllowedNow for a key that could do nothing.
    """
    if not new.scopes:
        raise NotAllowedNow("scopes", "A key needs at least one scope.")
    if new.shops is not None and not new.shops:
        raise NotAllowedNow("shops", "A key needs a shop, or all of them.")
    prefix = secrets.token_hex(_PREFIX_BYTES)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    row = ApiKey.objects.create(
        prefix=prefix,
        digest=_digest(secret),
        name=new.name,
        scopes=sorted(scope.value for scope in new.scopes),
        everywhere=new.shops is None,
        created_by=new.created_by,
        created_at=now,
        expires_at=new.expires_at,
    )
    row.shops.set(new.shops or ())
    return row, f"{_WORD}_{prefix}_{secret}"


def find(token: str, *, now: datetime) -> Caller | None:
    """Return who calls with this token; None where it opens nothing now."""
    word, _, rest = token.partition("_")
    prefix, _, secret = rest.partition("_")
    row = ApiKey.objects.filter(prefix=prefix, revoked_at=None).first()
    # Compared also where there is no such key, so that both answers take as long.
    same = compare_digest(_digest(secret), row.digest if row else _digest(""))
    if row is None or not same or word != _WORD or not secret:
        return None
    if row.expires_at is not None and row.expires_at <= now:
        return None
    _note_use(row, now=now)
    return Caller(
        key=row.pk,
        prefix=row.prefix,
        name=row.name,
        rights=frozenset(Right(scope) for scope in row.scopes),
        shops=None if row.everywhere else frozenset(row.shops.values_list("pk", flat=True)),
    )


def revoke(prefix: str, *, now: datetime) -> ApiKey:
    """Make a key open nothing from now on. Raises NotAllowedNow where there is none."""
    row = ApiKey.objects.filter(prefix=prefix).first()
    if row is None:
        raise NotAllowedNow("no_key", f"There is no API key {prefix}.")
    if row.revoked_at is None:
        row.revoked_at = now
        row.save(update_fields=("revoked_at",))
    return row


def _note_use(row: ApiKey, *, now: datetime) -> None:
    stale = Q(used_at=None) | Q(used_at__lt=now - _USE_IS_NOTED)
    if row.used_at is None or row.used_at < now - _USE_IS_NOTED:
        ApiKey.objects.filter(stale, pk=row.pk).update(used_at=now)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
