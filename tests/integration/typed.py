"""The command line over a world's own database: fixtures that its tests import."""

import io
import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connections

from integration.worlds import World
from kvitt import cli
from kvitt import settings as configuration
from running import command, environment

ENVIRONMENT = {"KVITT_ENVIRONMENT": "demo"}
#: A command that hangs fails here.
SECONDS = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a command has said, and its exit code."""

    code: int
    out: str
    error: str

    @property
    def json(self) -> Any:
        """Return what it said, for programs."""
        return json.loads(self.out)


Type = Callable[..., Said]


@pytest.fixture
def type_in(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Type]:
    """Type a command in this process, over the world's database, without a terminal."""
    del world
    before = configuration.current()
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str) -> Said:
        monkeypatch.setattr("sys.argv", ["kvitt", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Said(code=int(ended.value.code or 0), out=said.out, error=said.err)

    yield run
    configuration.install(before)


class Typed(io.StringIO):
    """What a person types, at a terminal."""

    def isatty(self) -> bool:
        return True


def process_environment(world: World, **settings: str) -> dict[str, str]:
    """Return the settings of a process that works over the world's database."""
    ours = world.parts.settings
    return environment(
        **ENVIRONMENT,
        KVITT_DATA_DIR=str(ours.data_dir),
        KVITT_DATABASE_URL=f"sqlite:///{connections['default'].settings_dict['NAME']}",
        KVITT_SECRET_KEY="of-this-test",
        KVITT_ENCRYPTION_KEYS=ours.encryption_keys[0].get_secret_value(),
        **settings,
    )


def type_in_process(world: World, *words: str, **settings: str) -> Said:
    """Run the installed command as a process of its own, over the world's database."""
    ended = subprocess.run(
        [str(command()), *words],
        env=process_environment(world, **settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Said(code=ended.returncode, out=ended.stdout, error=ended.stderr)
