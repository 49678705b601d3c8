"""A wheel of the tree in an environment that has nothing else: fixtures that tests import.

What the wheel's own metadata asks for is put beside it, and nothing more: a part that is
used and not named there is missing here. Those parts are linked from the environment of the
tests, so that nothing is fetched.
"""

import subprocess
import sys
import venv
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from running import environment

CHECKOUT = Path(__file__).parents[2]
#: The longest, a look at every type, takes about ten seconds; a tool that hangs fails here.
SECONDS = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Installed:
    """An environment with the wheel in it."""

    wheel: Path
    folder: Path

    @property
    def python(self) -> Path:
        """Return its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def command(self) -> Path:
        """Return the command that the wheel has brought."""
        return self.folder / "bin" / "kvitt"

    @property
    def site(self) -> Path:
        """Return where its packages are."""
        (found,) = self.folder.glob("lib/python*/site-packages")
        return found

    def say(self, code: str) -> str:
        """Run Python there, away from the checkout, and return what it printed."""
        return run([str(self.python), "-I", "-c", code], folder=self.folder).strip()


@pytest.fixture(scope="session")
def installed_wheel(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """A wheel built from the tree, and an environment with it and what it requires."""
    folder = tmp_path_factory.mktemp("wheel")
    wheel = build(folder / "dist")
    installed = Installed(wheel=wheel, folder=folder / "environment")
    venv.create(installed.folder, symlinks=True)
    run(
        [
            *(sys.executable, "-m", "pip", "--python", str(installed.python)),
            *("install", "--quiet", "--disable-pip-version-check"),
            *("--no-index", "--no-deps", str(wheel)),
        ],
        folder=folder,
    )
    for part in required(metadata_of(wheel)).values():
        link(part, installed.site)
    return installed


def build(folder: Path) -> Path:
    """Build the wheel as an installer would, and return its file."""
    run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        folder=CHECKOUT,
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


def metadata_of(wheel: Path) -> Distribution:
    """Return what the wheel says of itself."""
    into = wheel.parent / "unpacked"
    with ZipFile(wheel) as archive:
        archive.extractall(into)
    (found,) = into.glob("*.dist-info")
    return Distribution.at(found)


def required(wanting: Distribution) -> dict[str, Distribution]:
    """Return all that a distribution requires, with what those require, by name.

    Fails where a version that is here is not one that is asked for.
    """
    found: dict[str, Distribution] = {}
    open_ends = [(wanting, "")]
    seen = set()
    while open_ends:
        end = open_ends.pop()
        if end in seen:
            continue
        seen.add(end)
        owner, extra = end
        for wanted in _requirements(owner, extra):
            part = distribution(wanted.name)
            assert wanted.specifier.contains(part.version, prereleases=True), wanted
            found[canonicalize_name(wanted.name)] = part
            open_ends += [(part, each) for each in ("", *wanted.extras)]
    return found


def _requirements(owner: Distribution, extra: str) -> list[Requirement]:
    parsed = [Requirement(text) for text in owner.requires or ()]
    return [
        each
        for each in parsed
        if each.marker is None
        or (
            each.marker.evaluate({"extra": extra})
            and ("extra" in str(each.marker) or not extra)
        )
    ]


def link(part: Distribution, site: Path) -> None:
    """Have a distribution in an environment, without copying it."""
    here = Path(str(part.locate_file("")))
    tops = {PurePosixPath(str(file)).parts[0] for file in part.files or ()}
    for top in sorted(tops - {"..", "__pycache__"}):
        target = site / top
        if not target.exists():
            target.symlink_to(here / top)


def run(words: list[str], *, folder: Path) -> str:
    """Run a tool to its end and return what it said; it has to succeed."""
    done = _ended(words, folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def said_by(words: list[str], *, folder: Path, **settings: str) -> str:
    """Return what a tool has said on its output, whatever it came to."""
    return _ended(words, folder=folder, **settings).stdout


def _ended(
    words: list[str], *, folder: Path, **settings: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
