"""Guessing passwords gets slower: a growing wait per account and per address.

The law: a refused attempt costs no password hashing and is answered in the same
words as a wrong password, apart from the wait. Reliability.md §8: throttling per
account *and* address with exponential delay.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import F

from kvitt.web.accounts.models import FailedSignIn

#: After this long without a failure, the past is forgotten.
MEMORY = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How fast the wait grows: nothing for ``free`` failures, then doubling."""

    free: int
    first_wait: timedelta
    longest: timedelta

    def wait_after(self, failures: int) -> timedelta:
        """Return how long to wait after so many failures."""
        if failures < self.free:
            return timedelta()
        doublings = min(failures - self.free, 30)
        return min(self.first_wait * (1 << doublings), self.longest)


#: A person who mistypes twice waits for nothing.
ACCOUNT = Pace(free=3, first_wait=timedelta(seconds=2), longest=timedelta(minutes=15))
#: An office shares one address, so its pace is more patient.
ADDRESS = Pace(free=10, first_wait=timedelta(seconds=2), longest=timedelta(minutes=15))


def admit(name: str, address: str, *, now: datetime) -> timedelta:
    """Return how long to wait; nothing admits the attempt, and counts it as failed.

    It counts before the password is compared, so that many attempts at the same
    moment do not all pass; ``forgive`` takes it back.
    """
    with transaction.atomic():
        FailedSignIn.objects.filter(last_failed_at__lte=now - MEMORY).delete()
        if wait := _wait_for(name, address, now=now):
            return wait
        for subject in (_account(name), _address(address)):
            FailedSignIn.objects.get_or_create(
                subject=subject, defaults={"last_failed_at": now}
            )
            FailedSignIn.objects.filter(subject=subject).update(
                failures=F("failures") + 1, last_failed_at=now
            )
    return timedelta()


def forgive(name: str, address: str) -> None:
    """Forget the account's failures, and of the address this attempt only.

    What else was tried from the address may have been guesses at other accounts.
    """
    FailedSignIn.objects.filter(subject=_account(name)).delete()
    FailedSignIn.objects.filter(subject=_address(address), failures__gt=0).update(
        failures=F("failures") - 1
    )


def _wait_for(name: str, address: str, *, now: datetime) -> timedelta:
    paces = {_account(name): ACCOUNT, _address(address): ADDRESS}
    waits = (
        row.last_failed_at + paces[row.subject].wait_after(row.failures) - now
        for row in FailedSignIn.objects.filter(subject__in=paces)
    )
    return max((timedelta(), *waits))


def _account(name: str) -> str:
    return sha256(f"account:{name.casefold()}".encode()).hexdigest()


def _address(address: str) -> str:
    return sha256(f"address:{address}".encode()).hexdigest()
