"""The commands that keep an installation's memory: backup, restore, verify, health."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from running import command, environment


@dataclass(frozen=True, kw_only=True, slots=True)
class Installation:
    """A data directory, and the installed command over it."""

    folder: Path

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        return subprocess.run(
            [command(), *words],
            env=environment(KVITT_DATA_DIR=str(self.folder)),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation with an empty database."""
    made = Installation(folder=tmp_path_factory.mktemp("installation"))
    assert made.run("migrate").returncode == 0
    return made


def test_a_backup_is_made_and_put_back(installation: Installation, tmp_path: Path) -> None:
    """The copy is whole, the database as it was is kept, and the keys are spoken of."""
    copy = tmp_path / "copy.sqlite3"
    made = installation.run("backup", str(copy))
    restored = installation.run("restore", str(copy))
    kept = list(installation.folder.glob("kvitt.sqlite3.before-*"))

    assert (made.returncode, restored.returncode) == (0, 0), made.stderr + restored.stderr
    assert "encryption.keys" in " ".join(made.stdout.split()).replace(" ", "")
    assert "read anew at Klarna" in " ".join(restored.stdout.split())
    assert copy.stat().st_mode & 0o077 == 0
    assert len(kept) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("restore", "/no/such/file"), "does not exist"),
        (("restore",), "--put-back-already"),
        (("backup", "/no/such/folder/copy"), "the backup failed"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    installation: Installation, words: tuple[str, ...], told: str
) -> None:
    """One line that says what to do, and the exit code of a setting that cannot work."""
    ended = installation.run(*words)

    assert ended.returncode == 4
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_doctor_tells_programs_what_it_saw(installation: Installation) -> None:
    """One document on standard output: what was looked at, and whether all is well."""
    seen = installation.run("doctor", "--json")
    told = json.loads(seen.stdout)

    assert seen.returncode == 0
    assert told["well"] is True
    assert told["shops"] == []
    looked_at = {check["check"] for check in told["installation"]}
    assert looked_at >= {"database", "keys", "journal", "queue", "workers", "space", "mail"}


def test_an_installation_that_is_well_says_so(installation: Installation) -> None:
    """Verify and health end with 0, in words and as JSON."""
    verified = installation.run("journal", "verify")
    told = installation.run("journal", "verify", "--json")
    health = installation.run("health")

    assert (verified.returncode, told.returncode, health.returncode) == (0, 0, 0)
    assert "all as they were written" in verified.stdout
    assert json.loads(told.stdout) == {
        "orders": 0,
        "timeline_rows": 0,
        "calls": 0,
        "findings": [],
    }
    assert "answers" in health.stdout
