"""What is missing before an installation may face the internet.

The law: each finding says what is wrong and what to do, and nothing here changes or
reveals anything. ``MUST`` is what lets somebody in, or moves money where it should not;
``SHOULD`` is what makes the next mishap a bad one. Called by ``kvitt check --deploy``.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.core import checks

from kvitt.settings import (
    BACKUP_STAMP,
    ENCRYPTION_FILE,
    SIGNING_FILE,
    Environment,
    LogLevel,
    Settings,
)
from kvitt.web.accounts.models import Membership, SecondFactor
from kvitt.web.accounts.rights import RIGHTS, Right, Role

#: A signing key that somebody typed is shorter than one that was made.
SHORTEST_KEY = 40
#: Older than this, a backup is one that has stopped.
OLDEST_BACKUP = timedelta(days=2)
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Weight(StrEnum):
    """How bad it is."""

    MUST = "must"
    SHOULD = "should"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is missing."""

    weight: Weight
    says: str
    next_step: str


def findings(settings: Settings, *, now: datetime) -> tuple[Finding, ...]:
    """Return everything that is missing, the worst first."""
    found = [
        *_of_settings(settings),
        *_of_transport(settings),
        *_of_files(settings),
        *_of_people(),
        *of_backups(settings, now=now),
        *_of_django(),
    ]
    return tuple(sorted(found, key=lambda finding: finding.weight is not Weight.MUST))


def _of_settings(settings: Settings) -> Iterator[Finding]:
    if settings.debug:
        yield _must("Error pages show the program's insides.", "Leave KVITT_DEBUG out.")
    if settings.environment is Environment.DEMO:
        yield _must(
            "This is the demo, whose passwords are known.",
            "Set KVITT_ENVIRONMENT to playground or live, with a data directory of its own.",
        )
    if settings.allow_local or settings.klarna_url:
        yield _must(
            "Addresses of this machine may be called, which is meant for development.",
            "Leave KVITT_ALLOW_LOCAL and KVITT_KLARNA_URL out.",
        )
    if len(settings.secret_key.get_secret_value()) < SHORTEST_KEY:
        yield _must(
            "The key that signs sessions and forms is short.",
            "Leave KVITT_SECRET_KEY out and kvitt makes one, or give 48 random bytes.",
        )
    if settings.log_level is LogLevel.DEBUG:
        yield _should("Everything is logged.", "Leave KVITT_LOG_LEVEL out, or set it to INFO.")
    if len(settings.encryption_keys) > 1:
        yield _should(
            "A rotation of the encryption key is not finished.",
            "Run kvitt keys rotate, then kvitt keys drop.",
        )


def _of_transport(settings: Settings) -> Iterator[Finding]:
    if not settings.https:
        yield _must(
            "Browsers and shops reach kvitt without TLS, so passwords can be read on the way.",
            "Put a server that ends TLS in front, and set KVITT_PUBLIC_URL to its address.",
        )
    elif not settings.behind_proxy:
        yield _must(
            "kvitt serves plain http, and is not told that a proxy ends TLS in front of it.",
            "Set KVITT_BEHIND_PROXY=true, and have the proxy set X-Forwarded-Proto and "
            "X-Forwarded-For itself.",
        )
    elif settings.host not in {"127.0.0.1", "::1", "localhost"}:
        yield _should(
            f"kvitt listens at {settings.host}, where others than the proxy may reach it and "
            "say what they like of where they come from.",
            "Set KVITT_HOST=127.0.0.1, or let only the proxy reach the port.",
        )
    if any("*" in name or name.startswith(".") for name in settings.allowed_hosts):
        yield _must(
            "The console answers to names that are not its own.",
            "Name each host in KVITT_ALLOWED_HOSTS, or leave it out.",
        )


def _of_files(settings: Settings) -> Iterator[Finding]:
    for path in _private(settings):
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            continue
        if mode & _OTHERS:
            allowed = "700" if path.is_dir() else "600"
            yield _must(
                f"{path} can be read or changed by other accounts of this machine.",
                f"Run: chmod {allowed} {path}",
            )
        elif path.stat().st_uid != os.geteuid():
            yield _should(
                f"{path} belongs to another account than the one that runs this.",
                "Run kvitt, and this check, as the account that owns the data directory.",
            )


def _private(settings: Settings) -> Iterator[Path]:
    yield settings.data_dir
    yield settings.data_dir / ENCRYPTION_FILE
    yield settings.data_dir / SIGNING_FILE
    if (
        database := _sqlite_file(settings)
    ) is not None and database.parent != settings.data_dir:
        yield database


def _of_people() -> Iterator[Finding]:
    owners = Membership.objects.filter(
        shop=None, role=Role.OWNER.value, user__is_active=True
    ).exists()
    if not owners:
        yield _should(
            "Nobody is an owner of every shop.", "Run: kvitt user add NAME --role owner"
        )
    strong = [role.value for role in Role if Right.CAPTURE in RIGHTS[role]]
    protected = SecondFactor.objects.filter(confirmed_at__isnull=False).values("user")
    bare = (
        User.objects.filter(is_active=True, memberships__role__in=strong)
        .exclude(pk__in=protected)
        .distinct()
        .count()
    )
    if bare:
        yield _must(
            f"{bare} account(s) that move money or give rights sign in with a password alone.",
            "Have each set up a second factor: console, own name, Second factor.",
        )
    if User.objects.filter(is_active=True, is_superuser=True).exists():
        yield _should(
            "An account is a superuser, which no role of kvitt needs.",
            "Give it a role instead: kvitt user role NAME owner",
        )


def of_backups(settings: Settings, *, now: datetime) -> Iterator[Finding]:
    """Yield that no backup was made, or none for long; PostgreSQL has its own tools."""
    if _sqlite_file(settings) is None:
        return
    try:
        made = (settings.data_dir / BACKUP_STAMP).stat().st_mtime
    except FileNotFoundError:
        yield _should(
            "No backup of the database was made.",
            "Run kvitt backup FILE daily, and keep file and keys on two other machines.",
        )
        return
    age = now - datetime.fromtimestamp(made, UTC)
    if age > OLDEST_BACKUP:
        yield _should(
            f"The last backup of the database is {age.days} days old.",
            "Run kvitt backup FILE, and find out why the daily one stopped.",
        )


def _of_django() -> Iterator[Finding]:
    """Yield what Django itself would warn of, where none of ours says it better."""
    for warning in checks.run_checks(include_deployment_checks=True):
        if warning.id not in SAID_ABOVE and not warning.is_silenced():
            yield _should(str(warning.msg), warning.hint or f"See Django's {warning.id}.")


#: Transport, keys and debugging: followed from the settings above.
SAID_ABOVE = frozenset(
    f"security.W{number:03}" for number in (4, 5, 8, 9, 10, 11, 12, 16, 18, 20, 21)
)


def _sqlite_file(settings: Settings) -> Path | None:
    parts = urlsplit(settings.database)
    return (
        Path(settings.database.removeprefix("sqlite:///")) if parts.scheme == "sqlite" else None
    )


def _must(says: str, next_step: str) -> Finding:
    return Finding(weight=Weight.MUST, says=says, next_step=next_step)


def _should(says: str, next_step: str) -> Finding:
    return Finding(weight=Weight.SHOULD, says=says, next_step=next_step)
