"""What all values of the domain have in common: they never change, and keep secrets."""

import pkgutil
from dataclasses import FrozenInstanceError, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from uuid import UUID

import pytest

from kvitt import domain
from kvitt.domain.newcomer import Attempt, GivenAccount, Grant, StoreKey
from kvitt.domain.parcels import Parcel

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = StoreKey(consumer_key="ck_hush", consumer_secret="cs_hush")
ATTEMPT = Attempt(
    uid=UUID(int=1),
    nonce="hush",
    url="https://shop.example",
    home_url="https://shop.example",
    name="Shop",
    actor="anna",
    expires_at=NOW,
    key=KEY,
)
PARCEL = Parcel(
    id=UUID(int=2),
    subscriber=1,
    url="https://erp.example/hush",
    secrets=("hush",),
    body='{"hush": 1}',
    attempts=0,
    due_at=NOW,
    failing_since=None,
)


def values() -> list[type]:
    """Return every dataclass of the domain."""
    modules = pkgutil.walk_packages(domain.__path__, f"{domain.__name__}.")
    found = {
        made
        for module in modules
        for made in vars(import_module(module.name)).values()
        if isinstance(made, type) and is_dataclass(made)
    }
    return sorted(found, key=lambda made: (made.__module__, made.__qualname__))


@pytest.mark.parametrize("made", values(), ids=lambda made: made.__qualname__)
def test_a_value_never_changes(made: type) -> None:
    """What was read, decided or written down cannot be altered on its way."""
    value: object = object.__new__(made)
    name = next((field.name for field in fields(made)), "anything")

    with pytest.raises((FrozenInstanceError, TypeError)):
        setattr(value, name, "changed")


@pytest.mark.parametrize(
    "value",
    [
        KEY,
        Grant(user_id="1", permissions="read_write", key=KEY),
        ATTEMPT,
        GivenAccount(username="PK_hush", password="hush"),
        PARCEL,
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_secret_is_not_in_the_text_of_what_holds_it(value: object) -> None:
    """So it is in no log and in no error either."""
    assert "hush" not in repr(value)
    assert "hush" not in str(value)


@pytest.mark.parametrize(
    ("now", "finished", "is_over"),
    [(NOW - HOUR, False, False), (NOW - HOUR, True, True), (NOW, False, True)],
)
def test_an_attempt_to_connect_is_over_once_it_has_worked_or_its_time_has_passed(
    now: datetime, finished: bool, is_over: bool
) -> None:
    """A callback that comes after that is not listened to."""
    attempt = Attempt(
        uid=ATTEMPT.uid,
        nonce="hush",
        url=ATTEMPT.url,
        home_url=ATTEMPT.home_url,
        name="Shop",
        actor="anna",
        expires_at=NOW,
        finished=finished,
    )

    assert attempt.is_over(now) is is_over
