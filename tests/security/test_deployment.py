"""``kvitt check --deploy``: each thing that is missing is said, and a whole one is not."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from browser import console_orders
from kvitt.settings import BACKUP_STAMP, Settings, load_or_create
from kvitt.web import deployment
from kvitt.web.accounts.models import SecondFactor
from kvitt.web.accounts.rights import Role
from kvitt.web.deployment import Weight
from running import command, environment

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "public_url": "https://kvitt.example.com",
    "behind_proxy": True,
    "environment": "live",
    "secret_key": "x" * 64,
}


@pytest.fixture
def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory, an owner with a second factor, and a backup of today."""
    monkeypatch.delenv("KVITT_ENCRYPTION_KEYS")
    # Set by tests that drive a browser, and said to be wrong in deployment.
    monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE", raising=False)
    data = tmp_path / "data"
    load_or_create(data_dir=data, **GOOD)
    (data / BACKUP_STAMP).touch()
    os.utime(data / BACKUP_STAMP, (NOW.timestamp(), NOW.timestamp()))
    owner = console_orders.person(Role.OWNER, name="olga")
    SecondFactor.objects.create(user=owner, confirmed_at=NOW)
    return data


def said(data: Path, **changes: object) -> list[str]:
    settings = Settings(data_dir=data, **{**GOOD, **changes}).with_keys()
    return [finding.says for finding in deployment.findings(settings, now=NOW)]


def test_nothing_is_said_of_a_whole_installation(whole: Path) -> None:
    """An installation as the documentation describes it lacks nothing."""
    assert said(whole) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"public_url": ""}, "without TLS"),
        ({"public_url": "http://kvitt.example.com"}, "without TLS"),
        ({"behind_proxy": False}, "is not told that a proxy ends TLS"),
        ({"host": "0.0.0.0"}, "others than the proxy may reach it"),  # noqa: S104 - the case
        ({"allowed_hosts": ("*",)}, "names that are not its own"),
        ({"allowed_hosts": (".example.com",)}, "names that are not its own"),
        ({"debug": True}, "the program's insides"),
        ({"environment": "demo"}, "passwords are known"),
        ({"allow_local": True, "environment": "playground"}, "meant for development"),
        ({"secret_key": "short"}, "is short"),
        ({"log_level": "DEBUG"}, "Everything is logged"),
        ({"encryption_keys": ("QUFB" * 10 + "QUE=", "QkJC" * 10 + "QkI=")}, "not finished"),
    ],
)
def test_each_setting_that_is_wrong_is_said(
    whole: Path, changes: dict[str, object], words: str
) -> None:
    """One setting that is wrong is one finding, which says what is wrong with it."""
    (finding,) = said(whole, **changes)

    assert words in finding


def test_files_that_others_can_read_are_said(whole: Path) -> None:
    """The keys and their directory are their owner's only."""
    (whole / "encryption.keys").chmod(0o640)
    whole.chmod(0o755)

    found = said(whole)

    assert len(found) == 2
    assert all("other accounts of this machine" in each for each in found)


def test_a_backup_that_is_missing_or_old_is_said(whole: Path) -> None:
    """No backup, and one of the day before yesterday, are both said."""
    old = (NOW - timedelta(days=3)).timestamp()
    os.utime(whole / BACKUP_STAMP, (old, old))
    assert said(whole) == ["The last backup of the database is 3 days old."]

    (whole / BACKUP_STAMP).unlink()
    assert said(whole) == ["No backup of the database was made."]
    assert said(whole, database_url="postgresql://kvitt@localhost/kvitt") == []


def test_people_who_move_money_with_a_password_alone_are_said(whole: Path) -> None:
    """Operators and above need a second factor, viewers do not; a closed account is none."""
    console_orders.person(Role.VIEWER, name="vera")
    console_orders.person(Role.OPERATOR, name="otto")
    console_orders.person(Role.MANAGER, name="gone")
    User.objects.filter(username="gone").update(is_active=False)

    (finding,) = said(whole)

    assert finding.startswith("1 account(s)")


def test_an_owner_is_missing_or_a_superuser_is_there(whole: Path) -> None:
    """Somebody has to own every shop, by a role and not as a superuser."""
    User.objects.filter(username="olga").update(is_superuser=True)
    assert said(whole) == ["An account is a superuser, which no role of kvitt needs."]

    User.objects.all().delete()
    assert said(whole) == ["Nobody is an owner of every shop."]


def test_what_must_be_mended_comes_first(whole: Path) -> None:
    """The worst is read first, and every finding says what to do."""
    settings = Settings(data_dir=whole, **{**GOOD, "debug": True, "log_level": "DEBUG"})
    found = deployment.findings(settings.with_keys(), now=NOW)

    assert [finding.weight for finding in found] == [Weight.MUST, Weight.SHOULD]
    assert all(finding.next_step.endswith(".") for finding in found)


def test_the_command_ends_with_1_while_something_must_be_mended(tmp_path: Path) -> None:
    """The installed command checks an installation and says what it lacks."""

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(command()), *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=environment(KVITT_DATA_DIR=str(tmp_path)),
        )

    migrated, deploy = run("migrate"), run("check", "--deploy")

    assert (migrated.returncode, deploy.returncode) == (0, 1)
    assert "0 sealed texts open" in deploy.stdout
    assert "MUST: Browsers and shops reach kvitt without TLS" in deploy.stdout
