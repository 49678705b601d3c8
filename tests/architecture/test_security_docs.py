"""The pages about security, and about failures, name tests, files and settings that exist."""

import ast
import re
from pathlib import Path

import pytest

from kvitt.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = (
    "docs/explained/security.md",
    "docs/reference/asvs.md",
    "SECURITY.md",
    "docs/explained/exactly-once.md",
)
NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
NAMED_FILE = re.compile(r"`((?:src|tests|docs|scripts)/[\w./-]+)`")


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_a_page_names_is_there(page: str) -> None:
    """A control's test cannot be renamed or removed without its row."""
    wrong = [
        f"{file}::{name}"
        for file, name in NAMED_TEST.findall(text_of(page))
        if not (ROOT / file).exists() or name not in functions_of(ROOT / file)
    ]

    assert wrong == []


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    """No page leads to a file that is gone."""
    wrong = [file for file in NAMED_FILE.findall(text_of(page)) if not (ROOT / file).exists()]

    assert wrong == []


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_that_a_page_names_is_one(page: str) -> None:
    """What a page says can be set can be set."""
    named = set(re.findall(r"`KVITT_([A-Z_]+)", text_of(page)))

    assert named <= {name.upper() for name in Settings.model_fields}


def test_each_control_has_a_row_of_its_own() -> None:
    """The table has a test for each control, and no control twice."""
    rows = re.findall(r"^\| ([^|]+) \| `(tests/[^`]+)` \|$", text_of(PAGES[0]), re.MULTILINE)
    controls = [control for control, _ in rows]

    assert len(rows) > 70
    assert len(controls) == len(set(controls))


def functions_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
