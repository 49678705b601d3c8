"""The database's shape: brought about once, whoever asks, and demanded before work begins."""

import subprocess
from pathlib import Path

import pytest

from installation import ENCRYPTION_KEY
from running import command, environment
from services import postgresql

PATIENCE_SECONDS = 120
#: Nobody listens there: whoever gets as far as the broker is not told of the database.
NO_BROKER = "redis://127.0.0.1:1/0"


def start(*words: str, **settings: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [str(command()), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**settings),
    )


def said(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Return how a command ended, and what it said."""
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode, out + err


def test_machines_that_start_at_once_shape_the_database_once(tmp_path: Path) -> None:
    """Work is refused before; two migrations that meet wait for each other and both succeed."""
    with postgresql.empty_database() as url:
        own = {
            "KVITT_DATABASE_URL": url,
            "KVITT_ENGINE": "celery",
            "KVITT_BROKER_URL": NO_BROKER,
            "KVITT_ENCRYPTION_KEYS": ENCRYPTION_KEY,
        }
        code, refusal = said(start("work", KVITT_DATA_DIR=str(tmp_path), **own))
        both = [
            start("migrate", KVITT_DATA_DIR=str(tmp_path / name), **own) for name in ("a", "b")
        ]
        answers = [said(process) for process in both]
        (applied,) = postgresql.query(
            url,
            "SELECT count(*), count(DISTINCT (app, name)) FROM django_migrations",
        )

    assert code != 0
    assert "run kvitt migrate first" in refusal
    assert [code for code, _ in answers] == [0, 0], answers
    assert applied[0] == applied[1] > 0


def test_a_database_that_is_away_is_said_in_one_line(tmp_path: Path) -> None:
    """Where it was looked for is named, and the password is not."""
    url = "postgresql://kvitt:hunter2@127.0.0.1:1/kvitt"
    code, text = said(start("migrate", KVITT_DATA_DIR=str(tmp_path), KVITT_DATABASE_URL=url))

    assert code != 0
    assert "the database cannot be reached" in text
    assert "127.0.0.1" in text
    assert "hunter2" not in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param({}, "kvitt serve does the work", id="the engine is threads"),
        pytest.param(
            {
                "KVITT_ENGINE": "celery",
                "KVITT_DATABASE_URL": "postgresql://kvitt@127.0.0.1:1/kvitt",
                "KVITT_BROKER_URL": NO_BROKER,
            },
            "KVITT_ENCRYPTION_KEYS",
            id="a machine without the keys of the others",
        ),
    ],
)
def test_workers_that_cannot_work_say_why(
    tmp_path: Path, settings: dict[str, str], says: str
) -> None:
    """One line, no traceback, and a code that is not 0."""
    code, text = said(start("work", KVITT_DATA_DIR=str(tmp_path), **settings))

    assert code != 0
    assert says in text
    assert "Traceback" not in text
