"""The rules of the house that a machine can keep. Import contracts are kept by lint-imports."""

import ast
import re
from pathlib import Path

import pytest

from kvitt.settings import Settings

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path for path in (ROOT / "src").rglob("*.py") if "migrations" not in path.parts
)
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
LONGEST_MODULE = 400


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_no_module_is_longer_than_a_person_reads(path: Path) -> None:
    """A file that grows past the limit holds two ideas."""
    assert len(path.read_text().splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("path", TESTS, ids=named)
def test_every_test_says_in_a_sentence_what_holds(path: Path) -> None:
    """A test is read before it is run."""
    silent = [
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]

    assert silent == []


def test_nothing_imports_a_conftest() -> None:
    """Pytest knows each under another name: an imported one is a second copy of all it owns."""
    importing = [
        named(path)
        for path in (ROOT / "tests").rglob("*.py")
        if re.search(r"^\s*(import|from) conftest\b", path.read_text(), re.MULTILINE)
    ]

    assert importing == []


def test_every_switched_off_check_has_its_reason() -> None:
    """A silenced rule is explained on its line or on the line above."""
    unexplained = [
        f"{named(path)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if re.search(
            r"# (noqa|type: ignore)(?!: [A-Z0-9, ]+ - |\[[a-z-]+\] - |: [A-Z0-9, ]+  # )", line
        )
        and not _explained_above(path, number)
    ]

    assert unexplained == []


def test_the_map_names_every_folder_and_none_that_is_gone() -> None:
    """ARCHITECTURE.md is where one looks first: each package stands there, each file is."""
    kvitt = ROOT / "src" / "kvitt"
    named_there = set(re.findall(r"`([\w./]+?)/?`", (ROOT / "ARCHITECTURE.md").read_text()))
    packages = {
        str(path.parent.relative_to(kvitt))
        for path in kvitt.glob("*/**/__init__.py")
        if "migrations" not in path.parts
    }
    files = {name for name in named_there if name.endswith(".py")}
    there = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("[st]*/**/*.py")}

    assert sorted(packages - named_there) == []
    assert [
        name
        for name in sorted(files)
        if not any(f"/{path}".endswith(f"/{name}") for path in there)
    ] == []


def test_the_readme_names_settings_that_exist() -> None:
    """What the README promises can be set."""
    promised = set(re.findall(r"`KVITT_(?!TEST_)([A-Z_]+)`", (ROOT / "README.md").read_text()))

    assert promised - {"CONFIG"} <= {name.upper() for name in Settings.model_fields}


def _explained_above(path: Path, number: int) -> bool:
    lines = path.read_text().splitlines()
    return number >= 2 and lines[number - 2].strip().startswith("#")
