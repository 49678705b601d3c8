"""Lends each process its share of an account's rate.

The law: the shares that are lent at any moment never come to more than the capacity.
Whoever has more than its part gives the rest back when it asks again; until then the
others have less, and nobody has too much.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from kvitt.adapters.database.models import KlarnaAccount, RateShare
from kvitt.domain import quota

Now = Callable[[], datetime]


class RateShares:
    """The shares of every account."""

    def __init__(self, now: Now, *, holder: str) -> None:
        self._now = now
        self._holder = holder

    def borrow(self, account: str, *, capacity: int, wanted: int, lasting: timedelta) -> int:
        """Return how many calls a second this process may make until then; 0 for none."""
        now = self._now()
        with transaction.atomic():
            # The account's row is the lock: two processes never count at the same time.
            row = KlarnaAccount.objects.select_for_update(no_key=True).only("pk")
            owner = row.get(uid=account)
            RateShare.objects.filter(account=owner, until__lte=now).delete()
            others = list(RateShare.objects.filter(account=owner).exclude(holder=self._holder))
            mine = quota.divide(capacity, [wanted, *(other.wanted for other in others)])[0]
            free = capacity - sum(other.share for other in others)
            share = max(0, min(mine, free))
            RateShare.objects.update_or_create(
                account=owner,
                holder=self._holder,
                defaults={"share": share, "wanted": wanted, "until": now + lasting},
            )
        return share
